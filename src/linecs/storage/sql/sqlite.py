"""SQLite in a file beside the host's process: one writer at a time, and many readers.

Writers of all processes queue at a file lock, because SQLite's own way of waiting sleeps
and starves; what waits behind the lock goes into one commit. Where there is no `flock`
(Windows) writers of several processes wait SQLite's way.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import sqlalchemy as sa

from linecs.storage.sql.engines import in_memory, make_engine
from linecs.storage.sql.executors import CursorExecutor
from linecs.storage.sql.file_lock import FileLock
from linecs.storage.sql.group_commit import GroupCommit
from linecs.storage.sql.migrations import apply_missing
from linecs.storage.sql.statements import statements_for
from linecs.storage.sql.transaction import SqlTransaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from linecs.storage.sql.group_commit import Call

__all__ = ["SqliteFile"]

T = TypeVar("T")
_KEPT_STATEMENTS = 512
_INHERITED: list[SqliteFile] = []


class SqliteFile:
    """One process's way to a SQLite file; a forked child makes its own.

    Args:
        url: `sqlite:///path`, or `sqlite://` for a database in memory.
        prefix: Goes before every table's name.
        synchronous: `FULL` survives a power cut, `NORMAL` may lose the last commits to one.
        busy_timeout: How long to wait for a writer that does not know our lock, in ms.
    """

    def __init__(self, url: sa.URL, prefix: str, synchronous: str, busy_timeout: int) -> None:
        self._settings = (url, prefix, synchronous, busy_timeout)
        self._in_memory = in_memory(url)
        self._alone: AbstractContextManager[None] = nullcontext()
        if not self._in_memory and url.database:
            self._alone = FileLock(Path(url.database))
        with self._alone:
            self._writer = _Connection(*self._settings)
        self._readers: list[_Connection] = []
        self._group = GroupCommit(self._commit)

    def install(self) -> None:
        """Make or renew the tables."""
        with self._alone, self._writer.transaction() as transaction:
            apply_missing(transaction.connection, self._settings[1])

    def run(self, work: Callable[[SqlTransaction], T]) -> T:
        """Return the work's result, committed, perhaps with other callers' works."""
        result: T = self._group.run([work])[0].outcome()
        return result

    def run_together(self, works: Sequence[Callable[[SqlTransaction], T]]) -> list[T]:
        """Return the works' results, committed together."""
        return [call.outcome() for call in self._group.run(works)] if works else []

    def read(self, work: Callable[[SqlTransaction], T]) -> T:
        """Return what the work reads from one snapshot."""
        if self._in_memory:
            return self.run(lambda transaction: transaction.only_read(work))
        reader = self._readers.pop() if self._readers else _Connection(*self._settings)
        try:
            with reader.snapshot() as transaction:
                return work(transaction)
        finally:
            self._readers.append(reader)

    def close(self) -> None:
        """Close every connection."""
        for connection in (self._writer, *self._readers):
            connection.close()
        self._readers.clear()
        if isinstance(self._alone, FileLock):
            self._alone.close()

    def forget(self) -> None:
        """Leave the connections to the parent process, whose they are."""
        # SQLite must not even close them here, so they stay for the life of this process.
        _INHERITED.append(self)

    def _commit(self, take: Callable[[], Sequence[Call]]) -> None:
        with self._alone:
            calls = take()
            with self._writer.transaction() as transaction:
                if len(calls) == 1:
                    calls[0].perform(transaction)
                    return
                for call in calls:
                    self._writer.perform_undoable(call, transaction)


class _Connection:
    """One connection of sqlite3, with its pragmas set and its statements kept."""

    def __init__(self, url: sa.URL, prefix: str, synchronous: str, busy_timeout: int) -> None:
        self._engine = make_engine(
            url,
            poolclass=sa.StaticPool,
            pool_reset_on_return=None,
            connect_args={
                "isolation_level": None,
                "check_same_thread": False,
                "timeout": busy_timeout / 1000,
                "cached_statements": _KEPT_STATEMENTS,
            },
        )
        self._statements = statements_for(self._engine.dialect, prefix)
        self._raw = cast("sqlite3.Connection", self._engine.raw_connection().driver_connection)
        self._executor = CursorExecutor(self._raw.cursor(), sqlite3.Error, self._engine.connect)
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON"):
            self._executor.say(f"PRAGMA {pragma}")

    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        """Hold SQLite's write lock; commit, or roll back where an error passes."""
        self._executor.say("BEGIN IMMEDIATE")
        transaction = SqlTransaction(self._statements, self._executor)
        try:
            yield transaction
            self._executor.say("COMMIT")
        except BaseException:
            # SQLite has rolled back by itself where the disk is full.
            if self._raw.in_transaction:
                self._executor.say("ROLLBACK")
            raise
        finally:
            transaction.end()

    @contextmanager
    def snapshot(self) -> Iterator[SqlTransaction]:
        """See one state of the database."""
        self._executor.say("BEGIN")
        transaction = SqlTransaction(self._statements, self._executor, writable=False)
        try:
            yield transaction
        finally:
            self._executor.say("ROLLBACK")
            transaction.end()

    def perform_undoable(self, call: Call, transaction: SqlTransaction) -> None:
        """Do one of several works; where it fails, undo it alone."""
        self._executor.say("SAVEPOINT linecs")
        try:
            call.perform(transaction)
        except Exception as error:  # noqa: BLE001 - its caller raises it
            self._executor.say("ROLLBACK TO linecs")
            call.fail(error)
        self._executor.say("RELEASE linecs")

    def close(self) -> None:
        self._engine.dispose()
