"""One database: the shop's async sessions, and beside them the desk's own connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from starlette.concurrency import run_in_threadpool

from linecs import SqlStorage

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

__all__ = ["Database"]


class Database:
    """The shop's database.

    Args:
        url: `sqlite:///shop.db` or `postgresql+psycopg://...`, whose driver is both.

    Attributes:
        sessions: Makes the sessions of the shop's coroutines.
        plain: For the desk's threads, which ask for member cards.
        desk_storage: Where the desk keeps its rows.
    """

    def __init__(self, url: str) -> None:
        address = sa.make_url(url)
        is_sqlite = address.get_backend_name() == "sqlite"
        self.plain = sa.create_engine(address)
        self.desk_storage = SqlStorage.connect(address)
        self._engine = create_async_engine(
            address.set(drivername="sqlite+aiosqlite") if is_sqlite else address
        )
        self.sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        if is_sqlite:
            _begin_as_a_writer(self._engine.sync_engine)

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()
        self.plain.dispose()
        await run_in_threadpool(self.desk_storage.close)


def _begin_as_a_writer(engine: sa.Engine) -> None:
    # SQLite has one writer: who reads first may find that another wrote in between.
    @sa.event.listens_for(engine, "connect")
    def leave_transactions_to_us(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
