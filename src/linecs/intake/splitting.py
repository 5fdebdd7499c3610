"""Splits a webhook body into its events, each with its exact JSON text.

`json.loads` alone would lose the text, and one event it cannot read (nested deeper than the
interpreter's stack, a number of too many digits) would take the others along.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

__all__ = ["UNREADABLE", "Piece", "read_value", "split_array", "split_object"]

UNREADABLE = object()
"""Stands for JSON nested too deeply to read."""

_MOST_DIGITS = 30


class Piece(NamedTuple):
    """One event: its value, and its text as it came."""

    value: object
    raw: str


def _whole_number(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


_read = json.JSONDecoder().raw_decode
_read_long_numbers = json.JSONDecoder(parse_int=_whole_number).raw_decode
_strings_and_brackets = re.compile(r'"(?:[^"\\]++|\\.)*+"|["\[\]{}]', re.DOTALL).finditer
_find_sign = re.compile(r"[ \t\n\r]*([{\[\]},:]?)[ \t\n\r]*").match
_DEPTH = {"[": 1, "{": 1, "]": -1, "}": -1}


def read_value(text: str, at: int = 0) -> tuple[Any, int]:
    """Return the JSON value that starts here (or `UNREADABLE`) and where it ends.

    Raises:
        ValueError: It is not JSON.
    """
    try:
        return _read(text, at)
    except RecursionError:
        return UNREADABLE, _end_of(text, at)
    except ValueError:
        return _read_again(text, at)


def _read_again(text: str, at: int) -> tuple[Any, int]:
    try:
        return _read_long_numbers(text, at)
    except RecursionError:
        return UNREADABLE, _end_of(text, at)


def _end_of(text: str, at: int) -> int:
    depth = 0
    for found in _strings_and_brackets(text, at):
        if found[0] == '"':
            break
        depth += _DEPTH.get(found[0], 0)
        if depth == 0:
            return found.end()
    raise ValueError("A string or a bracket is never closed.")


def _sign(text: str, at: int, expected: str) -> tuple[str, int]:
    found = _find_sign(text, at)
    if found is None or not found[1] or found[1] not in expected:
        raise ValueError(f"One of {expected} is missing.")
    return found[1], found.end()


def split_array(text: str, at: int) -> tuple[list[Piece], int]:
    """Return the elements of an array and where the text goes on behind it.

    Args:
        text: JSON.
        at: Where the first element would start.

    Raises:
        ValueError: It is not JSON.
    """
    if text.startswith("]", at):
        return [], _sign(text, at, "]")[1]
    pieces, sign = [], ","
    while sign == ",":
        value, end = read_value(text, at)
        pieces.append(Piece(value, text[at:end]))
        sign, at = _sign(text, end, ",]")
    return pieces, at


def split_object(text: str, split: str) -> dict[str, Any]:
    """Return a text's JSON object, the array under one name as pieces.

    Raises:
        ValueError: The text is not a JSON object.
    """
    members: dict[str, Any] = {}
    sign, at = _sign(text, 0, "{")
    while sign != "}":
        name, at = read_value(text, at)
        if not isinstance(name, str):
            raise ValueError("A name is no string.")  # noqa: TRY004 - a fault of the text
        _, at = _sign(text, at, ":")
        if name == split and text.startswith("[", at):
            members[name], at = split_array(text, _sign(text, at, "[")[1])
        else:
            members[name], at = read_value(text, at)
        sign, at = _sign(text, at, ",}")
    if at != len(text):
        raise ValueError("Something follows the object.")
    return members
