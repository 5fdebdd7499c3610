"""Webhook events and message kinds as LINE writes them; pure.

Source: LINE Developers, "Messaging API reference", Webhook event objects. Each function
returns what is particular to its kind; what all events share (id, time, source, reply
token) is added when one is sent.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "QUOTABLE",
    "REPLIABLE",
    "account_link",
    "audio",
    "beacon",
    "bot_event",
    "delivery",
    "encode_body",
    "file",
    "follow",
    "image",
    "location",
    "member_joined",
    "member_left",
    "membership",
    "message",
    "message_edited",
    "module",
    "postback",
    "sign",
    "sticker",
    "text",
    "unsend",
    "video",
    "video_play_complete",
]


QUOTABLE = frozenset({"text", "sticker", "image", "video"})
"""Kinds of message from a customer that carry a `quoteToken`."""

REPLIABLE = frozenset(
    {
        "message",
        "follow",
        "join",
        "memberJoined",
        "postback",
        "videoPlayComplete",
        "beacon",
        "accountLink",
        "membership",
    }
)
"""Event types that carry a `replyToken`; a failed account link is the exception."""

_LINE_HOSTED = {"type": "line"}
_ASTRAL = re.compile("[\U00010000-\U0010ffff\ud800-\udfff]")


def encode_body(destination: str, events: Sequence[Mapping[str, Any]]) -> bytes:
    r"""Return a webhook body's bytes.

    Emoji, and halves of them, are written as `\uXXXX` escapes, as LINE writes some bodies, so that
    a host that parses and writes the body anew fails the signature here as it would there.
    """
    body = {"destination": destination, "events": events}
    written = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return _ASTRAL.sub(_escaped, written).encode()


def _escaped(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1]


def sign(secret: str, body: bytes) -> str:
    """Return the `x-line-signature` of a body."""
    return b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def _given(**optional: object) -> dict[str, Any]:
    """Return what has a value: LINE omits properties without one."""
    return {name: value for name, value in optional.items() if value is not None}


def text(
    words: str,
    *,
    emojis: Sequence[Mapping[str, Any]] | None = None,
    mention: Mapping[str, Any] | None = None,
    quoted_message_id: str | None = None,
) -> dict[str, Any]:
    """Return a text message."""
    optional = _given(emojis=emojis, mention=mention, quotedMessageId=quoted_message_id)
    return {"type": "text", "text": words, **optional}


def image(
    *,
    provider: Mapping[str, Any] | None = None,
    image_set: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return an image message; the provider is LINE if not given."""
    return {"type": "image", "contentProvider": provider or _LINE_HOSTED} | _given(
        imageSet=image_set
    )


def video(
    *, duration: int | None = None, provider: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return a video message of `duration` milliseconds."""
    return {"type": "video", "contentProvider": provider or _LINE_HOSTED} | _given(
        duration=duration
    )


def audio(*, duration: int | None = None) -> dict[str, Any]:
    """Return an audio message of `duration` milliseconds."""
    return {"type": "audio", "contentProvider": _LINE_HOSTED} | _given(duration=duration)


def file(name: str, size: int) -> dict[str, Any]:
    """Return a file message of `size` bytes."""
    return {"type": "file", "fileName": name, "fileSize": size}


def location(
    latitude: float, longitude: float, *, title: str | None = None, address: str | None = None
) -> dict[str, Any]:
    """Return a location message."""
    place = {"latitude": latitude, "longitude": longitude}
    return {"type": "location", **place, **_given(title=title, address=address)}


def sticker(
    package_id: str,
    sticker_id: str,
    *,
    resource_type: str = "STATIC",
    keywords: Sequence[str] | None = None,
    words: str | None = None,
    quoted_message_id: str | None = None,
) -> dict[str, Any]:
    """Return a sticker message; `words` is what was written on a message sticker."""
    return {
        "type": "sticker",
        "packageId": package_id,
        "stickerId": sticker_id,
        "stickerResourceType": resource_type,
        **_given(keywords=keywords, text=words, quotedMessageId=quoted_message_id),
    }


def message(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event that a customer has sent a message."""
    return {"type": "message", "message": content}


def message_edited(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event that a text in a group was edited; the id stays."""
    return {"type": "messageEdited", "message": content}


def unsend(message_id: str) -> dict[str, Any]:
    """Return the event that a message was taken back."""
    return {"type": "unsend", "unsend": {"messageId": message_id}}


def follow(*, is_unblocked: bool) -> dict[str, Any]:
    """Return the event that the account was added or unblocked."""
    return {"type": "follow", "follow": {"isUnblocked": is_unblocked}}


def bot_event(kind: str) -> dict[str, Any]:
    """Return an event that is its type alone.

    Such are `unfollow`, `join`, `leave`, `activated`, `deactivated`, `botSuspended` and
    `botResumed`.
    """
    return {"type": kind}


def member_joined(*user_ids: str) -> dict[str, Any]:
    """Return the event that people joined a group."""
    return {"type": "memberJoined", "joined": {"members": _users(user_ids)}}


def member_left(*user_ids: str) -> dict[str, Any]:
    """Return the event that people left a group."""
    return {"type": "memberLeft", "left": {"members": _users(user_ids)}}


def _users(user_ids: Sequence[str]) -> list[dict[str, str]]:
    return [{"type": "user", "userId": user_id} for user_id in user_ids]


def postback(data: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the event that a button with data was tapped."""
    return {"type": "postback", "postback": {"data": data} | _given(params=params)}


def video_play_complete(tracking_id: str) -> dict[str, Any]:
    """Return the event that a video was watched to its end."""
    return {"type": "videoPlayComplete", "videoPlayComplete": {"trackingId": tracking_id}}


def beacon(hwid: str, kind: str = "enter", dm: str | None = None) -> dict[str, Any]:
    """Return the event that a phone came near a beacon."""
    return {"type": "beacon", "beacon": {"hwid": hwid, "type": kind} | _given(dm=dm)}


def account_link(result: str, nonce: str) -> dict[str, Any]:
    """Return the event that an account link ended `ok` or `failed`."""
    return {"type": "accountLink", "link": {"result": result, "nonce": nonce}}


def membership(kind: str, membership_id: int) -> dict[str, Any]:
    """Return the event that a membership was `joined`, `left` or `renewed`."""
    return {"type": "membership", "membership": {"type": kind, "membershipId": membership_id}}


def delivery(data: str) -> dict[str, Any]:
    """Return the event that a LINE notification message arrived."""
    return {"type": "delivery", "delivery": {"data": data}}


def module(kind: str, bot_id: str, **rest: object) -> dict[str, Any]:
    """Return the event that a module channel was `attached` or `detached`."""
    return {"type": "module", "module": {"type": kind, "botId": bot_id, **rest}}
