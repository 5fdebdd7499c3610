"""Is anybody forgotten? What breaks Promise 3, found by looking at the rows themselves."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.model import (
    Attempt,
    AttemptState,
    Author,
    ConversationId,
    EventState,
    Message,
    MessageState,
    OutboxItem,
    StoredEvent,
    Ticket,
    TicketStatus,
)
from linecs.storage.ports import Query, at_most, equal, one_of, unequal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linecs.desk.core import DeskCore
    from linecs.storage.ports import Transaction

__all__ = ["Orphan", "OrphanKind", "find_orphans"]

_PATIENCE = 60_000
_ON_ITS_WAY = (MessageState.QUEUED, MessageState.SENDING, MessageState.PARKED)
_OPEN_ATTEMPT = (AttemptState.CALLING, AttemptState.WAITING)


class OrphanKind(StrEnum):
    """How something could be forgotten."""

    UNPROCESSED_EVENT = "unprocessed_event"
    """Received over a minute ago and not yet looked at: no worker runs, or it is stuck."""
    FAILED_EVENT = "failed_event"
    """Set aside; mend the cause, then `desk.retry`."""
    UNOWNED_MESSAGE = "unowned_message"
    """A customer's bubble that is neither answered nor on a ticket somebody must look at."""
    TICKET_WITHOUT_DUE_TIME = "ticket_without_due_time"
    LOST_REPLY = "lost_reply"
    """A message that says it is on its way, but that nothing carries."""


@frozen(kw_only=True)
class Orphan:
    """One thing that nobody would come back to by itself.

    Attributes:
        subject_id: The event, message or ticket.
        since: Epoch ms UTC.
    """

    kind: OrphanKind
    subject_id: str
    conversation_id: ConversationId | None
    since: int


def find_orphans(core: DeskCore, *, limit: int) -> Sequence[Orphan]:
    """Return what is forgotten, at most so much of each kind; empty when all is well."""
    now = core.clock()

    def look(tx: Transaction) -> list[Orphan]:
        return [
            *_events(tx, now, limit),
            *_messages(tx, limit),
            *_tickets(tx, limit),
            *_replies(tx, now, limit),
        ]

    return core.storage.read(look)


def _events(tx: Transaction, now: int, limit: int) -> Iterable[Orphan]:
    kinds = {
        EventState.PENDING: (OrphanKind.UNPROCESSED_EVENT, now - _PATIENCE),
        EventState.FAILED: (OrphanKind.FAILED_EVENT, now),
    }
    for state, (kind, before) in kinds.items():
        where = (equal("state", state), at_most("received_at", before))
        for event in tx.select(Query(row=StoredEvent, where=where, limit=limit)):
            yield Orphan(
                kind=kind, subject_id=event.id, conversation_id=None, since=event.received_at
            )


def _messages(tx: Transaction, limit: int) -> Iterable[Orphan]:
    where = (
        equal("state", MessageState.RECEIVED),
        equal("answered", value=False),
        equal("author", Author.CUSTOMER),
    )
    waiting = tx.select(Query(row=Message, where=where))
    ticket_ids = sorted({message.ticket_id for message in waiting if message.ticket_id})
    cared_for = (one_of("id", ticket_ids), unequal("status", TicketStatus.RESOLVED))
    owned = {ticket.id for ticket in tx.select(Query(row=Ticket, where=cared_for))}
    forgotten = [message for message in waiting if message.ticket_id not in owned]
    for message in forgotten[:limit]:
        yield _of_message(OrphanKind.UNOWNED_MESSAGE, message)


def _tickets(tx: Transaction, limit: int) -> Iterable[Orphan]:
    where = (unequal("status", TicketStatus.RESOLVED), equal("due_at", 0))
    for ticket in tx.select(Query(row=Ticket, where=where, limit=limit)):
        yield Orphan(
            kind=OrphanKind.TICKET_WITHOUT_DUE_TIME,
            subject_id=ticket.id,
            conversation_id=ticket.conversation_id,
            since=ticket.opened_at,
        )


def _replies(tx: Transaction, now: int, limit: int) -> Iterable[Orphan]:
    old = at_most("occurred_at", now - _PATIENCE)
    going = tx.select(Query(row=Message, where=(one_of("state", _ON_ITS_WAY), old)))
    queued = Query(row=OutboxItem, where=(one_of("message_id", [m.id for m in going]),))
    open_calls = Query(row=Attempt, where=(one_of("state", _OPEN_ATTEMPT),))
    carried = {item.message_id for item in tx.select(queued)}
    carried |= {each for attempt in tx.select(open_calls) for each in attempt.message_ids}
    lost = [message for message in going if message.id not in carried]
    for message in lost[:limit]:
        yield _of_message(OrphanKind.LOST_REPLY, message)


def _of_message(kind: OrphanKind, message: Message) -> Orphan:
    return Orphan(
        kind=kind,
        subject_id=message.id,
        conversation_id=message.conversation_id,
        since=message.occurred_at,
    )
