"""What each operator has read, and what has come since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.model import Author, Message, MessageState, ReadMark
from linecs.storage.ports import Query, above, equal, one_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from linecs.model import ConversationId, OperatorId
    from linecs.storage.ports import Transaction

__all__ = ["count_unread", "read_marks"]


def read_marks(
    tx: Transaction, conversation_ids: Collection[str], actor: OperatorId
) -> Mapping[str, int]:
    """Return up to when somebody has read each conversation they ever opened. Joins."""
    if not conversation_ids:
        return {}
    where = (one_of("conversation_id", sorted(conversation_ids)), equal("operator_id", actor))
    return {
        mark.conversation_id: mark.until for mark in tx.select(Query(row=ReadMark, where=where))
    }


def count_unread(
    tx: Transaction, conversation_ids: Collection[ConversationId], actor: OperatorId
) -> Mapping[ConversationId, int]:
    """Return how many customers' bubbles came after somebody last looked. Joins."""
    marks = read_marks(tx, conversation_ids, actor)
    return {each: tx.count(_since(each, marks.get(each, 0))) for each in conversation_ids}


def _since(conversation_id: ConversationId, until: int) -> Query[Message]:
    where = (
        equal("conversation_id", conversation_id),
        above("occurred_at", until),
        equal("author", Author.CUSTOMER),
        equal("state", MessageState.RECEIVED),
    )
    return Query(row=Message, where=where)
