"""What LINE takes in a message object, checked before it is queued.

Source: LINE Developers, "Messaging API reference", Message objects and Action objects.
Kinds of message, template, action and Flex component that are not named here pass, as do
fields: LINE adds them without notice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from linecs.limits.rules import (
    Kinds,
    ListOf,
    Object,
    Text,
    Url,
    check_json_size,
    check_text,
    present,
    refuse,
    refuse_size,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.limits.rules import Rule

__all__ = ["check_messages"]

MAX_MESSAGES = 5
_IMAGEMAP_WIDTH = 1040
_EMOJIS = 20
_SUBSTITUTION_KEY = re.compile(r"[0-9A-Za-z_]{1,20}")


def check_messages(messages: Sequence[Mapping[str, Any]]) -> None:
    """Check the message objects of one call: one to five, each within LINE's sizes.

    Raises:
        LimitError: LINE would refuse them; `field` names the first offending field, such as
            `messages[0].template.columns[2].text`.
    """
    if not messages:
        refuse("messages", "needs at least 1.")
    if len(messages) > MAX_MESSAGES:
        refuse_size("messages", len(messages), MAX_MESSAGES, "items")
    for index, message in enumerate(messages):
        path = f"messages[{index}]"
        check_text(message, path)
        _MESSAGE(message, path)
        if present(message, "quickReply") or present(message, "sender"):
            _COMMON(message, path)


def _characters(most: int) -> Text:
    return Text(most, graphemes=True)


def _check_emojis(value: Mapping[str, Any], path: str) -> None:
    emojis = value.get("emojis")
    if not emojis:
        return
    units = value["text"].encode("utf-16-le", "surrogatepass")
    for number, emoji in enumerate(emojis):
        index = emoji.get("index") if isinstance(emoji, Mapping) else None
        at = f"{path}.emojis[{number}].index"
        if not isinstance(index, int) or index < 0:
            refuse(at, "must be a position in the text, in UTF-16 code units.")
        if units[2 * index : 2 * index + 2] != b"$\0":
            refuse(at, "must point at a $ of the text, counted in UTF-16 code units.")


def _check_substitution(value: Any, path: str) -> None:  # noqa: ANN401 - any JSON value may be there
    if not isinstance(value, Mapping):
        refuse(path, "must be an object.")
    if len(value) > 100:  # noqa: PLR2004 - LINE's limit, named by the field
        refuse_size(path, len(value), 100, "keys")
    for key in value:
        if not _SUBSTITUTION_KEY.fullmatch(key):
            refuse(f"{path}.{key}", "must be 1 to 20 letters, digits or underscores.")
    kinds = [each.get("type") for each in value.values() if isinstance(each, Mapping)]
    for kind in ("mention", "emoji"):
        if kinds.count(kind) > _EMOJIS:
            refuse_size(path, kinds.count(kind), _EMOJIS, f"{kind}s")


def _check_one_display_text(value: Mapping[str, Any], path: str) -> None:
    if present(value, "text") and present(value, "displayText"):
        refuse(f"{path}.text", "cannot go with displayText; leave text out.")


def _check_width(value: Any, path: str) -> None:  # noqa: ANN401 - any JSON value may be there
    if value != _IMAGEMAP_WIDTH:
        refuse(path, f"must be {_IMAGEMAP_WIDTH}.")


def _check_sender_name(value: Any, path: str) -> None:  # noqa: ANN401 - any JSON value may be there
    Text(20)(value, path)
    if value.strip().casefold() == "line":
        refuse(path, "may not be LINE.")


_ANY_LINK = Url(1000, ("http", "https", "line", "tel"))
_DATA = Text(300, least=0)
_ALT_URI = Object(may={"desktop": _ANY_LINK})


def _actions(label: Rule, *, needs_label: bool) -> Kinds:
    """What an action may hold; its label's limit depends on where the action stands."""

    def action(needs: Mapping[str, Rule | None], may: Mapping[str, Rule] | None = None) -> Object:
        labelled: Mapping[str, Rule] = {"label": label}
        also = (_check_one_display_text,)
        if needs_label:
            return Object({**labelled, **needs}, may or {}, also)
        return Object(needs, {**labelled, **(may or {})}, also)

    shown = {"displayText": _characters(300), "text": _characters(300)}
    return Kinds(
        {
            "postback": action({"data": _DATA}, {**shown, "fillInText": _characters(300)}),
            "message": action({"text": _characters(300)}),
            "uri": action({"uri": _ANY_LINK}, {"altUri": _ALT_URI}),
            "datetimepicker": action({"data": _DATA, "mode": None}),
            "clipboard": action({"clipboardText": Text(1000)}),
            "camera": action({}),
            "cameraRoll": action({}),
            "location": action({}),
        }
    )


_BUTTON = _actions(_characters(20), needs_label=True)
_TAP_AREA = _actions(_characters(20), needs_label=False)
_PICTURE_TAP = _actions(_characters(12), needs_label=False)
_FLEX_BUTTON = _actions(_characters(40), needs_label=True)
_FLEX_TAP = _actions(_characters(40), needs_label=False)


def _check_text_beside_picture(longest: int, value: Mapping[str, Any], path: str) -> None:
    crowded = present(value, "title") or present(value, "thumbnailImageUrl")
    _characters(60 if crowded else longest)(value["text"], f"{path}.text")


