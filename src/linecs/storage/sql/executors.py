"""Running SQL text where a transaction is open: one small shell per kind of connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from linecs.storage.ports import (
    RowTakenError,
    SchemaOutdatedError,
    StorageBusyError,
    StorageError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linecs.storage.rows import Values
    from linecs.storage.sql.statements import Statement

__all__ = [
    "ConnectionExecutor",
    "CursorExecutor",
    "DjangoExecutor",
    "Executor",
    "storage_error",
]

_SQLITE_BUSY = {5, 6}
_SQLITE_TAKEN = {1555, 2067}
_MYSQL_BUSY = {1020, 1205, 1213}
_MYSQL_TAKEN = {1062}
_SQLSTATE_BUSY = {"40001", "40P01", "55P03"}
_SQLSTATE_TAKEN = {"23505"}
_SQLSTATE_OUTDATED = {"42P01", "42703"}
_MYSQL_OUTDATED = {1146, 1054}
_SQLITE_ERROR = 1


class Executor(Protocol):
    """Runs statements inside a transaction that somebody else begins and ends."""

    @property
    def connection(self) -> Any:  # noqa: ANN401 - whatever the host's callbacks write with
        """The connection that callbacks may write the shop's rows with."""
        ...

    def fetch(self, statement: Statement, values: Values) -> Sequence[Sequence[Any]]:
        """Return the rows a statement selects. Called by the transaction."""
        ...

    def execute(self, statement: Statement, values: Values) -> int:
        """Run a statement that writes; return how many rows it was. Called by the transaction."""
        ...

    def execute_many(self, statement: Statement, rows: Sequence[Values]) -> int:
        """Run a statement once per tuple; return how many rows it was in all."""
        ...


class CursorExecutor:
    """On a driver's cursor: sqlite3, psycopg, PyMySQL.

    Args:
        cursor: Used for one statement at a time.
        errors: The driver's base error.
        connect: Makes the connection for callbacks, on the same transaction, if one asks.
    """

    def __init__(
        self,
        cursor: Any,  # noqa: ANN401 - PEP 249 has no types
        errors: type[Exception],
        connect: Callable[[], sa.Connection],
    ) -> None:
        self._cursor = cursor
        self._errors = errors
        self._connect = connect
        self._connection: sa.Connection | None = None

    @property
    def connection(self) -> sa.Connection:
        """A SQLAlchemy connection on the same transaction."""
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def release(self) -> None:
        """Give back what callbacks used. Called after the commit or rollback."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def say(self, text: str) -> None:
        """Run a text without values, such as `BEGIN`."""
        try:
            self._cursor.execute(text)
        except self._errors as error:
            raise storage_error(error) from error

    def fetch(self, statement: Statement, values: Values) -> Sequence[Sequence[Any]]:
        """Return the rows a statement selects."""
        try:
            self._cursor.execute(statement.text, statement.arrange(values))
            rows: Sequence[Sequence[Any]] = self._cursor.fetchall()
        except self._errors as error:
            raise storage_error(error, statement.table) from error
        return rows

    def execute(self, statement: Statement, values: Values) -> int:
        """Run one statement that writes; return how many rows it was."""
        try:
            self._cursor.execute(statement.text, statement.arrange(values))
        except self._errors as error:
            raise storage_error(error, statement.table) from error
        return int(self._cursor.rowcount)

    def execute_many(self, statement: Statement, rows: Sequence[Values]) -> int:
        """Run a statement once per tuple; return how many rows it was in all."""
        try:
            self._cursor.executemany(statement.text, [statement.arrange(row) for row in rows])
        except self._errors as error:
            raise storage_error(error, statement.table) from error
        return int(self._cursor.rowcount)


class ConnectionExecutor:
    """On a host's SQLAlchemy connection, in whatever transaction it has."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection

    def fetch(self, statement: Statement, values: Values) -> Sequence[Sequence[Any]]:
        """Return the rows a statement selects."""
        return self._run(statement, statement.arrange(values)).fetchall()

    def execute(self, statement: Statement, values: Values) -> int:
        """Run one statement that writes; return how many rows it was."""
        return self._run(statement, statement.arrange(values)).rowcount

    def execute_many(self, statement: Statement, rows: Sequence[Values]) -> int:
        """Run a statement once per tuple; return how many rows it was in all."""
        return self._run(statement, [statement.arrange(row) for row in rows]).rowcount

    def _run(self, statement: Statement, values: Values | list[Values]) -> sa.CursorResult[Any]:
        try:
            return self.connection.exec_driver_sql(
                statement.text, values, execution_options={"preserve_rowcount": True}
            )
        except sa.exc.DBAPIError as error:
            # SQLAlchemy's own error shows the values, which may be a customer's text.
            raise storage_error(error.orig or error, statement.table) from error.orig


