"""What the simulator refuses in message objects, and in which words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linecs.testing.simulator.message_rules import judge_messages

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


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_line_takes_is_taken(name: str) -> None:
    """A message within LINE's limits, also just within, is accepted without a remark."""
    verdict = judge_messages([ACCEPTED[name]])
    assert (verdict.error, verdict.remarks) == (None, ())


WHOLE = {
    "no text": (text(None), "messages[0].text", "May not be empty"),
    "an empty text": (text(""), "messages[0].text", "May not be empty"),
    "a long text": (text("あ" * 5001), "messages[0].text", "Length must be between 0 and 5000"),
    "2,501 apples": (text("🍎" * 2501), "messages[0].text", "Length must be between 0 and 5000"),
    "no alternative text": (flex(alt=""), "messages[0].altText", "May not be empty"),
    "a long alternative text": (
        flex(alt="あ" * 1501),
        "messages[0].altText",
        "Length must be between 0 and 1500",
    ),
    "a plain http audio": (
        media("audio", "http://example.com/a.m4a", duration=1),
        "messages[0].originalContentUrl",
        "Must be a valid HTTPS URL",
    ),
    "a long tracking id": (
        media("video", trackingId="t" * 101),
        "messages[0].trackingId",
        "Length must be between 0 and 100",
    ),
    "an audio without duration": (media("audio"), "messages[0].duration", "May not be empty"),
    "a location off the globe": (
        {**LOCATION, "latitude": 91},
        "messages[0].latitude",
        "must be between -90 and 90",
    ),
    "an emoji beside its dollar": (
        text("a$", emojis=[{"index": 0, "productId": "p", "emojiId": "1"}]),
        "messages[0].emojis[0].index",
        "must point at a $ in the text",
    ),
    "21 emojis": (
        text("$", emojis=[{"index": 0, "productId": "p", "emojiId": "1"}] * 21),
        "messages[0].emojis",
        "Size must be between 0 and 20",
    ),
    "a sender called LINE": (
        text(sender={"name": "LINE"}),
        "messages[0].sender.name",
        "This name is not allowed",
    ),
    "a long sender name": (
        text(sender={"name": "あ" * 21}),
        "messages[0].sender.name",
        "Length must be between 0 and 20",
    ),
    "a file, which cannot be sent": (
        {"type": "file"},
        "messages[0].type",
        (
            "Must be one of the following values: [audio, flex, image, imagemap, location, "
            "sticker, template, text, textV2, video]"
        ),
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_wrong_property_is_named_from_the_request_on(name: str) -> None:
    """What concerns a message as a whole is named `messages[n].property`."""
    message, place, words = WHOLE[name]
    assert judge_messages([message]).error == {
        "message": "The request body has 1 error(s)",
        "details": [{"message": words, "property": place}],
    }


INSIDE = {
    "buttons with 161 characters": (buttons(text="あ" * 161), "template/text"),
    "61 characters under a title": (buttons(title="題", text="あ" * 61), "template/text"),
    "a long title": (buttons(title="あ" * 41), "template/title"),
    "five buttons": (buttons(actions=[MESSAGE] * 5), "template/actions"),
    "a button without label": (
        buttons(actions=[{"type": "message", "text": "はい"}]),
        "template/actions/0/label",
    ),
    "a long label": (
        buttons(actions=[{**MESSAGE, "label": "あ" * 21}]),
        "template/actions/0/label",
    ),
    "a long postback": (
        buttons(actions=[{"type": "postback", "label": "a", "data": "d" * 301}]),
        "template/actions/0/data",
    ),
    "a postback with two texts": (
        buttons(
            actions=[
                {"type": "postback", "label": "a", "data": "d", "text": "t", "displayText": "t"}
            ]
        ),
        "template/actions/0/text",
    ),
    "a text to fill in without a keyboard": (
        buttons(
            actions=[{"type": "postback", "label": "a", "data": "d", "fillInText": "t"}],
        ),
        "template/actions/0/fillInText",
    ),
    "a rich menu switch outside a rich menu": (
        buttons(
            actions=[{"type": "richmenuswitch", "label": "a", "data": "d", "richMenuAliasId": "b"}]
        ),
        "template/actions/0/type",
    ),
    "a bad link for computers": (
        buttons(actions=[{**URI, "altUri": {"desktop": "javascript:1"}}]),
        "template/actions/0/altUri/desktop",
    ),
    "an unknown scheme": (
        buttons(actions=[{**URI, "uri": "ftp://example.com"}]),
        "template/actions/0/uri",
    ),
    "a uri not percent-encoded": (
        buttons(actions=[{**URI, "uri": "https://example.com/返品"}]),
        "template/actions/0/uri",
    ),
    "a camera button": (
        buttons(actions=[{"type": "camera", "label": "撮る"}]),
        "template/actions/0/type",
    ),
    "a date that is none": (
        buttons(actions=[picker(initial="2026-02-30")]),
        "template/actions/0/initial",
    ),
    "a confirm with one action": (confirm(actions=[MESSAGE]), "template/actions"),
    "a long confirm": (confirm(text="あ" * 241), "template/text"),
    "eleven columns": (carousel(*[column()] * 11), "template/columns"),
    "columns of unlike height": (
        carousel(column(), column(actions=[MESSAGE] * 2)),
        "template/columns",
    ),
    "121 characters in a column": (carousel(column(text="あ" * 121)), "template/columns/0/text"),
    "a long label on a picture": (
        template(
            type="image_carousel",
            columns=[{"imageUrl": "https://example.com/a", "action": {**URI, "label": "あ" * 13}}],
        ),
        "template/columns/0/action/label",
    ),
    "a template of no kind": (template(type="menu"), "template/type"),
    "14 quick replies": (with_quick_replies(14), "quickReply/items"),
    "a long quick reply": (
        with_quick_replies(1, label="あ" * 21),
        "quickReply/items/0/action/label",
    ),
    "an empty bubble": (flex({"type": "bubble"}), "/"),
    "a bubble with a text for a body": (
        flex({"type": "bubble", "body": {"type": "text", "text": "a"}}),
        "/body/type",
    ),
    "an unknown component": (
        flex(
            {
                "type": "bubble",
                "body": {"type": "box", "layout": "vertical", "contents": [{"type": "spacer"}]},
            }
        ),
        "/body/contents/0",
    ),
    "a text without text": (
        flex(
            {
                "type": "bubble",
                "body": {"type": "box", "layout": "vertical", "contents": [{"type": "text"}]},
            }
        ),
        "/body/contents/0/text",
    ),
    "no Flex container": (flex(None), "/"),
    "a box without contents": (
        flex({"type": "bubble", "body": {"type": "box", "layout": "vertical"}}),
        "/body/contents",
    ),
    "a video without a picture to fall back on": (
        flex(
            {
                "type": "bubble",
                "hero": {
                    "type": "video",
                    "url": "https://example.com/v.mp4",
                    "previewUrl": "https://example.com/v.jpg",
                },
            }
        ),
        "/hero/altContent",
    ),
    "no column": (
        template(type="image_carousel", columns=[{"imageUrl": "https://example.com/a"}]),
        "template/columns/0/action",
    ),
    "a long Flex label": (
        flex({**BUBBLE, "action": {**URI, "label": "あ" * 41}}),
        "/action/label",
    ),
    "13 bubbles": (flex({"type": "carousel", "contents": [BUBBLE] * 13}), "/contents"),
    "bubbles of two sizes": (
        flex({"type": "carousel", "contents": [BUBBLE, {**BUBBLE, "size": "kilo"}]}),
        "/contents",
    ),
    "a key with a hyphen": (
        {"type": "textV2", "text": "{a-b}", "substitution": {}},
        "text",
    ),
    "a key nothing stands for": ({"type": "textV2", "text": "{name}"}, "text"),
    "51 imagemap actions": (
        {**IMAGEMAP, "actions": IMAGEMAP["actions"] * 51},
        "actions",
    ),
}


@pytest.mark.parametrize("name", INSIDE)
def test_a_wrong_part_is_named_from_its_message_on(name: str) -> None:
    """What is wrong inside a message names the message by number and the part by path."""
    message, place = INSIDE[name]
    error = judge_messages([text(), message]).error
    assert error is not None
    assert error["message"] == "A message (messages[1]) in the request body is invalid"
    assert place in [detail["property"] for detail in error["details"]]


def test_a_flex_bubble_beyond_30_kilobytes_is_too_large() -> None:
    """The size of the bubble's JSON counts, in bytes."""
    contents = [{"type": "text", "text": "あ" * 1000}] * 11
    body = {"type": "box", "layout": "vertical", "contents": contents}
    error = judge_messages([flex({"type": "bubble", "body": body})]).error
    assert error is not None
    assert error["details"][0]["message"].startswith("Too large flex message.")


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        (None, "May not be empty"),
        ([], "May not be empty"),
        ([text()] * 6, "Size must be between 1 and 5"),
        ("text", "Size must be between 1 and 5"),
    ],
)
def test_one_to_five_messages_are_sent(messages: object, words: str) -> None:
    """No message and more than five are refused."""
    error = judge_messages(messages).error
    assert error is not None
    assert error["details"] == [{"message": words, "property": "messages"}]


def test_all_wrong_properties_are_told_at_once() -> None:
    """Two messages with an error each give two details."""
    error = judge_messages([text(""), text(), text("")]).error
    assert error is not None
    assert [each["property"] for each in error["details"]] == [
        "messages[0].text",
        "messages[2].text",
    ]


def test_plain_http_on_this_machine_is_let_through_with_a_remark() -> None:
    """A picture served by the test itself is accepted, and the difference is told."""
    verdict = judge_messages([media("image", "http://127.0.0.1:8000/a.jpg")])
    assert verdict.error is None
    assert verdict.remarks[0] == "messages[0].originalContentUrl: LINE takes https addresses only."


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)


@given(st.sampled_from([*ACCEPTED.values()]), st.data())
def test_any_damage_is_told_in_lines_shape_or_accepted(
    message: dict[str, Any], data: st.DataObject
) -> None:
    """A message with any part replaced by any JSON is judged, never a crash."""
    damaged = json.loads(json.dumps(message))
    place = damaged
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            place[key] = data.draw(JSON)
            break
        place = place[key]
    error = judge_messages([damaged]).error
    assert error is None or set(error) == {"message", "details"}
