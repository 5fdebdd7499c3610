"""What a step of the desk reads of one customer's lane before it thinks."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from linecs.intake import parse_event
from linecs.model import (
    ChannelId,
    Conversation,
    ConversationId,
    Customer,
    CustomerId,
    EventState,
    LineUserId,
    Message,
    MessageState,
    StoredEvent,
    Ticket,
    new_id,
)
from linecs.model.message import Author
from linecs.model.webhook import MessageEvent, UnsendEvent, WebhookEvent
from linecs.storage.ports import Query, StorageBusyError, at_least, equal, one_of
from linecs.storage.tables import Memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linecs.model import EventId
    from linecs.storage.ports import Transaction

__all__ = ["Lane", "LaneView", "conversations_of", "lane_of", "view_lane"]

_EVENTS_AT_ONCE = 100


@frozen
class Lane:
    """What keeps order: one customer of a channel, or the channel itself (empty user id)."""

    channel_id: ChannelId
    line_user_id: str


@frozen(kw_only=True)
class LaneView:
    """One lane as it was read.

    Attributes:
        conversation: As leased.
        ticket: The conversation's current ticket.
        events: Its pending events, oldest first, as stored and as typed values.
        known: Messages that the events speak of, by LINE's id.
        open_bubbles: The customer's bubbles nobody has dealt with, oldest first.
        memory: What responders remember, None where there is nothing.
    """

    conversation: Conversation
    customer: Customer | None
    ticket: Ticket | None = None
    events: tuple[tuple[StoredEvent, WebhookEvent], ...] = ()
    known: Mapping[str, Message] = field(factory=dict)
    open_bubbles: tuple[Message, ...] = ()
    memory: Memory | None = None

    @property
    def remembered(self) -> Mapping[str, Any]:
        """The memory's content."""
        content: Mapping[str, Any] = json.loads(self.memory.content) if self.memory else {}
        return content


def lane_conversation_id(channel_id: ChannelId) -> ConversationId:
    """Return the id of the channel's own lane, for events without a customer."""
    return ConversationId(f"channel:{channel_id}")


def conversations_of(
    tx: Transaction, lanes: Sequence[Lane], now: int
) -> dict[Lane, ConversationId]:
    """Return the lanes' conversations, making customers and conversations that are new."""
    found = {
        Lane(customer.channel_id, customer.line_user_id): ConversationId(customer.id)
        for customer in _customers_of(tx, lanes)
    }
    return {lane: found.get(lane) or _new_conversation(tx, lane, now) for lane in lanes}


def _customers_of(tx: Transaction, lanes: Sequence[Lane]) -> Iterable[Customer]:
    names: dict[ChannelId, list[str]] = defaultdict(list)
    for lane in lanes:
        if lane.line_user_id:
            names[lane.channel_id].append(lane.line_user_id)
    for channel_id, line_user_ids in names.items():
        where = (equal("channel_id", channel_id), one_of("line_user_id", line_user_ids))
        yield from tx.select(Query(row=Customer, where=where))


def _new_conversation(tx: Transaction, lane: Lane, now: int) -> ConversationId:
    if not lane.line_user_id:
        own = lane_conversation_id(lane.channel_id)
        tx.insert_absent(Conversation(id=own, channel_id=lane.channel_id, customer_id=None))
        return own
    customer = Customer(
        id=CustomerId(new_id(now)),
        channel_id=lane.channel_id,
        line_user_id=LineUserId(lane.line_user_id),
        first_seen_at=now,
    )
    if not tx.insert_absent(customer)[0]:
        msg = "Another worker is making this customer; the transaction starts again."
        raise StorageBusyError(msg)
    begun = ConversationId(customer.id)
    tx.insert(Conversation(id=begun, channel_id=lane.channel_id, customer_id=customer.id))
    return begun


def lane_of(tx: Transaction, conversation: Conversation) -> Lane:
    """Return the lane a conversation belongs to."""
    if conversation.customer_id is None:
        return Lane(conversation.channel_id, "")
    return Lane(conversation.channel_id, tx.get(Customer, conversation.customer_id).line_user_id)


def view_lane(
    tx: Transaction, lane: Lane, conversation_id: ConversationId, *, only: EventId | None = None
) -> LaneView:
    """Read what one lane needs to be processed; `only` takes one of its events."""
    conversation = tx.get(Conversation, conversation_id)
    pending = [stored for stored in _pending(tx, lane) if only in {None, stored.id}]
    events = tuple((stored, parse_event(stored)) for stored in pending)
    line_ids = [name for _, event in events if (name := line_message_id_of(event))]
    return LaneView(
        conversation=conversation,
        customer=tx.get(Customer, conversation.customer_id) if conversation.customer_id else None,
        ticket=tx.get(Ticket, conversation.ticket_id) if conversation.ticket_id else None,
        events=events,
        known=messages_by_line_id(tx, lane.channel_id, line_ids),
        open_bubbles=tuple(_open_bubbles(tx, conversation)),
        memory=tx.find(Memory, conversation.id),
    )


def line_message_id_of(event: WebhookEvent) -> str:
    """Return the message an event speaks of, empty for none."""
    if isinstance(event, UnsendEvent):
        return event.line_message_id
    return event.message.line_message_id if isinstance(event, MessageEvent) else ""


def _pending(tx: Transaction, lane: Lane) -> list[StoredEvent]:
    where = (
        equal("state", EventState.PENDING),
        equal("channel_id", lane.channel_id),
        equal("lane", lane.line_user_id),
    )
    order = ("occurred_at", "id")
    return tx.select(Query(row=StoredEvent, where=where, order=order, limit=_EVENTS_AT_ONCE))


def _open_bubbles(tx: Transaction, conversation: Conversation) -> list[Message]:
    if not conversation.inquiry_due_at:
        return []
    where = (
        equal("conversation_id", conversation.id),
        at_least("occurred_at", conversation.inquiry_since),
        equal("author", Author.CUSTOMER),
        equal("state", MessageState.RECEIVED),
        equal("answered", value=False),
    )
    return tx.select(Query(row=Message, where=where, order=("occurred_at", "id")))


def messages_by_line_id(
    tx: Transaction, channel_id: ChannelId, line_message_ids: Sequence[str]
) -> dict[str, Message]:
    """Return the messages that LINE's ids name, as far as they are here."""
    if not line_message_ids:
        return {}
    where = (equal("channel_id", channel_id), one_of("line_message_id", line_message_ids))
    return {m.line_message_id: m for m in tx.select(Query(row=Message, where=where))}