def _card(longest_text: int, most_actions: int) -> Object:
    return Object(
        {"text": None, "actions": ListOf(_BUTTON, most_actions)},
        {"title": _characters(40), "thumbnailImageUrl": Url(), "defaultAction": _TAP_AREA},
        also=(partial(_check_text_beside_picture, longest_text),),
    )


def _check_columns_alike(value: Mapping[str, Any], path: str) -> None:
    first, *others = value["columns"]
    for index, column in enumerate(others, 1):
        at = f"{path}.columns[{index}]"
        if len(column["actions"]) != len(first["actions"]):
            refuse(f"{at}.actions", f"must be as many as in the first: {len(first['actions'])}.")
        for key in ("title", "thumbnailImageUrl"):
            if present(column, key) != present(first, key):
                refuse(f"{at}.{key}", "must be in every column or in none.")


_TEMPLATE = Kinds(
    {
        "buttons": _card(160, 4),
        "confirm": Object({"text": _characters(240), "actions": ListOf(_BUTTON, 2, 2)}),
        "carousel": Object({"columns": ListOf(_card(120, 3), 10)}, also=(_check_columns_alike,)),
        "image_carousel": Object(
            {"columns": ListOf(Object({"imageUrl": Url(), "action": _PICTURE_TAP}), 10)}
        ),
    }
)

_FLEX_ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "image": ("url",),
    "icon": ("url",),
    "video": ("url", "previewUrl"),
}


def _check_flex_parts(value: Any, path: str) -> None:  # noqa: ANN401 - any JSON value may be there
    if isinstance(value, Mapping):
        _check_flex_part(value, path)
        for key, part in value.items():
            if key != "action" and isinstance(part, Mapping | list | tuple):
                _check_flex_parts(part, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for index, part in enumerate(value):
            _check_flex_parts(part, f"{path}[{index}]")


def _check_flex_part(value: Mapping[str, Any], path: str) -> None:
    kind = value.get("type")
    if present(value, "action"):
        rule = _FLEX_BUTTON if kind == "button" else _FLEX_TAP
        rule(value["action"], f"{path}.action")
    for key in _FLEX_ADDRESSES.get(kind, ()) if isinstance(kind, str) else ():
        if present(value, key):
            Url()(value[key], f"{path}.{key}")


def _check_bubble(value: Mapping[str, Any], path: str) -> None:
    check_json_size(value, path, 30)
    _check_flex_parts(value, path)


def _check_flex_carousel(value: Mapping[str, Any], path: str) -> None:
    check_json_size(value, path, 50)
    sizes = [each.get("size") or "mega" for each in value["contents"]]
    for index, size in enumerate(sizes):
        if size != sizes[0]:
            refuse(f"{path}.contents[{index}].size", f"must be {sizes[0]} as in the first bubble.")


_BUBBLE = Kinds({"bubble": _check_bubble})
_FLEX = Kinds(
    {
        "bubble": _check_bubble,
        "carousel": Object({"contents": ListOf(_BUBBLE, 12)}, also=(_check_flex_carousel,)),
    }
)

_SPOKEN_LABEL: Mapping[str, Rule] = {"label": Text(100)}
_IMAGEMAP_ACTION = Kinds(
    {
        "uri": Object({"linkUri": _ANY_LINK, "area": None}, _SPOKEN_LABEL),
        "message": Object({"text": Text(400), "area": None}, _SPOKEN_LABEL),
        "clipboard": Object({"clipboardText": Text(1000), "area": None}, _SPOKEN_LABEL),
    }
)
_IMAGEMAP_VIDEO = Object(
    {"originalContentUrl": Url(), "previewImageUrl": Url(), "area": None},
    {"externalLink": Object({"linkUri": _ANY_LINK, "label": Text(30)})},
)

_ALT_TEXT = Text(1500)
_MESSAGE = Kinds(
    {
        "text": Object(
            {"text": Text(5000)},
            {"emojis": ListOf(Object(), _EMOJIS, 0)},
            also=(_check_emojis,),
        ),
        "textV2": Object({"text": Text(5000)}, {"substitution": _check_substitution}),
        "sticker": Object({"packageId": None, "stickerId": None}),
        "image": Object({"originalContentUrl": Url(), "previewImageUrl": Url()}),
        "video": Object(
            {"originalContentUrl": Url(), "previewImageUrl": Url()}, {"trackingId": Text(100)}
        ),
        "audio": Object({"originalContentUrl": Url(), "duration": None}),
        "location": Object(
            {"title": Text(100), "address": Text(100), "latitude": None, "longitude": None}
        ),
        "coupon": Object({"couponId": None}, {"deliveryTag": Text(30)}),
        "imagemap": Object(
            {
                "baseUrl": Url(),
                "altText": _ALT_TEXT,
                "baseSize": Object({"width": _check_width, "height": None}),
                "actions": ListOf(_IMAGEMAP_ACTION, 50, 0),
            },
            {"video": _IMAGEMAP_VIDEO},
        ),
        "template": Object({"altText": _ALT_TEXT, "template": _TEMPLATE}),
        "flex": Object({"altText": _ALT_TEXT, "contents": _FLEX}),
    }
)
_COMMON = Object(
    may={
        "quickReply": Object(
            {"items": ListOf(Object({"action": _BUTTON}, {"imageUrl": Url()}), 13)}
        ),
        "sender": Object(may={"name": _check_sender_name, "iconUrl": Url()}),
    }
)
