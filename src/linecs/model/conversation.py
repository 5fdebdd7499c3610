"""A customer's single thread with one channel, and what holds it together."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from linecs.model.ids import (
    ChannelId,
    ConversationId,
    CustomerId,
    EventId,
    MessageId,
    TicketId,
)

__all__ = ["Conversation", "ReplyToken", "Speaker"]


class Speaker(StrEnum):
    """Who holds the conversation; one at a time (Promise 4)."""

    BOT = "bot"
    SCENARIO = "scenario"
    CAMPAIGN = "campaign"
    OPERATOR = "operator"


@frozen(kw_only=True, slots=False)
class Conversation:
    """The thread of one customer; the channel's own lane is one without a customer.

    Attributes:
        version: Raised by what the desk says or takes back; a draft carries it.
        speaker_id: The operator, scenario or campaign that holds it; empty for the bot.
        speaker_until: When the hold ends, epoch ms UTC; 0 for no end.
        lease_owner: The worker that processes it now; empty for none.
        lease_until: When that lease ends, epoch ms UTC; 0 for none.
        newest_message_id: The customer's newest bubble; empty for none yet.
        newest_at: When it was written, epoch ms UTC; 0 for none yet.
        said_at: The order of the newest bubble the desk queued: its `occurred_at`; 0 for none.
        answered_until: Up to which time of writing the customer's bubbles were dealt with.
        inquiry_since: When the first bubble of the open inquiry was written; 0 for none.
        inquiry_due_at: When the open inquiry goes to the responders; 0 for none open.
        misses: How many inquiries in a row nobody but a person could answer.
        ticket_id: The customer's current ticket; older ones point here too.
    """

    id: ConversationId
    channel_id: ChannelId
    customer_id: CustomerId | None
    version: int = 0
    speaker: Speaker = Speaker.BOT
    speaker_id: str = ""
    speaker_until: int = 0
    lease_owner: str = ""
    lease_until: int = 0
    newest_message_id: MessageId | None = None
    newest_at: int = 0
    said_at: int = 0
    answered_until: int = 0
    inquiry_since: int = 0
    inquiry_due_at: int = 0
    misses: int = 0
    ticket_id: TicketId | None = None


@frozen(kw_only=True)
class ReplyToken:
    """One unused chance to answer free of charge; the attempt that takes it takes the row.

    Attributes:
        event_id: The event that brought it.
        usable_until: Epoch ms UTC. LINE: use within one minute of receiving the webhook.
    """

    event_id: EventId
    conversation_id: ConversationId
    token: str = field(repr=False)
    usable_until: int
