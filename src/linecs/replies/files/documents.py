"""A list of things in a YAML or CSV file, each checked by itself, every problem told at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs import frozen

from linecs.errors import LinecsError
from linecs.replies.files.fields import Locate, check_fields
from linecs.replies.files.problems import FileError, problem, refusal
from linecs.replies.files.table import decode, read_table
from linecs.replies.files.yaml_reader import Path, read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import tzinfo

    from pydantic import BaseModel

    from linecs.replies.files.problems import Problem
    from linecs.replies.files.table import Row, Table
    from linecs.replies.files.yaml_reader import Position
    from linecs.replies.wording import Language

__all__ = ["JAPAN", "Entry", "Placed", "build", "is_yaml", "read_entries", "read_yaml_entries"]

JAPAN = timezone(timedelta(hours=9), "JST")
"""The zone of dates in files, unless the caller says another; Japan has no summer time."""

_MESSAGES = frozenset({"messages", "say"})
"""Fields that hold LINE message objects."""

F = TypeVar("F", bound="BaseModel")
T = TypeVar("T")


@frozen
class Entry:
    """One thing as it stands in a file.

    Attributes:
        data: Its fields, unchecked.
        path: Where it stands.
        locate: Finds the line and column of a path.
    """

    data: Any
    path: Path
    locate: Locate


@frozen
class Placed(Generic[T]):
    """What was made of an entry, and the line its id stands in."""

    value: T
    line: int


def is_yaml(name: str) -> bool:
    """Return whether a file's name says that it is YAML."""
    return name.lower().endswith((".yaml", ".yml"))


def read_entries(
    data: bytes,
    *,
    section: str,
    columns: Sequence[str],
    needed: Sequence[str],
    fields_of: Callable[[Row], Mapping[str, Any]],
    name: str,
    language: Language | str,
) -> list[Entry]:
    """Return the things in a file, YAML or CSV by its name.

    Args:
        data: The file.
        section: The key of the list in YAML, if it stands under one.
        columns: What a table may have.
        needed: What a table must have.
        fields_of: Turns a row into fields; what it cannot read it leaves as it is.
        name: How errors call the file.
        language: What errors speak.

    Raises:
        FileError: It is neither.
    """
    if is_yaml(name):
        return read_yaml_entries(data, section=section, name=name, language=language)
    table = read_table(data, name=name, language=language, needed=needed, known=columns)
    return [Entry(fields_of(row), (), _cell_finder(table, row)) for row in table.rows]


def read_yaml_entries(
    data: bytes, *, section: str, name: str, language: Language | str
) -> list[Entry]:
    """Return the things in a YAML list, which may stand under a key named `section`.

    Raises:
        FileError: It is no YAML, or holds no list.
    """
    text = decode(data, name=name, language=language)
    located = read_yaml(text, name=name, language=language, messages=_MESSAGES)
    items: Any = located.data
    path: Path = ()
    if isinstance(items, Mapping) and section in items:
        items, path = items[section], (section,)
    if not isinstance(items, list):
        _, (line, column) = located.locate(path)
        found = problem("not_list", line=line, column=column, name=section)
        raise FileError(name, [found], language)
    return [Entry(item, (*path, place), located.locate) for place, item in enumerate(items)]


def build(
    entries: Iterable[Entry],
    model: type[F],
    make: Callable[[F], T],
    *,
    name: str,
    language: Language | str,
    zone: tzinfo,
) -> tuple[Placed[T], ...]:
    """Return what `make` makes of each entry's checked fields, with its line.

    Raises:
        FileError: Anything is wrong with any of them, or two share an id; says all at once.
    """
    made: list[Placed[T]] = []
    problems: list[Problem] = []
    lines: dict[str, int] = {}
    for entry in entries:
        fields, found = check_fields(
            model, entry.data, path=entry.path, locate=entry.locate, zone=zone
        )
        if fields is None:
            problems += found
            continue
        _, (line, column) = entry.locate((*entry.path, "id"))
        if entry.data["id"] in lines:
            repeated = {"name": entry.data["id"], "first": lines[entry.data["id"]]}
            problems.append(problem("repeated_id", line=line, column=column, **repeated))
        lines.setdefault(entry.data["id"], line)
        try:
            made.append(Placed(make(fields), line))
        except LinecsError as error:
            problems.append(_refused(entry, error))
    if problems:
        raise FileError(name, problems, language)
    return tuple(made)


def _refused(entry: Entry, error: LinecsError) -> Problem:
    path = getattr(error, "path", ())
    _, (line, column) = entry.locate((*entry.path, *path))
    return refusal(error, line=line, column=column)


def _cell_finder(table: Table, row: Row) -> Locate:
    def locate(path: Path) -> tuple[Path, Position]:
        for place, step in enumerate(path):
            following = path[place + 1] if place + 1 < len(path) else 0
            numbered = f"{step}_{int(following) + 1}" if isinstance(following, int) else ""
            singular = numbered.replace("messages_", "message_")
            for name in (singular, str(step)):
                if table.column(name):
                    return (name,), (row.line, table.column(name))
        return path[:1], (row.line, 1)

    return locate
