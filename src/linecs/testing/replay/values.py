"""Values of linecs as JSON, and back: arguments of acts, LINE's answers."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from enum import Enum
from typing import Any

import attrs

__all__ = ["as_json", "as_value"]

_KIND = "linecs:type"


def as_json(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value as JSON can hold it.

    Raises:
        TypeError: It is nothing that `as_value` could bring back.
    """
    if isinstance(value, Enum):
        return {_KIND: _name(type(value)), "value": value.value}
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(name): as_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    if isinstance(value, tuple | frozenset):
        return {_KIND: type(value).__name__, "value": [as_json(inner) for inner in _ordered(value)]}
    kind: type[Any] = type(value)
    if attrs.has(kind):
        fields = attrs.fields(kind)
        named = {each.alias: as_json(getattr(value, each.name)) for each in fields if each.init}
        return {_KIND: _name(kind), **named}
    raise TypeError(f"A log cannot hold a {type(value).__name__}.")


def as_value(content: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return what `as_json` was given."""
    if isinstance(content, list):
        return [as_value(inner) for inner in content]
    if not isinstance(content, dict):
        return content
    inner = {name: as_value(value) for name, value in content.items() if name != _KIND}
    kind = content.get(_KIND)
    if kind is None:
        return inner
    if kind in ("tuple", "frozenset"):
        return (tuple if kind == "tuple" else frozenset)(inner["value"])
    found = _found(kind)
    return found(inner["value"]) if issubclass(found, Enum) else found(**inner)


def _ordered(values: tuple[object, ...] | frozenset[object]) -> list[object]:
    """Return the values in an order that is the same in every process."""
    return list(values) if isinstance(values, tuple) else sorted(values, key=repr)


def _name(kind: type[object]) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def _found(name: str) -> type[Any]:
    """Return a value class of linecs; a log names no other code."""
    module, _, qualname = name.partition(":")
    found = (
        getattr(importlib.import_module(module), qualname) if module.startswith("linecs.") else None
    )
    if not isinstance(found, type) or not (attrs.has(found) or issubclass(found, Enum)):
        raise TypeError(f"A log may hold values of linecs alone, not {name!r}.")
    return found
