"""A little history for the demonstration: customers who wrote before you came."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING

from linecs.desk.inbox import InboxFilter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs import SupportDesk

__all__ = ["PAST_CUSTOMERS", "tell_the_past"]

_MINUTE = 60_000
# Who wrote what, how many minutes ago.
_STORY = (
    ("さくら", 95, "先週注文したドレスのファスナーが壊れていました。交換できますか？"),
    ("ひなた", 42, "結婚式に間に合わせたいのですが、金曜日までに届きますか"),
    ("ゆい", 18, "カラコンの度数を間違えて注文してしまいました"),
)
PAST_CUSTOMERS = tuple(name for name, _, _ in _STORY)


def tell_the_past(
    desk: SupportDesk, settings: Mapping[str, str], user_ids: Mapping[str, str]
) -> None:
    """Let earlier customers write, as LINE would have sent it, where nobody has written yet.

    Args:
        desk: The shop's desk.
        settings: With the channel's secret, which signs what LINE sends.
        user_ids: The customers' LINE user ids by their names.
    """
    if desk.inbox.list(InboxFilter(), limit=1).items:
        return
    now = time.time_ns() // 1_000_000
    events = [
        {
            "type": "message",
            "mode": "active",
            "timestamp": now - minutes * _MINUTE,
            "source": {"type": "user", "userId": user_ids[name]},
            "webhookEventId": f"demo-{number}-{now}",
            "deliveryContext": {"isRedelivery": False},
            "message": {"id": f"{now}{number}", "type": "text", "text": text},
        }
        for number, (name, minutes, text) in enumerate(_STORY)
    ]
    body = json.dumps({"destination": settings["LINE_BOT_USER_ID"], "events": events}).encode()
    key = settings["LINE_CHANNEL_SECRET"].encode()
    signature = base64.b64encode(hmac.digest(key, body, hashlib.sha256)).decode()
    desk.receive(body, signature)
