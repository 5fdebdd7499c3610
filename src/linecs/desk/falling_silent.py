"""A customer falls silent in the middle of a scenario: what was given goes to a person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk.changes import Changes, ConflictError
from linecs.desk.collecting import collected_note
from linecs.desk.feed import happened
from linecs.desk.outgoing import queue_messages
from linecs.desk.promising import promise_of
from linecs.model import Author, Conversation, Ticket, TicketStatus
from linecs.replies.considered import TimingOut
from linecs.replies.scenario import MEMORY_KEY, waiting_until
from linecs.storage.tables import Memory

if TYPE_CHECKING:
    from linecs.desk.core import DeskCore
    from linecs.model import HandOff, Job
    from linecs.storage.ports import Transaction

__all__ = ["end_scenario", "time_out"]


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
    step = _Silence(core, conversation, before, now)
    if before.status is TicketStatus.BOT:
        step.hand_over(hand_off)
    end_scenario(step.changes, kept, now)
    step.write(tx, hand_off)


class _Silence:
    """What a customer's silence makes of the conversation and its ticket, in one transaction."""

    def __init__(
        self, core: DeskCore, conversation: Conversation, ticket: Ticket, now: int
    ) -> None:
        self.changes = Changes()
        self._core = core
        self._conversation_before = self._conversation = conversation
        self._ticket = ticket
        self._now = now

    def hand_over(self, hand_off: HandOff) -> None:
        """Give the ticket to a person, and tell the customer so."""
        rules, since = self._core.rules, self._conversation.newest_at
        after = rules.handed_off(self._ticket, hand_off, self._now, since=since)
        self._say(hand_off)
        spoke = bool(hand_off.messages)
        made = promise_of(rules, after, self._conversation, self._now, is_new=True, spoke=spoke)
        if made is not None:
            after, self._conversation = made.ticket, made.queued.conversation
            self.changes.add(*made.queued.rows)
            self._tell("promise.made", "system", until=after.promised_at)
        self.changes.alter(self._ticket, after, guard=("version",))

    def _say(self, hand_off: HandOff) -> None:
        queued = queue_messages(
            self._conversation,
            hand_off.messages,
            ticket_id=self._ticket.id,
            author=Author.BOT,
            author_id=hand_off.source,
            now=self._now,
        )
        if hand_off.messages:
            self.changes.add(*queued.rows)
            self._conversation = queued.conversation

    def write(self, tx: Transaction, hand_off: HandOff) -> None:
        """Write it all, with what the customer gave as a note."""
        since, until = self._ticket.opened_at, self._conversation_before.newest_at
        self.changes.add(
            collected_note(self._ticket, hand_off, self._now, since=since, until=until)
        )
        self._tell("inquiry.handoff", "bot", source=hand_off.source, reason=hand_off.reason)
        self.changes.alter(self._conversation_before, self._conversation, guard=("version",))
        self.changes.write(tx)

    def _tell(self, kind: str, actor: str, **facts: object) -> None:
        entry = happened(
            kind,
            channel_id=self._ticket.channel_id,
            conversation_id=self._ticket.conversation_id,
            now=self._now,
            actor=actor,
            ticket_id=self._ticket.id,
            facts=facts,
        )
        self.changes.add(entry)


def end_scenario(changes: Changes, kept: Memory | None, now: int) -> None:
    """Let a scenario be over: it listens no more, and is not resumed. What else is kept stays."""
    remembered = json.loads(kept.content) if kept else {}
    if kept is None or remembered.pop(MEMORY_KEY, None) is None:
        return
    content = json.dumps(remembered, ensure_ascii=False)
    changes.alter(kept, evolve(kept, content=content, changed_at=now))
