"""Templates (定型文) in YAML and CSV files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

from linecs.replies.files.cells import MESSAGE_COLUMNS, read_messages, write_messages
from linecs.replies.files.documents import JAPAN, build, read_entries
from linecs.replies.files.fields import CLOSED, Messages, message_fields
from linecs.replies.files.table import write_table
from linecs.replies.files.yaml_writer import write_yaml
from linecs.replies.templates import Template
from linecs.replies.wording import Language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linecs.replies.files.table import Row

__all__ = [
    "TemplateFields",
    "read_templates",
    "template_fields",
    "write_templates_csv",
    "write_templates_yaml",
]

_SCALARS = ("id", "title", "kana", "category")
_COLUMNS = (*_SCALARS, *MESSAGE_COLUMNS)


class TemplateFields(BaseModel):
    """One template of a file."""

    model_config = CLOSED

    id: Annotated[str, Field(min_length=1)]
    title: Annotated[str, Field(min_length=1)]
    kana: str = ""
    category: str = ""
    messages: Messages

    def template(self) -> Template:
        """Return the template.

        Raises:
            TemplateError: It has no message, or names what a reply never knows.
        """
        return Template(**dict(self))


def read_templates(
    data: bytes, *, name: str, language: Language | str = Language.JAPANESE
) -> tuple[Template, ...]:
    """Return the templates of a file, YAML or CSV by its name.

    Args:
        data: The file, in UTF-8, UTF-16 with a mark, or cp932 as Excel writes it.
        name: The file's name, as errors say it.
        language: What errors speak.

    Raises:
        FileError: Anything is wrong with it; says all of it, with lines and columns.
    """
    entries = read_entries(
        data,
        section="templates",
        columns=_COLUMNS,
        needed=("id", "title", "message_1"),
        fields_of=_fields_of,
        name=name,
        language=language,
    )
    make = TemplateFields.template
    found = build(entries, TemplateFields, make, name=name, language=language, zone=JAPAN)
    return tuple(placed.value for placed in found)


def write_templates_yaml(templates: Iterable[Template]) -> str:
    """Return templates as YAML that `read_templates` reads back without loss."""
    return write_yaml({"templates": [template_fields(template) for template in templates]})


def write_templates_csv(templates: Iterable[Template]) -> bytes:
    """Return templates as CSV that Excel opens and `read_templates` reads back without loss."""
    return write_table(_COLUMNS, (_row_of(template_fields(template)) for template in templates))


def template_fields(template: Template) -> dict[str, Any]:
    """Return a template as a file shows it: only what is not empty."""
    fields = {name: getattr(template, name) for name in _SCALARS}
    kept = {name: value for name, value in fields.items() if value}
    return {**kept, "messages": message_fields(template.messages)}


def _fields_of(row: Row) -> dict[str, Any]:
    fields: dict[str, Any] = {name: row.cells[name] for name in _SCALARS if name in row.cells}
    messages = read_messages(row.cells)
    return {**fields, "messages": messages} if messages else fields


def _row_of(fields: Mapping[str, Any]) -> dict[str, str]:
    row = {name: str(fields[name]) for name in _SCALARS if name in fields}
    return row | write_messages(fields["messages"])
