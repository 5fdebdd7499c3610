"""Each message LINE refuses, and how the refusal names what is wrong."""

from __future__ import annotations

import pytest

from linecs.testing.simulator.message_rules import judge_messages
from testing.message_samples import (
    BUBBLE,
    IMAGEMAP,
    LOCATION,
    MESSAGE,
    URI,
    buttons,
    carousel,
    column,
    confirm,
    flex,
    media,
    picker,
    template,
    text,
    with_quick_replies,
)

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
