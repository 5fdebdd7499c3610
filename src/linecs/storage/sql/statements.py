"""SQL text for each shape of question, compiled once per database and prefix.

SQLAlchemy writes the text; it then runs as it is, with a tuple of values, on whatever
cursor there is: our own, a host's SQLAlchemy connection, or Django's.

PostgreSQL takes a list as one array: then a list of any length is one text, and a plan prepared
for it looks up each value, where one for many parameters compares each row with all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from attrs import evolve, frozen
from sqlalchemy.dialects import mysql, postgresql, sqlite

from linecs.storage.ports import Operator, StorageError
from linecs.storage.rows import Values
from linecs.storage.sql.arrays import array_text, insert_together, update_together
from linecs.storage.sql.parameters import Parameters
from linecs.storage.sql.schema import build_tables

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Dialect
    from sqlalchemy.engine.default import DefaultDialect
    from sqlalchemy.sql.compiler import SQLCompiler

    from linecs.storage.ports import Condition, Query
    from linecs.storage.rows import Layout

__all__ = ["LARGEST_LIST", "RowLock", "Statement", "Statements", "statements_for"]

LARGEST_LIST = 8192
"""Values one `one_of` may have."""
_ARRAY = -1
_Shape = tuple[tuple[str, Operator, int], ...]
"""Each condition's column, operator, and values: 0 for an empty column, `_ARRAY` for a list."""
_COMPARISONS: Mapping[Operator, Callable[[Any, Any], ColumnElement[bool]]] = {
    Operator.EQUAL: lambda column, value: column == value,
    Operator.UNEQUAL: lambda column, value: column != value,
    Operator.BELOW: lambda column, value: column < value,
    Operator.AT_MOST: lambda column, value: column <= value,
    Operator.ABOVE: lambda column, value: column > value,
    Operator.AT_LEAST: lambda column, value: column >= value,
}


class RowLock(StrEnum):
    """What a select does to the rows it finds; SQLite, which locks all, ignores it."""

    NONE = "none"
    WAIT = "wait"
    SKIP = "skip"
    """Rows locked by others are passed over."""


@frozen
class Statement:
    """SQL text and how its values are ordered.

    Attributes:
        table: The table's name, without the prefix; for errors.
        arrange: Puts values into the order in which the text names them.
        together: Does the same for many rows; takes an array of each value.
    """

    table: str
    text: str
    arrange: Callable[[Values], Values]
    together: Statement | None = None


def _padded(values: Sequence[Any]) -> int:
    # Few shapes, so that few texts are compiled and prepared.
    if len(values) > LARGEST_LIST:
        raise StorageError(f"one_of has {len(values)} values; ask for {LARGEST_LIST} at a time")
    return 1 << (len(values) - 1).bit_length() if values else 0


