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
    """One work that a caller brought, and what became of it.

    Attributes:
        pauses: Whether it is no work, but wants the lead without a commit.
        before: The last of the works that its caller brought, where that is another.
        done: Whether it was committed or has failed.
        leads: Whether its caller, who waited, is to lead.
    """

    __slots__ = (
        "_context",
        "_error",
        "_gate",
        "_result",
        "_work",
        "before",
        "done",
        "leads",
        "pauses",
    )

    def __init__(self, work: Callable[[SqlTransaction], Any], *, pauses: bool = False) -> None:
        self.pauses = pauses
        self.before: Call | None = None
        self.done = False
        self._work = work
        self._context: Context | None = None
        self._gate: threading.Lock | None = None
        self.leads = False
        self._result: Any = None
        self._error: BaseException | None = None

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

    def hand_over(self) -> None:
        """Prepare to be done by another thread. Called in the caller's own."""
        self._context = copy_context()
        if self.before is None:
            self._gate = threading.Lock()
            self._gate.acquire()

    def wait(self) -> bool:
        """Return False once it is done, or True once its caller is to lead."""
        if self._gate is not None:
            self._gate.acquire()
        return self.leads

    def lead(self) -> None:
        """Let its caller lead."""
        self.leads = True
        if self._gate is not None:
            self._gate.release()

    def settle(self) -> None:
        """Let its caller go on."""
        self.done = True
        if self._gate is not None:
            self._gate.release()


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
        self._batch: list[Call] = []
        self._led = False

    def run(self, works: Sequence[Callable[[SqlTransaction], Any]]) -> list[Call]:
        """Return the calls of all works, at least one, done in their order."""
        calls = [Call(work) for work in works]
        for call in calls[:-1]:
            call.before = calls[-1]
        with self._mutex:
            leads = not self._led
            if leads:
                self._led = True
                self._batch = calls.copy()
            else:
                self._queue(calls)
        if leads or self._follow(calls):
            self._lead(calls[-1])
        return calls

    def pause(self) -> None:
        """Wait until nobody commits, and let nobody begin before `resume`."""
        call = Call(lambda _: None, pauses=True)
        with self._mutex:
            if not self._led:
                self._led = True
                return
            self._queue([call])
        call.wait()
        with self._mutex:
            self._waiting.remove(call)

    def resume(self) -> None:
        """Go on with those who came meanwhile."""
        self._pass_on()

    def _queue(self, calls: Sequence[Call]) -> None:
        for call in calls:
            call.hand_over()
        self._waiting.extend(calls)

    def _follow(self, calls: Sequence[Call]) -> bool:
        last = calls[-1]
        try:
            return last.wait()
        except BaseException:
            # Interrupted while waiting: the lead must not fall to one who has gone.
            with self._mutex:
                self._waiting = deque(call for call in self._waiting if call not in calls)
            if last.leads:
                self._pass_on()
            raise

    def _lead(self, until: Call) -> None:
        try:
            while not until.done:
                self._commit_batch()
        finally:
            self._pass_on()

    def _commit_batch(self) -> None:
        try:
            self._commit(self._take)
        except Exception as error:  # noqa: BLE001 - each caller raises it
            self._fail(error)
        except BaseException:
            self._fail(StorageError("interrupted; look before you repeat"))
            raise
        finally:
            batch, self._batch = self._batch, []
            for call in batch:
                call.settle()

    def _take(self) -> list[Call]:
        with self._mutex:
            while self._waiting and len(self._batch) < _LARGEST_BATCH:
                if self._waiting[0].pauses:
                    break
                self._batch.append(self._waiting.popleft())
        return self._batch

    def _fail(self, error: BaseException) -> None:
        for call in self._batch or self._take():
            call.fail(error)

    def _pass_on(self) -> None:
        with self._mutex:
            self._led = bool(self._waiting)
            if self._led:
                first = self._waiting[0]
                (first.before or first).lead()
