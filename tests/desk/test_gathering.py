"""Coroutines share commits, and what fails for one fails for no other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from linecs.desk.gathering import Gatherer
from linecs.storage.ports import Query, StorageError
from linecs.storage.tables import Counter

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.storage.ports import Storage, Transaction


class Unreachable:
    """A storage that lets nobody in until it is reachable."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.is_reachable = False

    def run(self, work: Callable[[Transaction], Any]) -> Any:
        """Do the work, if the database is there."""
        if not self.is_reachable:
            raise StorageError("cannot connect to the database")
        return self._storage.run(work)


def add(name: str) -> Callable[[Transaction], list[bool]]:
    """Return a work that adds a counter unless it is there."""
    return lambda tx: tx.insert_absent(Counter(name=name))


def fail(_: Transaction) -> list[bool]:
    """A work that fails."""
    raise StorageError("this one alone")


def gather(storage: Storage, *works: Callable[[Transaction], list[bool]]) -> list[Any]:
    """Return what coroutines that run these works at once get, their errors too."""

    async def run_all() -> list[Any]:
        gatherer = Gatherer[list[bool]](storage)
        running = [gatherer.run(work) for work in works]
        return await asyncio.gather(*running, return_exceptions=True)

    return asyncio.run(run_all())


def names(storage: Storage) -> set[str]:
    """Return the counters that are kept."""
    return {row.name for row in storage.read(lambda tx: tx.select(Query(row=Counter)))}


def test_each_gets_the_result_of_its_own_work(storage: Storage) -> None:
    """The second of two alike finds what the first brought."""
    expected: list[Any] = [[True], [True], [False]]
    assert expected == gather(storage, add("a"), add("b"), add("a"))


def test_more_than_one_commit_takes_are_all_done(storage: Storage) -> None:
    """A commit takes no more than 128 works; those beyond go into the next."""
    added = gather(storage, *(add(str(number)) for number in range(300)))
    assert added == [[True]] * 300
    assert names(storage) == {str(number) for number in range(300)}


def test_a_work_that_fails_costs_no_other_its_commit(storage: Storage) -> None:
    """It is undone alone, and only its own coroutine hears of it."""
    first, failed, last = gather(storage, add("a"), fail, add("b"))
    assert (first, last) == ([True], [True])
    assert isinstance(failed, StorageError)
    assert names(storage) == {"a", "b"}


def test_nobody_waits_for_a_database_that_is_gone(storage: Storage) -> None:
    """All who wait hear of it, and who comes when it is back is served."""
    unreachable = Unreachable(storage)

    async def run_all() -> list[Any]:
        gatherer = Gatherer[list[bool]](cast("Storage", unreachable))
        running = [gatherer.run(add(name)) for name in "ab"]
        failed = await asyncio.gather(*running, return_exceptions=True)
        unreachable.is_reachable = True
        return [*failed, await gatherer.run(add("c"))]

    first, second, third = asyncio.run(run_all())
    assert isinstance(first, StorageError)
    assert isinstance(second, StorageError)
    assert third == [True]
    assert names(storage) == {"c"}


def test_a_cancelled_request_stops_no_other(storage: Storage) -> None:
    """Its work may be kept or not; those beside it are done."""

    async def cancel_first() -> list[bool]:
        gatherer = Gatherer[list[bool]](storage)
        first = asyncio.ensure_future(gatherer.run(add("a")))
        second = asyncio.ensure_future(gatherer.run(add("b")))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert asyncio.run(cancel_first()) == [True]
