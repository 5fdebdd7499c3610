"""What LINE takes in a message object."""

from __future__ import annotations

from typing import Any

import pytest

from linecs.errors import LimitError
from linecs.limits import check_messages

FAMILY = "👨‍👩‍👧"
PICTURE = "https://shop.example/a.jpg"


def text(value: object = "はい", **more: object) -> dict[str, Any]:
    """A text message."""
    return {"type": "text", "text": value, **more}


def template(**template_: object) -> dict[str, Any]:
    """A template message."""
    return {"type": "template", "altText": "案内", "template": template_}


def flex(contents: object) -> dict[str, Any]:
    """A Flex message."""
    return {"type": "flex", "altText": "案内", "contents": contents}


def button(label: object = "はい", **more: object) -> dict[str, Any]:
    """A postback action."""
    return {"type": "postback", "label": label, "data": "a=1", **more}


def column(**more: object) -> dict[str, Any]:
    """A carousel column."""
    return {"text": "商品", "actions": [button()], **more}


def carousel(*columns: object) -> dict[str, Any]:
    """A carousel template."""
    return template(type="carousel", columns=list(columns))


def quick(*actions: object) -> dict[str, Any]:
    """A text with quick replies."""
    return text(quickReply={"items": [{"type": "action", "action": each} for each in actions]})


def imagemap(**more: object) -> dict[str, Any]:
    """An imagemap with one area."""
    area = {"x": 0, "y": 0, "width": 10, "height": 10}
    whole = {
        "type": "imagemap",
        "baseUrl": "https://shop.example/map",
        "altText": "地図",
        "baseSize": {"width": 1040, "height": 500},
        "actions": [{"type": "uri", "linkUri": "https://shop.example/", "area": area}],
    }
    return {**whole, **more}


def bubble(*contents: object, **more: object) -> dict[str, Any]:
    """A Flex bubble with these parts in its body."""
    body = {"type": "box", "layout": "vertical", "contents": list(contents)}
    return {"type": "bubble", "body": body, **more}