class Statements:
    """Every statement one database is asked."""

    def __init__(self, dialect: Dialect, prefix: str) -> None:
        self.dialect = dialect
        self.prefix = prefix
        self._tables = build_tables(prefix=prefix).tables
        self._mysql = dialect.name in {"mysql", "mariadb"}
        self._arrays = dialect.name == "postgresql"
        self.array = array_text if dialect.driver == "psycopg" else list
        """Returns values as PostgreSQL's driver takes an array."""
        self._compiled: dict[Hashable, Statement] = {}
        self.locks_rows = dialect.name != "sqlite"
        """Whether a select can lock the rows it finds."""

    def arguments(self, conditions: Iterable[Condition]) -> list[Any]:
        """Return the values of packed conditions, as a statement for their shape takes them."""
        values: list[Any] = []
        for condition in conditions:
            if condition.operator is not Operator.ONE_OF:
                if condition.value is not None:
                    values.append(condition.value)
            elif self._arrays:
                values.append(self.array(condition.value))
            else:
                values += condition.value
                values += condition.value[-1:] * (_padded(condition.value) - len(condition.value))
        return values

    def _shape_of(self, conditions: Iterable[Condition]) -> _Shape:
        return tuple([(each.column, each.operator, self._width(each)) for each in conditions])

    def _width(self, condition: Condition) -> int:
        if condition.operator is Operator.ONE_OF:
            width = _padded(condition.value)
            return _ARRAY if self._arrays else width
        return 0 if condition.value is None else 1

    def insert(self, layout: Layout) -> Statement:
        """Return a statement that adds a row unless its key or a unique column is taken.

        Its row count tells; unlike a caught error, that leaves PostgreSQL's transaction usable.
        """
        key = ("insert", layout.table.name)
        found = self._compiled.get(key)
        return found or self._compile(key, layout, self._insert, many=self._insert_together)

    def select(
        self, layout: Layout, conditions: Sequence[Condition], query: Query[Any], lock: RowLock
    ) -> Statement:
        """Return a statement that takes conditions, `after`, and the limit."""
        shape = self._shape_of(conditions)
        key = (
            "select",
            layout.table.name,
            shape,
            query.order,
            query.limit is None,
            query.after is None,
            lock,
        )
        return self._compiled.get(key) or self._compile(
            key, layout, self._select, shape, query, lock
        )

    def count(self, layout: Layout, conditions: Sequence[Condition]) -> Statement:
        """Return a statement that takes conditions."""
        shape = self._shape_of(conditions)
        key = ("count", layout.table.name, shape)
        return self._compiled.get(key) or self._compile(key, layout, self._count, shape)

    def update(
        self, layout: Layout, changes: Iterable[str], conditions: Sequence[Condition]
    ) -> Statement:
        """Return a statement that takes the changed columns, then conditions."""
        shape, names = self._shape_of(conditions), tuple(changes)
        key = ("update", layout.table.name, names, shape)
        many = self._update_together if _is_of_single(shape) else None
        found = self._compiled.get(key)
        return found or self._compile(key, layout, self._update, names, shape, many=many)

    def add(self, layout: Layout, amounts: Iterable[str]) -> Statement:
        """Return a statement that takes a whole row to insert, then the amounts to add."""
        names = tuple(amounts)
        key = ("add", layout.table.name, names)
        return self._compiled.get(key) or self._compile(key, layout, self._add, names)

    def delete(self, layout: Layout, conditions: Sequence[Condition]) -> Statement:
        """Return a statement that takes conditions."""
        shape = self._shape_of(conditions)
        key = ("delete", layout.table.name, shape)
        return self._compiled.get(key) or self._compile(key, layout, self._delete, shape)

    def _compile(
        self,
        key: Hashable,
        layout: Layout,
        build: Callable[..., sa.ClauseElement],
        *shape: Any,  # noqa: ANN401 - whatever that kind of statement depends on
        many: Callable[..., sa.ClauseElement] | None = None,
    ) -> Statement:
        statement = self._write(layout, build, *shape)
        if many is not None and self.array is array_text:
            statement = evolve(statement, together=self._write(layout, many, *shape))
        self._compiled[key] = statement
        return statement

    def _write(
        self,
        layout: Layout,
        build: Callable[..., sa.ClauseElement],
        *shape: Any,  # noqa: ANN401 - as above
    ) -> Statement:
        parameters = Parameters(layout)
        table = self._tables[f"{self.prefix}{layout.table.name}"]
        compiled = cast(
            "SQLCompiler", build(table, parameters, *shape).compile(dialect=self.dialect)
        )
        return Statement(layout.table.name, str(compiled), parameters.arranger(compiled))

    def _insert(self, table: sa.Table, parameters: Parameters) -> sa.ClauseElement:
        row = {column.name: parameters.add(column.name) for column in table.c}
        if self._mysql:
            # It hides truncation and more, so `Layout.pack` has refused all that before.
            return mysql.insert(table).prefix_with("IGNORE").values(row)
        return self._upsert(table).values(row).on_conflict_do_nothing()

    @staticmethod
    def _insert_together(table: sa.Table, parameters: Parameters) -> sa.ClauseElement:
        return insert_together(table, parameters.add_array)

    def _upsert(self, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
        if self.dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)

    def _select(
        self,
        table: sa.Table,
        parameters: Parameters,
        shape: _Shape,
        query: Query[Any],
        lock: RowLock,
    ) -> sa.ClauseElement:
        where = _where(table, parameters, shape)
        if query.after is not None:
            where.append(self._beyond(table, parameters, query.order))
        selected = sa.select(*table.c).where(*where)
        selected = selected.order_by(*(self._order(table, name) for name in query.order))
        if query.limit is not None:
            selected = selected.limit(parameters.add_limit())
        if lock is not RowLock.NONE:
            selected = selected.with_for_update(skip_locked=lock is RowLock.SKIP)
        return selected

    def _order(self, table: sa.Table, name: str) -> ColumnElement[Any]:
        column = table.c[name.removeprefix("-")]
        down = name.startswith("-")
        ordered = column.desc() if down else column.asc()
        if self.dialect.name != "postgresql" or not column.nullable:
            return ordered
        # As the others have it: an empty column comes before all values.
        return ordered.nulls_last() if down else ordered.nulls_first()

    def _beyond(
        self, table: sa.Table, parameters: Parameters, order: tuple[str, ...]
    ) -> ColumnElement[bool]:
        down = order[0].startswith("-")
        columns = [table.c[name.removeprefix("-")] for name in order]
        marks = [parameters.add(column.name) for column in columns]
        if not self._mysql:
            row, mark = sa.tuple_(*columns), sa.tuple_(*marks)
            return row < mark if down else row > mark
        # MySQL uses no index for a comparison of rows.
        beyond: ColumnElement[bool] = sa.false()
        for column, mark in reversed(list(zip(columns, marks, strict=True))):
            further = column < mark if down else column > mark
            beyond = sa.or_(further, sa.and_(column == mark, beyond))
        first = columns[0] <= marks[0] if down else columns[0] >= marks[0]
        return sa.and_(first, beyond)

    @staticmethod
    def _count(table: sa.Table, parameters: Parameters, shape: _Shape) -> sa.ClauseElement:
        where = _where(table, parameters, shape)
        return sa.select(sa.func.count()).select_from(table).where(*where)

    @staticmethod
    def _update(
        table: sa.Table, parameters: Parameters, names: tuple[str, ...], shape: _Shape
    ) -> sa.ClauseElement:
        changes = {name: parameters.add(name) for name in names}
        return sa.update(table).values(changes).where(*_where(table, parameters, shape))

    @staticmethod
    def _update_together(
        table: sa.Table, parameters: Parameters, names: tuple[str, ...], shape: _Shape
    ) -> sa.ClauseElement:
        compared = [(column, _COMPARISONS[operator]) for column, operator, _ in shape]
        return update_together(table, parameters.add_array, names, compared)

    def _add(
        self, table: sa.Table, parameters: Parameters, names: tuple[str, ...]
    ) -> sa.ClauseElement:
        row = {column.name: parameters.add(column.name) for column in table.c}
        sums = {name: table.c[name] + parameters.add(name) for name in names}
        if self._mysql:
            return mysql.insert(table).values(row).on_duplicate_key_update(sums)
        insert = self._upsert(table).values(row)
        return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=sums)

    @staticmethod
    def _delete(table: sa.Table, parameters: Parameters, shape: _Shape) -> sa.ClauseElement:
        return sa.delete(table).where(*_where(table, parameters, shape))


