"""What a store does with single rows."""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING

import pytest

from linecs.model import Conversation, Customer, CustomerTag, EventState, Link, StoredEvent
from linecs.storage.ports import (
    Query,
    RowMissingError,
    RowTakenError,
    below,
    equal,
)
from linecs.storage.tables import Counter
from linecs.testing.storage_contract.base import ContractBase, ids, steps
from linecs.testing.storage_contract.samples import (
    conversation,
    customer,
    event,
    link,
    tag,
)

if TYPE_CHECKING:
    from linecs.storage.ports import Storage

__all__ = ["RowsContract"]


class RowsContract(ContractBase):
    """What a store does with single rows."""

    def test_a_missing_row_is_none_or_an_error(self, storage: Storage) -> None:
        """`find` gives None for a key nobody has, `get` raises and names it."""
        assert storage.read(lambda tx: tx.find(StoredEvent, "none")) is None
        with pytest.raises(RowMissingError) as caught:
            storage.read(lambda tx: tx.get(StoredEvent, "none"))
        assert (caught.value.row, caught.value.key) == (StoredEvent, "none")

    @pytest.mark.parametrize("taken", [customer("1", "U9"), customer("9", "U1")])
    def test_insert_refuses_what_is_taken(self, storage: Storage, taken: Customer) -> None:
        """A key or unique column has one owner; nothing of the transaction stays."""
        storage.run(lambda tx: tx.insert(customer("1", "U1")))
        with pytest.raises(RowTakenError):
            storage.run(lambda tx: tx.insert(customer("2", "U2"), taken))
        assert storage.read(lambda tx: tx.count(Query(row=Customer))) == 1

    def test_insert_absent_says_which_rows_were_added(self, storage: Storage) -> None:
        """A taken key, a taken unique column and a repeat in one call are each False."""
        storage.run(lambda tx: tx.insert(customer("1", "U1")))
        offered = [
            customer("1", "U9"),
            customer("2", "U2"),
            customer("9", "U1"),
            customer("2", "U2"),
        ]
        added = storage.run(lambda tx: tx.insert_absent(*offered))
        assert added == [False, True, False, False]
        assert storage.read(lambda tx: tx.find(Customer, "1")) == customer("1", "U1")

    def test_a_repeat_leaves_the_transaction_usable(self, storage: Storage) -> None:
        """After a row that was there, the same transaction writes on and commits."""
        storage.run(lambda tx: tx.insert(event("1")))
        storage.run(
            steps(lambda tx: tx.insert_absent(event("1")), lambda tx: tx.insert(event("2")))
        )
        assert storage.read(lambda tx: tx.count(Query(row=StoredEvent))) == 2

    def test_update_changes_what_its_conditions_find(self, storage: Storage) -> None:
        """It changes those rows and no others, and says how many."""
        storage.run(lambda tx: tx.insert(event("1"), event("2"), event("3", tries=5)))
        changed = storage.run(
            lambda tx: tx.update(StoredEvent, [below("tries", 5)], {"state": EventState.DONE})
        )
        assert changed == 2
        assert ids(storage, equal("state", EventState.DONE)) == ["1", "2"]

    def test_update_counts_rows_that_were_so_already(self, storage: Storage) -> None:
        """Compare-and-set counts what it found, not what differed."""
        storage.run(lambda tx: tx.insert(event("1")))
        where = [equal("id", "1")]
        assert storage.run(lambda tx: tx.update(StoredEvent, where, {"tries": 0})) == 1
        assert storage.run(lambda tx: tx.update(StoredEvent, where, {})) == 1

    def test_update_each_changes_rows_in_different_ways(self, storage: Storage) -> None:
        """Alike or not, each pair finds its own rows, and the count is that of all."""
        storage.run(lambda tx: tx.insert(*[event(name) for name in "abcd"]))
        updates = [
            ((equal("id", "a"),), {"tries": 1}),
            ((equal("id", "b"), equal("tries", 0)), {"tries": 2}),
            ((equal("id", "c"),), {"tries": 3}),
            ((equal("id", "d"), equal("tries", 9)), {"tries": 4}),
        ]
        assert storage.run(lambda tx: tx.update_each(StoredEvent, updates)) == 3
        found = storage.read(lambda tx: tx.select(Query(row=StoredEvent, order=("id",))))
        assert [each.tries for each in found] == [1, 2, 3, 0]

    def test_odd_text_stays_as_it_is_in_many_rows_at_once(self, storage: Storage) -> None:
        """Whatever way of writing many rows a store takes, none of its own marks is lost in it."""
        odd = ['"', "\\", '\\"', "NULL", "null", "", "{a,b}", "a\nb", "'", "%s", ":x", "🍎 ", ","]
        rows = [event(str(number), error=text) for number, text in enumerate(odd)]
        storage.run(lambda tx: tx.insert(*rows))
        updates = [((equal("id", row.id), equal("tries", 0)), {"raw": row.error}) for row in rows]
        assert storage.run(lambda tx: tx.update_each(StoredEvent, updates)) == len(odd)
        found = storage.read(lambda tx: [tx.get(StoredEvent, row.id) for row in rows])
        assert [(each.error, each.raw) for each in found] == [(text, text) for text in odd]

    def test_empty_columns_stay_empty_in_many_rows_at_once(self, storage: Storage) -> None:
        """Among rows whose column is filled, and where no row's is."""
        rows = [link("1", "a"), link("2", None), link("3", None)]
        storage.run(lambda tx: tx.insert(*rows))
        found = storage.read(lambda tx: tx.select(Query(row=Link, order=("id",))))
        assert [each.user_seat for each in found] == ["a", None, None]

    def test_save_writes_only_what_differs(self, storage: Storage) -> None:
        """A column that another writer changed meanwhile, and we did not, keeps its value."""
        storage.run(lambda tx: tx.insert(event("1")))
        storage.run(lambda tx: tx.update(StoredEvent, (), {"error": "seen"}))
        assert storage.run(lambda tx: tx.save(event("1"), event("1", tries=2)))
        expected = event("1", tries=2, error="seen")
        assert storage.read(lambda tx: tx.get(StoredEvent, "1")) == expected

    def test_save_refuses_a_row_that_moved_on(self, storage: Storage) -> None:
        """A guarded column that changed, also from or to None, gives False and no write."""
        storage.run(lambda tx: tx.insert(conversation("1", customer_id="c")))
        stale, after = conversation("1"), conversation("1", version=1)
        assert not storage.run(lambda tx: tx.save(stale, after, guard=("customer_id",)))
        assert storage.read(lambda tx: tx.get(Conversation, "1")).version == 0

    def test_save_without_a_change_still_looks(self, storage: Storage) -> None:
        """With nothing to write it says whether the row is as it was."""
        storage.run(lambda tx: tx.insert(event("1")))
        assert storage.run(lambda tx: tx.save(event("1"), event("1"), guard=("tries",)))
        assert not storage.run(lambda tx: tx.save(event("2"), event("2")))

    def test_add_makes_the_row_and_then_adds(self, storage: Storage) -> None:
        """The first amount starts from the default, later ones add, also negative ones."""
        for amount in (3, 4, -2):
            storage.run(methodcaller("add", Counter, "sent", {"value": amount}))
        assert storage.read(lambda tx: tx.get(Counter, "sent")).value == 5

    def test_delete_removes_what_its_conditions_find(self, storage: Storage) -> None:
        """It says how many rows went; without conditions all go."""
        storage.run(lambda tx: tx.insert(*(event(name) for name in "123")))
        assert storage.run(lambda tx: tx.delete(StoredEvent, [equal("id", "2")])) == 1
        assert ids(storage) == ["1", "3"]
        assert storage.run(lambda tx: tx.delete(StoredEvent, ())) == 2

    def test_empty_unique_columns_are_not_taken(self, storage: Storage) -> None:
        """Any number of rows may leave a unique column empty; one may have each value."""
        seats = {"1": None, "2": None, "3": "U1", "4": "U1"}
        offered = [link(name, seat) for name, seat in seats.items()]
        assert storage.run(lambda tx: tx.insert_absent(*offered)) == [True, True, True, False]
        vacated = storage.run(
            lambda tx: tx.update(Link, [equal("user_seat", "U1")], {"user_seat": None})
        )
        assert vacated == 1
        assert storage.run(lambda tx: tx.insert_absent(link("4", "U1"))) == [True]

    def test_a_key_of_two_columns_is_one_key(self, storage: Storage) -> None:
        """Rows that share one of them are different rows, for every method."""
        storage.run(lambda tx: tx.insert(tag("1", "vip"), tag("1", "new"), tag("2", "vip")))
        assert storage.run(lambda tx: tx.insert_absent(tag("2", "new"), tag("2", "vip"))) == [
            True,
            False,
        ]
        assert storage.run(lambda tx: tx.save(tag("1", "vip"), tag("1", "vip", at=2)))
        query = Query(row=CustomerTag, order=("customer_id", "tag"), limit=2)
        claimed = storage.run(lambda tx: tx.claim(query, {"at": 3}))
        assert claimed == [tag("1", "new", at=3), tag("1", "vip", at=3)]
        assert storage.run(lambda tx: tx.delete(CustomerTag, [equal("tag", "vip")])) == 2
        assert storage.read(lambda tx: tx.get(CustomerTag, ("1", "new"))).at == 3
        assert storage.read(lambda tx: tx.select(query))[1] == tag("2", "new")
