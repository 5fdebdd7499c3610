"""Every event and message kind LINE documents, complete, and a signed body around them.

Source: LINE Developers, "Messaging API reference", Webhook event objects; "Partner docs";
line-openapi `webhook.yml`; line-bot-sdk 3.27 for `messageEdited`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from typing import Any

from linecs.model import Channel

SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
DESTINATION = "U8e742f61d673b39c7fff3cecb7536ef0"
CHANNEL = Channel(
    id="main", bot_user_id=DESTINATION, secrets=SECRET, access_token="long-lived token"
)
CHANNELS = {DESTINATION: CHANNEL}
NOW = 1_762_000_000_000

USER = {"type": "user", "userId": "U4af4980629" + "0" * 22}
GROUP = {"type": "group", "groupId": "Ca56f94637c" + "0" * 22, "userId": "U4af4980629" + "0" * 22}
ROOM = {"type": "room", "roomId": "Ra8dbf4673c" + "0" * 22}
REPLY_TOKEN = "nHuyWiB7yP5Zw52FIkcQobQuGDXCTA"


def sign(body: bytes, secret: str = SECRET) -> str:
    """Return the `x-line-signature` of a body."""
    return b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def write_body(*events: object, **more: object) -> bytes:
    """Return a body as LINE lays it out; `more` are members LINE may add."""
    body = {"destination": DESTINATION, "events": events, **more}
    return json.dumps(body, separators=(",", ":")).encode()


def event(
    kind: str, *, source: Any = USER, reply_token: str | None = REPLY_TOKEN, **particular: Any
) -> dict[str, Any]:
    """Return an event; what is None is left out, as LINE leaves it out."""
    complete = {
        "type": kind,
        **particular,
        "timestamp": 1_692_251_666_727,
        "source": source,
        "replyToken": reply_token,
        "mode": "active",
        "webhookEventId": "01H810YECXQQZ37VAXPF6H9E6T",
        "deliveryContext": {"isRedelivery": False},
    }
    return {name: value for name, value in complete.items() if value is not None}


def message(kind: str, **particular: Any) -> dict[str, Any]:
    """Return a message event."""
    head = {"type": kind, "id": "444573844083572737", "markAsReadToken": "30yhdy232"}
    return event("message", message={**head, **particular})


_FROM_LINE = {"type": "line"}
_FROM_OUTSIDE = {
    "type": "external",
    "originalContentUrl": "https://example.com/original.mp4",
    "previewImageUrl": "https://example.com/preview.jpg",
}

MESSAGES = {
    "text": message(
        "text",
        text="@All @example (hello) こんにちは🍎",
        quoteToken="q3Plxr4AgKd",
        quotedMessageId="468789577898262530",
        emojis=[
            {
                "index": 14,
                "length": 7,
                "productId": "5ac1bfd5040ab15980c9b435",
                "emojiId": "001",
            }
        ],
        mention={
            "mentionees": [
                {"index": 0, "length": 4, "type": "all"},
                {
                    "index": 5,
                    "length": 8,
                    "type": "user",
                    "userId": "U49585cd0d5" + "0" * 22,
                    "isSelf": False,
                },
            ]
        },
    ),
    "image": message(
        "image",
        quoteToken="yHAz4Ua2wx7",
        contentProvider=_FROM_LINE,
        imageSet={
            "id": "E005D41A7288F41B65593ED38FF6E9834B046AB36A37921A56BC236F13A91855",
            "index": 1,
            "total": 2,
        },
    ),
    "external image": message("image", quoteToken="yHAz4Ua2wx7", contentProvider=_FROM_OUTSIDE),
    "video": message("video", quoteToken="yHAz4Ua2wx7", duration=60000, contentProvider=_FROM_LINE),
    "external video": message(
        "video", quoteToken="yHAz4Ua2wx7", duration=60000, contentProvider=_FROM_OUTSIDE
    ),
    "audio": message("audio", duration=60000, contentProvider=_FROM_LINE),
    "file": message("file", fileName="注文書.pdf", fileSize=2138),
    "location": message(
        "location",
        title="my location",
        address="日本、〒102-8282 東京都千代田区紀尾井町1番3号",
        latitude=35.67966,
        longitude=139.73669,
    ),
    "sticker": message(
        "sticker",
        quoteToken="q3Plxr4AgKd",
        quotedMessageId="468789577898262530",
        packageId="30563",
        stickerId="651698630",
        stickerResourceType="MESSAGE",
        keywords=["cony", "sally", "笑い"],
        text="ありがとう",
    ),
}

EVENTS = {
    **MESSAGES,
    "messageEdited": {
        **event("messageEdited", source=GROUP),
        "message": {"type": "text", "id": "444573844083572737", "quoteToken": "q3", "text": "後"},
    },
    "unsend": event("unsend", reply_token=None, unsend={"messageId": "325708"}),
    "follow": event("follow", follow={"isUnblocked": True}),
    "unfollow": event("unfollow", reply_token=None),
    "join": event("join", source=GROUP),
    "leave": event("leave", source=ROOM, reply_token=None),
    "memberJoined": event("memberJoined", source=GROUP, joined={"members": [USER]}),
    "memberLeft": event("memberLeft", source=ROOM, reply_token=None, left={"members": [USER]}),
    "postback": event("postback", postback={"data": "storeId=12345"}),
    "postback date": event(
        "postback", postback={"data": "when", "params": {"datetime": "2017-12-25T01:00"}}
    ),
    "postback rich menu": event(
        "postback",
        postback={
            "data": "menu",
            "params": {"newRichMenuAliasId": "richmenu-alias-b", "status": "SUCCESS"},
        },
    ),
    "videoPlayComplete": event("videoPlayComplete", videoPlayComplete={"trackingId": "track_id"}),
    "beacon": event("beacon", beacon={"hwid": "d41d8cd98f", "type": "enter", "dm": "00a1"}),
    "accountLink": event("accountLink", link={"result": "ok", "nonce": "nonce-1234567890"}),
    "accountLink failed": event(
        "accountLink",
        source=None,
        reply_token=None,
        link={"result": "failed", "nonce": "nonce-1234567890"},
    ),
    "membership": event("membership", membership={"type": "joined", "membershipId": 3189}),
    "delivery": event("delivery", source=None, reply_token=None, delivery={"data": "15034552939"}),
    "module attached": event(
        "module",
        source=None,
        reply_token=None,
        module={
            "type": "attached",
            "botId": "U5fac33f633e72c192759f09afc41fa28",
            "scopes": ["message:send", "message:receive"],
        },
    ),
    "module detached": event(
        "module",
        source=None,
        reply_token=None,
        module={
            "type": "detached",
            "botId": "U5fac33f633e72c192759f09afc41fa28",
            "reason": "bot_deleted",
        },
    ),
    "activated": event("activated", reply_token=None, chatControl={"expireAt": 1462629479859}),
    "deactivated": event("deactivated", reply_token=None),
    "botSuspended": event("botSuspended", source=None, reply_token=None),
    "botResumed": event("botResumed", source=None, reply_token=None),
}
