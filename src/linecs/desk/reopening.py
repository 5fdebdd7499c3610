"""A matter goes back to a person because something of ours went wrong (Promise 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk.changes import Changes
from linecs.desk.feed import happened
from linecs.model import Conversation, Customer, Ticket, TicketStatus

if TYPE_CHECKING:
    from linecs.desk.core import DeskCore
    from linecs.model import ConversationId, TicketId
    from linecs.storage.ports import Transaction

__all__ = ["give_back"]


def give_back(
    core: DeskCore,
    tx: Transaction,
    conversation_id: ConversationId,
    ticket_id: TicketId | None = None,
    *,
    reason: str,
) -> None:
    """Open a ticket again, or a new one, with a due time. Joins the transaction.

    A lane without a customer has nobody to forget, and gets no ticket.

    Args:
        core: The desk's parts.
        tx: What it joins.
        conversation_id: Whose matter it is.
        ticket_id: Which matter; None for the conversation's current one.
        reason: Why, for the ticket and the feed.
    """
    conversation = tx.get(Conversation, conversation_id, lock=True)
    if conversation.customer_id is None:
        return
    now = core.clock()
    held = ticket_id or conversation.ticket_id
    before = tx.get(Ticket, held, lock=True) if held else None
    customer = tx.get(Customer, conversation.customer_id)
    ticket = core.rules.back_to_a_person(before, customer, now, reason=reason)
    changes = Changes()
    if before is not None and before.id == ticket.id:
        changes.alter(before, evolve(ticket, version=before.version + 1))
    else:
        changes.add(ticket)
    if _is_free(tx, conversation):
        changes.alter(conversation, evolve(conversation, ticket_id=ticket.id))
    changes.add(
        happened(
            "ticket.reopened",
            channel_id=conversation.channel_id,
            conversation_id=conversation.id,
            now=now,
            actor="system",
            ticket_id=ticket.id,
            facts={"reason": reason},
        )
    )
    changes.write(tx)


def _is_free(tx: Transaction, conversation: Conversation) -> bool:
    """Whether no matter is open that the customer writes about."""
    current = tx.get(Ticket, conversation.ticket_id) if conversation.ticket_id else None
    return current is None or current.status is TicketStatus.RESOLVED