TAKEN: dict[str, dict[str, Any]] = {
    "the longest text": text("🍎" * 2500),
    "a text with an emoji after a surrogate pair": text(
        "🍎$", emojis=[{"index": 2, "productId": "p", "emojiId": "001"}]
    ),
    "textV2 with a mention": {
        "type": "textV2",
        "text": "{user1}",
        "substitution": {"user1": {"type": "mention", "mentionee": {"type": "all"}}},
    },
    "a sticker": {"type": "sticker", "packageId": "446", "stickerId": "1988"},
    "a picture": {"type": "image", "originalContentUrl": PICTURE, "previewImageUrl": PICTURE},
    "a picture on a simulator": {
        "type": "image",
        "originalContentUrl": "http://127.0.0.1:8000/a.jpg",
        "previewImageUrl": "http://localhost/a.jpg",
    },
    "a label of twenty families": quick(button(FAMILY * 20)),
    "a buttons text of 160 graphemes": template(
        type="buttons", text=FAMILY * 160, actions=[button()] * 4
    ),
    "a confirm": template(type="confirm", text="x" * 240, actions=[button(), button()]),
    "a carousel": carousel(*[column(title="題", text="x" * 60)] * 10),
    "a label-less picture": template(
        type="image_carousel",
        columns=[{"imageUrl": PICTURE, "action": {"type": "uri", "uri": "tel:0312345678"}}],
    ),
    "an imagemap": imagemap(),
    "an imagemap of a video alone": imagemap(actions=[]),
    "a Flex carousel": flex({"type": "carousel", "contents": [bubble()] * 12}),
    "an unknown message kind": {"type": "hologram", "text": "x" * 9000},
    "an unknown template": template(type="wheel"),
    "an unknown Flex container": flex({"type": "sphere"}),
    "an unknown Flex component and property": flex(bubble({"type": "lottie", "glow": "max"})),
    "a null where LINE takes absence": carousel(column(title=None), column()),
    "a coupon": {"type": "coupon", "couponId": "01J"},
    "audio": {"type": "audio", "originalContentUrl": PICTURE, "duration": 60000},
}

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no type": ({"text": "はい"}, "messages[0].type"),
    "no text": ({"type": "text"}, "messages[0].text"),
    "an empty text": (text(""), "messages[0].text"),
    "a text that is none": (text(5), "messages[0].text"),
    "a text of 5,001 code units": (text("🍎" * 2500 + "a"), "messages[0].text"),
    "an emoji that points elsewhere": (
        text("🍎$", emojis=[{"index": 1, "productId": "p", "emojiId": "001"}]),
        "messages[0].emojis[0].index",
    ),
    "21 emojis": (text("$" * 21, emojis=[{"index": 0}] * 21), "messages[0].emojis"),
    "a substitution key with a hyphen": (
        {"type": "textV2", "text": "{a-b}", "substitution": {"a-b": {"type": "emoji"}}},
        "messages[0].substitution.a-b",
    ),
    "21 mentions": (
        {
            "type": "textV2",
            "text": "x",
            "substitution": {f"u{n}": {"type": "mention"} for n in range(21)},
        },
        "messages[0].substitution",
    ),
    "14 quick replies": (quick(*[button()] * 14), "messages[0].quickReply.items"),
    "a quick reply without a label": (
        quick({"type": "message", "text": "はい"}),
        "messages[0].quickReply.items[0].action.label",
    ),
    "a label of 21 graphemes": (
        quick(button(FAMILY * 21)),
        "messages[0].quickReply.items[0].action.label",
    ),
    "postback data of 301": (
        quick(button(data="x" * 301)),
        "messages[0].quickReply.items[0].action.data",
    ),
    "text beside displayText": (
        quick(button(displayText="a", text="a")),
        "messages[0].quickReply.items[0].action.text",
    ),
    "a script link": (
        quick({"type": "uri", "label": "押す", "uri": "javascript:alert(1)"}),
        "messages[0].quickReply.items[0].action.uri",
    ),
    "a sender called LINE": (text(sender={"name": "LINE"}), "messages[0].sender.name"),
    "a plain HTTP picture": (
        {"type": "image", "originalContentUrl": "http://a.example/", "previewImageUrl": PICTURE},
        "messages[0].originalContentUrl",
    ),
    "an address that is no address": (
        {"type": "image", "originalContentUrl": "http://[", "previewImageUrl": PICTURE},
        "messages[0].originalContentUrl",
    ),
    "an altText of 1,501": (
        {**flex(bubble()), "altText": "x" * 1501},
        "messages[0].altText",
    ),
    "buttons text of 161": (
        template(type="buttons", text="x" * 161, actions=[button()]),
        "messages[0].template.text",
    ),
    "buttons text of 61 under a title": (
        template(type="buttons", title="題", text="x" * 61, actions=[button()]),
        "messages[0].template.text",
    ),
    "five buttons": (
        template(type="buttons", text="x", actions=[button()] * 5),
        "messages[0].template.actions",
    ),
    "a confirm with one button": (
        template(type="confirm", text="x", actions=[button()]),
        "messages[0].template.actions",
    ),
    "eleven columns": (carousel(*[column()] * 11), "messages[0].template.columns"),
    "a column text of 121": (
        carousel(column(), column(), column(text="x" * 121)),
        "messages[0].template.columns[2].text",
    ),
    "columns with unequal buttons": (
        carousel(column(), column(actions=[button(), button()])),
        "messages[0].template.columns[1].actions",
    ),
    "a title in one column only": (
        carousel(column(), column(title="題")),
        "messages[0].template.columns[1].title",
    ),
    "a picture label of 13": (
        template(
            type="image_carousel", columns=[{"imageUrl": PICTURE, "action": button("x" * 13)}]
        ),
        "messages[0].template.columns[0].action.label",
    ),
    "a narrow imagemap": (
        imagemap(baseSize={"width": 1000, "height": 500}),
        "messages[0].baseSize.width",
    ),
    "51 areas": (imagemap(actions=imagemap()["actions"] * 51), "messages[0].actions"),
    "a bubble over 30 KB": (
        flex(bubble({"type": "text", "text": "返" * 10300})),
        "messages[0].contents",
    ),
    "13 bubbles": (
        flex({"type": "carousel", "contents": [bubble()] * 13}),
        "messages[0].contents.contents",
    ),
    "a carousel over 50 KB": (
        flex({"type": "carousel", "contents": [bubble({"type": "text", "text": "x" * 9000})] * 6}),
        "messages[0].contents",
    ),
    "bubbles of two sizes": (
        flex({"type": "carousel", "contents": [bubble(), bubble(size="kilo")]}),
        "messages[0].contents.contents[1].size",
    ),
    "a Flex button without a label": (
        flex(bubble({"type": "button", "action": {"type": "message", "text": "x"}})),
        "messages[0].contents.body.contents[0].action.label",
    ),
    "a Flex label of 41": (
        flex(bubble({"type": "button", "action": button("x" * 41)})),
        "messages[0].contents.body.contents[0].action.label",
    ),
    "a plain HTTP Flex picture": (
        flex(bubble({"type": "image", "url": "http://a.example/"})),
        "messages[0].contents.body.contents[0].url",
    ),
    "a location without an address": (
        {"type": "location", "title": "店", "latitude": 35, "longitude": 139},
        "messages[0].address",
    ),
    "a message that is text": ("はい", "messages[0]"),  # type: ignore[dict-item] # the mistake to be told
    "quick replies that are text": (text(quickReply="はい"), "messages[0].quickReply"),
    "items that are an object": (text(quickReply={"items": {}}), "messages[0].quickReply.items"),
    "no items": (text(quickReply={"items": []}), "messages[0].quickReply.items"),
    "an emoji without a place": (text("$", emojis=[{}]), "messages[0].emojis[0].index"),
    "a substitution that is a list": (
        {"type": "textV2", "text": "x", "substitution": []},
        "messages[0].substitution",
    ),
    "101 substitutions": (
        {"type": "textV2", "text": "x", "substitution": {f"k{n}": {} for n in range(101)}},
        "messages[0].substitution",
    ),
}


