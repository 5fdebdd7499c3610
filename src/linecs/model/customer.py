"""A customer: one LINE user of one channel."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from linecs.model.ids import ChannelId, CustomerId, LineUserId, OperatorId

__all__ = ["Customer", "Friendship"]


class Friendship(StrEnum):
    """What LINE told us of the friendship."""

    FRIEND = "friend"
    BLOCKED = "blocked"
    """An unfollow was seen."""
    NOT_FRIEND = "not_friend"
    """LINE said so."""
    UNKNOWN = "unknown"
    """As most are who were there before us; sending is tried."""
    WITHOUT_LINE = "without_line"
    """Known by phone, mail or in the shop only; nothing can be sent."""


@frozen(kw_only=True, slots=False)
class Customer:
    """A LINE user of one channel, under our own internal id.

    Attributes:
        line_user_id: LINE's id; a random tombstone once the person was erased, or where there
            never was one (`without_line`).
        last_seen_at: When the customer last wrote, epoch ms UTC; 0 for never.
        profile_at: When LINE was last asked for the profile, epoch ms UTC; 0 for never.
        owner_id: The operator who looks after this customer.
        version: Raised by what operators change of the customer; their acts carry it.
    """

    id: CustomerId
    channel_id: ChannelId
    line_user_id: LineUserId
    first_seen_at: int
    last_seen_at: int = 0
    friendship: Friendship = Friendship.UNKNOWN
    display_name: str = field(default="", repr=False)
    picture_url: str = field(default="", repr=False)
    language: str = ""
    profile_at: int = 0
    owner_id: OperatorId | None = None
    mark: str = ""
    version: int = 0
