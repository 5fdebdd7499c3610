"""Messages as an account sends them: good ones, and builders for bad ones."""

from __future__ import annotations

from typing import Any

MESSAGE = {"type": "message", "label": "はい", "text": "はい"}
URI = {"type": "uri", "label": "開く", "uri": "https://example.com/"}
BUBBLE = {
    "type": "bubble",
    "body": {"type": "box", "layout": "vertical", "contents": [{"type": "text", "text": "本文"}]},
}


def text(words: Any = "こんにちは", **more: Any) -> dict[str, Any]:
    """Return a text message."""
    return {"type": "text", "text": words, **more}


def template(**inner: Any) -> dict[str, Any]:
    """Return a template message."""
    return {"type": "template", "altText": "選んでください", "template": inner}


def buttons(**more: Any) -> dict[str, Any]:
    """Return a buttons template that is fine but for `more`."""
    return template(**{"type": "buttons", "text": "どれですか", "actions": [MESSAGE], **more})


def confirm(**more: Any) -> dict[str, Any]:
    """Return a confirm template that is fine but for `more`."""
    return template(**{"type": "confirm", "text": "はい?", "actions": [MESSAGE, MESSAGE], **more})


def carousel(*columns: dict[str, Any]) -> dict[str, Any]:
    """Return a carousel of columns."""
    return template(type="carousel", columns=list(columns))


def column(**more: Any) -> dict[str, Any]:
    """Return a carousel column that is fine but for `more`."""
    return {"text": "商品", "actions": [MESSAGE], **more}


def flex(contents: Any = BUBBLE, alt: str = "カード") -> dict[str, Any]:
    """Return a Flex message."""
    return {"type": "flex", "altText": alt, "contents": contents}


def with_quick_replies(count: int, **action: Any) -> dict[str, Any]:
    """Return a text with quick replies of one action."""
    item = {"type": "action", "action": {**MESSAGE, **action}}
    return text(quickReply={"items": [item] * count})


def media(kind: str, url: str = "https://example.com/a.jpg", **more: Any) -> dict[str, Any]:
    """Return an image, video or audio message."""
    urls = {"originalContentUrl": url}
    if kind != "audio":
        urls["previewImageUrl"] = url
    return {"type": kind, **urls, **more}


def picker(**more: Any) -> dict[str, Any]:
    """Return a date picker."""
    return {"type": "datetimepicker", "label": "日付", "data": "d", "mode": "date", **more}


LOCATION = {
    "type": "location",
    "title": "本店",
    "address": "東京都",
    "latitude": 35.6,
    "longitude": 139.7,
}
IMAGEMAP = {
    "type": "imagemap",
    "baseUrl": "https://example.com/map",
    "altText": "地図",
    "baseSize": {"width": 1040, "height": 520},
    "actions": [
        {
            "type": "uri",
            "linkUri": "https://example.com/",
            "area": {"x": 0, "y": 0, "width": 520, "height": 520},
        }
    ],
}

ACCEPTED = {
    "a text": text(),
    "a text of 5,000 units": text("あ" * 5000),
    "a text with emojis": text("$", emojis=[{"index": 0, "productId": "p", "emojiId": "1"}]),
    "an emoji after an astral character": text(
        "🍎$", emojis=[{"index": 2, "productId": "p", "emojiId": "1"}]
    ),
    "a textV2 with a placeholder": {
        "type": "textV2",
        "text": "{user1}さん {{括弧}}",
        "substitution": {"user1": {"type": "mention", "mentionee": {"type": "all"}}},
    },
    "a sticker": {"type": "sticker", "packageId": "446", "stickerId": "1988"},
    "an image": media("image"),
    "a video": media("video", trackingId="t1"),
    "an audio": media("audio", duration=1000),
    "a location": LOCATION,
    "an imagemap": IMAGEMAP,
    "buttons": buttons(),
    "buttons with 160 characters": buttons(text="あ" * 160),
    "family emoji count one each": confirm(text="👨‍👩‍👧" * 240),
    "a confirm": confirm(),
    "a carousel": carousel(*[column()] * 10),
    "an image carousel": template(
        type="image_carousel", columns=[{"imageUrl": "https://example.com/a", "action": URI}]
    ),
    "a bubble": flex(),
    "a carousel of bubbles": flex({"type": "carousel", "contents": [BUBBLE] * 12}),
    "13 quick replies": with_quick_replies(13),
    "a camera quick reply": text(
        quickReply={"items": [{"type": "action", "action": {"type": "camera", "label": "撮る"}}]}
    ),
    "a sender": text(sender={"name": "サポート", "iconUrl": "https://example.com/i.png"}),
    "a button that opens the keyboard": buttons(
        actions=[
            {
                "type": "postback",
                "label": "書く",
                "data": "d",
                "inputOption": "openKeyboard",
                "fillInText": "注文番号: ",
            }
        ]
    ),
    "a link for computers": buttons(
        actions=[{**URI, "altUri": {"desktop": "https://example.com/desktop"}}]
    ),
    "a picture that opens a link": buttons(
        thumbnailImageUrl="https://example.com/a.jpg", defaultAction=URI
    ),
    "every Flex component": flex(
        {
            "type": "bubble",
            "hero": {
                "type": "video",
                "url": "https://example.com/v.mp4",
                "previewUrl": "https://example.com/v.jpg",
                "altContent": {"type": "image", "url": "https://example.com/v.jpg"},
            },
            "body": {
                "type": "box",
                "layout": "baseline",
                "contents": [
                    {"type": "text", "contents": [{"type": "span", "text": "太字"}]},
                    {"type": "icon", "url": "https://example.com/i.png"},
                    {"type": "separator"},
                    {"type": "filler"},
                    {"type": "button", "action": URI, "style": "primary"},
                ],
            },
        }
    ),
    "a picker within bounds": buttons(actions=[picker(initial="2026-06-01")]),
    "a clipboard button": buttons(
        actions=[{"type": "clipboard", "label": "コピー", "clipboardText": "1234"}]
    ),
}
