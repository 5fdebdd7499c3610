"""What goes out: messages decided but not yet accepted, and calls to LINE."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from linecs.model.ids import AttemptId, ChannelId, ConversationId, MessageId
from linecs.model.message import Author

__all__ = ["Attempt", "AttemptState", "OutboxItem", "Route"]


class Route(StrEnum):
    """How a call goes to LINE."""

    REPLY = "reply"
    """Free, by a single-use reply token; LINE takes no retry key here."""
    PUSH = "push"
    """Counted per recipient, with a retry key."""


@frozen(kw_only=True)
class OutboxItem:
    """A message that waits for an attempt; the row goes when an attempt takes the message.

    Attributes:
        message_id: The message; its content lives there.
        due_at: Not before, epoch ms UTC.
        parked: Whether it waits for next month's quota or a person's word.
        yields_until: Of a campaign: until when it makes way for whoever talks with the customer,
            and after which it is not said at all, epoch ms UTC; 0 for all other messages.
    """

    message_id: MessageId
    channel_id: ChannelId
    conversation_id: ConversationId
    author: Author
    due_at: int
    created_at: int
    notification_disabled: bool = False
    parked: bool = False
    yields_until: int = 0


class AttemptState(StrEnum):
    """Where a call to LINE stands."""

    CALLING = "calling"
    """Committed before the call; after a crash its outcome is open."""
    WAITING = "waiting"
    """To be called again at `due_at`, with the same body and key."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    """LINE sent nothing: its members are dead or were put back."""
    UNKNOWN = "unknown"


@frozen(kw_only=True)
class Attempt:
    """One call to LINE: frozen body, route, key and member messages.

    Attributes:
        to: The LINE user id it goes to.
        messages: JSON text of the array of message objects, exactly as sent.
        message_ids: Our ids, in the order of `messages`.
        reply_token: Set for replies.
        retry_key: A UUID, set for pushes; sent from the first call on.
        tries: How often LINE was called.
        unclear_tries: How many of those calls LINE may have accepted without our knowing.
        due_at: When to call (again), epoch ms UTC; while calling, when to give up waiting.
        owner: The worker that calls; empty for none.
        request_id: LINE's `x-line-request-id` of the last answer.
        status: LINE's last HTTP status; 0 for no answer.
    """

    id: AttemptId
    channel_id: ChannelId
    conversation_id: ConversationId
    route: Route
    to: str = field(repr=False)
    messages: str = field(repr=False)
    message_ids: tuple[MessageId, ...]
    notification_disabled: bool = False
    reply_token: str = field(default="", repr=False)
    retry_key: str = ""
    state: AttemptState = AttemptState.CALLING
    tries: int = 0
    unclear_tries: int = 0
    due_at: int
    owner: str = ""
    created_at: int
    first_called_at: int = 0
    request_id: str = ""
    status: int = 0
    error: str = ""
