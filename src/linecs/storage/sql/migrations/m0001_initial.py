"""The first tables.

Nothing is released yet, so this step is the tables as they are; the release freezes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.schema import CreateIndex, CreateTable

from linecs.storage.sql.schema import build_tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Dialect, Index, Table

__all__ = ["statements"]


def statements(dialect: Dialect, prefix: str) -> list[str]:
    """Return the step's SQL; each may be run again."""
    tables = build_tables(prefix=prefix).tables.values()
    return [text for table in tables for text in _create(table, dialect)]


def _create(table: Table, dialect: Dialect) -> Iterable[str]:
    create = str(CreateTable(table, if_not_exists=True).compile(dialect=dialect)).strip()
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    if dialect.name not in {"mysql", "mariadb"}:
        yield create
        for index in indexes:
            yield str(CreateIndex(index, if_not_exists=True).compile(dialect=dialect))
        return
    # MySQL has no CREATE INDEX IF NOT EXISTS.
    columns, end, options = create.rpartition("\n)")
    lines = "".join(f", \n\t{_inline(index, dialect)}" for index in indexes)
    yield f"{columns}{lines}{end}{options}"


def _inline(index: Index, dialect: Dialect) -> str:
    quote = dialect.identifier_preparer.quote
    columns = ", ".join(quote(column.name) for column in index.columns)
    return f"{'UNIQUE ' if index.unique else ''}INDEX {quote(str(index.name))} ({columns})"
