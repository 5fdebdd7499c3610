"""A webhook event as it came: raw JSON, and where it stands in processing."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from linecs.model.ids import ChannelId, EventId

__all__ = ["EventState", "StoredEvent"]


class EventState(StrEnum):
    """Where a stored event stands."""

    PENDING = "pending"
    DONE = "done"
    KEPT = "kept"
    """Stored and never answered: standby, groups and rooms, tests from the console."""
    FAILED = "failed"
    """Set aside with its error after repeated failures; `desk.retry` takes it up again."""


@frozen(kw_only=True)
class StoredEvent:
    """One event of a webhook body, durable before LINE got its 200.

    Attributes:
        id: The key that makes a repeat a repeat.
        lane: What keeps order: the LINE user id, or empty for the channel's own lane. Of a kept
            message: LINE's message id, by which an unsend finds it.
        type: LINE's event type as it came, `unrecognised` where there was none.
        occurred_at: LINE's timestamp, epoch ms UTC; the time of receipt where LINE gave none.
        raw: The event's JSON text. Empty once redacted.
        error: Why it failed, without content.
    """

    id: EventId
    channel_id: ChannelId
    lane: str
    type: str
    occurred_at: int
    received_at: int
    raw: str = field(repr=False)
    state: EventState = EventState.PENDING
    tries: int = 0
    error: str = ""
