"""Shops with a table of their own, whose transactions a store joins."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Any, TypeVar

import django
import pymysql
import sqlalchemy as sa
from django.conf import settings
from django.db import connections, transaction
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from linecs.storage.sql import SqlStorage

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from linecs.storage.ports import Storage, Transaction
    from linecs.storage.sql import JoinedStorage

__all__ = ["AsyncHost", "DjangoHost", "SqlAlchemyHost", "forget_orders", "make_orders"]

T = TypeVar("T")
_ORDERS = "CREATE TABLE IF NOT EXISTS shop_orders (name VARCHAR(40) PRIMARY KEY)"
_ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql+psycopg": "postgresql+psycopg_async"}


def make_orders(engine: sa.Engine) -> None:
    """Give the shop its table."""
    with engine.begin() as connection:
        connection.exec_driver_sql(_ORDERS)


def forget_orders(engine: sa.Engine) -> None:
    """Empty the shop's table."""
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM shop_orders")


def _add_order(connection: sa.Connection, name: str) -> None:
    connection.execute(sa.text("INSERT INTO shop_orders (name) VALUES (:name)"), {"name": name})


def _orders(connection: sa.Connection) -> list[str]:
    return list(connection.scalars(sa.text("SELECT name FROM shop_orders ORDER BY name")))


class SqlAlchemyHost:
    """A shop on SQLAlchemy, as Flask-SQLAlchemy sets it up."""

    def __init__(self, storage: SqlStorage, engine: sa.Engine) -> None:
        self._storage = storage
        self._engine = engine
        self._connection: sa.Connection | None = None

    def begin(self) -> Storage:
        self._connection = self._engine.connect()
        self._connection.begin()
        return self._storage.join(self._connection)

    def commit(self) -> None:
        assert self._connection is not None
        self._connection.commit()
        self._connection.close()

    def rollback(self) -> None:
        assert self._connection is not None
        self._connection.rollback()
        self._connection.close()

    def add_order(self, connection: sa.Connection, name: str) -> None:
        _add_order(connection, name)

    def orders(self) -> list[str]:
        with self._engine.connect() as connection:
            return _orders(connection)


class AsyncHost:
    """A shop on SQLAlchemy's asyncio, which lets us in by `run_sync`."""

    def __init__(self, storage: SqlStorage, url: str) -> None:
        address = sa.make_url(url)
        address = address.set(drivername=_ASYNC_DRIVERS[address.drivername])
        self._storage = storage
        self._runner = asyncio.Runner()
        self._engine = create_async_engine(address, poolclass=sa.NullPool)
        self._session = AsyncSession(self._engine)

    def begin(self) -> Storage:
        return _InsideRunSync(self._join)

    def commit(self) -> None:
        self._await(self._session.commit())

    def rollback(self) -> None:
        self._await(self._session.rollback())

    def add_order(self, connection: sa.Connection, name: str) -> None:
        _add_order(connection, name)

    def orders(self) -> list[str]:
        names = self._await(self._session.run_sync(lambda session: _orders(session.connection())))
        self.rollback()
        return names

    def close(self) -> None:
        self._await(self._session.close())
        self._await(self._engine.dispose())
        self._runner.close()

    def _join(self, use: Callable[[JoinedStorage], T]) -> T:
        async def joined() -> T:
            return await self._session.run_sync(
                lambda session: use(self._storage.join(session.connection()))
            )

        return self._await(joined())

    def _await(self, awaited: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(awaited)


class _InsideRunSync:
    """What the body of a host's coroutine does, call by call."""

    def __init__(self, join: Callable[[Callable[[JoinedStorage], Any]], Any]) -> None:
        self._join = join

    def run(self, work: Callable[[Transaction], T]) -> T:
        return self._join(lambda storage: storage.run(work))

    def run_together(self, works: list[Callable[[Transaction], T]]) -> list[T]:
        return self._join(lambda storage: storage.run_together(works))

    def read(self, work: Callable[[Transaction], T]) -> T:
        return self._join(lambda storage: storage.read(work))

    def check(self) -> None:
        self._join(lambda storage: storage.check())

    def close(self) -> None:
        self._join(lambda storage: storage.close())


class DjangoHost:
    """A shop on Django, inside `transaction.atomic()`."""

    def __init__(self, url: str) -> None:
        self.alias = _configured(sa.make_url(url))
        self._atomic = transaction.atomic(using=self.alias)

    def begin(self) -> Storage:
        self._atomic = transaction.atomic(using=self.alias)
        self._atomic.__enter__()
        return SqlStorage.join_django(self.alias)

    def commit(self) -> None:
        self._atomic.__exit__(None, None, None)

    def rollback(self) -> None:
        transaction.set_rollback(True, using=self.alias)
        self._atomic.__exit__(None, None, None)

    def add_order(self, connection: Any, name: str) -> None:
        assert connection is connections[self.alias]
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO shop_orders (name) VALUES (%s)", [name])

    def orders(self) -> list[str]:
        with connections[self.alias].cursor() as cursor:
            cursor.execute("SELECT name FROM shop_orders ORDER BY name")
            return [name for (name,) in cursor.fetchall()]

    def close(self) -> None:
        connections[self.alias].close()
        del connections[self.alias]
        connections.settings.pop(self.alias)


def _configured(url: sa.URL) -> str:
    """Add the database to Django's; return its alias."""
    pymysql.install_as_MySQLdb()
    if not settings.configured:  # other tests use Django too
        settings.configure()
        django.setup()
    # One of its own: Django keeps a connection under an alias, to whatever it was then.
    alias = f"linecs_{secrets.token_hex(4)}"
    database = {
        "ENGINE": f"django.db.backends.{url.get_backend_name().replace('sqlite', 'sqlite3')}",
        "NAME": url.database,
        "HOST": url.host or "",
        "PORT": url.port or "",
        "USER": url.username or "",
        "PASSWORD": url.password or "",
        "OPTIONS": {"transaction_mode": "IMMEDIATE"} if url.host is None else {},
    }
    defaults = connections.configure_settings({"default": {}, alias: database})
    connections.settings[alias] = defaults[alias]
    return alias
