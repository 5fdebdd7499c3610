"""FAQ entries in YAML and CSV files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field
from pydantic.functional_validators import AfterValidator
from pydantic_core import PydanticCustomError

from linecs.limits import grapheme_length
from linecs.replies.files.cells import (
    MESSAGE_COLUMNS,
    read_list,
    read_messages,
    write_list,
    write_messages,
)
from linecs.replies.files.documents import JAPAN, build, read_entries
from linecs.replies.files.fields import (
    CLOSED,
    Messages,
    MomentEnd,
    MomentStart,
    Texts,
    message_fields,
    moment_fields,
)
from linecs.replies.files.table import write_table
from linecs.replies.files.yaml_writer import write_yaml
from linecs.replies.wording import Language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import tzinfo

    from linecs.replies.faq.entry import FaqEntry
    from linecs.replies.files.documents import (
        Placed,
    )
    from linecs.replies.files.table import Row

__all__ = ["FaqFields", "entry_fields", "locate_faq", "read_faq", "write_faq_csv", "write_faq_yaml"]

_LISTS = ("variants", "links", "related")
_SCALARS = ("id", "question", "answer", "category", "from", "until", "label")
_COLUMNS = (
    "id",
    "question",
    "variants",
    "answer",
    *MESSAGE_COLUMNS,
    "category",
    "from",
    "until",
    "links",
    "related",
    "label",
)


def _fits_a_button(label: str) -> str:
    from linecs.replies.faq.entry import LABEL_GRAPHEMES  # noqa: PLC0415 - as in `entry`

    if grapheme_length(label) > LABEL_GRAPHEMES:
        raise PydanticCustomError("long_label", "too long for a button")
    return label


class FaqFields(BaseModel):
    """One FAQ entry of a file."""

    model_config = CLOSED

    id: Annotated[str, Field(min_length=1)]
    question: Annotated[str, Field(min_length=1)]
    variants: Texts = ()
    answer: str = ""
    messages: Messages = ()
    category: str = ""
    valid_from: MomentStart | None = Field(default=None, alias="from")
    valid_until: MomentEnd | None = Field(default=None, alias="until")
    links: Texts = ()
    related: Texts = ()
    label: Annotated[str, AfterValidator(_fits_a_button)] = ""

    def entry(self) -> FaqEntry:
        """Return the entry."""
        from linecs.replies.faq.entry import FaqEntry  # noqa: PLC0415 - rules need no numpy

        return FaqEntry(**dict(self))


def read_faq(
    data: bytes,
    *,
    name: str,
    language: Language | str = Language.JAPANESE,
    zone: tzinfo = JAPAN,
) -> tuple[FaqEntry, ...]:
    """Return the FAQ entries of a file, YAML or CSV by its name.

    Args:
        data: The file, in UTF-8, UTF-16 with a mark, or cp932 as Excel writes it.
        name: The file's name, as errors say it.
        language: What errors speak.
        zone: Of dates without an offset.

    Raises:
        FileError: Anything is wrong with it; says all of it, with lines and columns.
    """
    found = locate_faq(data, name=name, language=language, zone=zone)
    return tuple(placed.value for placed in found)


def locate_faq(
    data: bytes,
    *,
    name: str,
    language: Language | str = Language.JAPANESE,
    zone: tzinfo = JAPAN,
) -> tuple[Placed[FaqEntry], ...]:
    """Return what `read_faq` returns, each with its line, for tools that point at it.

    Raises:
        FileError: Anything is wrong with the file.
    """
    entries = read_entries(
        data,
        section="faq",
        columns=_COLUMNS,
        needed=("id", "question"),
        fields_of=_fields_of,
        name=name,
        language=language,
    )
    return build(entries, FaqFields, FaqFields.entry, name=name, language=language, zone=zone)


def write_faq_yaml(entries: Iterable[FaqEntry], *, zone: tzinfo = JAPAN) -> str:
    """Return entries as YAML that `read_faq` reads back without loss."""
    return write_yaml({"faq": [entry_fields(entry, zone) for entry in entries]})


def write_faq_csv(entries: Iterable[FaqEntry], *, zone: tzinfo = JAPAN) -> bytes:
    """Return entries as CSV that Excel opens and `read_faq` reads back without loss."""
    return write_table(_COLUMNS, (_row_of(entry_fields(entry, zone)) for entry in entries))


def entry_fields(entry: FaqEntry, zone: tzinfo) -> dict[str, Any]:
    """Return an entry as a file shows it: only what is not the default."""
    fields = {
        "id": entry.id,
        "question": entry.question,
        "variants": list(entry.variants),
        "answer": entry.answer,
        "messages": message_fields(entry.messages),
        "category": entry.category,
        **moment_fields(entry.valid_from, entry.valid_until, zone),
        "links": list(entry.links),
        "related": list(entry.related),
        "label": entry.label,
    }
    return {name: value for name, value in fields.items() if value}


def _fields_of(row: Row) -> dict[str, Any]:
    cells = row.cells
    fields: dict[str, Any] = {name: cells[name] for name in _SCALARS if name in cells}
    fields |= {name: read_list(cells[name]) for name in _LISTS if name in cells}
    return {**fields, "messages": read_messages(cells)}


def _row_of(fields: Mapping[str, Any]) -> dict[str, str]:
    row = {name: str(fields[name]) for name in _SCALARS if name in fields}
    row |= {name: write_list(fields[name]) for name in _LISTS if name in fields}
    return row | write_messages(fields.get("messages", []))
