"""The desk's own ordered record of what happened, for hosts to follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from linecs.model.ids import ChannelId

__all__ = ["FeedEntry"]


@frozen(kw_only=True)
class FeedEntry:
    """One thing that happened; ids and facts only, never text, LINE ids or member ids.

    Attributes:
        cursor: Its place, numbered after commit by one publisher; 0 until then.
        kind: Such as `ticket.opened`, `message.sent`, `link.ended`.
        at: Epoch ms UTC.
        actor: Who did it: `customer`, `bot`, `system`, or the operator's id.
    """

    id: str
    channel_id: ChannelId
    kind: str
    at: int
    conversation_id: str = ""
    ticket_id: str = ""
    subject_id: str = ""
    actor: str = ""
    facts: Mapping[str, Any] = field(factory=dict)
    cursor: int = 0
