"""Keyword rules in YAML and CSV files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linecs.replies.files.cells import (
    MESSAGE_COLUMNS,
    read_json_or_text,
    read_list,
    read_messages,
    write_json,
    write_list,
    write_messages,
)
from linecs.replies.files.documents import JAPAN, build, read_entries
from linecs.replies.files.rule_fields import RuleFields, rule_fields
from linecs.replies.files.table import write_table
from linecs.replies.files.yaml_writer import write_yaml
from linecs.replies.wording import Language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import tzinfo

    from linecs.replies.files.documents import Placed
    from linecs.replies.files.table import Row
    from linecs.replies.keyword import KeywordRule

__all__ = ["locate_rules", "read_rules", "write_rules_csv", "write_rules_yaml"]

_LISTS = ("exact", "contains", "prefix", "stickers", "postbacks", "texts")
_SEGMENT_LISTS = ("languages", "tags", "without_tags")
_SCALARS = (
    "id",
    "always",
    "hand_off",
    "queue",
    "resolves",
    "priority",
    "from",
    "until",
    "opening",
    "cooldown",
)
_COLUMNS = (
    "id",
    "exact",
    "contains",
    "prefix",
    "regex",
    "stickers",
    "postbacks",
    "all_of",
    "none_of",
    "always",
    *MESSAGE_COLUMNS,
    "texts",
    "hand_off",
    "queue",
    "resolves",
    "priority",
    "from",
    "until",
    "opening",
    "member",
    *_SEGMENT_LISTS,
    "fields",
    "cooldown",
)


def read_rules(
    data: bytes,
    *,
    name: str,
    language: Language | str = Language.JAPANESE,
    zone: tzinfo = JAPAN,
) -> tuple[KeywordRule, ...]:
    """Return the keyword rules of a file, YAML or CSV by its name.

    Args:
        data: The file, in UTF-8, UTF-16 with a mark, or cp932 as Excel writes it.
        name: The file's name, as errors say it.
        language: What errors speak.
        zone: Of dates without an offset.

    Raises:
        FileError: Anything is wrong with it; says all of it, with lines and columns.
    """
    found = locate_rules(data, name=name, language=language, zone=zone)
    return tuple(placed.value for placed in found)


def locate_rules(
    data: bytes,
    *,
    name: str,
    language: Language | str = Language.JAPANESE,
    zone: tzinfo = JAPAN,
) -> tuple[Placed[KeywordRule], ...]:
    """Return what `read_rules` returns, each with its line, for tools that point at it.

    Raises:
        FileError: Anything is wrong with the file.
    """
    entries = read_entries(
        data,
        section="rules",
        columns=_COLUMNS,
        needed=("id",),
        fields_of=_fields_of,
        name=name,
        language=language,
    )
    return build(entries, RuleFields, RuleFields.rule, name=name, language=language, zone=zone)


def write_rules_yaml(rules: Iterable[KeywordRule], *, zone: tzinfo = JAPAN) -> str:
    """Return rules as YAML that `read_rules` reads back without loss."""
    return write_yaml({"rules": [rule_fields(rule, zone) for rule in rules]})


def write_rules_csv(rules: Iterable[KeywordRule], *, zone: tzinfo = JAPAN) -> bytes:
    """Return rules as CSV that Excel opens and `read_rules` reads back without loss."""
    return write_table(_COLUMNS, (_row_of(rule_fields(rule, zone)) for rule in rules))


def _fields_of(row: Row) -> dict[str, Any]:
    cells = row.cells
    fields: dict[str, Any] = {name: cells[name] for name in _SCALARS if name in cells}
    fields |= {name: read_list(cells[name]) for name in _LISTS if name in cells}
    if "regex" in cells:
        fields["regex"] = read_list(cells["regex"], separator="")
    if "all_of" in cells:
        fields["all_of"] = _groups_in(cells["all_of"])
    if "none_of" in cells:
        found = read_json_or_text(cells["none_of"])
        fields["none_of"] = read_list(cells["none_of"]) if isinstance(found, str) else found
    return {**fields, "messages": read_messages(cells), "segment": _segment_in(cells)}


def _segment_in(cells: Mapping[str, str]) -> dict[str, Any]:
    segment: dict[str, Any] = {
        name: read_list(cells[name]) for name in _SEGMENT_LISTS if name in cells
    }
    if "member" in cells:
        segment["member"] = cells["member"]
    if "fields" in cells:
        segment["fields"] = read_json_or_text(cells["fields"])
    return segment


def _groups_in(cell: str) -> object:
    found = read_json_or_text(cell)
    if not isinstance(found, str):
        return found
    return [read_list(line) for line in cell.splitlines() if line.strip()]


def _row_of(fields: Mapping[str, Any]) -> dict[str, str]:
    segment = fields.get("segment", {})
    row = {name: _scalar(fields[name]) for name in _SCALARS if name in fields}
    row |= {name: write_list(fields[name]) for name in _LISTS if name in fields}
    row |= {name: write_list(segment[name]) for name in _SEGMENT_LISTS if name in segment}
    row |= write_messages(fields.get("messages", []))
    if "member" in segment:
        row["member"] = _scalar(segment["member"])
    if "fields" in segment:
        row["fields"] = write_json(segment["fields"])
    if "regex" in fields:
        row["regex"] = write_list(fields["regex"], separator="")
    row |= {name: write_json(fields[name]) for name in ("all_of", "none_of") if name in fields}
    return row


def _scalar(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