def _is_of_single(shape: _Shape) -> bool:
    """Whether each condition compares with one value, which may differ from row to row."""
    return all(width == 1 and operator is not Operator.ONE_OF for _, operator, width in shape)


def _where(table: sa.Table, parameters: Parameters, shape: _Shape) -> list[ColumnElement[bool]]:
    return [_condition(table, parameters, *part) for part in shape]


def _condition(
    table: sa.Table, parameters: Parameters, name: str, operator: Operator, width: int
) -> ColumnElement[bool]:
    column = table.c[name]
    if width == _ARRAY:
        return column == sa.any_(parameters.add_array(name))
    if operator is Operator.ONE_OF:
        values = [parameters.add(name) for _ in range(width)]
        return column.in_(values) if values else sa.false()
    if width == 0:
        return column.is_(None) if operator is Operator.EQUAL else column.is_not(None)
    return _COMPARISONS[operator](column, parameters.add(name))


def statements_for(dialect: Dialect, prefix: str) -> Statements:
    """Return the statements for a database, the same object for the same kind of database."""
    paramstyle = _POSITIONAL.get(dialect.paramstyle, dialect.paramstyle)
    key = (type(dialect), paramstyle, prefix)
    if key not in _STATEMENTS:
        kind = cast("Callable[..., DefaultDialect]", type(dialect))
        _STATEMENTS[key] = Statements(kind(paramstyle=paramstyle), prefix)
    return _STATEMENTS[key]


_POSITIONAL = {"pyformat": "format", "named": "qmark"}
_STATEMENTS: dict[Hashable, Statements] = {}
