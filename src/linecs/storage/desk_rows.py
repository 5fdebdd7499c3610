"""Rows that the desk keeps beside the model's own values: numbers, memories and reasons."""

from __future__ import annotations

from attrs import frozen

from linecs.model.ids import ChannelId, ConversationId, EventId, TicketId

__all__ = ["Counter", "Memory", "Quota", "Trace"]


@frozen(kw_only=True)
class Counter:
    """A number kept up to date by those who change what it counts."""

    name: str
    value: int = 0


@frozen(kw_only=True)
class Memory:
    """What a responder remembers for a conversation, as JSON text."""

    conversation_id: str
    content: str
    changed_at: int


@frozen(kw_only=True)
class Quota:
    """What LINE said of a channel's messages this month, and what was planned since.

    Attributes:
        limited: Whether there is a limit at all.
        asked_at: When LINE was asked, epoch ms UTC.
    """

    channel_id: ChannelId
    limited: bool = False
    allowance: int = 0
    used: int = 0
    asked_at: int = 0


@frozen(kw_only=True)
class Trace:
    """Why an inquiry was answered as it was (Promise 10).

    Attributes:
        inquiry_id: The newest bubble's event id.
        decision: `Answer`, `Choices` or `HandOff`.
        since, until: When its first and last bubbles were written, epoch ms UTC.
        content: The steps as JSON text; may quote the customer, so it goes when they unsend.
    """

    inquiry_id: EventId
    conversation_id: ConversationId
    ticket_id: TicketId | None
    decision: str
    source: str
    since: int
    until: int
    content: str