class DjangoExecutor:
    """On Django's connection, in whatever `atomic()` is open."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - Django has no types
        self.connection = connection

    def fetch(self, statement: Statement, values: Values) -> Sequence[Sequence[Any]]:
        """Return the rows a statement selects."""
        return self._run("execute", statement, statement.arrange(values))[1]

    def execute(self, statement: Statement, values: Values) -> int:
        """Run one statement that writes; return how many rows it was."""
        return self._run("execute", statement, statement.arrange(values))[0]

    def execute_many(self, statement: Statement, rows: Sequence[Values]) -> int:
        """Run a statement once per tuple; return how many rows it was in all."""
        return self._run("executemany", statement, [statement.arrange(row) for row in rows])[0]

    def _run(
        self, method: str, statement: Statement, values: Values | list[Values]
    ) -> tuple[int, Sequence[Sequence[Any]]]:
        from django.db import Error  # noqa: PLC0415 - only Django hosts have it

        try:
            with self.connection.cursor() as cursor:
                getattr(cursor, method)(statement.text, values)
                rows = () if cursor.description is None else cursor.fetchall()
                return int(cursor.rowcount), rows
        except Error as error:
            raise storage_error(error, statement.table) from (error.__cause__ or error)


def storage_error(error: BaseException, table: str = "") -> StorageError:
    """Return what a driver's error means to us; Django's wraps the driver's as its cause."""
    driver = error.__cause__ or error
    sqlstate = getattr(driver, "sqlstate", None) or getattr(driver, "pgcode", None)
    sqlite = getattr(driver, "sqlite_errorcode", None)
    mysql = next(iter(driver.args), None)
    if sqlite in _SQLITE_TAKEN or sqlstate in _SQLSTATE_TAKEN or mysql in _MYSQL_TAKEN:
        return RowTakenError(table)
    # An extended code of SQLite holds the primary one in its lowest byte.
    primary = sqlite & 0xFF if sqlite is not None else None
    if primary in _SQLITE_BUSY or sqlstate in _SQLSTATE_BUSY or mysql in _MYSQL_BUSY:
        return StorageBusyError("another transaction was in the way; try the whole again")
    if _is_outdated(driver, sqlstate, mysql, primary):
        return SchemaOutdatedError(
            f"The tables are missing, or older than this release ({table or 'linecs'}). "
            "Run `linecs migrate URL` (with --prefix, if the tables have another)."
        )
    return StorageError(f"the database refused: {type(driver).__name__} on {table or 'connection'}")


def _is_outdated(
    driver: BaseException, sqlstate: str | None, mysql: object, sqlite: int | None
) -> bool:
    """Whether a table or column is missing; SQLite has no code of its own for that."""
    words = str(driver) if sqlite == _SQLITE_ERROR else ""
    said = words.startswith("no such ") or " has no column named " in words
    return said or sqlstate in _SQLSTATE_OUTDATED or mysql in _MYSQL_OUTDATED
