"""Open connections to a server, lent to one transaction at a time.

SQLAlchemy's own pool would do, but takes a fifth of a short transaction's time.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

from linecs.storage.ports import StorageError
from linecs.storage.sql.engines import open_connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

__all__ = ["Connections"]

_PATIENCE_SECONDS = 10.0


class Connections:
    """Keeps connections open between transactions.

    Args:
        engine: Opens them, and keeps none itself.
        size: How many may be open at once.
    """

    def __init__(self, engine: sa.Engine, size: int) -> None:
        self._engine = engine
        self._size = size
        self._places = threading.BoundedSemaphore(size)
        self._idle: deque[sa.Connection] = deque()
        self._closed = False

    def anew(self) -> Connections:
        """Return others to the same server."""
        return Connections(self._engine, self._size)

    @contextmanager
    def lend(self) -> Iterator[sa.Connection]:
        """Lend a connection that is in no transaction, to be given back in none.

        Raises:
            StorageError: The server cannot be reached, or all connections stay in use.
        """
        if not self._places.acquire(timeout=_PATIENCE_SECONDS):
            raise StorageError("every connection is in use; give a larger pool_size")
        try:
            connection = self._next()
            try:
                yield connection
            finally:
                self._take_back(connection)
        finally:
            self._places.release()

    def close(self) -> None:
        """Close those that are idle, and the others as they come back."""
        self._closed = True
        self._close_idle()

    def _next(self) -> sa.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return open_connection(self._engine)

    def _take_back(self, connection: sa.Connection) -> None:
        if connection.invalidated or self._closed:
            connection.close()
            # A server that cut one off has cut off the others too.
            self._close_idle()
        else:
            if connection.in_transaction():
                # A callback used it; the driver has committed, and SQLAlchemy does not know.
                connection.rollback()
            self._idle.append(connection)

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()
