"""A kept value as a flat tuple of plain columns, and back.

Every store uses this one translation, so that all refuse the same values and give back
equal ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from attrs import evolve

from linecs.storage.columns import BIGINT, Kind, columns_of
from linecs.storage.ports import Condition, Operator, ValueRefusedError, equal
from linecs.storage.tables import table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from linecs.storage.columns import Column
    from linecs.storage.ports import Query
    from linecs.storage.tables import Table

__all__ = ["Layout", "Values", "layout_of"]

Values = tuple[Any, ...]

_EMPTY_OR_NOT = frozenset({Operator.EQUAL, Operator.UNEQUAL})


class Layout:
    """The columns of one table, with the translation worked out once."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.columns = columns_of(table)
        self.names = tuple(column.name for column in self.columns)
        self.place = {name: place for place, name in enumerate(self.names)}
        self._by_name = {column.name: column for column in self.columns}
        self.pack = _compiled_pack(self.columns)
        """Returns a row's columns. Raises `ValueRefusedError`."""
        self._packers = tuple(_pack_or_none(column) for column in self.columns)
        self.unpack = _compiled_unpack(table, self.columns)
        """Returns the row that columns hold."""

    def pack_changes(self, changes: Mapping[str, object]) -> dict[str, Any]:
        """Return changes as columns. Raises `ValueRefusedError`, also for a key column."""
        for name in changes:
            if name in self.table.key:
                raise ValueRefusedError(self.table.name, name, "is part of the key")
        return {name: self._packers[self.place[name]](changes[name]) for name in changes}

    def difference(
        self, before: object, after: object, guard: Iterable[str]
    ) -> tuple[tuple[Condition, ...], dict[str, Any]]:
        """Return where one row is still as `before` in its key and guard, and what changed."""
        names = (*self.table.key, *guard)
        where = tuple(equal(name, getattr(before, name)) for name in names)
        changes = {
            name: getattr(after, name)
            for name in self.names
            if getattr(before, name) != getattr(after, name)
        }
        return where, changes

    def fresh(self, key: object, amounts: Mapping[str, int]) -> Any:  # noqa: ANN401 - as above
        """Return a row with this key whose numbers start from their defaults.

        Raises `TypeError` where a field has no default.
        """
        row = self.table.row(**{each.column: each.value for each in self.key_conditions(key)})
        sums = {name: getattr(row, name) + amount for name, amount in amounts.items()}
        return evolve(row, **sums)

    def changed(self, values: Iterable[Any], changes: Mapping[str, Any]) -> Values:
        """Return a row's columns after packed changes."""
        return tuple(changes.get(name, value) for name, value in zip(self.names, values))  # noqa: B905 - as above

    def key_of(self, values: Sequence[Any]) -> Values:
        """Return the key columns of a row's columns."""
        return tuple(values[self.place[name]] for name in self.table.key)

    def key_conditions(self, key: object) -> tuple[Condition, ...]:
        """Return the conditions that find the row with this key."""
        parts = key if isinstance(key, tuple) else (key,)
        return tuple(equal(*pair) for pair in zip(self.table.key, parts, strict=True))

    def pack_conditions(self, conditions: Iterable[Condition]) -> tuple[Condition, ...]:
        """Return conditions on columns. Raises `ValueRefusedError`.

        A name that no column could hold equals none, so asking for it finds nothing.
        """
        return tuple([self._pack_condition(condition) for condition in conditions])

    def pack_after(self, query: Query[Any]) -> Values | None:
        """Return where a query goes on, as columns. Raises `ValueRefusedError`."""
        if query.after is None:
            return None
        if len({name.startswith("-") for name in query.order}) != 1:
            raise ValueRefusedError(self.table.name, "after", "needs an order that goes one way")
        columns = [self._comparable(name.removeprefix("-")) for name in query.order]
        if any(column.optional for column in columns):
            raise ValueRefusedError(self.table.name, "after", "goes by no column that may be empty")
        pairs = zip(columns, query.after, strict=True)
        return tuple(column.pack(value) for column, value in pairs)

    def _pack_condition(self, condition: Condition) -> Condition:
        operator, value = condition.operator, condition.value
        if value is None and operator in _EMPTY_OR_NOT:
            return condition
        column = self._comparable(condition.column)
        if operator is Operator.ONE_OF:
            return Condition(column.name, operator, _possible(column, value))
        try:
            packed = column.pack(value)
        except ValueRefusedError:
            if operator is not Operator.EQUAL or not _is_name(column, value):
                raise
            return Condition(column.name, Operator.ONE_OF, ())
        return condition if packed is value else Condition(column.name, operator, packed)

    def _comparable(self, name: str) -> Column:
        column = self._by_name[name]
        if column.kind in {Kind.TEXT, Kind.JSON}:
            raise ValueRefusedError(self.table.name, name, "is not for comparing")
        return column


