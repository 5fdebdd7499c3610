"""Whether a database's tables fit this release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from linecs.errors import ConfigurationError
from linecs.storage.ports import SchemaOutdatedError
from linecs.storage.sql.migrations import LATEST, newest_version
from linecs.storage.sql.schema import DEFAULT_PREFIX, schema_table_name
from linecs.storage.sql.statements import Statement

if TYPE_CHECKING:
    from linecs.storage.sql.executors import Executor

__all__ = ["check_schema", "installed_version"]


def check_schema(executor: Executor, dialect: sa.Dialect, prefix: str) -> None:
    """Raise `SchemaOutdatedError` where tables are missing or older than this release."""
    installed = installed_version(executor, dialect, prefix)
    if installed < LATEST:
        raise SchemaOutdatedError(
            f"The tables {prefix}* are at version {installed}; this release needs {LATEST}. "
            f"Run `linecs migrate URL`{_prefix_option(prefix)}."
        )
    if dialect.name in {"mysql", "mariadb"}:
        charset: sa.Select[Any] = sa.select(sa.literal_column("@@character_set_client"))
        _check_charset(_ask(executor, dialect, charset))


def installed_version(executor: Executor, dialect: sa.Dialect, prefix: str) -> int:
    """Return the newest step that was done; 0 where there are no tables."""
    name = schema_table_name(prefix)
    if not _ask(executor, dialect, _count_tables(dialect.name, name)):
        return 0
    return int(_ask(executor, dialect, newest_version(name)) or 0)


def _ask(executor: Executor, dialect: sa.Dialect, query: sa.Select[Any]) -> Any:  # noqa: ANN401 - one value of any column
    text = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return executor.fetch(Statement("schema", str(text), tuple), ())[0][0]


def _count_tables(dialect: str, name: str) -> sa.Select[Any]:
    if dialect == "postgresql":
        return sa.select(sa.func.count(sa.func.to_regclass(name)))
    if dialect == "sqlite":
        tables = sa.table("sqlite_master", sa.column("name"))
        return sa.select(sa.func.count()).select_from(tables).where(tables.c.name == name)
    tables = sa.table(
        "tables", sa.column("table_name"), sa.column("table_schema"), schema="information_schema"
    )
    mine = sa.and_(tables.c.table_schema == sa.func.database(), tables.c.table_name == name)
    return sa.select(sa.func.count()).select_from(tables).where(mine)


def _prefix_option(prefix: str) -> str:
    return "" if prefix == DEFAULT_PREFIX else f" with `--prefix {prefix}`"


def _check_charset(charset: str) -> None:
    if charset != "utf8mb4":
        raise ConfigurationError(
            f"The connection speaks {charset}, which loses emoji; give it charset=utf8mb4."
        )
