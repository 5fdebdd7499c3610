"""A read mark: how far somebody has read a conversation."""

from __future__ import annotations

from attrs import frozen

from linecs.model.ids import ConversationId, OperatorId

__all__ = ["ReadMark"]


@frozen(kw_only=True)
class ReadMark:
    """How far one operator has read one conversation.

    A conversation is unread for an operator while its `newest_at` is above `until`.

    Attributes:
        operator_id: Empty for what the customer was shown as read (既読).
        until: When the newest bubble they saw was written, epoch ms UTC.
        at: When they looked, epoch ms UTC.
    """

    conversation_id: ConversationId
    operator_id: OperatorId
    until: int
    at: int
