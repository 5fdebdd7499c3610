"""What LINE says happened.

Source: LINE Developers, "Messaging API reference", Webhook event objects; "Partner docs",
module channel and LINE notification messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from linecs.model.ids import EventId, LineUserId
from linecs.model.webhook.content import MessageContent
from linecs.model.webhook.source import Source

__all__ = [
    "AccountLinkEvent",
    "ActivatedEvent",
    "BeaconEvent",
    "BotResumedEvent",
    "BotSuspendedEvent",
    "DeactivatedEvent",
    "DeliveryEvent",
    "EventHead",
    "FollowEvent",
    "JoinEvent",
    "LeaveEvent",
    "MemberJoinedEvent",
    "MemberLeftEvent",
    "MembershipEvent",
    "MessageEditedEvent",
    "MessageEvent",
    "ModuleEvent",
    "PostbackEvent",
    "UnfollowEvent",
    "UnrecognisedEvent",
    "UnsendEvent",
    "VideoPlayCompleteEvent",
    "WebhookEvent",
]


@frozen(kw_only=True)
class EventHead:
    """What every event carries.

    Attributes:
        id: The key of the stored event.
        type: LINE's event type as it came, `unrecognised` where there was none.
        occurred_at: Epoch ms UTC; the same on a redelivery.
        mode: `active`, `standby` (another channel holds the chat: say nothing), or as it came;
            empty where there was none.
        reply_token: Answers this event once, free of charge; None where there is none, in
            standby, and for the dummy tokens of LINE's console.
        is_redelivery: Whether LINE sent it before; the first copy may never have arrived.
    """

    id: EventId
    type: str
    occurred_at: int
    mode: str
    source: Source
    reply_token: str | None = field(default=None, repr=False)
    is_redelivery: bool = False


@frozen(kw_only=True)
class MessageEvent(EventHead):
    """The customer wrote."""

    message: MessageContent


@frozen(kw_only=True)
class MessageEditedEvent(EventHead):
    """A text in a group was edited; of several edits the largest `occurred_at` is the last."""

    message: MessageContent


@frozen(kw_only=True)
class UnsendEvent(EventHead):
    """The customer took a message back; it may arrive before the message itself."""

    line_message_id: str


@frozen(kw_only=True)
class FollowEvent(EventHead):
    """The customer added the account as a friend.

    Attributes:
        is_unblocked: Whether it was blocked before; None where LINE does not say. LINE does
            not guarantee it.
    """

    is_unblocked: bool | None = None


@frozen(kw_only=True)
class UnfollowEvent(EventHead):
    """The customer blocked the account; a follow need not have come before."""


@frozen(kw_only=True)
class JoinEvent(EventHead):
    """The account was added to a group or room."""


@frozen(kw_only=True)
class LeaveEvent(EventHead):
    """The account left a group or room."""


@frozen(kw_only=True)
class MemberJoinedEvent(EventHead):
    """People joined a group or room; those whose ids LINE gave."""

    members: tuple[LineUserId, ...]


@frozen(kw_only=True)
class MemberLeftEvent(EventHead):
    """People left a group or room; those whose ids LINE gave."""

    members: tuple[LineUserId, ...]


@frozen(kw_only=True)
class PostbackEvent(EventHead):
    """The customer tapped.

    Attributes:
        data: As the action carried it.
        params: Of a date picker (`date`, `time` or `datetime`, no time zone) or a rich menu
            switch (`newRichMenuAliasId`, `status`); what is not a string is left out.
    """

    data: str = field(repr=False)
    params: Mapping[str, str] = field(factory=dict, repr=False)


@frozen(kw_only=True)
class VideoPlayCompleteEvent(EventHead):
    """The customer watched a video to its end; may come again."""

    tracking_id: str


@frozen(kw_only=True)
class BeaconEvent(EventHead):
    """The customer is near a LINE Beacon.

    Attributes:
        action: `enter`, `banner` or `stay`, or as it came.
        device_message: LINE's `dm`, hexadecimal.
    """

    hardware_id: str
    action: str
    device_message: str | None = None


@frozen(kw_only=True)
class AccountLinkEvent(EventHead):
    """An account link ended.

    Attributes:
        result: `ok` or `failed`, or as it came. A failed one has no source.
        nonce: The host's single-use secret of this link.
    """

    result: str
    nonce: str = field(repr=False)


@frozen(kw_only=True)
class MembershipEvent(EventHead):
    """The customer joined, left or renewed a paid membership.

    Attributes:
        action: `joined`, `left` or `renewed`, or as it came.
    """

    action: str
    membership_id: int | None = None


@frozen(kw_only=True)
class DeliveryEvent(EventHead):
    """A LINE notification message reached a phone; has no source.

    Attributes:
        data: The hashed phone number, or the caller's `X-Line-Delivery-Tag`.
    """

    data: str = field(repr=False)


@frozen(kw_only=True)
class ModuleEvent(EventHead):
    """A module channel was attached to an account or detached from it.

    Attributes:
        action: `attached` or `detached`, or as it came.
        bot_id: The account's bot user id.
        scopes: What the account's owner allowed, on `attached`.
        reason: Such as `bot_deleted`, on `detached`.
    """

    action: str
    bot_id: str | None = None
    scopes: tuple[str, ...] = ()
    reason: str | None = None


@frozen(kw_only=True)
class ActivatedEvent(EventHead):
    """This module channel may speak in the chat.

    Attributes:
        expires_at: Until when, epoch ms UTC; None for no end.
    """

    expires_at: int | None = None


@frozen(kw_only=True)
class DeactivatedEvent(EventHead):
    """Another channel holds the chat now."""


@frozen(kw_only=True)
class BotSuspendedEvent(EventHead):
    """The account was suspended."""


@frozen(kw_only=True)
class BotResumedEvent(EventHead):
    """The account is no longer suspended."""


@frozen(kw_only=True)
class UnrecognisedEvent(EventHead):
    """An event of a new type, or one that is not as LINE describes it.

    Attributes:
        raw: The event as it came; empty where it was no JSON object.
    """

    raw: Mapping[str, Any] = field(factory=dict, repr=False)


WebhookEvent = (
    MessageEvent
    | MessageEditedEvent
    | UnsendEvent
    | FollowEvent
    | UnfollowEvent
    | JoinEvent
    | LeaveEvent
    | MemberJoinedEvent
    | MemberLeftEvent
    | PostbackEvent
    | VideoPlayCompleteEvent
    | BeaconEvent
    | AccountLinkEvent
    | MembershipEvent
    | DeliveryEvent
    | ModuleEvent
    | ActivatedEvent
    | DeactivatedEvent
    | BotSuspendedEvent
    | BotResumedEvent
    | UnrecognisedEvent
)
