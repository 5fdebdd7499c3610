"""The store on SQL databases."""

from __future__ import annotations

import os
import threading
import weakref
from typing import TYPE_CHECKING, Final, TypeVar

from linecs.errors import ConfigurationError
from linecs.storage.ports import StorageError
from linecs.storage.sql.backend import Inside
from linecs.storage.sql.engines import address_of
from linecs.storage.sql.joined import django_address, join_connection, join_django
from linecs.storage.sql.migrations import apply_missing
from linecs.storage.sql.schema import DEFAULT_PREFIX, checked_prefix
from linecs.storage.sql.server import Server
from linecs.storage.sql.sqlite import SqliteFile, SqliteSettings
from linecs.storage.sql.transaction import SqlTransaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import sqlalchemy as sa

    from linecs.storage.sql.backend import Backend
    from linecs.storage.sql.joined import JoinedStorage

__all__ = ["SqlStorage"]

T = TypeVar("T")
_SYNCHRONOUS: Final = ("FULL", "NORMAL")


class SqlStorage:
    """Everything in SQLite, PostgreSQL, MySQL or MariaDB. Keeps the `Storage` port.

    Make it with `connect`. It may be shared by threads, and a forked process goes on with
    connections of its own.
    """

    def __init__(self, open_backend: Callable[[Inside], Backend], prefix: str) -> None:
        self._open_backend = open_backend
        self._prefix = prefix
        self._inside = Inside()
        self._lock = threading.Lock()
        self._backend: Backend | None = None
        _STORES.add(self)

    @classmethod
    def connect(
        cls,
        url: str | sa.URL,
        *,
        prefix: str = DEFAULT_PREFIX,
        synchronous: str = "FULL",
        busy_timeout: int = 5000,
        pool_size: int = 20,
    ) -> SqlStorage:
        """Return a store on a database of its address.

        A SQLite file gets its tables at once, or newer ones; for others see `linecs migrate`.
        A server is not asked before the first transaction, or `check`.

        Args:
            url: `sqlite:///shop.db`, `postgresql+psycopg://...`, `mysql+pymysql://...`;
                `sqlite://` forgets everything at the end.
            prefix: Goes before every table's name.
            synchronous: SQLite's: `FULL`, or `NORMAL`, which a power cut may cost the last
                commits.
            busy_timeout: How long to wait for others who write to the SQLite file, in ms.
            pool_size: Connections to a server that may be open at once, one a thread.

        Raises:
            ConfigurationError: The address or a setting cannot work.
        """
        checked_prefix(prefix)
        address = address_of(url)
        if address.get_backend_name() != "sqlite":
            return cls(lambda inside: Server(address, prefix, pool_size, inside), prefix)
        if synchronous not in _SYNCHRONOUS:
            raise ConfigurationError(f"synchronous {synchronous!r}: use FULL or NORMAL")
        settings = SqliteSettings(
            url=address, prefix=prefix, synchronous=synchronous, busy_timeout=busy_timeout
        )
        store = cls(lambda inside: SqliteFile(settings, inside), prefix)
        store.run(lambda transaction: apply_missing(transaction.connection, prefix))
        return store

    @classmethod
    def connect_django(
        cls,
        alias: str = "default",
        *,
        prefix: str = DEFAULT_PREFIX,
        synchronous: str = "FULL",
        busy_timeout: int = 5000,
        pool_size: int = 20,
    ) -> SqlStorage:
        """Return a store on the database that Django knows by this alias, as `connect` does.

        It has connections of its own to it: inside `transaction.atomic()` take `join_django`.
        Under Django's test runner it is the test database, where that is not in memory.

        Raises:
            ConfigurationError: linecs keeps no rows in such a database.
        """
        return cls.connect(
            django_address(alias),
            prefix=prefix,
            synchronous=synchronous,
            busy_timeout=busy_timeout,
            pool_size=pool_size,
        )

    def join(self, connection: sa.Connection) -> JoinedStorage:
        """Return a storage that writes inside a host's SQLAlchemy transaction.

        Args:
            connection: `session.connection()`, or what `engine.begin()` gives; of an
                `AsyncSession` inside `run_sync`.
        """
        return join_connection(connection, self._prefix)

    @staticmethod
    def join_django(alias: str = "default", *, prefix: str = DEFAULT_PREFIX) -> JoinedStorage:
        """Return a storage that writes inside whatever `transaction.atomic()` is open.

        It may be kept: it looks up Django's connection at each use.
        """
        return join_django(alias, checked_prefix(prefix))

    def run(self, work: Callable[[SqlTransaction], T]) -> T:
        """Do the work in one transaction of ours and return its result, committed."""
        return self._outside().run(work)

    def run_together(self, works: Sequence[Callable[[SqlTransaction], T]]) -> list[T]:
        """Do independent works in few commits; raise the first error after the others."""
        return self._outside().run_together(works)

    def read(self, work: Callable[[SqlTransaction], T]) -> T:
        """Do work that only reads, in one snapshot."""
        return self._outside().read(work)

    def check(self) -> None:
        """Raise `SchemaOutdatedError` where the tables do not fit this release."""
        self.read(SqlTransaction.check)

    def close(self) -> None:
        """Close all connections; a later call opens new ones."""
        with self._lock:
            backend, self._backend = self._backend, None
        if backend is not None:
            backend.close()

    def before_fork(self) -> None:
        """Prepare for this process to be copied. Called by Python before a fork."""
        self._lock.acquire()
        if self._backend is not None and not self._inside.now:
            self._backend.before_fork()

    def after_fork_in_parent(self) -> None:
        """Go on. Called by Python after a fork."""
        if self._backend is not None and not self._inside.now:
            self._backend.after_fork_in_parent()
        self._lock.release()

    def after_fork_in_child(self) -> None:
        """Go on with connections of its own. Called by Python after a fork."""
        if self._backend is not None:
            self._backend.after_fork_in_child()
        self._lock.release()

    def _outside(self) -> Backend:
        """Return this process's backend, unless a work asks: it would wait for itself."""
        if self._inside.now:
            raise StorageError("This thread is inside a transaction already; use that one.")
        backend = self._backend
        if backend is None:
            with self._lock:
                backend = self._backend = self._backend or self._open_backend(self._inside)
        return backend


_STORES: weakref.WeakSet[SqlStorage] = weakref.WeakSet()
_forking: list[SqlStorage] = []


def _before_fork() -> None:
    _forking.extend(_STORES)
    for store in _forking:
        store.before_fork()


def _after_fork_in_parent() -> None:
    while _forking:
        _forking.pop().after_fork_in_parent()


def _after_fork_in_child() -> None:
    while _forking:
        _forking.pop().after_fork_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork_in_parent,
        after_in_child=_after_fork_in_child,
    )
