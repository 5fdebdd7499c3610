"""Numbered steps, forward only, recorded in the table `<prefix>schema`.

A host runs them by `linecs migrate URL`, by `migrate`, or in its own migration: as SQL text, or
by `JoinedStorage.migrate`. A step adds before a later release takes away, so that the release
before keeps working while a deployment rolls.
"""

from __future__ import annotations

from typing import Any, Protocol

import sqlalchemy as sa

from linecs.errors import ConfigurationError
from linecs.storage.sql.engines import address_of, make_engine, open_connection
from linecs.storage.sql.migrations import m0001_initial
from linecs.storage.sql.schema import DEFAULT_PREFIX, checked_prefix, schema_table_name

__all__ = [
    "LATEST",
    "apply_missing",
    "migrate",
    "migration_sql",
    "newest_version",
    "steps_after",
]

_DIALECTS = ("sqlite", "postgresql", "mysql", "mariadb")


class _Step(Protocol):
    def statements(self, dialect: sa.Dialect, prefix: str) -> list[str]:
        """Return the step's SQL; each may be run again, for MySQL cannot roll a table back."""
        ...


_STEPS: dict[int, _Step] = {1: m0001_initial}
LATEST = max(_STEPS)
"""The version of the tables this release works with."""


def migrate(target: str | sa.URL | sa.Connection, *, prefix: str = DEFAULT_PREFIX) -> list[int]:
    """Bring the tables up to this release; return the steps that were missing.

    With an address it opens and commits its own transactions. With a connection it joins the
    host's transaction and commits nothing (but MySQL commits every DDL statement by itself).

    Args:
        target: A database address, or a host's open connection.
        prefix: Goes before every table's name.

    Raises:
        ConfigurationError: The address or the prefix cannot be used.
        StorageError: The database cannot be reached.
    """
    if isinstance(target, sa.Connection):
        return apply_missing(target, prefix)
    engine = make_engine(address_of(target), poolclass=sa.NullPool)
    with open_connection(engine) as connection:
        _be_alone(connection, prefix)
        done = apply_missing(connection, prefix)
        connection.commit()
    return done


def migration_sql(dialect: str, since: int = 0, *, prefix: str = DEFAULT_PREFIX) -> str:
    """Return the steps after a version as SQL text, for Alembic's `op.execute` or `RunSQL`.

    Args:
        dialect: `sqlite`, `postgresql`, `mysql` or `mariadb`.
        since: The version the database has; 0 for none.
        prefix: Goes before every table's name.

    Raises:
        ConfigurationError: There is no such dialect, or the prefix cannot be used.
    """
    if dialect not in _DIALECTS:
        raise ConfigurationError(f"dialect {dialect!r}: use one of {', '.join(_DIALECTS)}")
    chosen = sa.URL.create(dialect).get_dialect()()
    steps = steps_after(since, chosen, prefix)
    return "".join(f"{text};\n" for texts in steps.values() for text in texts)


def apply_missing(connection: sa.Connection, prefix: str) -> list[int]:
    """Do the missing steps in the open transaction; return their numbers."""
    missing = steps_after(_installed(connection, prefix), connection.dialect, prefix)
    for text in (text for texts in missing.values() for text in texts):
        connection.exec_driver_sql(text)
    return list(missing)


def steps_after(since: int, dialect: sa.Dialect, prefix: str) -> dict[int, list[str]]:
    """Return the statements of the steps after a version, by their numbers, in order."""
    return {
        version: _statements(version, dialect, prefix)
        for version in sorted(_STEPS)
        if version > since
    }


def newest_version(table: str) -> sa.Select[Any]:
    """Return the question for the newest step that was done."""
    version = sa.column("version", sa.BigInteger())
    return sa.select(sa.func.max(version)).select_from(sa.table(table))


def _statements(version: int, dialect: sa.Dialect, prefix: str) -> list[str]:
    record = f"INSERT INTO {schema_table_name(checked_prefix(prefix))} (version) VALUES ({version})"  # noqa: S608 - a checked name and a number of ours
    return [*_STEPS[version].statements(dialect, prefix), record]


def _installed(connection: sa.Connection, prefix: str) -> int:
    name = schema_table_name(checked_prefix(prefix))
    if not sa.inspect(connection).has_table(name):
        return 0
    return int(connection.execute(newest_version(name)).scalar() or 0)


def _be_alone(connection: sa.Connection, prefix: str) -> None:
    """Let nobody else migrate before the commit, or on MySQL before the connection closes."""
    name = schema_table_name(prefix)
    kind = connection.dialect.name
    if kind == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif kind == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(name))))
    else:
        connection.execute(sa.select(sa.func.get_lock(name, 60)))
