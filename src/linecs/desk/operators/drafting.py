"""Drafts: what is being written is kept, and colleagues see that somebody writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.desk.operators.act import Act, held_conversation
from linecs.desk.operators.noting import quotable
from linecs.model import Draft
from linecs.routing import Permission
from linecs.storage.ports import Query, equal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.desk.core import DeskCore
    from linecs.model import ConversationId, MessageId, OperatorId
    from linecs.storage.ports import Transaction

__all__ = ["drafts_of", "drop_draft", "write_draft"]


def write_draft(
    core: DeskCore,
    tx: Transaction,
    conversation_id: ConversationId,
    text: str,
    *,
    actor: OperatorId,
    version: int,
    quotes: Sequence[MessageId],
) -> tuple[Draft, ...]:
    """Keep a draft; return those of colleagues who are writing too. Joins the transaction."""
    core.staff.permit(actor, Permission.REPLY)
    conversation = held_conversation(tx, conversation_id)
    act = Act(core, tx, actor=actor, conversation=conversation, ticket=None)
    draft = Draft(
        conversation_id=conversation_id,
        operator_id=actor,
        text=text,
        version=version,
        quotes=tuple(quotable(act, quotes)),
        changed_at=act.now,
        writing_until=act.now + core.settings.writing_lease,
    )
    before = tx.find(Draft, (conversation_id, actor))
    if before is None:
        tx.insert_absent(draft)
    else:
        tx.save(before, draft)
    others = [each for each in drafts_of(tx, conversation_id) if each.operator_id != actor]
    return tuple(each for each in others if each.writing_until > act.now)


def drop_draft(tx: Transaction, conversation_id: ConversationId, *, actor: OperatorId) -> None:
    """Throw one's draft away. Joins the transaction."""
    mine = [equal("conversation_id", conversation_id), equal("operator_id", actor)]
    tx.delete(Draft, mine)


def drafts_of(tx: Transaction, conversation_id: ConversationId) -> tuple[Draft, ...]:
    """Return the drafts of a conversation, the newest first."""
    where = (equal("conversation_id", conversation_id),)
    drafts = tx.select(Query(row=Draft, where=where))
    return tuple(sorted(drafts, key=lambda draft: -draft.changed_at))
