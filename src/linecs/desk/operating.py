"""What operators do: claim, reply, resolve. Every act says who, and which version they saw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from linecs.delivery.planner import refusal
from linecs.desk.changes import Changes
from linecs.desk.feed import happened
from linecs.desk.outgoing import queue_messages
from linecs.errors import StaleReplyError, StaleTicketError, UnreachableError, UnseenMessageError
from linecs.model import (
    Author,
    Conversation,
    Customer,
    Message,
    MessageId,
    MessageState,
    OutboxItem,
    Speaker,
    Ticket,
    TicketId,
)
from linecs.storage.ports import Query, equal, one_of, unequal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.desk.core import DeskCore
    from linecs.model import (
        ConversationId,
        FeedEntry,
        MessageObject,
        OperatorId,
    )
    from linecs.storage.ports import Transaction

__all__ = ["Acted", "claim", "reply", "resolve"]


@frozen(kw_only=True)
class Acted:
    """What an operator's act left behind.

    Attributes:
        conversation_version: For the next reply.
        ticket_version: For the next ticket action.
        message_ids: What was queued, in order.
        in_flight: Bot messages that were already on their way to LINE and cannot be stopped.
    """

    ticket_id: TicketId
    ticket_version: int
    conversation_version: int
    message_ids: tuple[MessageId, ...] = ()
    in_flight: tuple[MessageId, ...] = ()


def reply(
    core: DeskCore,
    tx: Transaction,
    conversation_id: ConversationId,
    messages: Sequence[MessageObject],
    *,
    actor: OperatorId,
    version: int,
    seen: str | None,
    asks: bool,
) -> Acted:
    """Queue a person's reply, silence the bot, and move the ticket. Joins the transaction."""
    now = core.clock()
    conversation = tx.get(Conversation, conversation_id, lock=True)
    _refuse_stale(tx, conversation, version=version, seen=seen)
    customer = tx.get(Customer, conversation.customer_id)
    if reason := refusal(customer, now):
        raise UnreachableError(reason=reason)
    ticket_before = tx.get(Ticket, conversation.ticket_id) if conversation.ticket_id else None
    ticket = core.rules.replied(
        ticket_before or core.rules.opened_by_hand(customer, now), actor, now, asks=asks
    )
    changes = Changes()
    in_flight = _silence_bot(tx, changes, conversation.id)
    queued = queue_messages(
        conversation,
        messages,
        ticket_id=ticket.id,
        author=Author.OPERATOR,
        author_id=actor,
        now=now,
    )
    changes.add(*queued.rows)
    ticket = _write_ticket(changes, ticket_before, ticket)
    spoken = changes.alter(
        conversation,
        evolve(
            queued.conversation,
            speaker=Speaker.OPERATOR,
            speaker_id=actor,
            speaker_until=now + core.settings.operator_hold,
            answered_until=conversation.newest_at,
            inquiry_since=0,
            inquiry_due_at=0,
            misses=0,
            ticket_id=ticket.id,
        ),
        guard=("version",),
    )
    _mark_answered(changes, conversation)
    changes.add(
        _told("ticket.replied", spoken, ticket, actor, now),
    )
    changes.write(tx)
    return Acted(
        ticket_id=ticket.id,
        ticket_version=ticket.version,
        conversation_version=spoken.version,
        message_ids=queued.message_ids,
        in_flight=in_flight,
    )


def _refuse_stale(
    tx: Transaction, conversation: Conversation, *, version: int, seen: str | None
) -> None:
    if conversation.version != version:
        last = _last_word(tx, conversation)
        raise StaleReplyError(
            version=conversation.version,
            by=(last.author_id or last.author) if last else "",
            at=last.occurred_at if last else 0,
        )
    if conversation.newest_message_id not in {None, seen}:
        raise UnseenMessageError(newest=conversation.newest_message_id or "")


def _last_word(tx: Transaction, conversation: Conversation) -> Message | None:
    """Return the newest bubble that raised the version: ours, or one taken back."""
    where = (equal("conversation_id", conversation.id), unequal("state", MessageState.RECEIVED))
    rows = tx.select(Query(row=Message, where=where, order=("-occurred_at", "-id"), limit=1))
    return rows[0] if rows else None


