"""Tickets whose time has come: the bot's turn ends, silence closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk.changes import Changes, ConflictError
from linecs.desk.feed import happened
from linecs.model import (
    Conversation,
    Message,
    MessageState,
    Ticket,
    TicketStatus,
)
from linecs.storage.ports import Query, above, at_most, equal, one_of

if TYPE_CHECKING:
    from linecs.desk.core import DeskCore
    from linecs.storage.ports import Transaction

__all__ = ["tick"]

_AT_ONCE = 100
_ON_ITS_WAY = (MessageState.QUEUED, MessageState.SENDING)
_LOOK_AGAIN = 60_000


def tick(core: DeskCore) -> int:
    """Move the tickets that are due; return how many. Opens its own transactions."""
    by_themselves = one_of("status", (TicketStatus.BOT, TicketStatus.WAITING))
    snoozed = one_of("status", (TicketStatus.OPEN, TicketStatus.IN_PROGRESS))
    where = ((by_themselves,), (snoozed, equal("due_for", "snooze")))
    is_due = (above("due_at", 0), at_most("due_at", core.clock()))
    queries = [
        Query(row=Ticket, where=(*each, *is_due), order=("due_at",), limit=_AT_ONCE)
        for each in where
    ]
    due = core.storage.read(lambda tx: [found for each in queries for found in tx.select(each)])
    return sum(_move(core, ticket) for ticket in due)


def _move(core: DeskCore, ticket: Ticket) -> bool:
    try:
        core.storage.run(lambda tx: _write(core, tx, ticket))
    except ConflictError:
        # Somebody acted just now; the ticket's time is another one.
        return False
    return True


def _write(core: DeskCore, tx: Transaction, ticket: Ticket) -> None:
    now = core.clock()
    conversation = tx.get(Conversation, ticket.conversation_id, lock=True)
    changes = Changes()
    if conversation.inquiry_due_at or _is_on_its_way(tx, ticket):
        # Not settled yet: an answer counts only when LINE accepted it.
        moved = evolve(ticket, due_at=now + _LOOK_AGAIN)
    else:
        moved = core.rules.time_is_up(ticket, now)
    woken = moved.snoozed_until != ticket.snoozed_until
    has_moved = woken or moved.status is not ticket.status
    raised = evolve(moved, version=ticket.version + has_moved)
    changes.alter(ticket, raised, guard=("version",))
    if has_moved:
        changes.add(
            happened(
                "ticket.unsnoozed" if woken else f"ticket.{moved.status}",
                channel_id=ticket.channel_id,
                conversation_id=conversation.id,
                now=now,
                actor="system",
                ticket_id=ticket.id,
                facts={"reason": moved.reason},
            )
        )
    changes.write(tx)


def _is_on_its_way(tx: Transaction, ticket: Ticket) -> bool:
    where = (equal("ticket_id", ticket.id), one_of("state", _ON_ITS_WAY))
    return tx.count(Query(row=Message, where=where)) > 0
