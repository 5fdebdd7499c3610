"""Messages on their way to LINE: attempts committed, called with no connection held, recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.delivery.outcomes import Silence, Unclear
from linecs.delivery.settlement import settle
from linecs.desk.calling import call_each
from linecs.desk.forming import form_calls
from linecs.desk.recording import record
from linecs.model import Attempt, AttemptState
from linecs.storage.ports import Query, at_most, equal

if TYPE_CHECKING:
    from linecs.desk.core import DeskCore
    from linecs.desk.turns import Turn

__all__ = ["deliver"]

# Others who write to a SQLite file wait while calls are formed: some 5 ms for so many.
_CALLS_AT_ONCE = 50


def deliver(core: DeskCore, turn: Turn, *, limit: int = _CALLS_AT_ONCE) -> int:
    """Make the calls that are due and record their outcomes; return how many there were.

    Opens its own transactions, none of them around a call. Any number of workers may call it.
    """
    if turn.is_stopped:
        return 0
    _settle_interrupted(core)
    attempts = core.storage.run(lambda tx: form_calls(core, tx, limit))
    for settlements in call_each(core, turn, attempts):
        record(core, settlements)
    return len(attempts)


def _settle_interrupted(core: DeskCore) -> None:
    """Record calls whose worker ended before it could say what LINE answered."""
    now = core.clock()
    where = (equal("state", AttemptState.CALLING), at_most("due_at", now))
    overdue = core.storage.read(lambda tx: tx.select(Query(row=Attempt, where=where)))
    policy = core.settings.delivery
    interrupted = Unclear(kind=Silence.INTERRUPTED)
    record(core, [settle(each, interrupted, now, policy) for each in overdue])