@pytest.mark.parametrize("message", TAKEN.values(), ids=TAKEN)
def test_what_line_takes_passes(message: dict[str, Any]) -> None:
    """A message within LINE's sizes, or of a kind newer than these rules, passes unchanged."""
    before = repr(message)
    check_messages([message])
    assert repr(message) == before


@pytest.mark.parametrize(("message", "field"), REFUSED.values(), ids=REFUSED)
def test_what_line_refuses_names_the_field(message: dict[str, Any], field: str) -> None:
    """A message LINE would refuse raises an error that names the offending field."""
    with pytest.raises(LimitError) as caught:
        check_messages([message])
    assert caught.value.field == field


@pytest.mark.parametrize("odd", ["a\0b", "\ud83c"], ids=["NUL", "half a pair"])
def test_what_is_no_text_is_refused_wherever_it_stands(odd: str) -> None:
    """In a text, deep in Flex, or as a field's name; a whole emoji passes."""
    flat, deep = text(f"はい{odd}"), flex({"type": "bubble", "body": {"contents": [odd]}})
    cases = {
        "messages[0].text": flat,
        "messages[0].contents.body.contents[0]": deep,
        "messages[0].contents": flex({odd: 1}),
    }
    for field, message in cases.items():
        with pytest.raises(LimitError, match="Remove that character") as caught:
            check_messages([message])
        assert caught.value.field == field
        assert odd not in str(caught.value)
    check_messages([text("はい\U0001f34e")])


@pytest.mark.parametrize("count", [0, 6])
def test_a_call_holds_one_to_five_messages(count: int) -> None:
    """No messages, or more than five, are refused."""
    with pytest.raises(LimitError) as caught:
        check_messages([text()] * count)
    assert caught.value.field == "messages"


def test_the_error_names_the_later_message() -> None:
    """The path counts messages from zero, as LINE's own details do."""
    with pytest.raises(LimitError) as caught:
        check_messages([text(), text("x" * 5001)])
    found = caught.value
    assert (found.field, found.actual, found.limit) == ("messages[1].text", 5001, 5000)


def test_the_error_holds_no_message_text() -> None:
    """An error may be logged: it tells the size, never the text."""
    with pytest.raises(LimitError) as caught:
        check_messages([text("秘密" * 2501)])
    assert "秘密" not in str(caught.value)
