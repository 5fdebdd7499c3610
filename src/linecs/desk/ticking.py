"""Tickets whose time has come: the bot's turn ends, staff are reminded, silence closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linecs.delivery.planner import refusal
from linecs.desk.changes import Changes, ConflictError
from linecs.desk.feed import happened
from linecs.desk.outgoing import queue_messages
from linecs.desk.promising import promise_of
from linecs.model import (
    Author,
    Conversation,
    Customer,
    Message,
    MessageState,
    Ticket,
    TicketStatus,
)
from linecs.storage.ports import Query, above, at_most, equal, one_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.desk.core import DeskCore
    from linecs.desk.outgoing import Queued
    from linecs.storage.ports import Transaction

__all__ = ["NUDGE", "tick"]

NUDGE = "desk:nudge"
"""The author of nudges."""
_AT_ONCE = 100
_ON_ITS_WAY = (MessageState.QUEUED, MessageState.SENDING)
_LOOK_AGAIN = 60_000


def tick(core: DeskCore) -> int:
    """Move the tickets that are due, and remind staff of theirs; return how many.

    Opens its own transactions.
    """
    due, late = core.storage.read(lambda tx: (_due(tx, core.clock()), _late(tx, core.clock())))
    moved = sum(_apart(core, ticket, _move) for ticket in due)
    return moved + sum(_apart(core, ticket, _remind) for ticket in late)


def _due(tx: Transaction, now: int) -> list[Ticket]:
    by_themselves = one_of("status", (TicketStatus.BOT, TicketStatus.WAITING))
    snoozed = one_of("status", (TicketStatus.OPEN, TicketStatus.IN_PROGRESS))
    where = ((by_themselves,), (snoozed, equal("due_for", "snooze")))
    is_due = (above("due_at", 0), at_most("due_at", now))
    queries = [
        Query(row=Ticket, where=(*each, *is_due), order=("due_at",), limit=_AT_ONCE)
        for each in where
    ]
    return [found for each in queries for found in tx.select(each)]


def _late(tx: Transaction, now: int) -> list[Ticket]:
    where = (above("remind_at", 0), at_most("remind_at", now))
    return tx.select(Query(row=Ticket, where=where, order=("remind_at",), limit=_AT_ONCE))


def _apart(
    core: DeskCore, ticket: Ticket, work: Callable[[DeskCore, Transaction, Ticket], None]
) -> bool:
    try:
        core.storage.run(lambda tx: work(core, tx, ticket))
    except ConflictError:
        # Somebody acted just now; the ticket's time is another one.
        return False
    return True


def _move(core: DeskCore, tx: Transaction, ticket: Ticket) -> None:
    now = core.clock()
    conversation = tx.get(Conversation, ticket.conversation_id, lock=True)
    if conversation.inquiry_due_at or _is_on_its_way(tx, ticket):
        # Not settled yet: an answer counts only when LINE accepted it.
        later = evolve(ticket, due_at=now + _LOOK_AGAIN)
        changes = Changes()
        changes.alter(ticket, later, guard=("version",))
        changes.write(tx)
        return
    _Tick(core, tx, ticket, conversation).write()


def _is_on_its_way(tx: Transaction, ticket: Ticket) -> bool:
    where = (equal("ticket_id", ticket.id), one_of("state", _ON_ITS_WAY))
    return tx.count(Query(row=Message, where=where)) > 0


class _Tick:
    """What a due time makes of one ticket, in one transaction."""

    def __init__(
        self, core: DeskCore, tx: Transaction, ticket: Ticket, conversation: Conversation
    ) -> None:
        self._core = core
        self._tx = tx
        self._now = core.clock()
        self._before = ticket
        self._after = core.rules.time_is_up(ticket, self._now)
        self._conversation_before = self._conversation = conversation
        self._changes = Changes()

    def write(self) -> None:
        """Write the ticket, and say to the customer and the feed what there is to say."""
        if self._after.nudges_sent > self._before.nudges_sent:
            self._nudge()
        if self._after.status is not self._before.status:
            self._move()
        if self._after.snoozed_until != self._before.snoozed_until:
            self._tell("ticket.unsnoozed")
        raised = evolve(self._after, version=self._before.version + self._changes_anything)
        self._changes.alter(self._before, raised, guard=("version",))
        self._changes.alter(self._conversation_before, self._conversation, guard=("version",))
        self._changes.write(self._tx)

    @property
    def _changes_anything(self) -> bool:
        was, now = self._before, self._after
        return (was.status, was.snoozed_until) != (now.status, now.snoozed_until)

    def _move(self) -> None:
        self._tell(f"ticket.{self._after.status}", reason=self._after.reason)
        made = promise_of(self._core.rules, self._after, self._conversation, self._now, is_new=True)
        if made is not None:
            self._say(made.queued)
            self._after = made.ticket
            self._tell("promise.made", until=made.ticket.promised_at)

    def _nudge(self) -> None:
        """Ask a customer again; one whom LINE does not reach is only waited for."""
        customer = self._tx.get(Customer, self._before.customer_id)
        text = self._core.rules.routing.queue(self._before.queue).nudges.text
        if refusal(customer, self._now):
            return
        self._say(
            queue_messages(
                self._conversation,
                [{"type": "text", "text": text}],
                ticket_id=self._before.id,
                author=Author.SYSTEM,
                author_id=NUDGE,
                now=self._now,
            )
        )
        self._tell("ticket.nudged", number=self._after.nudges_sent)

    def _say(self, queued: Queued) -> None:
        self._changes.add(*queued.rows)
        self._conversation = queued.conversation

    def _tell(self, kind: str, **facts: object) -> None:
        self._changes.add(_happened(self._core, self._before, kind, **facts))


def _happened(core: DeskCore, ticket: Ticket, kind: str, **facts: object) -> object:
    return happened(
        kind,
        channel_id=ticket.channel_id,
        conversation_id=ticket.conversation_id,
        now=core.clock(),
        actor="system",
        ticket_id=ticket.id,
        facts=facts,
    )


def _remind(core: DeskCore, tx: Transaction, ticket: Ticket) -> None:
    """Put into the feed that a reply is due soon, or overdue; each once for a due time."""
    reminded = core.rules.reminded(ticket, core.clock())
    kind = "ticket.due_soon" if reminded.remind_at else "ticket.overdue"
    changes = Changes()
    # No new version: nothing that an operator sees on the ticket is another one.
    changes.alter(ticket, reminded, guard=("version", "remind_at"))
    changes.add(
        _happened(core, ticket, kind, due_for=ticket.due_for, assignee=ticket.assignee_id or "")
    )
    if reminded.promise_kept is False and ticket.promise_kept is None:
        changes.add(_happened(core, ticket, "promise.broken", until=ticket.promised_at))
    changes.write(tx)
