"""A draft: a reply that is being written, kept so that it survives and colleagues see it."""

from __future__ import annotations

from attrs import field, frozen

from linecs.model.ids import ConversationId, MessageId, OperatorId

__all__ = ["Draft"]


@frozen(kw_only=True)
class Draft:
    """One operator's unsent reply to one conversation; it goes when they reply.

    Attributes:
        text: May be empty: then it only says that somebody is writing.
        version: The conversation's version it was begun for; the reply carries it.
        quotes: The messages whose words it repeats.
        changed_at: Epoch ms UTC.
        writing_until: Until when its author counts as writing, epoch ms UTC.
    """

    conversation_id: ConversationId
    operator_id: OperatorId
    text: str = field(default="", repr=False)
    version: int
    quotes: tuple[MessageId, ...] = ()
    changed_at: int
    writing_until: int
