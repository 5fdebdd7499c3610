"""Many callers' works in few commits, without a thread of ours.

The first caller becomes leader: it takes what all callers have brought, has it committed
at once, wakes them, and hands the lead to the first of those who came meanwhile. The
longer a commit takes, the more the next one carries.
"""

from __future__ import annotations

import threading
from collections import deque
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from linecs.storage.ports import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextvars import Context

    from linecs.storage.sql.transaction import SqlTransaction

__all__ = ["Call", "GroupCommit"]

_LARGEST_BATCH = 128


class Call:
    """One work that a caller brought, and what became of it."""

    __slots__ = ("_context", "_error", "_result", "_work", "caller", "done")

    def __init__(self, work: Callable[[SqlTransaction], Any], caller: _Caller) -> None:
        self.caller = caller
        self.done = False
        self._work = work
        self._context: Context | None = None
        self._result: Any = None
        self._error: BaseException | None = None

    def keep_context(self) -> None:
        """Prepare to be done by another thread. Called in the caller's own."""
        self._context = copy_context()

    def perform(self, transaction: SqlTransaction) -> None:
        """Do the work as its caller would. Raises what the work raises."""
        if self._context is None:
            self._result = self._work(transaction)
        else:
            self._result = self._context.run(self._work, transaction)

    def fail(self, error: BaseException) -> None:
        """Let the caller raise this, unless its own work failed before."""
        self._error = self._error or error

    def outcome(self) -> Any:  # noqa: ANN401 - whatever the work gave
        """Return the work's result, or raise its error."""
        if self._error is not None:
            raise self._error
        return self._result


class GroupCommit:
    """Brings callers' works together.

    Args:
        commit: Does one commit: takes a batch by calling its argument once nobody else
            writes, performs it, and commits. What it raises fails the whole batch.
    """

    def __init__(self, commit: Callable[[Callable[[], Sequence[Call]]], None]) -> None:
        self._commit = commit
        self._mutex = threading.Lock()
        self._waiting: deque[Call] = deque()
        self._led = False

    def run(self, works: Sequence[Callable[[SqlTransaction], Any]]) -> list[Call]:
        """Return the calls of all works, at least one, done in their order."""
        caller = _Caller()
        calls = [Call(work, caller) for work in works]
        caller.last = calls[-1]
        if self._bring(calls) or self._follow(caller, calls):
            self._lead(caller.last)
        return calls

    def _bring(self, calls: Sequence[Call]) -> bool:
        with self._mutex:
            leads, self._led = not self._led, True
            self._waiting.extend(calls)
            if not leads:
                for call in calls:
                    call.keep_context()
            return leads

    def _follow(self, caller: _Caller, calls: Sequence[Call]) -> bool:
        try:
            return caller.wait()
        except BaseException:
            # Interrupted while waiting: the lead must not fall to one who has gone.
            with self._mutex:
                self._waiting = deque(call for call in self._waiting if call not in calls)
            if caller.leads:
                self._pass_on()
            raise

    def _lead(self, until: Call) -> None:
        try:
            while not until.done:
                self._commit_batch()
        finally:
            self._pass_on()

    def _commit_batch(self) -> None:
        batch: list[Call] = []
        try:
            self._commit(lambda: self._take(batch))
        except Exception as error:  # noqa: BLE001 - each caller raises it
            _fail(batch or self._take(batch), error)
        except BaseException:
            _fail(batch or self._take(batch), StorageError("interrupted; look before you repeat"))
            raise
        finally:
            _settle(batch)

    def _take(self, batch: list[Call]) -> list[Call]:
        with self._mutex:
            while self._waiting and len(batch) < _LARGEST_BATCH:
                batch.append(self._waiting.popleft())
        return batch

    def _pass_on(self) -> None:
        with self._mutex:
            self._led = bool(self._waiting)
            if self._led:
                self._waiting[0].caller.lead()


class _Caller:
    """A thread that waits."""

    __slots__ = ("_gate", "last", "leads")
    last: Call

    def __init__(self) -> None:
        self.leads = False
        self._gate = threading.Lock()
        self._gate.acquire()

    def wait(self) -> bool:
        """Return False once all is done, or True once this caller is to lead."""
        self._gate.acquire()
        return self.leads

    def lead(self) -> None:
        self.leads = True
        self._gate.release()

    def wake(self) -> None:
        self._gate.release()


def _fail(batch: Sequence[Call], error: BaseException) -> None:
    for call in batch:
        call.fail(error)


def _settle(batch: Sequence[Call]) -> None:
    for call in batch:
        call.done = True
        if call is call.caller.last:
            call.caller.wake()
