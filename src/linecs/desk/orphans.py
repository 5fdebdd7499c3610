"""Is anybody forgotten? What breaks Promise 3, found by looking at the rows themselves."""

from __future__ import annotations

from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from attrs import evolve, frozen

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
    from linecs.model import MessageId
    from linecs.storage.ports import Transaction

__all__ = ["Orphan", "OrphanKind", "find_orphans"]

R = TypeVar("R")

_ROWS_AT_ONCE = 500
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
            *islice(_messages(tx), limit),
            *_tickets(tx, limit),
            *islice(_replies(tx, now), limit),
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


def _messages(tx: Transaction) -> Iterable[Orphan]:
    where = (
        equal("state", MessageState.RECEIVED),
        equal("answered", value=False),
        equal("author", Author.CUSTOMER),
    )
    for waiting in _pages(tx, Query(row=Message, where=where, order=("occurred_at", "id"))):
        ticket_ids = sorted({message.ticket_id for message in waiting if message.ticket_id})
        cared_for = (one_of("id", ticket_ids), unequal("status", TicketStatus.RESOLVED))
        owned = {ticket.id for ticket in tx.select(Query(row=Ticket, where=cared_for))}
        for message in waiting:
            if message.ticket_id not in owned:
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


def _replies(tx: Transaction, now: int) -> Iterable[Orphan]:
    for state in _ON_ITS_WAY:
        where = (equal("state", state), at_most("occurred_at", now - _PATIENCE))
        order = ("answered", "occurred_at", "id")
        for going in _pages(tx, Query(row=Message, where=where, order=order)):
            carried = _carried(tx, going)
            for message in going:
                if message.id not in carried:
                    yield _of_message(OrphanKind.LOST_REPLY, message)


def _carried(tx: Transaction, messages: Sequence[Message]) -> set[MessageId]:
    """Return which messages wait in the outbox or are in a call whose outcome is open."""
    queued = (one_of("message_id", [message.id for message in messages]),)
    conversations = sorted({message.conversation_id for message in messages})
    called = (one_of("conversation_id", conversations), one_of("state", _OPEN_ATTEMPT))
    waiting = {item.message_id for item in tx.select(Query(row=OutboxItem, where=queued))}
    attempts = tx.select(Query(row=Attempt, where=called))
    return waiting.union(*[attempt.message_ids for attempt in attempts])


def _pages(tx: Transaction, query: Query[R]) -> Iterable[list[R]]:
    """Yield all rows of a query, so many at a time that any number fits into memory."""
    page = evolve(query, limit=_ROWS_AT_ONCE)
    while rows := tx.select(page):
        yield rows
        page = evolve(page, after=tuple(getattr(rows[-1], name) for name in page.order))


def _of_message(kind: OrphanKind, message: Message) -> Orphan:
    return Orphan(
        kind=kind,
        subject_id=message.id,
        conversation_id=message.conversation_id,
        since=message.occurred_at,
    )
