"""The first tables.

Nothing is released yet, so this step is the tables as they are; the release freezes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.schema import CreateIndex, CreateTable

from linecs.storage.sql.schema import build_tables

if TYPE_CHECKING:
    from sqlalchemy import Dialect

__all__ = ["statements"]


def statements(dialect: Dialect, prefix: str) -> list[str]:
    """Return the step's SQL, each of which may be run again."""
    texts = []
    again = dialect.name not in {"mysql", "mariadb"}
    for table in build_tables(prefix=prefix).tables.values():
        texts.append(str(CreateTable(table, if_not_exists=True).compile(dialect=dialect)))
        texts += [
            str(CreateIndex(index, if_not_exists=again).compile(dialect=dialect))
            for index in sorted(table.indexes, key=lambda index: str(index.name))
        ]
    return [text.strip() for text in texts]
