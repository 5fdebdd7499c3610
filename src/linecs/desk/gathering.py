"""Concurrent coroutines share one commit, as threads do; the event loop is never blocked."""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linecs.storage.ports import Storage, Transaction

__all__ = ["Gatherer"]

T = TypeVar("T")
_Waiting = tuple["Callable[[Transaction], T]", "asyncio.Future[T]"]
_LARGEST_BATCH = 128


class Gatherer(Generic[T]):
    """Runs works of one kind for coroutines: those that come during a commit share the next.

    Each event loop has its own queue, so one gatherer serves several loops and threads.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._queues: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Queue[T]] = (
            weakref.WeakKeyDictionary()
        )

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """Do the work in a commit that may be shared; return its result once durable."""
        loop = asyncio.get_running_loop()
        queue = self._queues.get(loop)
        if queue is None:
            queue = self._queues[loop] = _Queue(self._storage)
        done: asyncio.Future[T] = loop.create_future()
        queue.add(work, done)
        return await done


class _Queue(Generic[T]):
    """What one event loop has waiting, and the thread that commits it.

    It knows the loop by its futures alone, so that both end with the last who refers to them.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._waiting: deque[_Waiting[T]] = deque()
        self._is_committing = False
        self._thread = ThreadPoolExecutor(1, "linecs-gatherer")

    def add(self, work: Callable[[Transaction], T], done: asyncio.Future[T]) -> None:
        """Queue a work. Called in the loop's thread."""
        self._waiting.append((work, done))
        if not self._is_committing:
            self._is_committing = True
            # Later, so that what the loop has read already comes along.
            done.get_loop().call_soon(self._start)

    def _start(self) -> None:
        self._is_committing = bool(self._waiting)
        if self._is_committing:
            self._thread.submit(self._commit, self._waiting[0][1].get_loop())

    def _commit(self, loop: asyncio.AbstractEventLoop) -> None:
        taken: list[_Waiting[T]] = []
        results: Sequence[T | BaseException]
        try:
            results = self._storage.run(lambda transaction: self._perform(taken, transaction))
        except Exception as error:  # noqa: BLE001 - handed to the coroutines that asked
            # Which of those taken failed is found one by one; none is taken without a database.
            results = [self._alone(work) for work, _ in taken] or [error] * self._take(taken)
        # One call for all, since each wakes the loop.
        loop.call_soon_threadsafe(self._settle, taken, results)

    def _perform(self, taken: list[_Waiting[T]], transaction: Transaction) -> list[T]:
        """Do all works that have come by the time the database lets this one write.

        A storage may do this again from the start; then for what was taken before, too.
        """
        self._take(taken)
        return [work(transaction) for work, _ in taken]

    def _take(self, taken: list[_Waiting[T]]) -> int:
        while self._waiting and len(taken) < _LARGEST_BATCH:
            taken.append(self._waiting.popleft())
        return len(taken)

    def _alone(self, work: Callable[[Transaction], T]) -> T | BaseException:
        try:
            return self._storage.run(work)
        except Exception as error:  # noqa: BLE001 - handed to the coroutine that asked
            return error

    def _settle(self, taken: Sequence[_Waiting[T]], results: Sequence[T | BaseException]) -> None:
        for (_, done), result in zip(taken, results, strict=True):
            _resolve(done, result)
        self._start()


def _resolve(done: asyncio.Future[T], result: T | BaseException) -> None:
    if done.cancelled():
        return
    if isinstance(result, BaseException):
        done.set_exception(result)
    else:
        done.set_result(result)
