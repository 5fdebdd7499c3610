"""What a store does that opens its own transactions, for many threads at once."""

from __future__ import annotations

import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import pytest
from attrs import evolve

from linecs.model import EventState, StoredEvent
from linecs.storage.ports import Query, StorageError, equal
from linecs.storage.tables import Counter
from linecs.testing.storage_contract.base import ids, steps
from linecs.testing.storage_contract.queries import QueriesContract
from linecs.testing.storage_contract.rows import RowsContract
from linecs.testing.storage_contract.samples import event
from linecs.testing.storage_contract.transactions import TransactionsContract
from linecs.testing.storage_contract.values import ValuesContract

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.storage.ports import Storage, Transaction

__all__ = ["OwnedStorageContract"]

T = TypeVar("T")
_THREADS = 8
_caller = contextvars.ContextVar("caller", default="nobody")


class OwnedStorageContract(RowsContract, QueriesContract, ValuesContract, TransactionsContract):
    """The whole contract of a store that begins, commits and repeats by itself."""

    def test_a_work_cannot_open_another_transaction(self, storage: Storage) -> None:
        """It would wait for itself, so it is refused at once, and the storage goes on."""
        for ask in (storage.run, storage.read):
            with pytest.raises(StorageError):
                storage.run(_asking_again(ask))
        assert storage.read(lambda tx: tx.count(_EVENTS)) == 0

    def test_works_run_together_give_their_results_in_order(self, storage: Storage) -> None:
        """Each sees what those before it wrote."""
        works = [_count_after_insert(name) for name in "abc"]
        assert storage.run_together(works) == [1, 2, 3]
        assert storage.run_together([]) == []

    def test_a_work_that_raises_is_undone_alone(self, storage: Storage) -> None:
        """The others commit, and then the first error is raised."""
        works = [_insert("a"), _insert_and_raise("b"), _insert_and_raise("c"), _insert("d")]
        with pytest.raises(_WorkError, match="b"):
            storage.run_together(works)
        assert ids(storage) == ["a", "d"]

    def test_a_work_has_its_callers_context(self, storage: Storage) -> None:
        """Context variables are the caller's, whichever thread does the work."""

        def name_of_caller(number: int) -> tuple[str, str]:
            _caller.set(f"caller {number}")
            return f"caller {number}", storage.run(lambda _: _caller.get())

        assert all(expected == seen for expected, seen in _at_once(name_of_caller))

    def test_an_error_reaches_its_own_caller_only(self, storage: Storage) -> None:
        """Of threads that write at once, those whose work fails get their own error."""

        def insert(number: int) -> str:
            name = str(number)
            if number % 2 == 0:
                storage.run(_insert(name))
                return name
            with pytest.raises(_WorkError, match=name):
                storage.run(_insert_and_raise(name))
            return name

        assert _at_once(insert) == [str(number) for number in range(_THREADS)]
        assert ids(storage) == [str(number) for number in range(0, _THREADS, 2)]

    def test_no_two_threads_claim_the_same_row(self, storage: Storage) -> None:
        """Every row is claimed once, and all are."""
        storage.run(lambda tx: tx.insert(*(event(f"{number:03}") for number in range(120))))

        def claim_all(_: int) -> list[str]:
            mine: list[str] = []
            while rows := storage.run(_claim_three):
                mine += [row.id for row in rows]
            return mine

        claimed = [name for names in _at_once(claim_all) for name in names]
        # A thread that passes over rows another is claiming may end before they are committed.
        assert sorted(claimed) == [f"{number:03}" for number in range(120)]

    def test_compare_and_set_has_one_winner(self, storage: Storage) -> None:
        """Of threads that saw the same version, one changes the row."""
        before = event("1")
        storage.run(lambda tx: tx.insert(before))

        def save(number: int) -> bool:
            after = evolve(before, tries=1, error=str(number))
            return storage.run(lambda tx: tx.save(before, after, guard=("tries",)))

        assert sorted(_at_once(save)) == [False] * (_THREADS - 1) + [True]

    def test_one_of_many_equal_inserts_wins(self, storage: Storage) -> None:
        """Of threads that bring the same event, one added it."""
        added = _at_once(lambda _: storage.run(lambda tx: tx.insert_absent(event("1"))))
        assert sorted(added) == [[False]] * (_THREADS - 1) + [[True]]

    def test_adding_at_once_loses_nothing(self, storage: Storage) -> None:
        """Counters sum up, also where all make the row."""

        def add(_: int) -> None:
            for _ in range(10):
                storage.run(_add_one("sent"))

        _at_once(add)
        assert storage.read(lambda tx: tx.get(Counter, "sent")).value == 10 * _THREADS

    def test_a_locked_row_waits_for_its_holder(self, storage: Storage) -> None:
        """Who finds a row with `lock` may write what follows from it; no such write is lost."""
        storage.run(lambda tx: tx.insert(Counter(name="sent")))

        def add_slowly(tx: Transaction) -> None:
            seen = tx.get(Counter, "sent", lock=True).value
            tx.update(Counter, [equal("name", "sent")], {"value": seen + 1})

        _at_once(lambda _: [storage.run(add_slowly) for _ in range(10)])
        assert storage.read(lambda tx: tx.get(Counter, "sent")).value == 10 * _THREADS

    def test_locked_rows_of_a_query_wait_for_their_holder(self, storage: Storage) -> None:
        """Also where they are found by a query."""
        storage.run(lambda tx: tx.insert(Counter(name="sent")))
        sent = Query(row=Counter, where=(equal("name", "sent"),))

        def add_slowly(tx: Transaction) -> None:
            (seen,) = tx.select(sent, lock=True)
            tx.update(Counter, [equal("name", "sent")], {"value": seen.value + 1})

        _at_once(lambda _: [storage.run(add_slowly) for _ in range(10)])
        assert storage.read(lambda tx: tx.get(Counter, "sent")).value == 10 * _THREADS

    def test_a_reader_sees_one_state(self, storage: Storage) -> None:
        """Two rows that always change together are never seen apart."""
        storage.run(lambda tx: tx.insert(Counter(name="a"), Counter(name="b")))
        ended = threading.Event()

        def write() -> None:
            for _ in range(50):
                storage.run(steps(_add_one("a"), _add_one("b")))
            ended.set()

        def read() -> set[bool]:
            seen = set()
            while not ended.is_set():
                values = storage.read(lambda tx: [tx.get(Counter, n).value for n in "ab"])
                seen.add(values[0] == values[1])
            return seen

        with ThreadPoolExecutor(2) as threads:
            writing, reading = threads.submit(write), threads.submit(read)
            writing.result()
            assert reading.result() <= {True}


