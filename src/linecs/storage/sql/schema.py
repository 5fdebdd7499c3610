"""The tables as SQLAlchemy knows them, for statements, migrations and a host's Alembic."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from linecs.errors import ConfigurationError
from linecs.storage.columns import Kind
from linecs.storage.rows import layout_of
from linecs.storage.tables import TABLES

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

    from linecs.storage.columns import Column
    from linecs.storage.rows import Layout

__all__ = ["DEFAULT_PREFIX", "build_tables", "checked_prefix", "schema_table_name"]

DEFAULT_PREFIX = "linecs_"
_PREFIX = re.compile(r"[a-z][a-z0-9_]{0,19}")
_IDENTIFIER_LENGTH = 60
_MYSQL = ("mysql", "mariadb")
_TABLE_OPTIONS: dict[str, Any] = {
    f"{name}_{option}": value
    for name in _MYSQL
    for option, value in (
        ("engine", "InnoDB"),
        ("charset", "utf8mb4"),
        ("collate", "utf8mb4_bin"),
    )
}


def build_tables(metadata: sa.MetaData | None = None, prefix: str = DEFAULT_PREFIX) -> sa.MetaData:
    """Return MetaData with every table of linecs.

    Pass the MetaData your own Alembic compares with, so that autogenerate knows our tables
    and does not drop them.

    Args:
        metadata: Where the tables are added; a new one by default.
        prefix: Goes before every name: lower-case letters, digits and `_`, at most 20.

    Raises:
        ConfigurationError: The prefix cannot be used.
    """
    metadata = sa.MetaData() if metadata is None else metadata
    checked_prefix(prefix)
    sa.Table(
        schema_table_name(prefix),
        metadata,
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        **_TABLE_OPTIONS,
    )
    for table in TABLES:
        _add_table(metadata, layout_of(table.row), prefix)
    return metadata


def schema_table_name(prefix: str) -> str:
    """Return the name of the table that records the migrations done."""
    return f"{prefix}schema"


def checked_prefix(prefix: str) -> str:
    """Return the prefix. Raises `ConfigurationError` where it cannot be used."""
    if not _PREFIX.fullmatch(prefix):
        raise ConfigurationError(
            f"prefix {prefix!r}: use 1 to 20 lower-case letters, digits and `_`, a letter first"
        )
    return prefix


def _add_table(metadata: sa.MetaData, layout: Layout, prefix: str) -> None:
    table = layout.table
    name = f"{prefix}{table.name}"
    columns = [
        sa.Column(
            column.name,
            _type_of(column),
            primary_key=column.name in table.key,
            autoincrement=False,
            nullable=column.optional,
        )
        for column in layout.columns
    ]
    indexes = [
        sa.Index(_index_name(name, names), *names, unique=unique)
        for group, unique in ((table.unique, True), (table.indexes, False))
        for names in group
    ]
    sa.Table(name, metadata, *columns, *indexes, **_TABLE_OPTIONS)


def _type_of(column: Column) -> TypeEngine[Any]:
    if column.kind is Kind.NUMBER:
        return sa.BigInteger()
    if column.kind is Kind.FLAG:
        return sa.SmallInteger()
    # By bytes, so that every database compares and sorts as Python does.
    binary = {"charset": "utf8mb4", "collation": "utf8mb4_bin"}
    if column.length is None:
        return sa.Text().with_variant(mysql.MEDIUMTEXT(**binary), *_MYSQL)
    return (
        sa.String(column.length)
        .with_variant(mysql.VARCHAR(column.length, **binary), *_MYSQL)
        .with_variant(postgresql.VARCHAR(column.length, collation="C"), "postgresql")
    )


def _index_name(table: str, columns: tuple[str, ...]) -> str:
    name = "_".join((table, *columns))
    if len(name) <= _IDENTIFIER_LENGTH:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: _IDENTIFIER_LENGTH - 9]}_{digest}"
