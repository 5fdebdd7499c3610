"""What a store finds, in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from linecs.model import Conversation, EventState, StoredEvent
from linecs.storage.ports import (
    Query,
    ValueRefusedError,
    above,
    at_least,
    at_most,
    below,
    equal,
    one_of,
    unequal,
)
from linecs.testing.storage_contract.base import ContractBase, ids
from linecs.testing.storage_contract.samples import (
    DISTINCT_NAMES,
    conversation,
    event,
)

if TYPE_CHECKING:
    from linecs.storage.ports import Condition, Storage, Transaction

__all__ = ["QueriesContract"]


class QueriesContract(ContractBase):
    """What a store finds, in which order."""

    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            (equal("version", 2), ["2"]),
            (unequal("version", 2), ["1", "3"]),
            (below("version", 2), ["1"]),
            (at_most("version", 2), ["1", "2"]),
            (above("version", 2), ["3"]),
            (at_least("version", 2), ["2", "3"]),
            (one_of("version", [3, 1, 7]), ["1", "3"]),
            (one_of("version", []), []),
            (one_of("id", [str(number) for number in range(1000)]), ["1", "2", "3"]),
            (equal("ticket_id", None), ["1"]),
            (unequal("ticket_id", None), ["2", "3"]),
            (equal("ticket_id", "t2"), ["2"]),
            (unequal("ticket_id", "t2"), ["3"]),
            (one_of("ticket_id", ["t2", None]), ["2"]),
            (below("ticket_id", "t3"), ["2"]),
        ],
        ids=str,
    )
    def test_a_condition_finds(
        self, storage: Storage, condition: Condition, expected: list[str]
    ) -> None:
        """Each comparison means the same everywhere; an empty column compares with nothing."""
        tickets = {1: None, 2: "t2", 3: "t3"}
        rows = [conversation(str(n), version=n, ticket_id=t) for n, t in tickets.items()]
        storage.run(lambda tx: tx.insert(*rows))
        query = Query(row=Conversation, where=(condition,), order=("id",))
        assert [row.id for row in storage.read(lambda tx: tx.select(query))] == expected
        assert storage.read(lambda tx: tx.count(query)) == len(expected)

    @pytest.mark.parametrize(
        ("order", "expected"),
        [
            (("ticket_id", "id"), "4123"),
            (("-ticket_id", "id"), "2314"),
            (("-version", "-id"), "4321"),
            (("version", "-id"), "2143"),
        ],
    )
    def test_rows_come_in_order(
        self, storage: Storage, order: tuple[str, ...], expected: str
    ) -> None:
        """By each column in turn, up or down; an empty column comes before all values."""
        storage.run(
            lambda tx: tx.insert(
                conversation("1", ticket_id="a"),
                conversation("2", ticket_id="b"),
                conversation("3", ticket_id="b", version=1),
                conversation("4", version=1),
            )
        )
        found = storage.read(lambda tx: tx.select(Query(row=Conversation, order=order)))
        assert "".join(row.id for row in found) == expected

    def test_names_sort_by_code_point(self, storage: Storage) -> None:
        """As Python sorts, whatever the database's own language is."""
        names = [name for name in DISTINCT_NAMES if name.isprintable()]
        storage.run(lambda tx: tx.insert(*(event(name) for name in names)))
        assert ids(storage) == sorted(names)

    @pytest.mark.parametrize("order", [("occurred_at", "id"), ("-occurred_at", "-id"), ("id",)])
    def test_paging_shows_each_row_once(self, storage: Storage, order: tuple[str, ...]) -> None:
        """Each page goes on after the last row seen, also among equal values."""
        rows = [event(str(number), occurred_at=number // 3) for number in range(8)]
        storage.run(lambda tx: tx.insert(*rows))
        seen, after = list[StoredEvent](), None
        names = [name.removeprefix("-") for name in order]
        while page := _page(storage, order, after):
            seen += page
            after = tuple(getattr(page[-1], name) for name in names)
        down = order[0].startswith("-")
        assert seen == sorted(
            rows, key=lambda row: [getattr(row, name) for name in names], reverse=down
        )

    def test_paging_goes_by_columns_that_are_filled(self, storage: Storage) -> None:
        """Databases disagree on what comes after an empty column, so none is asked."""
        query = Query(row=Conversation, order=("ticket_id",), after=("t1",))
        with pytest.raises(ValueRefusedError, match="after"):
            storage.read(lambda tx: tx.select(query))

    def test_count_ignores_order_and_limit(self, storage: Storage) -> None:
        """It counts all rows for which the conditions hold."""
        storage.run(lambda tx: tx.insert(*(event(name) for name in "123")))
        query = Query(row=StoredEvent, order=("id",), limit=1, after=("1",))
        assert storage.read(lambda tx: tx.count(query)) == 3
        assert storage.read(lambda tx: tx.select(evolve(query, limit=0))) == []

    def test_claim_changes_the_first_rows_and_gives_them(self, storage: Storage) -> None:
        """It gives them as they now are, and the next claim gives others, at last none."""
        storage.run(lambda tx: tx.insert(*(event(name) for name in "123")))
        claims = [storage.run(_claim_two) for _ in range(3)]
        assert [[row.id for row in rows] for rows in claims] == [["3", "2"], ["1"], []]
        assert {row.state for rows in claims for row in rows} == {EventState.DONE}
        assert ids(storage, equal("state", EventState.DONE)) == ["1", "2", "3"]


def _page(
    storage: Storage, order: tuple[str, ...], after: tuple[Any, ...] | None
) -> list[StoredEvent]:
    query = Query(row=StoredEvent, order=order, limit=3, after=after)
    return storage.read(lambda tx: tx.select(query))


def _claim_two(transaction: Transaction) -> list[StoredEvent]:
    pending = (equal("state", EventState.PENDING),)
    query = Query(row=StoredEvent, where=pending, order=("-id",), limit=2)
    return transaction.claim(query, {"state": EventState.DONE})
