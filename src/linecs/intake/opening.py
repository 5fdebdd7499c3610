"""Opens a webhook body: who sent it, for which channel, and which events it holds.

Source: LINE Developers, "Verify webhook signature", "Receive messages (webhook)".
"""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.errors import DestinationError, PayloadError, SignatureError
from linecs.intake.keeping import stored_events
from linecs.intake.splitting import split_array, split_object
from linecs.model.channel import Channel
from linecs.model.event import StoredEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs.intake.splitting import Piece

__all__ = ["MAX_BODY_BYTES", "Intake", "open_body"]

MAX_BODY_BYTES = 2 * 1024 * 1024
"""LINE documents no largest body; its own limit for requests to it is 2 MB."""

# As LINE writes a body today; other orders and new members are legal and take the long way.
_begin = re.compile(rb'\{"destination":"([!#-\[\]-~]+)","events":\[[ \t\n\r]*').match
_find_destinations = re.compile(rb'"destination"[ \t\n\r]*:[ \t\n\r]*"([!#-\[\]-~]+)"').findall


@frozen(kw_only=True)
class Intake:
    """A verified body.

    Attributes:
        events: In the body's order; none in the body of the console's Verify button.
    """

    channel: Channel
    events: tuple[StoredEvent, ...]


def open_body(
    body: bytes,
    signature: str | None,
    *,
    channels: Mapping[str, Channel],
    now: int,
    max_bytes: int = MAX_BODY_BYTES,
) -> Intake:
    """Verify a webhook body and split it into events, whatever LINE may have put into them.

    Args:
        body: The request's raw bytes.
        signature: The `x-line-signature` header; None where there was none.
        channels: By bot user id, which is the body's `destination`.
        now: Epoch ms UTC.
        max_bytes: A larger body is refused unread.

    Raises:
        PayloadError: The body is too large, or is not the JSON object LINE describes.
        DestinationError: It is for none of the channels.
        SignatureError: The signature is missing, or of none of the channel's secrets.
    """
    if len(body) > max_bytes:
        raise PayloadError(f"The webhook body has {len(body)} bytes; {max_bytes} are allowed.")
    beginning = _begin(body)
    named = [beginning[1].decode()] if beginning else _destinations(body)
    channel = _signing_channel(body, signature, _served(named, channels))
    pieces = _events_of(body, channel, beginning.end() if beginning else None)
    events = stored_events(pieces, channel_id=channel.id, now=now, body=body)
    return Intake(channel=channel, events=events)


def _destinations(body: bytes) -> list[str]:
    return [name.decode() for name in dict.fromkeys(_find_destinations(body))]


def _served(named: list[str], channels: Mapping[str, Channel]) -> list[Channel]:
    served = [channels[name] for name in named if name in channels]
    if served:
        return served
    if named:
        raise DestinationError("The webhook is for a channel this desk does not serve.")
    raise PayloadError("The webhook body names no destination; pass LINE's bytes unchanged.")


def _signing_channel(body: bytes, signature: str | None, served: list[Channel]) -> Channel:
    if not signature:
        raise SignatureError("The x-line-signature header is missing.")
    given = signature.encode("ascii", "replace")
    for channel in served:
        if _signed(body, given, channel.secrets):
            return channel
    raise SignatureError(
        "The x-line-signature header does not match the body; check the channel secret, and "
        "that the body is LINE's bytes, not parsed and written anew."
    )


def _signed(body: bytes, given: bytes, secrets: tuple[str, ...]) -> bool:
    matches = [
        hmac.compare_digest(b64encode(hmac.digest(secret.encode(), body, "sha256")), given)
        for secret in secrets
    ]
    return any(matches)


def _events_of(body: bytes, channel: Channel, events_at: int | None) -> list[Piece]:
    text = _text_of(body)
    try:
        if events_at is not None:
            pieces, at = split_array(text, events_at)
            if text.startswith("}", at) and at + 1 == len(text):
                return pieces
        members = split_object(text, "events")
    except ValueError:
        raise PayloadError("The webhook body is not JSON.") from None
    if members.get("destination") != channel.bot_user_id:
        raise DestinationError("The webhook's destination is not the channel that signed it.")
    events = members.get("events")
    if not isinstance(events, list):
        raise PayloadError("The webhook body has no array of events.")
    return events


def _text_of(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        # One bad byte must not cost the other events: it stays legible as an escape.
        return re.sub(
            "[\udc80-\udcff]",
            lambda match: f"\\u{ord(match[0]):04x}",
            body.decode("utf-8", "surrogateescape"),
        )
