"""What LINE refuses in Flex messages; pure.

Source: LINE Developers, "Messaging API reference", Flex Message; the sizes of a bubble (30
KB) and a carousel (12 bubbles, 50 KB).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from linecs.testing.simulator.action_rules import check_action

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.testing.simulator.places import Place

__all__ = ["check_flex"]

_BLOCKS = ("header", "hero", "body", "footer")
_BUBBLE_BYTES = 30 * 1024
_CAROUSEL_BYTES = 50 * 1024
_SIZES = frozenset({"nano", "micro", "deca", "hecto", "kilo", "mega", "giga"})


def check_flex(container: Place) -> None:
    """Complain about what LINE refuses in a Flex container."""
    if not container.require():
        return
    kind = container.kind
    if kind == "bubble":
        _bubble(container)
        _check_size(container, _BUBBLE_BYTES)
    elif kind == "carousel":
        _carousel(container)
        _check_size(container, _CAROUSEL_BYTES)
    else:
        container.one_of("type", ("bubble", "carousel"))


def _check_size(container: Place, most: int) -> None:
    size = len(json.dumps(container.value, ensure_ascii=False, separators=(",", ":")).encode())
    if size > most:
        container.complain(f"Too large flex message. The maximum size of JSON data is {most}")


def _carousel(container: Place) -> None:
    bubbles = container.items("contents", 1, 12)
    for bubble in bubbles:
        bubble.one_of("type", ("bubble",))
        _bubble(bubble)
        _check_size(bubble, _BUBBLE_BYTES)
    if len({str(bubble.at("size").value or "mega") for bubble in bubbles}) > 1:
        container.at("contents").complain("bubbles must have the same size")


def _bubble(bubble: Place) -> None:
    bubble.one_of("size", _SIZES, required=False)
    bubble.one_of("direction", ("ltr", "rtl"), required=False)
    given = [name for name in _BLOCKS if bubble.at(name).is_given]
    if not given:
        bubble.complain("At least one block must be specified")
    for name in given:
        kinds = ("box", "image", "video") if name == "hero" else ("box",)
        bubble.at(name).one_of("type", kinds)
        _component(bubble.at(name))
    _own_action(bubble)


def _component(component: Place) -> None:
    check = _COMPONENTS.get(component.kind)
    if check is None:
        component.complain("invalid property")
        return
    check(component)
    if component.kind != "button":
        _own_action(component)


def _own_action(place: Place) -> None:
    if place.at("action").is_given:
        check_action(place.at("action"), label=40, label_required=False)


def _box(box: Place) -> None:
    box.one_of("layout", ("horizontal", "vertical", "baseline"))
    contents = box.at("contents")
    if not isinstance(contents.value, list):
        contents.complain("must be specified")
        return
    for component in contents.objects():
        _component(component)


def _text(text: Place) -> None:
    if not text.at("contents").is_given:
        text.at("text").require()
        return
    for span in text.items("contents", 1, 1000):
        span.one_of("type", ("span",))
        span.at("text").require()


def _button(button: Place) -> None:
    check_action(button.at("action"), label=40)
    button.one_of("style", ("primary", "secondary", "link"), required=False)
    button.one_of("height", ("sm", "md"), required=False)


def _image(image: Place) -> None:
    image.media_url("url")


def _video(video: Place) -> None:
    video.media_url("url")
    video.media_url("previewUrl")
    if video.at("altContent").require():
        _component(video.at("altContent"))


def _bare(_component: Place) -> None:
    """Separators and fillers need nothing."""


_COMPONENTS: dict[str, Callable[[Place], None]] = {
    "box": _box,
    "text": _text,
    "button": _button,
    "image": _image,
    "icon": _image,
    "video": _video,
    "separator": _bare,
    "filler": _bare,
}
