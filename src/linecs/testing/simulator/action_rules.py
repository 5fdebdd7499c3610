"""What LINE refuses in the actions of buttons and areas; pure.

Source: LINE Developers, "Messaging API reference", Action objects.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from linecs.limits import grapheme_length

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.testing.simulator.places import Place

__all__ = ["check_action", "is_picker_value"]

_INPUT_OPTIONS = frozenset({"closeRichMenu", "openRichMenu", "openKeyboard", "openVoice"})
_SCHEMES = frozenset({"http", "https", "line", "tel"})
_PICKER_FORMATS = {"date": "%Y-%m-%d", "time": "%H:%M", "datetime": "%Y-%m-%dT%H:%M"}
_ALIAS = re.compile(r"[a-z0-9_-]{1,32}")
_QUICK_REPLY_ONLY = frozenset({"camera", "cameraRoll", "location"})


def check_action(
    action: Place,
    *,
    label: int = 20,
    label_required: bool = True,
    in_quick_reply: bool = False,
    in_rich_menu: bool = False,
) -> None:
    """Complain about what LINE refuses in an action.

    Args:
        action: Where the action stands.
        label: The longest label, in graphemes.
        label_required: Whether the button shows the label.
        in_quick_reply: Whether camera, camera roll and location are allowed.
        in_rich_menu: Whether the rich menu switch is allowed.
    """
    if not action.require():
        return
    kinds = set(_CHECKS) - (set() if in_quick_reply else _QUICK_REPLY_ONLY)
    if not in_rich_menu:
        kinds.discard("richmenuswitch")
    action.text("label", label, required=label_required, count=grapheme_length)
    action.one_of("type", kinds)
    if action.kind in kinds:
        _CHECKS[action.kind](action)


def is_picker_value(mode: object, value: object) -> bool:
    """Say whether a value is written as a date and time picker of that mode writes it."""
    if not isinstance(value, str) or not isinstance(mode, str) or mode not in _PICKER_FORMATS:
        return False
    try:
        moment = datetime.strptime(value, _PICKER_FORMATS[mode])  # noqa: DTZ007 - pickers have no time zone
    except ValueError:
        return False
    return moment.strftime(_PICKER_FORMATS[mode]) == value


def _postback(action: Place) -> None:
    action.text("data", 300)
    action.text("displayText", 300, required=False, count=grapheme_length)
    action.text("text", 300, required=False, count=grapheme_length)
    action.one_of("inputOption", _INPUT_OPTIONS, required=False)
    action.text("fillInText", 300, required=False, count=grapheme_length)
    if action.at("text").is_given and action.at("displayText").is_given:
        action.at("text").complain("text and displayText cannot be used together")
    if action.at("fillInText").is_given and action.value.get("inputOption") != "openKeyboard":
        action.at("fillInText").complain("fillInText needs inputOption openKeyboard")


def _message(action: Place) -> None:
    action.text("text", 300, count=grapheme_length)


def _uri(action: Place) -> None:
    action.text("uri", 1000)
    _check_uri(action.at("uri"))
    if action.at("altUri").is_given:
        action.at("altUri").text("desktop", 1000, required=False)
        _check_uri(action.at("altUri").at("desktop"))


def _check_uri(place: Place) -> None:
    if not isinstance(place.value, str) or not place.value:
        return
    if not place.value.isascii() or " " in place.value or not place.value.isprintable():
        place.complain("invalid uri")
    if urlsplit(place.value).scheme not in _SCHEMES:
        place.complain("invalid uri scheme")


def _datetimepicker(action: Place) -> None:
    action.text("data", 300)
    action.one_of("mode", _PICKER_FORMATS)
    mode = action.at("mode").value
    for name in ("initial", "max", "min"):
        place = action.at(name)
        if place.is_given and not is_picker_value(mode, place.value):
            place.complain(f"must be a {mode}")


def _clipboard(action: Place) -> None:
    action.text("clipboardText", 1000)


def _richmenuswitch(action: Place) -> None:
    action.text("data", 300)
    alias = action.at("richMenuAliasId")
    if not isinstance(alias.value, str) or not _ALIAS.fullmatch(alias.value):
        alias.complain("must match [a-z0-9_-]{1,32}")


def _nothing_more(action: Place) -> None:
    """Camera, camera roll and location have a label only."""


_CHECKS: dict[str, Callable[[Place], None]] = {
    "postback": _postback,
    "message": _message,
    "uri": _uri,
    "datetimepicker": _datetimepicker,
    "clipboard": _clipboard,
    "richmenuswitch": _richmenuswitch,
    "camera": _nothing_more,
    "cameraRoll": _nothing_more,
    "location": _nothing_more,
}
