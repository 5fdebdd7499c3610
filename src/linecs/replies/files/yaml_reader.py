"""YAML with the place of every value, so that an error can point at it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode

from linecs.replies.files.problems import FileError, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ruamel.yaml.nodes import Node

    from linecs.replies.files.problems import Problem
    from linecs.replies.wording import Language

__all__ = ["Located", "Path", "Position", "read_yaml"]

Path = tuple[str | int, ...]
Position = tuple[int, int]
"""Line and column, both from 1."""

_TAG = "tag:yaml.org,2002:"


@frozen
class Located:
    """A file's data with the places of its parts.

    Attributes:
        data: Mappings, lists and scalars. Scalars are texts as written (`0123` keeps its zero),
            but inside LINE message objects they have the types YAML gives them.
        positions: Where the value at each path starts.
        keys: Where the key of each path stands.
    """

    data: Any
    positions: Mapping[Path, Position] = field(repr=False)
    keys: Mapping[Path, Position] = field(repr=False, factory=dict)

    def locate(self, path: Path) -> tuple[Path, Position]:
        """Return the longest part of `path` that stands in the file, and where.

        Steps that only a checker knows, such as a type's name, are skipped.
        """
        known: Path = ()
        for step in path:
            if (*known, step) in self.positions:
                known = (*known, step)
        return known, self.keys.get(known) or self.positions[known]


def read_yaml(
    text: str, *, name: str, language: Language | str, messages: frozenset[str]
) -> Located:
    """Return the one document in `text`.

    Args:
        text: The file.
        name: How errors call it.
        language: What errors speak.
        messages: Fields that hold LINE message objects.

    Raises:
        FileError: It is no YAML, is empty, repeats a key, uses aliases, or is nested too deep.
    """
    walk = _Walk(messages)
    try:
        root = YAML(typ="rt").compose(text)
        data = walk.value(root, (), _Mode.TEXT) if root is not None else None
    except (YAMLError, RecursionError) as error:
        raise FileError(name, [_refused(error)], language) from error
    if root is None:
        raise FileError(name, [problem("empty")], language)
    if walk.problems:
        raise FileError(name, walk.problems, language)
    return Located(data, walk.positions, walk.keys)


def _refused(error: Exception) -> Problem:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    detail = getattr(error, "problem", None) or type(error).__name__
    return problem("not_yaml", line=line, column=column, detail=detail)


class _Mode(Enum):
    """How scalars are read."""

    TEXT = auto()
    """As texts, just as they are written."""
    MESSAGES = auto()
    """The value of a field that holds LINE message objects, or texts in their place."""
    TYPED = auto()
    """Inside a LINE message object: with YAML's types."""

    def inside(self, node: Node) -> _Mode:
        """Return how a part of a value in this mode is read."""
        if self is _Mode.MESSAGES:
            return _Mode.TYPED if isinstance(node, MappingNode) else _Mode.TEXT
        return self


class _Walk:
    def __init__(self, messages: frozenset[str]) -> None:
        self.messages = messages
        self.positions: dict[Path, Position] = {}
        self.keys: dict[Path, Position] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def value(self, node: Node, path: Path, mode: _Mode) -> Any:  # noqa: ANN401 - any YAML value
        self.positions[path] = _position(node)
        if isinstance(node, ScalarNode):
            return _typed(node) if mode is _Mode.TYPED else _text(node)
        if id(node) in self._seen:
            self._complain("alias", node)
            return None
        self._seen.add(id(node))
        if isinstance(node, MappingNode):
            return dict(self._items(node, path, mode.inside(node)))
        return [
            self.value(item, (*path, place), mode.inside(item))
            for place, item in enumerate(node.value)
        ]

    def _items(self, node: MappingNode, path: Path, mode: _Mode) -> Iterator[tuple[str, Any]]:
        names: set[str] = set()
        for key, value_node in node.value:
            name = str(key.value)
            if name in names:
                self._complain("repeated_key", key, name=name)
            names.add(name)
            self.keys[*path, name] = _position(key)
            starts_messages = mode is _Mode.TEXT and name in self.messages
            inner = _Mode.MESSAGES if starts_messages else mode
            value = self.value(value_node, (*path, name), inner)
            if value is not None or mode is _Mode.TYPED:
                yield name, value

    def _complain(self, code: str, node: Node, **values: object) -> None:
        line, column = _position(node)
        self.problems.append(problem(code, line=line, column=column, **values))


def _position(node: Node) -> Position:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _text(node: ScalarNode) -> str | None:
    is_left_empty = node.value == "" and node.style is None
    return None if is_left_empty else str(node.value)


def _typed(node: ScalarNode) -> str | int | float | bool | None:
    text = str(node.value)
    match str(node.tag).removeprefix(_TAG):
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text.replace("_", ""), 0 if text.lstrip("+-")[:2] in {"0x", "0o"} else 10)
        case "float":
            return float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
        case _:
            return text
