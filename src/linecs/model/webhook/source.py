"""Where an event happened."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from linecs.model.ids import LineUserId

__all__ = ["Source", "SourceKind"]


class SourceKind(StrEnum):
    """LINE's kinds of chat."""

    USER = "user"
    """A chat of one customer with the account."""
    GROUP = "group"
    ROOM = "room"
    NONE = "none"
    """LINE names no source: a failed account link, a notification's delivery."""
    UNRECOGNISED = "unrecognised"


@frozen(kw_only=True)
class Source:
    """Where an event happened, and who did it where LINE says so.

    Attributes:
        user_id: In groups and rooms only on messages, and only of users who consented.
    """

    kind: SourceKind
    user_id: LineUserId | None = None
    group_id: str | None = None
    room_id: str | None = None
