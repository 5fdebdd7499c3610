"""Calls to the Messaging API that many tests make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests
from linebot.v3.messaging import PushMessageRequest, TextMessage

if TYPE_CHECKING:
    from linecs.testing import LineSimulator
    from linecs.testing.simulator import Customer

STRANGER = "U" + "0" * 32
HELLO = [TextMessage(text="こんにちは")]


def push(to: str, text: str = "こんにちは", **more: Any) -> PushMessageRequest:
    """Return a push of one text."""
    return PushMessageRequest(to=to, messages=[TextMessage(text=text, **more)])


def texts(customer: Customer) -> list[str | None]:
    """Return the texts on a customer's screen."""
    return [bubble.text for bubble in customer.chat]


def post(line: LineSimulator, path: str, **options: Any) -> requests.Response:
    """Call the API without the SDK, which would not let such a request out."""
    headers = {"Authorization": f"Bearer {line.channel.access_token}", **options.pop("headers", {})}
    return requests.post(f"{line.url}{path}", headers=headers, timeout=5, **options)
