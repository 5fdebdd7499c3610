"""SQLite in a file beside the host's process: one writer at a time, and many readers.

Writers of all processes queue at a file lock, because SQLite's own way of waiting sleeps
and starves; what waits behind the lock goes into one commit. Where there is no `flock`
(Windows) writers of several processes wait SQLite's way.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import sqlalchemy as sa
from attrs import frozen

from linecs.storage.sql.engines import in_memory, make_engine, open_connection
from linecs.storage.sql.executors import CursorExecutor
from linecs.storage.sql.file_lock import FileLock
from linecs.storage.sql.group_commit import GroupCommit
from linecs.storage.sql.statements import statements_for
from linecs.storage.sql.transaction import SqlTransaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from linecs.storage.sql.backend import Inside
    from linecs.storage.sql.group_commit import Call

__all__ = ["SqliteFile"]

T = TypeVar("T")
_KEPT_STATEMENTS = 512
# Copying the log into the database waits for the disk; a page written often is copied once.
_LOG_PAGES = 4000
_INHERITED: list[object] = []


@frozen(kw_only=True)
class SqliteSettings:
    """How to open a SQLite file.

    Attributes:
        url: `sqlite:///path`, or `sqlite://` for a database in memory.
        prefix: Goes before every table's name.
        synchronous: `FULL` survives a power cut, `NORMAL` may lose the last commits to one.
        busy_timeout: How long to wait for a writer that does not know our lock, in ms.
    """

    url: sa.URL
    prefix: str
    synchronous: str
    busy_timeout: int


class SqliteFile:
    """One process's way to a SQLite file.

    Nothing of it crosses a fork: SQLite keeps its locks in the process's memory, so a copy of
    them would lie.
    """

    def __init__(self, settings: SqliteSettings, inside: Inside) -> None:
        self._settings = settings
        self._inside = inside
        self._in_memory = in_memory(settings.url)
        self._writer: _Connection | None = None
        self._begin()

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
        with self._readers.lend() as reader:
            self._inside.now = True
            try:
                with reader.snapshot() as transaction:
                    return work(transaction)
            finally:
                self._inside.now = False

    def close(self) -> None:
        """Close every connection that nobody uses."""
        self._readers.close()
        if self._writer is not None:
            self._writer.close()
        if isinstance(self._alone, FileLock):
            self._alone.close()

    def before_fork(self) -> None:
        """Wait for open transactions, and close every connection."""
        self._group.pause()
        self._readers.pause()
        if self._writer is not None and not self._in_memory:
            self._writer.close()
            self._writer = None

    def after_fork_in_parent(self) -> None:
        """Go on; connections are opened when they are needed."""
        self._readers.resume()
        self._group.resume()

    def after_fork_in_child(self) -> None:
        """Go on alone, behind a lock of its own."""
        if not self._in_memory:
            # There are some only if the fork came from inside a transaction.
            _INHERITED.append((self._writer, self._readers))
            self._writer = None
        if isinstance(self._alone, FileLock):
            self._alone.close()
        self._begin()

    def _begin(self) -> None:
        self._alone: AbstractContextManager[None] = nullcontext()
        if not self._in_memory:
            self._alone = FileLock(Path(str(self._settings.url.database)))
        self._readers = _Readers(self._settings)
        self._group = GroupCommit(self._commit)

    def _commit(self, take: Callable[[], Sequence[Call]]) -> None:
        with self._alone:
            self._inside.now = True
            try:
                if self._writer is None:
                    self._writer = _Connection(self._settings)
                self._writer.commit(take())
            finally:
                self._inside.now = False


class _Readers:
    """Connections for reading, kept open between snapshots."""

    def __init__(self, settings: SqliteSettings) -> None:
        self._settings = settings
        self._idle: list[_Connection] = []
        self._lent = 0
        self._changed = threading.Condition()

    @contextmanager
    def lend(self) -> Iterator[_Connection]:
        """Lend a connection in no transaction."""
        with self._changed:
            self._lent += 1
            reader = self._idle.pop() if self._idle else None
        try:
            if reader is None:
                reader = _Connection(self._settings)
            yield reader
        finally:
            with self._changed:
                self._lent -= 1
                if reader is not None:
                    self._idle.append(reader)
                self._changed.notify_all()

    def pause(self) -> None:
        """Wait until all are back, close them, and lend none before `resume`."""
        self._changed.acquire()
        self._changed.wait_for(lambda: self._lent == 0)
        self.close()

    def resume(self) -> None:
        """Lend again."""
        self._changed.release()

    def close(self) -> None:
        """Close those that are idle."""
        while self._idle:
            self._idle.pop().close()


class _Connection:
    """One connection of sqlite3, with its pragmas set and its statements kept."""

    def __init__(self, settings: SqliteSettings) -> None:
        self._engine = make_engine(
            settings.url,
            poolclass=sa.StaticPool,
            pool_reset_on_return=None,
            connect_args={
                "isolation_level": None,
                "check_same_thread": False,
                "timeout": settings.busy_timeout / 1000,
                "cached_statements": _KEPT_STATEMENTS,
            },
        )
        self._statements = statements_for(self._engine.dialect, settings.prefix)
        # The pool of one keeps it when SQLAlchemy's side of it is closed.
        with open_connection(self._engine) as connection:
            self._raw = cast("sqlite3.Connection", connection.connection.driver_connection)
        self._executor = CursorExecutor(self._raw.cursor(), sqlite3.Error, self._engine.connect)
        self._say = self._executor.say
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={settings.synchronous}",
            f"wal_autocheckpoint={_LOG_PAGES}",
            "foreign_keys=ON",
        ):
            self._say(f"PRAGMA {pragma}")

    def commit(self, calls: Sequence[Call]) -> None:
        """Do the works under SQLite's write lock and commit; undo alone one that fails."""
        self._say("BEGIN IMMEDIATE")
        transaction = SqlTransaction(self._statements, self._executor)
        try:
            if len(calls) == 1:
                calls[0].perform(transaction)
            else:
                self._perform_together(calls, transaction)
            self._say("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        finally:
            transaction.end()
            self._executor.release()

    @contextmanager
    def snapshot(self) -> Iterator[SqlTransaction]:
        """See one state of the database."""
        self._say("BEGIN")
        transaction = SqlTransaction(self._statements, self._executor, writable=False)
        try:
            yield transaction
        finally:
            self._say("ROLLBACK")
            transaction.end()
            self._executor.release()

    def close(self) -> None:
        self._engine.dispose()

    def _roll_back(self) -> None:
        # SQLite has rolled back by itself where the disk is full.
        if self._raw.in_transaction:
            self._say("ROLLBACK")

    def _perform_together(self, calls: Sequence[Call], transaction: SqlTransaction) -> None:
        # Works may be done again and seldom fail, so savepoints are for the second try.
        try:
            for call in calls:
                call.perform(transaction)
        except Exception:  # noqa: BLE001 - the work that fails alone raises it again
            self._roll_back()
            self._say("BEGIN IMMEDIATE")
            for call in calls:
                self._perform_undoable(call, transaction)

    def _perform_undoable(self, call: Call, transaction: SqlTransaction) -> None:
        self._say("SAVEPOINT linecs")
        try:
            call.perform(transaction)
        except Exception as error:  # noqa: BLE001 - its caller raises it
            self._say("ROLLBACK TO linecs")
            call.fail(error)
        self._say("RELEASE linecs")
