"""Scratch databases for tests: each run makes its own and drops it.

A server that does not answer is a visible skip, and a failure where the environment
variable CI is set. `LINECS_TEST_POSTGRESQL` and `LINECS_TEST_MYSQL` name other servers.
"""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from linecs.storage.sql import SqlStorage, migrate
from linecs.storage.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from linecs.storage.ports import Storage

__all__ = [
    "KINDS",
    "SERVERS",
    "database_url",
    "empty",
    "open_storage",
    "scratch_database",
    "sql_storage",
]

SERVERS = {
    "postgresql": os.environ.get(
        "LINECS_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
    ),
    "mariadb": os.environ.get("LINECS_TEST_MYSQL", "mysql+pymysql://root@127.0.0.1:3306/test"),
}
KINDS = ("sqlite", *SERVERS)
"""The databases linecs is tested on."""
# Defaults under which a column that forgot its own collation shows.
_CREATE = {
    "postgresql": "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'"
    " LOCALE_PROVIDER icu ICU_LOCALE 'ja-JP' LOCALE 'C.UTF-8'",
    "mariadb": "CREATE DATABASE {} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
}
_DROP = {"postgresql": "DROP DATABASE {} WITH (FORCE)", "mariadb": "DROP DATABASE {}"}


@contextmanager
def scratch_database(kind: str, directory: Path) -> Iterator[str]:
    """Give the address of an empty database; drop it in the end.

    Args:
        kind: One of `KINDS`.
        directory: Where SQLite's file goes.
    """
    name = f"linecs_test_{os.getpid()}_{secrets.token_hex(4)}"
    if kind == "sqlite":
        yield f"sqlite:///{directory / name}.db"
        return
    address = sa.make_url(SERVERS[kind])
    server = sa.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with _answering(server, kind) as connection:
        connection.exec_driver_sql(_CREATE[kind].format(name))
    try:
        yield address.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(_DROP[kind].format(name))


@pytest.fixture(scope="session", params=KINDS)
def database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A database of each kind with our tables, for the whole run.

    Choose kinds by `pytest.mark.parametrize("database_url", [...], indirect=True)`.
    """
    with scratch_database(request.param, tmp_path_factory.mktemp("database")) as url:
        migrate(url)
        yield url


@pytest.fixture(scope="session")
def open_storage(database_url: str) -> Iterator[SqlStorage]:
    """A store on each kind of database, for the whole run."""
    storage = SqlStorage.connect(database_url)
    yield storage
    storage.close()


@pytest.fixture
def sql_storage(open_storage: SqlStorage) -> SqlStorage:
    """An empty store on each kind of database."""
    empty(open_storage)
    return open_storage


def empty(storage: Storage) -> None:
    """Delete every row of every table."""
    storage.run(lambda transaction: [transaction.delete(table.row, ()) for table in TABLES])


@contextmanager
def _answering(server: sa.Engine, kind: str) -> Iterator[sa.Connection]:
    try:
        connection = server.connect()
    except sa.exc.OperationalError as error:
        reason = f"{kind} does not answer: {error.orig}"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with connection:
        yield connection
