"""One conversation as a screen shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from linecs.model import (
    Attempt,
    AttemptState,
    Conversation,
    Customer,
    Message,
    MessageId,
    Note,
    OutboxItem,
    Ticket,
)
from linecs.storage.ports import Query, equal, one_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.model import ConversationId
    from linecs.storage.ports import Transaction

__all__ = ["ConversationView", "view_conversation"]

_NOTES = 200
_TICKETS = 50
_TO_BE_CALLED = (AttemptState.CALLING, AttemptState.WAITING)


@frozen(kw_only=True)
class ConversationView:
    """One conversation.

    Attributes:
        conversation: Its `version` and `newest_message_id` are what `reply` takes as `version`
            and `seen`.
        messages: Oldest first; the newest ones, or those before what was asked for.
        older: Give it as `before` for the messages before these; None where there are none.
        ticket: The current ticket; None where there never was one.
        tickets: All of the customer's, newest first, at most fifty.
        notes: Oldest first; the newest two hundred.
        in_flight: Messages that were decided and that LINE has not accepted yet.
    """

    customer: Customer
    conversation: Conversation
    messages: tuple[Message, ...]
    older: str | None
    ticket: Ticket | None
    tickets: tuple[Ticket, ...]
    notes: tuple[Note, ...]
    in_flight: tuple[MessageId, ...]


def view_conversation(
    tx: Transaction, conversation_id: ConversationId, *, before: str | None, limit: int
) -> ConversationView:
    """Return a conversation and its newest messages. Joins. Raises `RowMissingError`."""
    conversation = tx.get(Conversation, conversation_id)
    of_it = equal("conversation_id", conversation_id)
    messages, older = _messages(tx, conversation_id, before, limit)
    tickets = tx.select(
        Query(row=Ticket, where=(of_it,), order=("-opened_at", "-id"), limit=_TICKETS)
    )
    notes = tx.select(Query(row=Note, where=(of_it,), order=("-at", "-id"), limit=_NOTES))
    return ConversationView(
        customer=tx.get(Customer, conversation.customer_id),
        conversation=conversation,
        messages=tuple(reversed(messages)),
        older=older,
        ticket=_current(tx, conversation, tickets),
        tickets=tuple(tickets),
        notes=tuple(reversed(notes)),
        in_flight=_in_flight(tx, conversation_id),
    )


def _messages(
    tx: Transaction, conversation_id: ConversationId, before: str | None, limit: int
) -> tuple[list[Message], str | None]:
    """Return messages, newest first, and the message to go on before."""
    start = tx.get(Message, MessageId(before)) if before else None
    query = Query(
        row=Message,
        where=(equal("conversation_id", conversation_id),),
        order=("-occurred_at", "-id"),
        limit=limit + 1,
        after=(start.occurred_at, start.id) if start else None,
    )
    found = tx.select(query)
    page = found[:limit]
    return page, page[-1].id if len(found) > limit else None


def _current(
    tx: Transaction, conversation: Conversation, tickets: Sequence[Ticket]
) -> Ticket | None:
    found = next((each for each in tickets if each.id == conversation.ticket_id), None)
    if found is None and conversation.ticket_id:
        return tx.find(Ticket, conversation.ticket_id)
    return found


def _in_flight(tx: Transaction, conversation_id: ConversationId) -> tuple[MessageId, ...]:
    of_it = equal("conversation_id", conversation_id)
    items = tx.select(Query(row=OutboxItem, where=(of_it,), order=("created_at",)))
    calls = Query(row=Attempt, where=(of_it, one_of("state", _TO_BE_CALLED)), order=("id",))
    called = [each for attempt in tx.select(calls) for each in attempt.message_ids]
    return (*called, *(item.message_id for item in items))
