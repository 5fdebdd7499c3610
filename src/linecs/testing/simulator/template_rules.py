"""What LINE refuses in template messages and imagemaps; pure.

Source: LINE Developers, "Messaging API reference", Template messages; "Character counting
in a text".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.limits import grapheme_length
from linecs.testing.simulator.action_rules import check_action

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.testing.simulator.places import Place

__all__ = ["check_imagemap", "check_template"]


def check_template(template: Place) -> None:
    """Complain about what LINE refuses in a template object."""
    if not template.require():
        return
    check = _TEMPLATES.get(template.kind)
    if check is None:
        template.one_of("type", _TEMPLATES)
    else:
        check(template)


def check_imagemap(message: Place) -> None:
    """Complain about what LINE refuses in an imagemap, its alternative text apart."""
    message.media_url("baseUrl")
    size = message.at("baseSize")
    size.number("width", 1040, 1040)
    size.number("height", 1, 2 * 1040 * 10)
    for action in message.items("actions", 0, 50):
        _imagemap_action(action)


def _imagemap_action(action: Place) -> None:
    action.one_of("type", ("message", "uri", "clipboard"))
    action.text("label", 100, required=False)
    named = {
        "message": ("text", 400),
        "uri": ("linkUri", 1000),
        "clipboard": ("clipboardText", 1000),
    }
    if action.kind in named:
        action.text(*named[action.kind])
    area = action.at("area")
    if area.require():
        for name in ("x", "y", "width", "height"):
            area.number(name, 0, 10_000)


def _buttons(template: Place) -> None:
    _words(template, plain=160)
    for action in template.items("actions", 1, 4):
        check_action(action)


def _confirm(template: Place) -> None:
    template.text("text", 240, count=grapheme_length)
    for action in template.items("actions", 2, 2):
        check_action(action)


def _carousel(template: Place) -> None:
    sizes = set()
    for column in template.items("columns", 1, 10):
        _words(column, plain=120)
        actions = column.items("actions", 1, 3)
        sizes.add(len(actions))
        for action in actions:
            check_action(action)
    if len(sizes) > 1:
        template.at("columns").complain("must have the same number of actions in every column")


def _image_carousel(template: Place) -> None:
    for column in template.items("columns", 1, 10):
        column.media_url("imageUrl")
        check_action(column.at("action"), label=12, label_required=False)


def _words(place: Place, *, plain: int) -> None:
    """A title or an image leaves room for 60 characters of text only."""
    place.text("title", 40, required=False, count=grapheme_length)
    place.media_url("thumbnailImageUrl", required=False)
    is_plain = not (place.at("title").is_given or place.at("thumbnailImageUrl").is_given)
    place.text("text", plain if is_plain else 60, count=grapheme_length)
    if place.at("defaultAction").is_given:
        check_action(place.at("defaultAction"), label_required=False)


_TEMPLATES: dict[str, Callable[[Place], None]] = {
    "buttons": _buttons,
    "confirm": _confirm,
    "carousel": _carousel,
    "image_carousel": _image_carousel,
}
