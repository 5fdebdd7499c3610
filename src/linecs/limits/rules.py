"""A few words to say what LINE takes in a field; `linecs.limits.messages` speaks them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import urlsplit

from attrs import field, frozen

from linecs.errors import LimitError
from linecs.limits.counting import grapheme_length, utf16_length

__all__ = [
    "Kinds",
    "ListOf",
    "Object",
    "Rule",
    "Text",
    "Url",
    "check_json_size",
    "check_text",
    "present",
    "refuse",
    "refuse_size",
]

Rule = Callable[[Any, str], None]
"""Looks at a value found at a path; raises `LimitError` where LINE would refuse it."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def refuse(path: str, problem: str) -> NoReturn:
    """Raise `LimitError` for a field."""
    raise LimitError(field=path, problem=problem)


def refuse_size(path: str, actual: int, limit: int, unit: str) -> NoReturn:
    """Raise `LimitError` for a field that is too large."""
    problem = f"has {actual:,} {unit}; LINE allows {limit:,}. Shorten it."
    raise LimitError(field=path, problem=problem, actual=actual, limit=limit, unit=unit)


def present(value: Mapping[str, Any], key: str) -> bool:
    """Return whether a field is there; LINE takes null for absent."""
    return value.get(key) is not None


@frozen
class Text:
    """A string of `least` to `most`, in UTF-16 code units or in graphemes."""

    most: int
    least: int = 1
    graphemes: bool = False

    def __call__(self, value: Any, path: str) -> None:  # noqa: ANN401 - any JSON value may be there
        """Raise `LimitError` where LINE would refuse the value."""
        if not isinstance(value, str):
            refuse(path, "must be a string.")
        if len(value) < self.least:
            refuse(path, "must not be empty.")
        if len(value) * 2 > self.most:
            self._check_size(value, path)

    def _check_size(self, value: str, path: str) -> None:
        if self.graphemes and len(value) <= self.most:
            return
        size = grapheme_length(value) if self.graphemes else utf16_length(value)
        if size > self.most:
            unit = "graphemes" if self.graphemes else "UTF-16 code units"
            refuse_size(path, size, self.most, unit)


@frozen
class Url:
    """An address of at most `most` UTF-16 code units with one of the schemes.

    Plain HTTP on a loopback host passes, for a simulator of LINE.
    """

    most: int = 2000
    schemes: tuple[str, ...] = ("https",)

    def __call__(self, value: Any, path: str) -> None:  # noqa: ANN401 - any JSON value may be there
        """Raise `LimitError` where LINE would refuse the value."""
        Text(self.most)(value, path)
        scheme = value.partition(":")[0].lower()
        if scheme not in self.schemes and not (scheme == "http" and _is_loopback(value)):
            refuse(path, f"must begin with {' or '.join(f'{each}:' for each in self.schemes)}.")


def _is_loopback(url: str) -> bool:
    try:
        return urlsplit(url).hostname in _LOOPBACK
    except ValueError:
        return False


@frozen
class ListOf:
    """A list of `least` to `most` items, each as `item` says."""

    item: Rule
    most: int
    least: int = 1

    def __call__(self, value: Any, path: str) -> None:  # noqa: ANN401 - any JSON value may be there
        """Raise `LimitError` where LINE would refuse the value."""
        if not isinstance(value, Sequence) or isinstance(value, str):
            refuse(path, "must be a list.")
        if len(value) < self.least:
            refuse(path, f"needs at least {self.least}.")
        if len(value) > self.most:
            refuse_size(path, len(value), self.most, "items")
        for index, item in enumerate(value):
            self.item(item, f"{path}[{index}]")


@frozen
class Object:
    """An object with these fields; others pass, being newer than these rules.

    Attributes:
        needs: Fields that must be there; None takes any value.
        may: Fields that may be there.
        also: Rules on the object as a whole.
    """

    needs: Mapping[str, Rule | None] = field(factory=dict)
    may: Mapping[str, Rule] = field(factory=dict)
    also: tuple[Rule, ...] = ()

    def __call__(self, value: Any, path: str) -> None:  # noqa: ANN401 - any JSON value may be there
        """Raise `LimitError` where LINE would refuse the value."""
        if not isinstance(value, Mapping):
            refuse(path, "must be an object.")
        for key, rule in self.needs.items():
            if not present(value, key):
                refuse(f"{path}.{key}", "is missing.")
            if rule is not None:
                rule(value[key], f"{path}.{key}")
        for key, rule in self.may.items():
            if present(value, key):
                rule(value[key], f"{path}.{key}")
        for rule in self.also:
            rule(value, path)


@frozen
class Kinds:
    """An object whose `type` picks the rule; an unknown type passes, being newer than these."""

    rules: Mapping[str, Rule]

    def __call__(self, value: Any, path: str) -> None:  # noqa: ANN401 - any JSON value may be there
        """Raise `LimitError` where LINE would refuse the value."""
        if not isinstance(value, Mapping):
            refuse(path, "must be an object.")
        kind = value.get("type")
        if not isinstance(kind, str) or not kind:
            refuse(f"{path}.type", "is missing.")
        rule = self.rules.get(kind)
        if rule is not None:
            rule(value, path)


def check_json_size(value: object, path: str, kilobytes: int) -> None:
    """Raise `LimitError` where the value's JSON is larger than so many KB of 1,024 bytes."""
    size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    if size > kilobytes * 1024:
        refuse_size(path, size, kilobytes * 1024, "bytes of JSON")


def check_text(value: object, path: str) -> None:
    """Refuse NUL and half characters anywhere: no UTF-8 says them, and not every database."""
    match value:
        case str():
            if "\0" in value or not (value.isascii() or _encodes(value)):
                refuse(path, "contains NUL or half of a surrogate pair. Remove that character.")
        case Mapping():
            for key, each in value.items():
                # A name that is no text itself must not be part of the path.
                check_text(key, path)
                check_text(each, f"{path}.{key}")
        case list() | tuple():
            for index, each in enumerate(value):
                check_text(each, f"{path}[{index}]")


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
