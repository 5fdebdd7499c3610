"""A message: one bubble, in or out."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from linecs.model.ids import (
    ChannelId,
    ConversationId,
    EventId,
    MessageId,
    TicketId,
)

__all__ = ["Author", "Message", "MessageObject", "MessageState"]

MessageObject = Mapping[str, Any]
"""A LINE message object as LINE's API describes it; sent unchanged."""


class Author(StrEnum):
    """Who wrote a bubble."""

    CUSTOMER = "customer"
    BOT = "bot"
    OPERATOR = "operator"
    SYSTEM = "system"
    """Receipts, nudges, questions after the end: the desk itself."""


class MessageState(StrEnum):
    """Where a bubble stands."""

    RECEIVED = "received"
    UNSENT = "unsent"
    """The customer took it back; its content is gone."""
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    """LINE accepted it. Never "read" or "delivered": LINE does not tell."""
    UNKNOWN = "unknown"
    """A reply whose outcome cannot be known; held for a person."""
    DEAD = "dead"
    """LINE refused it; `error` says why."""
    PARKED = "parked"
    """Held back: the month's messages are used up, or kept for people."""
    CANCELLED = "cancelled"
    """Taken back before any call to LINE."""

    @property
    def japanese(self) -> str:
        """What screens say of a bubble that did not simply come or go; empty for one that did."""
        return _JAPANESE.get(self, "")


_JAPANESE = {
    MessageState.UNSENT: "送信取消",
    MessageState.QUEUED: "送信待ち",
    MessageState.SENDING: "送信中",
    MessageState.UNKNOWN: "届いたか不明",
    MessageState.DEAD: "送信できませんでした",
    MessageState.PARKED: "保留中（送信数の上限）",
    MessageState.CANCELLED: "送る前に取り消しました",
}


@frozen(kw_only=True, slots=False)
class Message:
    """One bubble.

    Attributes:
        author_id: The operator, rule, scenario or campaign; empty for the customer.
        kind: LINE's message type (`text`, `image`, ...), `postback` for a tap, or as it came.
        text: What a person would read or search: the text, a tap's display text, a file name.
        content: LINE's message object as JSON text; empty once unsent or erased.
        occurred_at: When it was written, epoch ms UTC (outgoing: when it was queued).
        line_message_id: LINE's id, empty while an outgoing bubble is not yet accepted.
        mark_as_read_token: Marks this and all earlier bubbles read.
        event_id: The event that brought it; of an automatic answer: the inquiry it answers.
        sent_at: When LINE accepted it, epoch ms UTC; 0 while it has not.
        mark: A shop's own mark on this one bubble.
        answered: Whether the responders or a person have dealt with an incoming bubble.
        error: LINE's explanation or ours for a bubble that did not go out.
    """

    id: MessageId
    channel_id: ChannelId
    conversation_id: ConversationId
    ticket_id: TicketId | None
    author: Author
    author_id: str = ""
    kind: str
    text: str = field(default="", repr=False)
    content: str = field(default="", repr=False)
    occurred_at: int
    state: MessageState
    line_message_id: str = ""
    event_id: EventId | None = None
    quote_token: str = field(default="", repr=False)
    quoted_line_message_id: str = ""
    mark_as_read_token: str = field(default="", repr=False)
    sent_at: int = 0
    answered: bool = False
    mark: str = ""
    error: str = ""
