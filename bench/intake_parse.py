"""What it costs to open a webhook body and type its events, beside by hand and the SDK.

Run: python bench/intake_parse.py
"""

from __future__ import annotations

import base64
import hmac
import json
import statistics
import time
from hashlib import sha256
from typing import TYPE_CHECKING

from linebot.v3.webhook import WebhookHandler, WebhookParser
from linebot.v3.webhooks import MessageEvent, TextMessageContent

from linecs.intake import open_body, parse_event
from linecs.model import Channel

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"  # noqa: S105 - made up
DESTINATION = "U8e742f61d673b39c7fff3cecb7536ef0"
CHANNEL = Channel(id="main", bot_user_id=DESTINATION, secrets=SECRET, access_token=SECRET)
CHANNELS = {DESTINATION: CHANNEL}
ROUNDS = 15
SECONDS_PER_ROUND = 0.05


def _event(number: int) -> dict[str, object]:
    return {
        "type": "message",
        "message": {
            "type": "text",
            "id": f"{444573844083572737 + number}",
            "quoteToken": "q3Plxr4AgKdq3Plxr4AgKdq3Plxr4AgKd",
            "markAsReadToken": "30yhdy23230yhdy23230yhdy232",
            "text": "すみません、先日のドレスですが、返品できますか",
        },
        "timestamp": 1692251666727 + number,
        "source": {"type": "user", "userId": f"U{number:032x}"},
        "replyToken": f"{number:032x}",
        "mode": "active",
        "webhookEventId": f"01H810YECXQQZ37VAXPF6{number:05d}",
        "deliveryContext": {"isRedelivery": False},
    }


def _body(count: int) -> tuple[bytes, str]:
    events = [_event(number) for number in range(count)]
    body = {"destination": DESTINATION, "events": events}
    written = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return written, base64.b64encode(hmac.digest(SECRET.encode(), written, sha256)).decode()


def _by_hand(body: bytes, signature: str) -> object:
    expected = base64.b64encode(hmac.digest(SECRET.encode(), body, "sha256"))
    assert hmac.compare_digest(expected, signature.encode())
    return json.loads(body)["events"]


def _opened(body: bytes, signature: str) -> object:
    return open_body(body, signature, channels=CHANNELS, now=1_692_251_666_900).events


def _opened_and_typed(body: bytes, signature: str) -> object:
    opened = open_body(body, signature, channels=CHANNELS, now=1_692_251_666_900)
    return [parse_event(stored) for stored in opened.events]


def _subjects() -> dict[str, Callable[[bytes, str], object]]:
    parser, handler = WebhookParser(SECRET), WebhookHandler(SECRET)
    handler.add(MessageEvent, message=TextMessageContent)(lambda _event: None)
    return {
        "HMAC + json.loads by hand": _by_hand,
        "open_body: verify, split, rows": _opened,
        "open_body + parse_event": _opened_and_typed,
        "SDK WebhookParser.parse": lambda body, signature: parser.parse(body.decode(), signature),
        "SDK WebhookHandler.handle, empty": lambda body, signature: handler.handle(
            body.decode(), signature
        ),
    }


def _microseconds(subject: Callable[[bytes, str], object], body: bytes, signature: str) -> float:
    calls, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < SECONDS_PER_ROUND:
        subject(body, signature)
        calls += 1
    return spent / calls * 1e6


def main() -> None:
    """Print microseconds an event, medians of interleaved rounds, and ratios."""
    for count in (1, 100):
        body, signature = _body(count)
        subjects = _subjects()
        rounds = [
            {name: _microseconds(run, body, signature) for name, run in subjects.items()}
            for _ in range(ROUNDS)
        ]
        medians = {name: statistics.median(each[name] for each in rounds) for name in subjects}
        hand, sdk = (
            medians[name] for name in ("HMAC + json.loads by hand", "SDK WebhookParser.parse")
        )
        print(f"{count} text event(s), {len(body)} bytes; us an event, median of {ROUNDS} rounds")
        print(f"{'':<36}{'us':>8}{'to by hand':>12}{'to the SDK parser':>20}")
        for name, value in medians.items():
            ratios = f"{value / hand:>12.2f}{value / sdk:>20.2f}"
            print(f"{name:<36}{value / count:>8.2f}{ratios}")


if __name__ == "__main__":
    main()
