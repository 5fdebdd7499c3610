"""How one event of a body is kept: its key, its lane, and whether it is to be processed."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from linecs.intake.reading import optional_identifier, optional_integer, word
from linecs.model.event import EventState, StoredEvent
from linecs.model.ids import EventId

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.intake.reading import Part
    from linecs.intake.splitting import Piece
    from linecs.model.ids import ChannelId

__all__ = ["is_dummy", "stored_event"]

_YEAR_10000 = 253_402_300_800_000
# Tests from LINE's console brought these; there is nobody to answer.
_DUMMY_USER_ID = "Udeadbeefdeadbeefdeadbeefdeadbeef"
_DUMMY_REPLY_TOKENS = ("0" * 32, "f" * 32)


def stored_event(
    piece: Piece, *, channel_id: ChannelId, now: int, place: int, body_hash: Callable[[], str]
) -> StoredEvent:
    """Return the row that keeps one event.

    Args:
        piece: The event.
        channel_id: The channel it came for.
        now: Epoch ms UTC.
        place: Which of the body's events it is.
        body_hash: Returns the body's hash; with the place it is the key of an event without an id.
    """
    event = piece.value if isinstance(piece.value, dict) else {}
    source = event.get("source")
    source = source if isinstance(source, dict) else {}
    is_only_kept = _is_only_kept(event, source)
    return StoredEvent(
        id=_event_id(event) or _hashed(f"{body_hash()} {place}"),
        channel_id=channel_id,
        lane=_message_id(event) if is_only_kept else _lane(source),
        type=word(event, "type"),
        occurred_at=_occurred_at(event, now),
        received_at=now,
        raw=piece.raw,
        state=EventState.KEPT if is_only_kept else EventState.PENDING,
    )


def is_dummy(event: Part, source: Part) -> bool:
    """Whether an event is a made-up one of LINE's console, which nobody can answer."""
    return event.get("replyToken") in _DUMMY_REPLY_TOKENS or source.get("userId") == _DUMMY_USER_ID


def _event_id(event: Part) -> EventId | None:
    fitting = optional_identifier(event, "webhookEventId")
    if fitting:
        return EventId(fitting)
    given = event.get("webhookEventId")
    # A strange id is hashed, not refused: a redelivery changes the body, but not its id.
    strange = isinstance(given, str) and given
    return _hashed(strange) if strange else None


def _hashed(key: str) -> EventId:
    return EventId(f"sha256-{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}")


def _lane(source: Part) -> str:
    return (optional_identifier(source, "userId") or "") if source.get("type") == "user" else ""


def _message_id(event: Part) -> str:
    """Return what an unsend will name; a kept event is in no queue, so its lane is free for it."""
    message = event.get("message")
    return (optional_identifier(message, "id") or "") if isinstance(message, dict) else ""


def _occurred_at(event: Part, now: int) -> int:
    timestamp = optional_integer(event, "timestamp")
    return now if timestamp is None or timestamp >= _YEAR_10000 else timestamp


def _is_only_kept(event: Part, source: Part) -> bool:
    if event.get("type") == "unsend":
        # A message that was only kept must go as well (Promise 6).
        return False
    return (
        event.get("mode") == "standby"
        or source.get("type") in ("group", "room")
        or is_dummy(event, source)
    )
