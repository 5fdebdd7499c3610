"""PostgreSQL and MySQL or MariaDB, which do the locking themselves."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

import sqlalchemy as sa
import tenacity

from linecs.storage.ports import StorageBusyError, StorageError
from linecs.storage.sql.connections import Connections
from linecs.storage.sql.engines import make_engine
from linecs.storage.sql.executors import CursorExecutor, storage_error
from linecs.storage.sql.statements import statements_for
from linecs.storage.sql.transaction import SqlTransaction
from linecs.storage.works import run_each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from linecs.storage.sql.backend import Inside

__all__ = ["Server"]

T = TypeVar("T")
_AGAIN = tenacity.Retrying(
    retry=tenacity.retry_if_exception_type(StorageBusyError),
    wait=tenacity.wait_random_exponential(multiplier=0.005, max=0.2),
    stop=tenacity.stop_after_attempt(10),
    reraise=True,
)
_INHERITED: list[Connections] = []
_SNAPSHOT = {
    "postgresql": ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",),
    "mysql": (
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    ),
}
_SNAPSHOT["mariadb"] = _SNAPSHOT["mysql"]


class Server:
    """One process's connections to a database server; a forked child makes its own.

    Args:
        url: Names the driver: `postgresql+psycopg://...`, `mysql+pymysql://...`.
        prefix: Goes before every table's name.
        pool_size: Connections that may be open at once; a thread that needs one more waits.
        inside: Tells the store that a thread is inside a transaction.
    """

    def __init__(self, url: sa.URL, prefix: str, pool_size: int, inside: Inside) -> None:
        self._inside = inside
        engine = make_engine(
            url,
            # MySQL's default locks gaps between rows, in which workers block each other.
            isolation_level="READ COMMITTED",
            poolclass=sa.NullPool,
        )
        self._connections = Connections(engine, pool_size)
        self._dialect = engine.dialect
        self._errors: type[Exception] = self._dialect.loaded_dbapi.Error
        self._statements = statements_for(self._dialect, prefix)

    def run(self, work: Callable[[SqlTransaction], T]) -> T:
        """Return the work's result, committed; do it again where another was in the way."""
        result: T = self._again(self._once, work)
        return result

    def run_together(self, works: Sequence[Callable[[SqlTransaction], T]]) -> list[T]:
        """Return the works' results, committed at once; one by one where one fails."""
        try:
            return self._once(lambda transaction: [work(transaction) for work in works])
        except Exception:  # noqa: BLE001 - comes again below from the work it belongs to
            return run_each(self.run, works)

    def read(self, work: Callable[[SqlTransaction], T]) -> T:
        """Return what the work reads from one snapshot."""
        result: T = self._again(self._once, work, _SNAPSHOT[self._dialect.name])
        return result

    def close(self) -> None:
        """Close the connections that nobody uses, and the others once they are not used."""
        self._connections.close()

    def before_fork(self) -> None:
        """Nothing: a connection in use stays its thread's, and the child will not touch it."""

    def after_fork_in_parent(self) -> None:
        """Nothing."""

    def after_fork_in_child(self) -> None:
        """Leave the connections to the parent, whose they are, and open others."""
        # Even to collect one as garbage would say goodbye to the server.
        _INHERITED.append(self._connections)
        self._connections = self._connections.anew()

    @staticmethod
    def _again(once: Callable[..., T], *arguments: Any) -> T:  # noqa: ANN401 - those of once
        try:
            return once(*arguments)
        except StorageBusyError:
            return _AGAIN(once, *arguments)

    def _once(self, work: Callable[[SqlTransaction], T], first: Sequence[str] = ()) -> T:
        with self._connections.lend() as connection, self._ended(connection) as cursor:
            executor = CursorExecutor(cursor, self._errors, lambda: connection)
            transaction = SqlTransaction(self._statements, executor, writable=not first)
            self._inside.now = True
            try:
                for text in first:
                    executor.say(text)
                return work(transaction)
            finally:
                self._inside.now = False
                transaction.end()

    @contextmanager
    def _ended(self, connection: sa.Connection) -> Iterator[Any]:
        """Yield a cursor; commit what it did, or roll back where an error passes."""
        raw: Any = connection.connection.dbapi_connection
        try:
            yield raw.cursor()
        except BaseException as error:
            if self._lost(error.__cause__, raw):
                connection.invalidate()
                raise StorageBusyError("the connection was lost before the commit") from error
            raw.rollback()
            raise
        try:
            raw.commit()
        except self._errors as error:
            connection.invalidate()
            if self._lost(error, raw):
                raise StorageError("the connection was lost while committing") from error
            raise storage_error(error) from error

    def _lost(self, error: BaseException | None, raw: Any) -> bool:  # noqa: ANN401 - a driver's connection
        if not isinstance(error, self._errors):
            return False
        return self._dialect.is_disconnect(cast("Any", error), raw, None)
