"""What the fields of a file may hold, and how a wrong one is told.

pydantic checks what comes in; its findings are put into plain words and given their place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from linecs.replies.files.problems import PROBLEM_CODES, hint, problem
from linecs.replies.files.times import parse_duration, parse_moment, write_moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import tzinfo

    from pydantic import ValidationInfo
    from pydantic_core import ErrorDetails

    from linecs.replies.files.problems import Problem

__all__ = [
    "CLOSED",
    "Duration",
    "Messages",
    "MomentEnd",
    "MomentStart",
    "Texts",
    "check_fields",
    "message_fields",
    "moment_fields",
    "written_names",
]

M = TypeVar("M", bound=BaseModel)
Locate = Callable[[tuple[str | int, ...]], tuple[tuple[str | int, ...], tuple[int, int]]]
"""Finds the longest known part of a path, and its line and column."""

_CODES = {
    "missing": "missing",
    "string_too_short": "missing",
    "extra_forbidden": "unknown_field",
    "string_type": "not_text",
    "tuple_type": "not_list",
    "list_type": "not_list",
    "dict_type": "not_fields",
    "mapping_type": "not_fields",
    "model_type": "not_fields",
    "model_attributes_type": "not_fields",
    "int_parsing": "not_number",
    "int_type": "not_number",
    "int_from_float": "not_number",
    "bool_parsing": "not_yes_no",
    "bool_type": "not_yes_no",
    "enum": "not_one_of",
    "literal_error": "not_one_of",
}


CLOSED = ConfigDict(extra="forbid", frozen=True)
"""How every schema of a file is configured: unknown fields are refused."""


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _message(value: object) -> object:
    if isinstance(value, str):
        return {"type": "text", "text": value}
    if isinstance(value, Mapping) and isinstance(value.get("type"), str):
        return value
    raise PydanticCustomError("not_message", "neither a text nor a message object")


def _messages(value: object) -> object:
    if isinstance(value, str | Mapping):
        return [_message(value)]
    return [_message(item) for item in value] if isinstance(value, list | tuple) else value


def _moment(value: object, info: ValidationInfo, *, ends: bool) -> object:
    try:
        return parse_moment(str(value), (info.context or {})["zone"], ends=ends)
    except ValueError as error:
        raise PydanticCustomError("not_time", "no date") from error


def _duration(value: object) -> object:
    try:
        return parse_duration(str(value))
    except ValueError as error:
        raise PydanticCustomError("not_duration", "no duration") from error


Texts = Annotated[tuple[str, ...], BeforeValidator(_one_or_many)]
"""One text, or a list of texts."""
Messages = Annotated[tuple[dict[str, Any], ...], BeforeValidator(_messages)]
"""Texts and LINE message objects, one or a list."""
MomentStart = Annotated[int, BeforeValidator(lambda value, info: _moment(value, info, ends=False))]
"""A date or a date and time; a date means its start. Needs `zone` in the context."""
MomentEnd = Annotated[int, BeforeValidator(lambda value, info: _moment(value, info, ends=True))]
"""A date or a date and time; a date means its end. Needs `zone` in the context."""
Duration = Annotated[int, BeforeValidator(_duration)]
"""`30m`, `24h`, `7d`, in ms."""


def message_fields(messages: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Return messages as files show them: a plain text for what is only that."""
    return [
        message["text"] if message.keys() == {"type", "text"} and _is_plain(message) else message
        for message in messages
    ]


def _is_plain(message: Mapping[str, Any]) -> bool:
    return message["type"] == "text" and isinstance(message["text"], str)


def moment_fields(start: int | None, end: int | None, zone: tzinfo) -> dict[str, str]:
    """Return `from` and `until` as files show them, each where there is one."""
    moments = {} if start is None else {"from": write_moment(start, zone)}
    return moments if end is None else {**moments, "until": write_moment(end, zone, ends=True)}


def check_fields(
    model: type[M],
    data: object,
    *,
    path: tuple[str | int, ...],
    locate: Locate,
    zone: tzinfo,
) -> tuple[M | None, list[Problem]]:
    """Return the checked fields, or None and what is wrong with them.

    Args:
        model: What the fields may be.
        data: What stands in the file.
        path: Where `data` stands.
        locate: Finds the line and column of a path.
        zone: Of dates without an offset.
    """
    try:
        return model.model_validate(data, context={"zone": zone}), []
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)
        return None, [_told(model, detail, path, locate) for detail in details]


def _told(
    model: type[BaseModel], detail: ErrorDetails, path: tuple[str | int, ...], locate: Locate
) -> Problem:
    place = (*path, *detail["loc"])
    known, (line, column) = locate(place)
    code = _CODES.get(detail["type"], detail["type"])
    values: dict[str, object] = {"name": _name(known if code != "missing" else place)}
    match code:
        case "unknown_field":
            values["hint"] = hint(str(values["name"]), written_names(model))
        case "not_one_of":
            expected = str(detail.get("ctx", {}).get("expected", ""))
            values["allowed"] = " / ".join(re.findall(r"'([^']*)'", expected))
        case _ if code not in PROBLEM_CODES:
            code, values["detail"] = "other", detail["msg"]
        case _:
            pass
    values["found"] = detail["input"]
    return problem(code, line=line, column=column, **values)


def _name(path: Sequence[str | int]) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def written_names(model: type[BaseModel]) -> list[str]:
    """Return the names of a schema's fields as files have them."""
    return [field.alias or name for name, field in model.model_fields.items()]
