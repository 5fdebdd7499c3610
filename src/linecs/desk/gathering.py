"""Concurrent coroutines share one commit, as threads do; the event loop is never blocked."""

from __future__ import annotations

import asyncio
import weakref
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linecs.storage.ports import Storage, Transaction

__all__ = ["Gatherer"]

T = TypeVar("T")


class _Batch(Generic[T]):
    """What one event loop has waiting, and the task that commits it."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Callable[[Transaction], T], asyncio.Future[T]]] = []
        # The loop itself holds its tasks only weakly.
        self.commits: asyncio.Task[None] | None = None


class Gatherer(Generic[T]):
    """Runs works of one kind for coroutines: those that come during a commit share the next.

    Each event loop has its own queue, so one gatherer serves several loops and threads.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._batches: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Batch[T]] = (
            weakref.WeakKeyDictionary()
        )

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """Do the work in a commit that may be shared; return its result once durable."""
        loop = asyncio.get_running_loop()
        batch = self._batches.setdefault(loop, _Batch())
        done: asyncio.Future[T] = loop.create_future()
        batch.waiting.append((work, done))
        if batch.commits is None or batch.commits.done():
            # A task of its own: a cancelled request must not stop the others'.
            batch.commits = loop.create_task(self._commit(batch))
        return await done

    async def _commit(self, batch: _Batch[T]) -> None:
        while batch.waiting:
            taken, batch.waiting = batch.waiting, []
            works = [work for work, _ in taken]
            results = await asyncio.to_thread(self._together, works)
            for (_, done), result in zip(taken, results, strict=True):
                _resolve(done, result)

    def _together(self, works: Sequence[Callable[[Transaction], T]]) -> list[T | BaseException]:
        try:
            return list(self._storage.run_together(works))
        except Exception:  # noqa: BLE001 - which of them failed is found one by one
            return [self._alone(work) for work in works]

    def _alone(self, work: Callable[[Transaction], T]) -> T | BaseException:
        try:
            return self._storage.run(work)
        except Exception as error:  # noqa: BLE001 - handed to the coroutine that asked
            return error


def _resolve(done: asyncio.Future[T], result: T | BaseException) -> None:
    if done.cancelled():
        return
    if isinstance(result, BaseException):
        done.set_exception(result)
    else:
        done.set_result(result)
