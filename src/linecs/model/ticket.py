"""A ticket: one matter of a customer, from its first bubble on."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from linecs.model.ids import (
    ChannelId,
    ConversationId,
    CustomerId,
    MessageId,
    OperatorId,
    TicketId,
)

__all__ = ["Ticket", "TicketStatus"]


class TicketStatus(StrEnum):
    """Where a matter stands; a shop's own marks come on top."""

    BOT = "bot"
    """自動応答中: the bot's turn, with a due time."""
    OPEN = "open"
    """未対応"""
    IN_PROGRESS = "in_progress"
    """対応中"""
    WAITING = "waiting"
    """返信待ち: the customer's turn."""
    RESOLVED = "resolved"
    """対応完了"""

    @property
    def japanese(self) -> str:
        """The status as screens say it."""
        return _JAPANESE[self]


_JAPANESE = {
    TicketStatus.BOT: "自動応答中",
    TicketStatus.OPEN: "未対応",
    TicketStatus.IN_PROGRESS: "対応中",
    TicketStatus.WAITING: "返信待ち",
    TicketStatus.RESOLVED: "対応完了",
}


@frozen(kw_only=True, slots=False)
class Ticket:
    """One matter of a customer.

    Attributes:
        reason: Why it stands where it stands (`hand_off`, `no_answer`, `courtesy`, ...).
        priority: Higher goes first; 0 is normal.
        due_at: When something must happen next, epoch ms UTC; 0 only once resolved.
        due_for: What is due then (`bot_turn`, `first_reply`, `next_reply`, `nudge`, ...).
        waiting_since: Since when the customer waits for a person, epoch ms UTC; 0 for not.
        first_replied_at: The first reply by a person, epoch ms UTC; 0 for none yet.
        remind_at: When staff hear of the due time next: at its warning, then at the time
            itself; epoch ms UTC, 0 where nothing is left to say.
        promised_at: By when the customer may expect a person, from what they were told; epoch
            ms UTC, 0 for none.
        promise_kept: Whether a person replied by then; None while that is open.
        nudges_sent: How often the customer was asked again since our last question.
        snoozed_until: Epoch ms UTC; 0 for not snoozed.
        surveyed_at: When the customer was asked how content they are, epoch ms UTC; 0 for not.
        score: What they answered, 1 being the worst; 0 for nothing.
        scored_at: Epoch ms UTC; 0 for not.
        comment_message_id: The words that came with the score.
        resolved_by: `bot`, `system`, or the operator's id; empty while not resolved.
        version: Raised by every change; ticket actions carry it.
    """

    id: TicketId
    channel_id: ChannelId
    conversation_id: ConversationId
    customer_id: CustomerId
    status: TicketStatus
    reason: str = ""
    mark: str = ""
    priority: int = 0
    category: str = ""
    queue: str = ""
    assignee_id: OperatorId | None = None
    opened_at: int
    opened_by_message_id: MessageId | None = None
    due_at: int = 0
    due_for: str = ""
    remind_at: int = 0
    waiting_since: int = 0
    first_replied_at: int = 0
    last_replied_at: int = 0
    promised_at: int = 0
    promise_kept: bool | None = None
    nudges_sent: int = 0
    snoozed_until: int = 0
    resolved_at: int = 0
    resolved_by: str = ""
    surveyed_at: int = 0
    score: int = 0
    scored_at: int = 0
    comment_message_id: MessageId | None = None
    version: int = 0
