"""Webhook events and message kinds as LINE writes them; pure.

Source: LINE Developers, "Messaging API reference", Webhook event objects. Each function
returns what is particular to its event; the envelope (id, time, source, reply token) is
added when it is sent.
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

__all__ = ["QUOTABLE", "REPLIABLE", "encode_body", "sign", "text_message"]

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

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def _escaped(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1]


def encode_body(destination: str, events: Sequence[Mapping[str, Any]]) -> bytes:
    r"""Return a webhook body's bytes.

    Emoji are written as `\uXXXX` escapes, as LINE writes some bodies, so that a host that
    parses and writes the body anew fails the signature here as it would there.
    """
    body = {"destination": destination, "events": events}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return _ASTRAL.sub(_escaped, text).encode()


def sign(secret: str, body: bytes) -> str:
    """Return the `x-line-signature` of a body."""
    return b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def text_message(text: str, **optional: object) -> dict[str, Any]:
    """Return a text message; `optional` holds `emojis`, `mention`, `quotedMessageId`."""
    return {"type": "text", "text": text, **_given(optional)}


def _given(optional: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in optional.items() if value is not None}
