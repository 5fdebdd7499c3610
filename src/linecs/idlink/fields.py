"""Tags and custom fields: what is typed becomes a canonical value, or says why not."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.errors import ConfigurationError
from linecs.idlink.errors import LinkError
from linecs.model.fields import (
    CustomerField,
    CustomerTag,
    FieldChange,
    FieldKind,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linecs.model.fields import (
        FieldDefinition,
    )
    from linecs.model.ids import CustomerId

__all__ = [
    "FieldEdit",
    "FieldError",
    "TagEdit",
    "canonical_value",
    "check_definitions",
    "set_field",
    "set_tag",
]

_LONGEST = 255
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_NUMBER = re.compile(r"[+-]?\d{1,18}")
_YES = frozenset({"yes", "true", "1", "はい", "有", "あり", "○", "〇"})
_NO = frozenset({"no", "false", "0", "いいえ", "無", "なし", "×", "-"})


class FieldError(LinkError, ValueError):
    """A value does not fit its field.

    Attributes:
        name: The field's name.
        problem: What is wrong, without the value.
    """

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name
        self.problem = problem


@frozen(kw_only=True)
class FieldEdit:
    """What to write when a field changes.

    Attributes:
        field: The new value; None where the field was emptied.
        change: The line of history; None where nothing changed.
    """

    field: CustomerField | None
    change: FieldChange | None


@frozen(kw_only=True)
class TagEdit:
    """What to write when a tag is put on or taken off.

    Attributes:
        tag: The tag as it now is; None where it was taken off.
        change: The line of history; None where nothing changed.
    """

    tag: CustomerTag | None
    change: FieldChange | None


def check_definitions(definitions: Iterable[FieldDefinition]) -> dict[str, FieldDefinition]:
    """Return a shop's fields by name.

    Raises:
        ConfigurationError: A name is not usable or taken twice, or choices do not fit the kind.
    """
    found: dict[str, FieldDefinition] = {}
    for each in definitions:
        if not _NAME.fullmatch(each.name) or each.name == "tag":
            msg = f"Field {each.name!r}: use small letters, digits and _, and not `tag`."
            raise ConfigurationError(msg)
        if each.name in found:
            raise ConfigurationError(f"Field {each.name!r} is there twice.")
        if (each.kind is FieldKind.CHOICE) is not bool(each.choices):
            raise ConfigurationError(f"Field {each.name!r}: choices belong to the kind choice.")
        found[each.name] = each
    return found


def canonical_value(definition: FieldDefinition, text: str) -> str:
    """Return a typed value in the one form it is kept in; empty for no value.

    Full-width digits and signs, Japanese dates (2026年6月1日) and はい or いいえ are read as
    meant.

    Raises:
        FieldError: The value does not fit the field.
    """
    cleaned = unicodedata.normalize("NFC", text).strip()
    if not cleaned:
        return ""
    value = _READERS[definition.kind](definition, cleaned)
    if len(value) > _LONGEST:
        raise FieldError(definition.name, f"has {len(value)} characters; {_LONGEST} fit.")
    return value


def set_field(
    definition: FieldDefinition,
    text: str,
    before: CustomerField | None,
    *,
    customer_id: CustomerId,
    now: int,
    actor: str,
    new_id: Callable[[int], str],
) -> FieldEdit:
    """Return what a new value of a customer's field leads to.

    Args:
        definition: The field.
        text: As typed; empty to empty the field.
        before: The value that is there; None for none.
        customer_id: Whose field.
        now: Epoch ms UTC.
        actor: Who changes it.
        new_id: Makes an id from a moment in epoch ms UTC.

    Raises:
        FieldError: The value does not fit the field.
    """
    value = canonical_value(definition, text)
    old = before.value if before else None
    if value == (old or ""):
        return FieldEdit(field=before, change=None)
    number = int(value) if value and definition.kind is FieldKind.WHOLE_NUMBER else None
    after = CustomerField(
        customer_id=customer_id,
        name=definition.name,
        value=value,
        number=number,
        changed_at=now,
    )
    change = FieldChange(
        id=new_id(now),
        customer_id=customer_id,
        name=definition.name,
        before=old,
        after=value or None,
        at=now,
        actor=actor,
    )
    return FieldEdit(field=after if value else None, change=change)


def set_tag(
    tag: str,
    before: CustomerTag | None,
    *,
    present: bool,
    customer_id: CustomerId,
    now: int,
    actor: str,
    new_id: Callable[[int], str],
) -> TagEdit:
    """Return what putting a tag on a customer, or taking it off, leads to.

    Args:
        tag: The tag; white space at its ends does not count.
        before: The tag as it is there; None where it is not.
        present: Whether it shall be there.
        customer_id: Whose tag.
        now: Epoch ms UTC.
        actor: Who changes it.
        new_id: Makes an id from a moment in epoch ms UTC.

    Raises:
        FieldError: The tag is empty, too long, or holds control characters.
    """
    name = _one_line("tag", unicodedata.normalize("NFC", tag).strip())
    if not 0 < len(name) <= _LONGEST:
        raise FieldError("tag", f"has {len(name)} characters; 1 to {_LONGEST} fit.")
    if present is (before is not None):
        return TagEdit(tag=before, change=None)
    after = CustomerTag(customer_id=customer_id, tag=name, at=now, actor=actor)
    change = FieldChange(
        id=new_id(now),
        customer_id=customer_id,
        name="tag",
        before=None if present else name,
        after=name if present else None,
        at=now,
        actor=actor,
    )
    return TagEdit(tag=after if present else None, change=change)


def _one_line(name: str, text: str) -> str:
    if not text.isprintable():
        raise FieldError(name, "is one line without control characters.")
    return text


def _text(definition: FieldDefinition, text: str) -> str:
    return _one_line(definition.name, text)


def _whole_number(definition: FieldDefinition, text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace("−", "-")
    if not _NUMBER.fullmatch(plain):
        raise FieldError(definition.name, "is a whole number of at most 18 digits.")
    return str(int(plain))


def _date(definition: FieldDefinition, text: str) -> str:
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text))
    try:
        year, month, day = map(int, match.groups() if match else ())
        return date(year, month, day).isoformat()
    except ValueError as error:
        raise FieldError(definition.name, "is a day, such as 2026-06-01.") from error


def _choice(definition: FieldDefinition, text: str) -> str:
    if text not in definition.choices:
        raise FieldError(definition.name, f"is one of {', '.join(definition.choices)}.")
    return text


def _yes_no(definition: FieldDefinition, text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower()
    if plain in _YES | _NO:
        return "yes" if plain in _YES else "no"
    raise FieldError(definition.name, "is はい or いいえ.")


_READERS: dict[FieldKind, Callable[[FieldDefinition, str], str]] = {
    FieldKind.TEXT: _text,
    FieldKind.WHOLE_NUMBER: _whole_number,
    FieldKind.DATE: _date,
    FieldKind.CHOICE: _choice,
    FieldKind.YES_NO: _yes_no,
}
