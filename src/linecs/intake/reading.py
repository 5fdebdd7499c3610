"""What may be believed of a JSON value from outside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "MisshapenError",
    "Part",
    "each_of",
    "identifier",
    "integer",
    "number",
    "optional_identifier",
    "optional_integer",
    "optional_part",
    "optional_text",
    "part",
    "strings",
    "text",
    "texts_by_name",
    "word",
]

T = TypeVar("T")

Part = dict[str, Any]
"""A JSON object."""

_BIGINT_END = 1 << 63
# Printable ASCII without a space, as long as a key column holds: some databases ignore
# trailing spaces, others refuse NUL.
_is_identifier = re.compile(r"[!-~]{1,255}").fullmatch
# PostgreSQL refuses NUL, and UTF-8 has no lone surrogates.
_replace_unstorable = re.compile("[\x00\ud800-\udfff]").sub


class MisshapenError(Exception):
    """Something that must be there is missing or of another type; names it."""


def optional_text(of: Part, name: str) -> str | None:
    """Return a string safe to store, of the same length; None for anything else."""
    value = of.get(name)
    return _replace_unstorable("\ufffd", value) if isinstance(value, str) else None


def text(of: Part, name: str) -> str:
    """Return a string safe to store, of the same length. Raises `MisshapenError`."""
    return _required(optional_text(of, name), name)


def strings(of: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return the strings of an array, safe to store; none where there is no array."""
    values = of.get(name)
    if not isinstance(values, list):
        return ()
    return tuple(_replace_unstorable("\ufffd", each) for each in values if isinstance(each, str))


def texts_by_name(of: Part, name: str) -> dict[str, str]:
    """Return an object's strings under usable names, safe to store; none where there is none."""
    members = optional_part(of, name)
    return {key: text(members, key) for key in members if _is_text(members, key)}


def _is_text(members: Part, key: str) -> bool:
    return isinstance(members[key], str) and _is_identifier(key) is not None


def optional_identifier(of: Part, name: str) -> str | None:
    """Return an id that a key column can hold; None for anything else."""
    value = of.get(name)
    return value if isinstance(value, str) and _is_identifier(value) else None


def identifier(of: Part, name: str) -> str:
    """Return an id that a key column can hold. Raises `MisshapenError`."""
    return _required(optional_identifier(of, name), name)


def word(of: Part, name: str) -> str:
    """Return one of LINE's own words, known or new; `unrecognised` for anything else."""
    return optional_identifier(of, name) or "unrecognised"


def optional_integer(of: Part, name: str) -> int | None:
    """Return a whole number from 0 that a BIGINT holds; None for anything else."""
    value = of.get(name)
    return value if type(value) is int and 0 <= value < _BIGINT_END else None


def integer(of: Part, name: str) -> int:
    """Return a whole number from 0 that a BIGINT holds. Raises `MisshapenError`."""
    return _required(optional_integer(of, name), name)


def number(of: Part, name: str) -> float:
    """Return a finite number. Raises `MisshapenError`."""
    value = of.get(name)
    # A bool is an int to Python; NaN is within no bounds.
    if (type(value) is int or type(value) is float) and -_BIGINT_END < value < _BIGINT_END:
        return float(value)
    raise MisshapenError(name)


def optional_part(of: Part, name: str) -> Part:
    """Return a JSON object; an empty one for anything else."""
    value = of.get(name)
    return value if isinstance(value, dict) else {}


def part(of: Part, name: str) -> Part:
    """Return a JSON object. Raises `MisshapenError`."""
    value = of.get(name)
    if not isinstance(value, dict):
        raise MisshapenError(name)
    return value


def each_of(of: Part, name: str, read: Callable[[Part], T]) -> tuple[T, ...]:
    """Return what `read` makes of an array's objects; misshapen ones are left out."""
    values = of.get(name)
    found = []
    for value in values if isinstance(values, list) else ():
        try:
            found.append(read(value if isinstance(value, dict) else {}))
        except MisshapenError:
            continue
    return tuple(found)


def _required(value: T | None, name: str) -> T:
    if value is None:
        raise MisshapenError(name)
    return value