def _possible(column: Column, values: Sequence[Any]) -> Sequence[Any]:
    if column.kind is Kind.NAME and _are_plain_ids(values, column.length or 0):
        return values
    return tuple(_packed(column, values))


def _are_plain_ids(values: Sequence[Any], length: int) -> bool:
    """Whether these are letters and digits, looked at all at once: a list asks for hundreds."""
    if not values or set(map(type, values)) != {str}:
        return False
    joined = "".join(values)
    return joined.isascii() and joined.isalnum() and max(map(len, values)) <= length


def _packed(column: Column, values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        try:
            if value is not None:
                yield column.pack(value)
        except ValueRefusedError:
            if not _is_name(column, value):
                raise


def _is_name(column: Column, value: object) -> bool:
    return column.kind is Kind.NAME and isinstance(value, str)


def _compiled_pack(columns: Sequence[Column]) -> Callable[[object], Values]:
    """Return a function for one class of rows, written out as attrs writes its own.

    Every webhook passes here, and a call for each field would cost as much as SQLite's insert.
    A value that is plainly right goes as it is; any other goes through its column's `pack`.
    """
    lines = ["def pack(row):"]
    for place, column in enumerate(columns):
        lines += [
            f"    v{place} = row.{column.name}",
            f"    if {_UNUSUAL[column.kind].format(value=f'v{place}', length=column.length)}:",
            f"        v{place} = pack{place}(v{place})",
        ]
    lines.append(f"    return ({_values(columns)},)")
    names = {f"pack{p}": _pack_or_none(column) for p, column in enumerate(columns)}
    exec("\n".join(lines), names)  # noqa: S102 - the text is made of our own field names
    return cast("Callable[[object], Values]", names["pack"])


def _values(columns: Sequence[Column]) -> str:
    return ", ".join(f"v{place}" for place in range(len(columns)))


def _compiled_unpack(table: Table, columns: Sequence[Column]) -> Callable[[Iterable[Any]], Any]:
    """Return the way back, written out too: a list shows hundreds of rows at a time.

    What was packed has been checked. So a class that keeps its fields in a dictionary
    (`slots=False`, as those of which lists are made) is given them at once, which takes a fifth
    of the time of its `__init__`.
    """
    kept: dict[str, Any] = {f"unpack{place}": column.unpack for place, column in enumerate(columns)}
    kept |= {"row": table.row, "new": object.__new__}
    fields = {
        column.name: _UNPACKED[column.unpack is not None, column.optional].format(place=place)
        for place, column in enumerate(columns)
    }
    if table.row.__dictoffset__:
        given = ", ".join(f"{name!r}: {value}" for name, value in fields.items())
        last = f"    made = new(row)\n    made.__dict__.update({{{given}}})\n    return made"
    else:
        given = ", ".join(f"{name}={value}" for name, value in fields.items())
        last = f"    return row({given})"
    exec(f"def unpack(values):\n    {_values(columns)}, = values\n{last}", kept)  # noqa: S102 - as above
    return cast("Callable[[Iterable[Any]], Any]", kept["unpack"])


_UNPACKED = {
    (False, False): "v{place}",
    (False, True): "v{place}",
    (True, False): "unpack{place}(v{place})",
    (True, True): "None if v{place} is None else unpack{place}(v{place})",
}
_UNUSUAL = {
    Kind.NAME: "{value}.__class__ is not str or not {value}.isascii()"
    " or not {value}.isprintable() or len({value}) > {length} or {value}[-1:] == ' '",
    Kind.TEXT: "{value}.__class__ is not str or not {value}.isascii() or '\\0' in {value}",
    Kind.NUMBER: f"{{value}}.__class__ is not int or not {-BIGINT} < {{value}} < {BIGINT}",
    Kind.FLAG: "True",
    Kind.JSON: "True",
}


def _pack_or_none(column: Column) -> Callable[[Any], Any]:
    pack = column.pack
    return (lambda value: None if value is None else pack(value)) if column.optional else pack


def layout_of(row: type[object]) -> Layout:
    """Return the layout of a kept class. Raises `KeyError` for a class that is not kept."""
    layout = _LAYOUTS.get(row)
    if layout is None:
        layout = _LAYOUTS[row] = Layout(table_of(row))
    return layout


_LAYOUTS: dict[type[object], Layout] = {}
