"""What each column holds, worked out from a kept class's field types.

What no column could hold alike on every database is refused here: NUL and lone
surrogates, text past its length (MySQL would cut it), and names that end in a space
(MySQL compares `a` and `a ` as equal).
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from enum import Enum, StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

from attrs import fields, frozen

from linecs.storage.ports import ValueRefusedError

if TYPE_CHECKING:
    from linecs.storage.tables import Table

__all__ = ["BIGINT", "NAME_LENGTH", "STATE_LENGTH", "Column", "Kind", "columns_of"]

NAME_LENGTH = 255
"""Characters a text column holds unless its table says otherwise."""
STATE_LENGTH = 32
"""Characters a column of named states holds."""
BIGINT = 1 << 63
"""A number column holds what lies between `-BIGINT` and this; neither of the two.

The least number of 64 bits would fit, but PostgreSQL reads it as the negative of one too large
where the client writes values into the text, as Django does.
"""
_Refuse = Callable[[str], ValueRefusedError]


class Kind(StrEnum):
    """What a database keeps a column as."""

    NAME = "name"
    """Text with a length: ids, states, names; may be compared."""
    TEXT = "text"
    """Text without a length; not for comparing."""
    JSON = "json"
    """Text without a length that holds JSON; not for comparing."""
    NUMBER = "number"
    FLAG = "flag"


@frozen(kw_only=True)
class Column:
    """One column.

    Attributes:
        length: Characters it holds; None where it has no such limit.
        optional: Whether it may be empty (None).
        type: The field's type, without None and NewType.
        pack: Turns a field's value, not None, into the column's. Raises `ValueRefusedError`.
        unpack: Turns the column's value, not None, back; None where it is the same.
    """

    name: str
    kind: Kind
    length: int | None
    optional: bool
    type: Any
    pack: Callable[[Any], Any]
    unpack: Callable[[Any], Any] | None


def columns_of(table: Table) -> tuple[Column, ...]:
    """Return the columns of a table in the order of its class's fields."""
    hints = get_type_hints(table.row)
    return tuple(_column(table, field.name, hints[field.name]) for field in fields(table.row))


def _column(table: Table, name: str, hint: object) -> Column:
    plain, optional = _without_none(hint)
    kind = _kind(table, name, plain)
    length = _length(table, name, plain) if kind is Kind.NAME else None
    return Column(
        name=name,
        kind=kind,
        length=length,
        optional=optional,
        type=plain,
        pack=_packer(kind, length, partial(ValueRefusedError, table.name, name)),
        unpack=_unpacker(kind, plain),
    )


def _without_none(hint: object) -> tuple[Any, bool]:
    if get_origin(hint) in {Union, types.UnionType}:
        rest = [part for part in get_args(hint) if part is not types.NoneType]
        if len(rest) == 1:
            return _without_alias(rest[0]), True
    return _without_alias(hint), False


def _without_alias(hint: Any) -> Any:  # noqa: ANN401 - a type, a NewType or a generic alias
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    return hint


def _kind(table: Table, name: str, hint: Any) -> Kind:  # noqa: ANN401 - as above
    if name in table.json:
        return Kind.JSON
    if hint is bool:
        return Kind.FLAG
    if hint is int:
        return Kind.NUMBER
    if isinstance(hint, type) and issubclass(hint, str):
        return Kind.TEXT if name in table.long else Kind.NAME
    raise TypeError(f"{table.name}.{name}: no column holds {hint!r}; keep it as JSON")


def _length(table: Table, name: str, hint: type) -> int:
    return table.lengths.get(name, STATE_LENGTH if issubclass(hint, Enum) else NAME_LENGTH)


def _packer(kind: Kind, length: int | None, refuse: _Refuse) -> Callable[[Any], Any]:
    if kind is Kind.NUMBER:
        return _number_packer(refuse)
    if kind is Kind.FLAG:
        return _flag_packer(refuse)
    if kind is Kind.JSON:
        return _to_json
    text = _text_packer(refuse)
    return text if length is None else _name_packer(text, length, refuse)


def _number_packer(refuse: _Refuse) -> Callable[[int], int]:
    def pack(value: int) -> int:
        if value.__class__ is not int or not -BIGINT < value < BIGINT:
            raise refuse("is not a whole number of 64 bits")
        return value

    return pack


def _flag_packer(refuse: _Refuse) -> Callable[[object], int]:
    def pack(value: object) -> int:
        if value is not True and value is not False:
            raise refuse("is not True or False")
        return int(value)

    return pack


def _text_packer(refuse: _Refuse) -> Callable[[str], str]:
    def pack(value: str) -> str:
        if not isinstance(value, str):
            raise refuse("is not text")
        if "\0" in value or not (value.isascii() or _encodes(value)):
            raise refuse("contains NUL or half of a surrogate pair")
        return str(value)

    return pack


def _name_packer(text: Callable[[str], str], length: int, refuse: _Refuse) -> Callable[[str], str]:
    def pack(value: str) -> str:
        # Ids, of which a list asks for hundreds at a time.
        if value.__class__ is str and value.isalnum() and value.isascii() and len(value) <= length:
            return value
        value = text(value)
        if len(value) > length:
            raise refuse(f"has {len(value)} characters; {length} fit")
        if value.endswith(" "):
            raise refuse("ends in a space, which not every database tells apart")
        return value

    return pack


def _unpacker(kind: Kind, hint: Any) -> Callable[[Any], Any] | None:  # noqa: ANN401 - as above
    if kind is Kind.FLAG:
        return bool
    if kind is Kind.JSON:
        return _tuple_from_json if get_origin(hint) is tuple else json.loads
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {str(member.value): member for member in hint}.__getitem__
    return None


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _to_json(value: object) -> str:
    text = _JSON.encode(value)
    return text if text.isascii() or _encodes(text) else _ASCII_JSON.encode(value)


def _plain_mapping(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


_COMPACT = partial(json.JSONEncoder, separators=(",", ":"), default=_plain_mapping)
_JSON = _COMPACT(ensure_ascii=False)
_ASCII_JSON = _COMPACT()


def _tuple_from_json(text: str) -> tuple[Any, ...]:
    return tuple(json.loads(text))
