"""Lists, messages and switches inside one cell of a table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "MESSAGE_COLUMNS",
    "read_json_or_text",
    "read_list",
    "read_message",
    "read_messages",
    "write_json",
    "write_list",
    "write_message",
    "write_messages",
]

MESSAGE_COLUMNS = ("message_1", "message_2", "message_3", "message_4", "message_5")
"""As many as LINE takes in one call."""

_SEPARATOR = "|"


def read_list(cell: str, *, separator: str = _SEPARATOR) -> list[str]:
    """Return the texts of a cell: `返品|交換`, or a JSON list where a text has a bar in it."""
    found = _json(cell, "[")
    if isinstance(found, list) and all(isinstance(item, str) for item in found):
        return found
    parts = cell.split(separator) if separator else [cell]
    return [part.strip() for part in parts if part.strip()]


def write_list(texts: Sequence[str], *, separator: str = _SEPARATOR) -> str:
    """Return the shortest cell that `read_list` reads back."""
    cell = separator.join(texts)
    return cell if read_list(cell, separator=separator) == list(texts) else write_json(list(texts))


def read_message(cell: str) -> str | dict[str, Any]:
    """Return the text of a cell, or the LINE message object that it holds as JSON."""
    found = _json(cell, "{")
    return found if isinstance(found, dict) and isinstance(found.get("type"), str) else cell


def write_message(message: str | Mapping[str, Any]) -> str:
    """Return a cell that `read_message` reads back to the same message."""
    if isinstance(message, str) and message.strip() and read_message(message) == message:
        return message
    return write_json({"type": "text", "text": message} if isinstance(message, str) else message)


def read_json_or_text(cell: str) -> object:
    """Return the JSON list or mapping of a cell, or the cell itself where it is neither."""
    found = _json(cell, "[") or _json(cell, "{")
    return cell if found is None else found


def write_json(value: object) -> str:
    """Return a JSON value as a cell that stays readable."""
    return json.dumps(value, ensure_ascii=False)


def read_messages(cells: Mapping[str, str]) -> list[str | dict[str, Any]]:
    """Return what the cells `message_1` to `message_5` hold, empty ones left out."""
    return [read_message(cells[column]) for column in MESSAGE_COLUMNS if column in cells]


def write_messages(messages: Sequence[str | Mapping[str, Any]]) -> dict[str, str]:
    """Return the cells `message_1` to `message_5`."""
    return dict(zip(MESSAGE_COLUMNS, map(write_message, messages), strict=False))


def _json(cell: str, opening: str) -> object:
    if not cell.lstrip().startswith(opening):
        return None
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return None
