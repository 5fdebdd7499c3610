"""Borrowed transactions: a host's own, which we never begin, end or repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import sqlalchemy as sa

from linecs.storage.ports import StorageError
from linecs.storage.sql.check import installed_version
from linecs.storage.sql.engines import address_of_django
from linecs.storage.sql.executors import ConnectionExecutor, DjangoExecutor
from linecs.storage.sql.migrations import steps_after
from linecs.storage.sql.statements import Statement, statements_for
from linecs.storage.sql.transaction import SqlTransaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linecs.storage.sql.executors import Executor
    from linecs.storage.sql.statements import Statements

__all__ = ["JoinedStorage", "django_address", "join_connection", "join_django"]

T = TypeVar("T")


class JoinedStorage:
    """Writes with the host's connection: our rows commit and roll back with the shop's.

    Keeps the `Storage` port. It begins, commits, rolls back, closes and repeats nothing; where
    it raises, the host rolls back. Use it in the thread and for the transaction it was made for.
    """

    def __init__(self, statements: Statements, executor: Callable[[], Executor]) -> None:
        self._statements = statements
        self._executor = executor

    def run(self, work: Callable[[SqlTransaction], T]) -> T:
        """Do the work inside the host's transaction."""
        return self._do(work, writable=True)

    def run_together(self, works: Sequence[Callable[[SqlTransaction], T]]) -> list[T]:
        """Do the works inside the host's transaction; the first that raises ends it."""
        return [self.run(work) for work in works]

    def read(self, work: Callable[[SqlTransaction], T]) -> T:
        """Read what the host's transaction sees, its own writes too."""
        return self._do(work, writable=False)

    def check(self) -> None:
        """Raise `SchemaOutdatedError` where the tables do not fit this release."""
        self.read(SqlTransaction.check)

    def migrate(self) -> list[int]:
        """Bring the tables up to this release; return the steps that were missing.

        Called by a migration of the host's own. MySQL commits every step by itself.
        """
        executor, dialect = self._executor(), self._statements.dialect
        prefix = self._statements.prefix
        missing = steps_after(installed_version(executor, dialect, prefix), dialect, prefix)
        for text in (text for texts in missing.values() for text in texts):
            executor.execute(Statement("schema", text, tuple), ())
        return list(missing)

    def close(self) -> None:
        """Nothing: the connection is the host's."""

    def _do(self, work: Callable[[SqlTransaction], T], *, writable: bool) -> T:
        executor = self._executor()
        transaction = SqlTransaction(self._statements, executor, writable=writable, borrowed=True)
        try:
            return work(transaction)
        finally:
            transaction.end()


def join_connection(connection: sa.Connection, prefix: str) -> JoinedStorage:
    """Return a storage on a host's SQLAlchemy connection."""
    executor = ConnectionExecutor(connection)
    return JoinedStorage(statements_for(connection.dialect, prefix), lambda: executor)


def join_django(alias: str, prefix: str) -> JoinedStorage:
    """Return a storage on Django's connection of that alias."""
    from django.db import connections  # noqa: PLC0415 - only Django hosts have it

    def executor() -> Executor:
        connection = connections[alias]
        if connection.get_autocommit():
            raise StorageError("Open `transaction.atomic()` first; nothing would hold together.")
        return DjangoExecutor(connection)

    make = cast("Callable[..., sa.Dialect]", sa.URL.create(connections[alias].vendor).get_dialect())
    dialect = make(paramstyle="format")
    return JoinedStorage(statements_for(dialect, prefix), executor)


def django_address(alias: str) -> sa.URL:
    """Return the address of the database that Django knows by this alias."""
    from django.db import connections  # noqa: PLC0415 - only Django hosts have it

    return address_of_django(connections[alias].vendor, connections[alias].settings_dict)
