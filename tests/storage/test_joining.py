"""Our rows share the fate of the shop's, on every kind of host."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from linecs.model import EventState, StoredEvent
from linecs.storage.ports import Query, StorageBusyError, StorageError, equal
from linecs.storage.sql import SqlStorage
from linecs.testing.storage_contract import JoinedStorageContract
from linecs.testing.storage_contract.samples import event
from storage.hosts import AsyncHost, DjangoHost, SqlAlchemyHost, forget_orders, make_orders

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def test_outside_atomic_nothing_is_written(shop_url: str) -> None:
    """Where Django commits each statement by itself, no transaction would hold ours together."""
    host = DjangoHost(shop_url)
    storage = SqlStorage.join_django(host.alias)
    with pytest.raises(StorageError, match="atomic"):
        storage.run(lambda tx: tx.insert(event("1")))
    host.close()


def test_hosts_that_claim_at_once_share_no_row(
    sql_storage: SqlStorage, shop: sa.Engine, shop_url: str
) -> None:
    """Also in borrowed transactions, also where SQLite has no row locks."""
    assert shop_url
    sql_storage.run(lambda tx: tx.insert(*(event(f"{number:03}") for number in range(40))))
    pending = (equal("state", EventState.PENDING),)
    query = Query(row=StoredEvent, where=pending, order=("id",), limit=2)

    def claim_all(_: int) -> list[str]:
        mine: list[str] = []
        while len(mine) < 40:
            try:
                with shop.begin() as connection:
                    claimed = sql_storage.join(connection).run(
                        lambda tx: tx.claim(query, {"state": EventState.DONE})
                    )
            except StorageBusyError:
                continue
            if not claimed:
                break
            mine += [row.id for row in claimed]
        return mine

    with ThreadPoolExecutor(4) as threads:
        claimed = [name for mine in threads.map(claim_all, range(4)) for name in mine]
    assert sorted(claimed) == [f"{number:03}" for number in range(40)]
