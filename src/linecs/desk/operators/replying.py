"""A person's reply: never twice, never over what the writer has not seen (Promises 4 and 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linecs.delivery.planner import refusal
from linecs.desk.operators.act import Act, held_conversation
from linecs.desk.operators.spending import permit_spending
from linecs.desk.outgoing import queue_messages
from linecs.errors import (
    ActRefusedError,
    StaleReplyError,
    UnreachableError,
    UnseenMessageError,
)
from linecs.model import (
    Author,
    Customer,
    Draft,
    Message,
    MessageState,
    Ticket,
)
from linecs.routing import Permission
from linecs.storage.ports import Query, equal, unequal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.desk.core import DeskCore
    from linecs.desk.operators.act import Acted
    from linecs.desk.outgoing import Queued
    from linecs.model import (
        Conversation,
        ConversationId,
        MessageId,
        MessageObject,
        OperatorId,
        OutboxItem,
        TicketId,
    )
    from linecs.storage.ports import Transaction

__all__ = ["reply"]

_CAN_QUOTE = ("text", "textV2", "sticker")


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
    quoting: MessageId | None,
    ticket_id: TicketId | None,
) -> Acted:
    """Queue a person's reply, silence the bot, and move the ticket. Joins the transaction."""
    core.staff.permit(actor, Permission.REPLY)
    if not messages:
        raise ActRefusedError(reason="no_text")
    conversation = held_conversation(tx, conversation_id)
    _refuse_stale(tx, conversation, version=version, seen=seen)
    customer = tx.get(Customer, conversation_id)
    if reason := refusal(customer, core.clock()):
        raise UnreachableError(reason=reason)
    ticket = _answered_ticket(tx, conversation, ticket_id)
    _refuse_other_than_assignee(core, ticket, actor)
    act = Act(core, tx, actor=actor, conversation=conversation, ticket=ticket)
    begun = ticket or core.rules.opened_by_hand(customer, act.now)
    act.ticket = core.rules.replied(begun, actor, act.now, asks=asks)
    act.give_word_to(actor)
    queued = _queue(act, messages, quoting)
    permit_spending(core, tx, customer, queued, actor=actor)
    _settle(act, queued)
    facts = {"asks": asks, **_promise(begun, act.ticket)}
    return act.finish("ticket.replied", facts=facts, message_ids=queued.message_ids)


def _promise(before: Ticket, after: Ticket) -> dict[str, object]:
    """Return whether this reply keeps what the customer was told, if anything was."""
    if before.promise_kept is not None or after.promise_kept is None:
        return {}
    return {"promise_kept": after.promise_kept}


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


def _answered_ticket(
    tx: Transaction, conversation: Conversation, ticket_id: TicketId | None
) -> Ticket | None:
    chosen = ticket_id or conversation.ticket_id
    if chosen is None:
        return None
    ticket = tx.get(Ticket, chosen, lock=True)
    if ticket.conversation_id != conversation.id:
        raise ActRefusedError(reason="another_conversation")
    return ticket


def _refuse_other_than_assignee(core: DeskCore, ticket: Ticket | None, actor: OperatorId) -> None:
    if not core.settings.only_assignee_replies or ticket is None:
        return
    if ticket.assignee_id not in {None, actor}:
        raise ActRefusedError(reason="not_the_assignee")


def _queue(act: Act, messages: Sequence[MessageObject], quoting: MessageId | None) -> Queued:
    quoted = _quoted(act, quoting) if quoting else None
    queued = queue_messages(
        act.conversation,
        _with_quote(messages, quoted) if quoted else messages,
        ticket_id=act.ticket.id,
        author=Author.OPERATOR,
        author_id=act.actor,
        now=act.now,
    )
    if quoted is None:
        return queued
    return evolve(queued, rows=tuple(_naming(row, quoted) for row in queued.rows))


def _quoted(act: Act, message_id: MessageId) -> Message:
    message = act.tx.get(Message, message_id)
    if message.conversation_id != act.conversation.id:
        raise ActRefusedError(reason="another_conversation")
    if not message.quote_token:
        raise ActRefusedError(reason="no_quote_token")
    return message


def _with_quote(messages: Sequence[MessageObject], quoted: Message) -> list[MessageObject]:
    """Let the first message that can quote do so."""
    quoting = next((m for m in messages if m.get("type") in _CAN_QUOTE), None)
    if quoting is None:
        raise ActRefusedError(reason="cannot_quote")
    with_token = {**quoting, "quoteToken": quoted.quote_token}
    return [with_token if each is quoting else each for each in messages]


def _naming(row: Message | OutboxItem, quoted: Message) -> Message | OutboxItem:
    if isinstance(row, Message) and '"quoteToken"' in row.content:
        return evolve(row, quoted_line_message_id=quoted.line_message_id)
    return row


def _settle(act: Act, queued: Queued) -> None:
    """Count every bubble so far as dealt with; the writer's draft is used up."""
    act.changes.add(*queued.rows)
    conversation_id = equal("conversation_id", act.conversation.id)
    unanswered = [
        conversation_id,
        equal("author", Author.CUSTOMER),
        equal("answered", value=False),
    ]
    act.changes.set_all(Message, unanswered, {"answered": True})
    act.changes.remove(Draft, conversation_id, equal("operator_id", act.actor))
    act.conversation = evolve(
        queued.conversation,
        answered_until=act.conversation.newest_at,
        misses=0,
        ticket_id=act.ticket.id,
    )
