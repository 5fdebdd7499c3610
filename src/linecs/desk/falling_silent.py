"""A customer falls silent in the middle of a scenario: what was given goes to a person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from linecs.desk.changes import Changes, ConflictError
from linecs.desk.collecting import collected_note
from linecs.desk.feed import happened
from linecs.model import Conversation, Ticket, TicketStatus
from linecs.replies.scenario import waiting_until
from linecs.storage.tables import Memory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs.desk.core import DeskCore
    from linecs.model import HandOff, Job
    from linecs.storage.ports import Transaction

__all__ = ["TimingOut", "time_out"]


@runtime_checkable
class TimingOut(Protocol):
    """A responder that has something to say when a customer falls silent."""

    def time_out(self, memory: Mapping[str, Any], at: int) -> HandOff | None:
        """Return what to hand to a person, or None.

        Called by the desk's job when `waiting_until` has passed.
        """
        ...


def time_out(core: DeskCore, job: Job) -> int | None:
    """Hand over what a customer gave before falling silent; come back where she went on."""
    kept = core.storage.read(lambda tx: tx.find(Memory, job.subject_id))
    remembered = json.loads(kept.content) if kept else {}
    until, now = waiting_until(remembered), core.clock()
    if kept is None or until is None:
        return None
    if until > now:
        return until
    if isinstance(core.responder, TimingOut):
        hand_off = core.responder.time_out(remembered, now)
        if hand_off is not None:
            _hand_over(core, kept, hand_off)
    return None


def _hand_over(core: DeskCore, kept: Memory, hand_off: HandOff) -> None:
    try:
        core.storage.run(lambda tx: _write(core, tx, kept, hand_off))
    except ConflictError:
        # Somebody wrote or acted just now: the scenario goes on, or a person looks at it.
        return


def _write(core: DeskCore, tx: Transaction, kept: Memory, hand_off: HandOff) -> None:
    now = core.clock()
    conversation = tx.get(Conversation, kept.conversation_id, lock=True)
    before = tx.get(Ticket, conversation.ticket_id) if conversation.ticket_id else None
    if before is None or conversation.inquiry_due_at:
        return
    changes = Changes()
    if before.status is TicketStatus.BOT:
        after = core.rules.handed_off(before, hand_off, now, since=conversation.newest_at)
        changes.alter(before, after, guard=("version",))
    changes.alter(kept, Memory(conversation_id=kept.conversation_id, content="{}", changed_at=now))
    changes.add(
        collected_note(before, hand_off, now, since=before.opened_at, until=conversation.newest_at),
        happened(
            "inquiry.handoff",
            channel_id=conversation.channel_id,
            conversation_id=conversation.id,
            now=now,
            actor="bot",
            ticket_id=before.id,
            facts={"source": hand_off.source, "reason": hand_off.reason},
        ),
    )
    changes.write(tx)
