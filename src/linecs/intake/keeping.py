"""How an event of a body is kept: its key, its lane, and whether it is to be processed."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from linecs.intake.reading import optional_identifier, optional_integer, word
from linecs.model.event import EventState, StoredEvent
from linecs.model.ids import EventId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linecs.intake.reading import Part
    from linecs.intake.splitting import Piece
    from linecs.model.ids import ChannelId

__all__ = ["is_dummy", "stored_events"]

_YEAR_10000 = 253_402_300_800_000
# Tests from LINE's console brought these; there is nobody to answer.
_DUMMY_USER_ID = "Udeadbeefdeadbeefdeadbeefdeadbeef"
_DUMMY_REPLY_TOKENS = ("0" * 32, "f" * 32)


def stored_events(
    pieces: Iterable[Piece], *, channel_id: ChannelId, now: int, body: bytes
) -> tuple[StoredEvent, ...]:
    """Return the rows that keep a body's events, in its order.

    Args:
        pieces: The events.
        channel_id: The channel they came for.
        now: Epoch ms UTC.
        body: Its hash, with the place, is the key of an event without an id.
    """
    return tuple(
        [
            _stored_event(piece, event_id, channel_id, now)
            for piece, event_id in _identified(pieces, body)
        ]
    )


def _identified(pieces: Iterable[Piece], body: bytes) -> Iterator[tuple[Piece, EventId]]:
    body_hash = ""
    for place, piece in enumerate(pieces):
        event_id = _event_id(_object(piece.value))
        if event_id is None:
            body_hash = body_hash or sha256(body).hexdigest()
            event_id = _hashed(f"{body_hash} {place}")
        yield piece, event_id


def _stored_event(piece: Piece, event_id: EventId, channel_id: ChannelId, now: int) -> StoredEvent:
    event = _object(piece.value)
    source = _object(event.get("source"))
    is_only_kept = _is_only_kept(event, source)
    return StoredEvent(
        id=event_id,
        channel_id=channel_id,
        lane=_message_id(event) if is_only_kept else _lane(source),
        type=word(event, "type"),
        occurred_at=_occurred_at(event, now),
        received_at=now,
        raw=piece.raw,
        state=EventState.KEPT if is_only_kept else EventState.PENDING,
    )


def _object(value: object) -> Part:
    return value if isinstance(value, dict) else {}


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
