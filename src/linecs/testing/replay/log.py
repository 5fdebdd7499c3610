"""The lines of a log: a head, then one entry for each thing the desk was told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from linecs.errors import LinecsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Entry", "Head", "ReplayError", "read_log", "write_line"]

FORM = 1


class ReplayError(LinecsError):
    """A log cannot be read, or the desk did something else than when it was recorded.

    Attributes:
        line: The number of the log's line, from 1.
    """

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line} of the log: {problem}")
        self.line = line


@frozen(kw_only=True)
class Head:
    """The first line.

    Attributes:
        linecs: The version that recorded.
        configuration: The host's name for the rules and settings at that time.
        seed: Decides every id that is made.
        channels: The bot user id of each channel, by its short name.
    """

    linecs: str
    configuration: str
    seed: int
    channels: Mapping[str, str]
    form: int = FORM


@frozen(kw_only=True)
class Entry:
    """One thing the desk was told.

    Attributes:
        at: When, epoch ms UTC.
        act: The method of the desk.
        body: The webhook's body, for `receive`.
        arguments: The method's arguments by name, otherwise.
        answers: What LINE answered meanwhile, in order.
        raised: The error it ended with, by its class; empty for none.
    """

    at: int
    act: str
    body: str = field(default="", repr=False)
    arguments: Mapping[str, Any] = field(factory=dict, repr=False)
    answers: list[dict[str, Any]] = field(factory=list, repr=False)
    raised: str = ""


def write_line(content: Mapping[str, Any]) -> str:
    """Return a line; what is empty is left out."""
    kept = {name: value for name, value in content.items() if value not in ("", [], {})}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")) + "\n"


def read_log(lines: Iterable[str]) -> Iterator[Head | Entry]:
    """Yield the head and the entries.

    Raises:
        ReplayError: A line is none of a log of this form.
    """
    for number, line in enumerate(lines, 1):
        try:
            content = json.loads(line)
            made: Head | Entry = Head(**content) if number == 1 else Entry(**content)
        except (ValueError, TypeError) as error:
            raise ReplayError(number, "it is none of a recorded desk") from error
        if isinstance(made, Head) and made.form != FORM:
            raise ReplayError(number, f"it has form {made.form}; this linecs reads form {FORM}")
        yield made
