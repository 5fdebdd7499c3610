"""Campaigns make way: they wait while somebody talks with the customer, and go out afterwards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import evolve

from linecs.delivery.planner import refusal
from linecs.desk.changes import Changes
from linecs.desk.feed import happened
from linecs.desk.outgoing import queue_messages
from linecs.errors import ActRefusedError
from linecs.model import (
    Author,
    Conversation,
    Customer,
    Message,
    MessageState,
    OutboxItem,
    Speaker,
    Ticket,
    TicketStatus,
)
from linecs.replies.scenario import is_waiting
from linecs.routing import Hold, Say, Utterance, hold_of, may_say
from linecs.storage.ports import equal
from linecs.storage.tables import Memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linecs.desk.core import DeskCore
    from linecs.model import ConversationId, MessageId, MessageObject
    from linecs.storage.ports import Transaction

__all__ = ["make_way", "queue_campaign"]

_LOOK_AGAIN = 60_000


def queue_campaign(
    core: DeskCore,
    tx: Transaction,
    customer_id: str,
    *messages: MessageObject,
    source: str,
    until: int,
) -> tuple[MessageId, ...]:
    """Queue messages that make way; none where LINE would deliver nothing. Joins.

    The conversation's version is raised when they go out: until then nobody has said anything.
    """
    now = core.clock()
    if until <= now:
        raise ActRefusedError(reason="in_the_past")
    customer = tx.find(Customer, customer_id)
    if customer is None or refusal(customer, now):
        return ()
    queued = queue_messages(
        tx.get(Conversation, customer_id),
        messages,
        ticket_id=None,
        author=Author.SYSTEM,
        author_id=source,
        now=now,
    )
    changes = Changes()
    for row in queued.rows:
        changes.add(evolve(row, yields_until=until) if isinstance(row, OutboxItem) else row)
    changes.write(tx)
    return queued.message_ids


def make_way(
    tx: Transaction,
    items: Iterable[OutboxItem],
    conversations: Mapping[ConversationId, Conversation],
    now: int,
) -> list[OutboxItem]:
    """Return what may go out now. Joins the transaction that holds these conversations."""
    going: list[OutboxItem] = []
    speaking = dict(conversations)
    for item in items:
        conversation = speaking[item.conversation_id]
        if not item.yields_until:
            going.append(item)
        elif item.yields_until <= now:
            _give_up(tx, item, now)
        elif _is_talked_with(tx, conversation, now):
            again = min(now + _LOOK_AGAIN, item.yields_until)
            tx.update(OutboxItem, [equal("message_id", item.message_id)], {"due_at": again})
        else:
            spoken = _speak(tx, conversation, item, now)
            speaking[conversation.id] = spoken
            going.append(evolve(item, created_at=spoken.said_at))
    return going


def _is_talked_with(tx: Transaction, conversation: Conversation, now: int) -> bool:
    """Whether a person or a scenario has the word, or a matter of the customer's is open."""
    if may_say(_hold(tx, conversation, now), Utterance.CAMPAIGN_MESSAGE, now=now) is not Say.SEND:
        return True
    ticket = tx.get(Ticket, conversation.ticket_id) if conversation.ticket_id else None
    is_open = ticket is not None and ticket.status is not TicketStatus.RESOLVED
    return is_open or bool(conversation.inquiry_due_at)


def _hold(tx: Transaction, conversation: Conversation, now: int) -> Hold:
    hold = hold_of(conversation, now=now)
    kept = tx.find(Memory, conversation.id) if hold.speaker is Speaker.BOT else None
    asks = kept is not None and is_waiting(json.loads(kept.content), now)
    return Hold(speaker=Speaker.SCENARIO) if asks else hold


def _give_up(tx: Transaction, item: OutboxItem, now: int) -> None:
    """Its time is over: nobody wants to hear of last week's sale."""
    mine = [equal("message_id", item.message_id)]
    tx.delete(OutboxItem, mine)
    state = {"state": MessageState.CANCELLED}
    tx.update(Message, [equal("id", item.message_id)], state)
    told = happened(
        "message.cancelled",
        channel_id=item.channel_id,
        conversation_id=item.conversation_id,
        now=now,
        actor="system",
        subject_id=item.message_id,
    )
    tx.insert(told)


def _speak(tx: Transaction, conversation: Conversation, item: OutboxItem, now: int) -> Conversation:
    """Give a message its place in the chat: after what was said while it waited."""
    at = max(now, conversation.newest_at + 1, conversation.said_at + 1)
    spoken = evolve(conversation, version=conversation.version + 1, said_at=at)
    tx.save(conversation, spoken)
    tx.update(Message, [equal("id", item.message_id)], {"occurred_at": at})
    return spoken
