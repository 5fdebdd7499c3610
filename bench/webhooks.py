"""Webhook bodies as LINE sends and signs them; what several benchmarks share."""

from __future__ import annotations

import base64
import hmac
import json
from hashlib import sha256

from linecs.model import Channel

__all__ = ["CHANNEL", "QUESTION", "SECRET", "signed", "webhook"]

SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"  # noqa: S105 - made up
_DESTINATION = "U8e742f61d673b39c7fff3cecb7536ef0"
CHANNEL = Channel(id="main", bot_user_id=_DESTINATION, secrets=SECRET, access_token=SECRET)
QUESTION = "すみません、先日のドレスですが、返品できますか"
_BEGINNING = 1_795_000_000_000


def _event(number: int, *, customer: int, text: str) -> dict[str, object]:
    return {
        "type": "message",
        "message": {
            "type": "text",
            "id": f"{444573844083572737 + number}",
            "quoteToken": "q3Plxr4AgKdq3Plxr4AgKdq3Plxr4AgKd",
            "markAsReadToken": "30yhdy23230yhdy23230yhdy232",
            "text": text,
        },
        "timestamp": _BEGINNING + number,
        "source": {"type": "user", "userId": f"U{customer + 1:032x}"},
        "replyToken": f"{number + 1:032x}",
        "mode": "active",
        "webhookEventId": f"01H810YECXQQZ37V{number:010d}",
        "deliveryContext": {"isRedelivery": False},
    }


def signed(body: bytes) -> tuple[bytes, str]:
    """Return a body and the header LINE sends with it."""
    return body, base64.b64encode(hmac.digest(SECRET.encode(), body, sha256)).decode()


def webhook(
    number: int, *, events: int = 1, customers: int = 500, text: str = QUESTION
) -> tuple[bytes, str]:
    """Return the number-th body and its signature; no two numbers share an event.

    Args:
        number: From 0.
        events: Text messages in the body.
        customers: Who write them, in turn.
        text: What they write.
    """
    first = number * events
    written = [
        _event(each, customer=each % customers, text=text) for each in range(first, first + events)
    ]
    body = {"destination": _DESTINATION, "events": written}
    return signed(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())
