"""Which messages make one matter: tickets split, merged, and opened for a phone call or a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk.operators.act import Act, held_conversation, held_ticket, ticket_act
from linecs.desk.operators.ending import step_aside
from linecs.desk.operators.noting import new_note
from linecs.errors import ActRefusedError
from linecs.model import (
    Author,
    Conversation,
    ConversationId,
    Customer,
    CustomerId,
    Friendship,
    LineUserId,
    Message,
    MessageState,
    Note,
    NoteKind,
    TicketStatus,
    new_id,
)
from linecs.routing import Permission, TicketEvent
from linecs.storage.ports import Query, equal, one_of
from linecs.storage.tables import Trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linecs.desk.core import DeskCore
    from linecs.desk.operators.act import Acted
    from linecs.model import (
        ChannelId,
        MessageId,
        OperatorId,
        Ticket,
        TicketId,
    )
    from linecs.storage.ports import Transaction

__all__ = ["merge", "open_ticket", "split"]


def split(
    core: DeskCore,
    tx: Transaction,
    ticket_id: TicketId,
    message_ids: Sequence[MessageId],
    *,
    actor: OperatorId,
    version: int,
    category: str,
) -> Acted:
    """Move messages of a ticket to a new one. Joins the transaction."""
    core.staff.permit(actor, Permission.RESOLVE)
    if category:
        core.staff.categories.get(category)
    act = ticket_act(core, tx, ticket_id, actor=actor, version=version)
    if act.ticket.status is TicketStatus.BOT:
        raise ActRefusedError(reason="with_the_bot")
    moved, kept = _parted(act, message_ids)
    begun = _split_off(act, moved, category)
    if act.ticket.waiting_since:
        waiting = core.rules.with_due(
            evolve(act.ticket, waiting_since=_waiting_since(kept)), act.now
        )
        act.ticket = waiting
    if act.ticket.status is TicketStatus.RESOLVED:
        step_aside(act, to=begun.id)
    act.changes.add(begun)
    where = [one_of("id", [message.id for message in moved])]
    act.changes.set_all(Message, where, {"ticket_id": begun.id})
    return act.finish("ticket.split", subject_id=begun.id, new_ticket_id=begun.id)


def _parted(act: Act, message_ids: Sequence[MessageId]) -> tuple[list[Message], list[Message]]:
    """Return what goes and what stays, oldest first."""
    of_ticket = Query(
        row=Message, where=(equal("ticket_id", act.ticket.id),), order=("occurred_at", "id")
    )
    messages = act.tx.select(of_ticket)
    moved = [message for message in messages if message.id in set(message_ids)]
    if not moved:
        raise ActRefusedError(reason="no_messages")
    if len(moved) < len(set(message_ids)):
        raise ActRefusedError(reason="another_ticket")
    kept = [message for message in messages if message not in moved]
    if not kept:
        raise ActRefusedError(reason="nothing_left")
    return moved, kept


def _split_off(act: Act, moved: Sequence[Message], category: str) -> Ticket:
    customer = act.tx.get(Customer, act.ticket.customer_id)
    begun = evolve(
        act.core.rules.opened_by_hand(customer, act.now),
        assignee_id=act.ticket.assignee_id or act.actor,
        queue=act.ticket.queue,
        category=category or act.ticket.category,
        priority=act.ticket.priority,
        opened_at=moved[0].occurred_at,
        opened_by_message_id=moved[0].id,
        waiting_since=_waiting_since(moved),
    )
    return act.core.rules.with_due(begun, act.now)


def _waiting_since(messages: Iterable[Message]) -> int:
    """Return since when somebody waits for an answer to one of these; 0 for nobody."""
    return min(
        (
            message.occurred_at
            for message in messages
            if message.author is Author.CUSTOMER
            and message.state is MessageState.RECEIVED
            and not message.answered
        ),
        default=0,
    )


def merge(
    core: DeskCore,
    tx: Transaction,
    ticket_id: TicketId,
    into: TicketId,
    *,
    actor: OperatorId,
    version: int,
    into_version: int,
) -> Acted:
    """Move everything of a ticket into another one of the same customer, and end it."""
    core.staff.permit(actor, Permission.RESOLVE)
    if ticket_id == into:
        raise ActRefusedError(reason="same_ticket")
    act = ticket_act(core, tx, into, actor=actor, version=into_version)
    source = held_ticket(tx, ticket_id, version)
    _refuse_merging(source, act.ticket)
    merged = core.rules.acted(source, TicketEvent.MERGED, act.now, actor=actor)
    act.changes.alter(source, evolve(merged, version=version + 1), guard=("version",))
    act.ticket = _taken_on(act, source)
    if source.status is TicketStatus.BOT:
        act.give_word_to(act.ticket.assignee_id or actor)
    if act.conversation.ticket_id == source.id:
        act.conversation = evolve(act.conversation, ticket_id=into)
    for row in (Message, Note, Trace):
        act.changes.set_all(row, [equal("ticket_id", source.id)], {"ticket_id": into})
    return act.finish("ticket.merged", subject_id=source.id)


def _refuse_merging(source: Ticket, target: Ticket) -> None:
    if source.conversation_id != target.conversation_id:
        raise ActRefusedError(reason="another_conversation")
    if target.status is TicketStatus.BOT:
        raise ActRefusedError(reason="with_the_bot")
    if target.status is TicketStatus.RESOLVED:
        raise ActRefusedError(reason="already_resolved")


def _taken_on(act: Act, source: Ticket) -> Ticket:
    """Return the other ticket, with whoever waits for an answer on this one waiting there.

    What was answered on this one was answered on that one from then on.
    """
    unanswered = Query(
        row=Message,
        where=(
            equal("ticket_id", source.id),
            equal("author", Author.CUSTOMER),
            equal("answered", value=False),
        ),
    )
    since = source.waiting_since or _waiting_since(act.tx.select(unanswered))
    replies = [at for at in (source.first_replied_at, act.ticket.first_replied_at) if at]
    answered = evolve(
        act.ticket,
        first_replied_at=min(replies, default=0),
        last_replied_at=max(source.last_replied_at, act.ticket.last_replied_at),
    )
    return act.core.rules.taken_on(answered, since, act.now)


def open_ticket(
    core: DeskCore,
    tx: Transaction,
    customer: CustomerId | tuple[ChannelId, str],
    text: str,
    *,
    actor: OperatorId,
    category: str,
) -> Acted:
    """File what a customer asked elsewhere, as a ticket of whoever took it down.

    The bot goes on in the customer's chat: this matter is not its. Joins the transaction.

    Args:
        core: The desk.
        tx: The open transaction.
        customer: Whose it is; a channel and a name for one who is not on LINE.
        text: What was said, and how to reach them.
        actor: Who files it.
        category: A key of the desk's categories; empty for none.
    """
    core.staff.permit(actor, Permission.CLAIM)
    if category:
        core.staff.categories.get(category)
    whose = (
        _new_customer(tx, *customer, core.clock())
        if isinstance(customer, tuple)
        else tx.get(Customer, customer)
    )
    conversation = held_conversation(tx, ConversationId(whose.id))
    act = Act(core, tx, actor=actor, conversation=conversation, ticket=None)
    begun = core.rules.opened_by_hand(whose, act.now)
    act.ticket = evolve(begun, assignee_id=actor, category=category)
    written = new_note(act, text, kind=NoteKind.BY_HAND)
    act.changes.add(written)
    return act.finish("ticket.opened", note_id=written.id)


def _new_customer(tx: Transaction, channel_id: ChannelId, name: str, now: int) -> Customer:
    """Return a customer who is not on LINE, with a conversation that holds their history."""
    customer_id = CustomerId(new_id(now))
    customer = Customer(
        id=customer_id,
        channel_id=channel_id,
        line_user_id=LineUserId(f"without_line:{customer_id}"),
        first_seen_at=now,
        friendship=Friendship.WITHOUT_LINE,
        display_name=name,
    )
    conversation = Conversation(
        id=ConversationId(customer_id), channel_id=channel_id, customer_id=customer_id
    )
    tx.insert(customer, conversation)
    return customer
