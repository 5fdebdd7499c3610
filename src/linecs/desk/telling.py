"""The desk itself says something to a customer, in the transaction that makes it true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.delivery.planner import refusal
from linecs.desk.changes import Changes
from linecs.desk.operators.spending import permit_spending
from linecs.desk.outgoing import queue_messages
from linecs.model import Author, Conversation, Customer, OperatorId

if TYPE_CHECKING:
    from linecs.desk.core import DeskCore
    from linecs.model import MessageId, MessageObject
    from linecs.storage.ports import Transaction

__all__ = ["tell_customer"]


def tell_customer(
    core: DeskCore,
    tx: Transaction,
    customer_id: str,
    *messages: MessageObject,
    author: Author = Author.SYSTEM,
    author_id: str = "",
) -> tuple[MessageId, ...]:
    """Queue messages and return them; none where LINE would deliver nothing. Joins.

    Raises `NotPermittedError` where they are an operator's who may not push them now.
    """
    customer = tx.find(Customer, customer_id)
    if customer is None or refusal(customer, core.clock()) or not messages:
        return ()
    conversation = tx.get(Conversation, customer_id, lock=True)
    queued = queue_messages(
        conversation,
        messages,
        ticket_id=conversation.ticket_id,
        author=author,
        author_id=author_id,
        now=core.clock(),
    )
    if author is Author.OPERATOR:
        permit_spending(core, tx, customer, queued, actor=OperatorId(author_id))
    changes = Changes()
    changes.add(*queued.rows)
    changes.alter(conversation, queued.conversation, guard=("version",))
    changes.write(tx)
    return queued.message_ids