def _silence_bot(
    tx: Transaction, changes: Changes, conversation_id: ConversationId
) -> tuple[MessageId, ...]:
    """Cancel what the bot has queued; return what is already on its way."""
    of_bot = (equal("conversation_id", conversation_id), equal("author", Author.BOT))
    queued = (MessageState.QUEUED, MessageState.PARKED, MessageState.SENDING)
    rows = tx.select(Query(row=Message, where=(*of_bot, one_of("state", queued))))
    waiting = [row for row in rows if row.state is not MessageState.SENDING]
    for row in waiting:
        changes.alter(row, evolve(row, state=MessageState.CANCELLED), guard=("state",))
    if waiting:
        changes.remove(OutboxItem, *of_bot)
    return tuple(row.id for row in rows if row.state is MessageState.SENDING)


def _mark_answered(changes: Changes, conversation: Conversation) -> None:
    where = [
        equal("conversation_id", conversation.id),
        equal("author", Author.CUSTOMER),
        equal("answered", value=False),
    ]
    changes.set_all(Message, where, {"answered": True})


def _write_ticket(changes: Changes, before: Ticket | None, after: Ticket) -> Ticket:
    if before is None or before.id != after.id:
        changes.add(after)
        return after
    return changes.alter(before, evolve(after, version=before.version + 1), guard=("version",))


def _told(
    kind: str, conversation: Conversation, ticket: Ticket, actor: OperatorId, now: int
) -> FeedEntry:
    return happened(
        kind,
        channel_id=conversation.channel_id,
        conversation_id=conversation.id,
        now=now,
        actor=actor,
        ticket_id=ticket.id,
    )


def _get_ticket(tx: Transaction, ticket_id: TicketId, version: int) -> Ticket:
    ticket = tx.get(Ticket, ticket_id)
    if ticket.version != version:
        raise StaleTicketError(version=ticket.version)
    return ticket


def claim(
    core: DeskCore, tx: Transaction, ticket_id: TicketId, *, actor: OperatorId, version: int
) -> Acted:
    """Take a ticket into one's own hands; the bot falls silent. Joins the transaction."""
    now = core.clock()
    before = _get_ticket(tx, ticket_id, version)
    conversation = tx.get(Conversation, before.conversation_id, lock=True)
    changes = Changes()
    in_flight = _silence_bot(tx, changes, conversation.id)
    ticket = _write_ticket(changes, before, core.rules.claimed(before, actor, now))
    held = changes.alter(
        conversation,
        evolve(
            conversation,
            speaker=Speaker.OPERATOR,
            speaker_id=actor,
            speaker_until=now + core.settings.operator_hold,
            inquiry_since=0,
            inquiry_due_at=0,
        ),
        guard=("version",),
    )
    changes.add(_told("ticket.claimed", held, ticket, actor, now))
    changes.write(tx)
    return Acted(
        ticket_id=ticket.id,
        ticket_version=ticket.version,
        conversation_version=held.version,
        in_flight=in_flight,
    )


def resolve(
    core: DeskCore,
    tx: Transaction,
    ticket_id: TicketId,
    *,
    actor: OperatorId,
    version: int,
    reason: str,
) -> Acted:
    """End a ticket; the conversation is the bot's again. Joins the transaction."""
    now = core.clock()
    before = _get_ticket(tx, ticket_id, version)
    conversation = tx.get(Conversation, before.conversation_id, lock=True)
    changes = Changes()
    resolved = core.rules.resolved(before, now, by=actor, reason=reason)
    ticket = _write_ticket(changes, before, resolved)
    freed = changes.alter(
        conversation,
        evolve(conversation, speaker=Speaker.BOT, speaker_id="", speaker_until=0),
        guard=("version",),
    )
    _mark_answered(changes, conversation)
    changes.add(_told("ticket.resolved", freed, ticket, actor, now))
    changes.write(tx)
    return Acted(
        ticket_id=ticket.id, ticket_version=ticket.version, conversation_version=freed.version
    )
