"""Our rows share the fate of the shop's, on every kind of host."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from linecs.testing.storage_contract import JoinedStorageContract
from storage.hosts import AsyncHost, DjangoHost, SqlAlchemyHost, forget_orders, make_orders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.storage.sql import SqlStorage
    from linecs.testing.storage_contract import Host


@pytest.fixture(scope="session")
def shop(database_url: str) -> Iterator[sa.Engine]:
    """A shop's database, where linecs has its tables too."""
    engine = sa.create_engine(database_url)
    make_orders(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def shop_url(shop: sa.Engine, sql_storage: SqlStorage) -> str:
    """The shop's database with all tables empty."""
    assert sql_storage
    forget_orders(shop)
    return shop.url.render_as_string(hide_password=False)


class TestSqlAlchemyHost(JoinedStorageContract):
    @pytest.fixture
    def host(self, sql_storage: SqlStorage, shop: sa.Engine, shop_url: str) -> Host:
        """Flask and the like."""
        assert shop_url
        return SqlAlchemyHost(sql_storage, shop)


class TestDjangoHost(JoinedStorageContract):
    @pytest.fixture
    def host(self, shop_url: str) -> Iterator[Host]:
        """Django, with `transaction_mode: IMMEDIATE` on SQLite."""
        host = DjangoHost(shop_url)
        yield host
        host.close()


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
class TestAsyncHost(JoinedStorageContract):
    @pytest.fixture
    def host(self, sql_storage: SqlStorage, shop_url: str) -> Iterator[Host]:
        """FastAPI and the like, with aiosqlite and psycopg."""
        host = AsyncHost(sql_storage, shop_url)
        yield host
        host.close()
