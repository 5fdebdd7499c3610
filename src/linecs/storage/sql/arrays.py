"""PostgreSQL's arrays: a list as one value, and many rows as one statement.

A server does one statement for many rows at a fraction of the cost of as many single ones, and
so does the driver, where the array comes as text: psycopg's own way of writing one takes longer
than the statements it saves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import BindParameter, ColumnElement, FromClause

    Arrays = Callable[[str], BindParameter[Any]]
    Comparison = Callable[[Any, Any], ColumnElement[bool]]

__all__ = ["array_text", "insert_together", "update_together"]


def array_text(values: Iterable[str | int | None]) -> str:
    """Return an array as PostgreSQL reads it."""
    return f"{{{','.join(map(_element, values))}}}"


def _element(value: str | int | None) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'


def insert_together(table: sa.Table, arrays: Arrays) -> sa.ClauseElement:
    """Return a statement that adds each row unless its key or a unique column is taken."""
    names = [column.name for column in table.c]
    rows = _rows([arrays(name) for name in names])
    insert = postgresql.insert(table).from_select(names, sa.select(*rows.c))
    return insert.on_conflict_do_nothing()


def update_together(
    table: sa.Table,
    arrays: Arrays,
    names: Sequence[str],
    compared: Sequence[tuple[str, Comparison]],
) -> sa.ClauseElement:
    """Return a statement that changes, for each row given, the kept rows it is compared with."""
    rows = _rows([arrays(name) for name in (*names, *(name for name, _ in compared))])
    values = list(rows.c)
    where = [
        compare(table.c[name], value)
        for (name, compare), value in zip(compared, values[len(names) :], strict=True)
    ]
    changes = dict(zip(names, values, strict=False))
    return sa.update(table).values(changes).where(*where)


def _rows(arrays: Sequence[BindParameter[Any]]) -> FromClause:
    columns = [f"c{place}" for place in range(len(arrays))]
    return sa.func.unnest(*arrays).table_valued(*columns).render_derived(name="given")
