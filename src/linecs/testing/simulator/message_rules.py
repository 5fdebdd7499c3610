"""What LINE refuses in message objects, in LINE's words; pure.

Source: LINE Developers, "Messaging API reference", Message objects; the way a template's,
Flex message's or textV2's error is told is taken from answers people have published.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from linecs.testing.simulator.action_rules import check_action
from linecs.testing.simulator.flex_rules import check_flex
from linecs.testing.simulator.places import Place
from linecs.testing.simulator.template_rules import check_imagemap, check_template

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linecs.testing.simulator.wire import Problem

__all__ = ["Verdict", "judge_messages"]

_MOST_MESSAGES = 5
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_KEY = re.compile(r"[0-9A-Za-z_]{1,20}")


@frozen(kw_only=True)
class Verdict:
    """What LINE says to a request's messages.

    Attributes:
        error: The body of a 400, or None where all is well.
        remarks: What LINE would refuse and the simulator lets pass.
    """

    error: dict[str, Any] | None = None
    remarks: tuple[str, ...] = field(default=())


def judge_messages(messages: object) -> Verdict:
    """Return what LINE says to a request's `messages`.

    What concerns the request is told as `messages[0].text`, all at once; what is wrong
    inside one message's template, Flex container, quick replies or placeholders is told
    for the first such message alone, its number being in the error's `message`.
    """
    body = Place(value={"messages": messages}, within_message=False)
    places = _message_places(body)
    for place in places:
        _check_message(place)
    if body.problems:
        count = f"The request body has {len(body.problems)} error(s)"
        return Verdict(error={"message": count, "details": _details(body.problems)})
    remarks = list(body.remarks)
    for index, place in enumerate(places):
        inside = Place(value=place.value)
        _check_inside(inside)
        remarks += [f"messages[{index}].{remark}" for remark in inside.remarks]
        if inside.problems:
            words = f"A message (messages[{index}]) in the request body is invalid"
            return Verdict(error={"message": words, "details": _details(inside.problems)})
    return Verdict(remarks=tuple(remarks))


def _message_places(body: Place) -> list[Place]:
    if not body.value["messages"]:
        body.at("messages").complain("May not be empty")
        return []
    return body.items("messages", 1, _MOST_MESSAGES)


def _details(problems: Sequence[Problem]) -> list[dict[str, str]]:
    return [{"message": each.message, "property": each.property} for each in problems]


def _check_message(message: Place) -> None:
    check = _KINDS.get(message.kind)
    if check is None:
        message.one_of("type", _KINDS)
        return
    check(message)
    if message.at("sender").is_given:
        _sender(message.at("sender"))


def _check_inside(message: Place) -> None:
    kind = message.kind
    if kind == "template":
        check_template(message.at("template"))
    elif kind == "flex":
        check_flex(evolve(message.at("contents"), path="/"))
    elif kind == "imagemap":
        check_imagemap(message)
    elif kind == "textV2":
        _placeholders(message)
    if message.at("quickReply").is_given:
        _quick_reply(message.at("quickReply"))


def _text(message: Place) -> None:
    message.text("text", 5000)
    text = message.value.get("text")
    units = text.encode("utf-16-le", "surrogatepass") if isinstance(text, str) else b""
    for emoji in message.items("emojis", 0, 20, required=False):
        emoji.text("productId", 100)
        emoji.text("emojiId", 100)
        index = emoji.at("index")
        start = 2 * index.value if isinstance(index.value, int) else -1
        if start < 0 or units[start : start + 2] != b"$\x00":
            index.complain("must point at a $ in the text")


def _text_v2(message: Place) -> None:
    message.text("text", 5000)


def _placeholders(message: Place) -> None:
    given = message.at("substitution").value or {}
    if not isinstance(given, dict) or len(given) > 100:
        message.at("substitution").complain("Size must be between 0 and 100")
        return
    for match in _PLACEHOLDER.finditer(message.value["text"]):
        key = match[1]
        if key is None:
            continue
        if not _KEY.fullmatch(key):
            words = "does not match the pattern '^[a-zA-Z0-9_]{1,20}$'."
            message.at("text").complain(f"The key '{key}' enclosed in '{{}}' {words}")
        elif key not in given:
            message.at("text").complain(f"The key '{key}' is not in substitution.")


def _sticker(message: Place) -> None:
    message.text("packageId", 20)
    message.text("stickerId", 20)


def _image(message: Place) -> None:
    message.media_url("originalContentUrl")
    message.media_url("previewImageUrl")


def _video(message: Place) -> None:
    _image(message)
    message.text("trackingId", 100, required=False)


def _audio(message: Place) -> None:
    message.media_url("originalContentUrl")
    message.number("duration", 1, 24 * 3600 * 1000)


def _location(message: Place) -> None:
    message.text("title", 100)
    message.text("address", 100)
    message.number("latitude", -90, 90, whole=False)
    message.number("longitude", -180, 180, whole=False)


def _alternative_text(message: Place) -> None:
    message.text("altText", 1500)


def _sender(sender: Place) -> None:
    sender.text("name", 20, required=False)
    sender.media_url("iconUrl", required=False)
    name = sender.at("name").value
    if isinstance(name, str) and name.upper() == "LINE":
        sender.at("name").complain("This name is not allowed")


def _quick_reply(quick_reply: Place) -> None:
    for item in quick_reply.items("items", 1, 13):
        item.one_of("type", ("action",))
        item.media_url("imageUrl", required=False)
        check_action(item.at("action"), in_quick_reply=True)


_KINDS: dict[str, Callable[[Place], None]] = {
    "text": _text,
    "textV2": _text_v2,
    "sticker": _sticker,
    "image": _image,
    "video": _video,
    "audio": _audio,
    "location": _location,
    "imagemap": _alternative_text,
    "template": _alternative_text,
    "flex": _alternative_text,
}