class _WorkError(Exception):
    pass


_EVENTS = Query(row=StoredEvent)


def _at_once(call: Callable[[int], T]) -> list[T]:
    """Call in many threads that start together; return the results in order."""
    start = threading.Barrier(_THREADS)

    def started(number: int) -> T:
        start.wait()
        return call(number)

    with ThreadPoolExecutor(_THREADS) as threads:
        return list(threads.map(started, range(_THREADS)))


def _insert(name: str) -> Callable[[Transaction], None]:
    return lambda tx: tx.insert(event(name))


def _count_after_insert(name: str) -> Callable[[Transaction], int]:
    return steps(_insert(name), lambda tx: tx.count(_EVENTS))


def _insert_and_raise(name: str) -> Callable[[Transaction], None]:
    def work(tx: Transaction) -> None:
        tx.insert(event(name))
        raise _WorkError(name)

    return work


def _asking_again(
    ask: Callable[[Callable[[Transaction], int]], int],
) -> Callable[[Transaction], int]:
    return lambda _: ask(lambda inner: inner.count(_EVENTS))


def _add_one(name: str) -> Callable[[Transaction], None]:
    return lambda tx: tx.add(Counter, name, {"value": 1})


def _claim_three(transaction: Transaction) -> list[StoredEvent]:
    pending = (equal("state", EventState.PENDING),)
    query = Query(row=StoredEvent, where=pending, order=("id",), limit=3)
    return transaction.claim(query, {"state": EventState.DONE})
