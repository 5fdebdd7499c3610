"""Django's `DATABASES` are where linecs keeps its rows; nobody writes the address twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from databases import KINDS, scratch_database
from linecs.errors import ConfigurationError
from linecs.storage.ports import SchemaOutdatedError, StorageError
from linecs.storage.sql import SqlStorage
from linecs.storage.sql.engines import address_of_django
from linecs.testing.storage_contract.samples import event
from storage.hosts import DjangoHost

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NO_ONE = {"USER": "", "PASSWORD": "", "HOST": "", "PORT": ""}


@pytest.fixture(params=KINDS)
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DjangoHost]:
    """A Django shop on an empty database of each kind."""
    with scratch_database(request.param, tmp_path) as url:
        host = DjangoHost(url)
        yield host
        host.close()


def test_a_store_finds_the_database_of_an_alias(host: DjangoHost) -> None:
    """What it keeps is what the joined store sees, with no address but Django's own."""
    joined = host.begin()
    joined.migrate()
    host.commit()
    store = SqlStorage.connect_django(host.alias)
    store.run(lambda tx: tx.insert(event("1")))
    store.close()
    joined = host.begin()
    assert joined.read(lambda tx: tx.get(type(event("1")), "1")) == event("1")
    host.rollback()


def test_a_migration_of_djangos_makes_the_tables_once(host: DjangoHost) -> None:
    """It does what is missing, inside Django's transaction, and nothing when it is run again."""
    joined = host.begin()
    with pytest.raises(SchemaOutdatedError):
        joined.check()
    assert joined.migrate() == [1]
    host.commit()
    joined = host.begin()
    joined.check()
    assert joined.migrate() == []
    host.rollback()
    with pytest.raises(StorageError, match="atomic"):
        joined.migrate()


@pytest.mark.parametrize(
    ("vendor", "database", "address"),
    [
        ("sqlite", {"NAME": "shop.db", "OPTIONS": {"timeout": 5}}, "sqlite:///shop.db"),
        ("postgresql", {**NO_ONE, "NAME": "shop"}, "postgresql+psycopg:///shop"),
        (
            "postgresql",
            {
                "NAME": "shop",
                "USER": "me",
                "PASSWORD": "a/b@c",
                "HOST": "db",
                "PORT": "6432",
                "OPTIONS": {"sslmode": "require", "pool": True},
            },
            "postgresql+psycopg://me:a%2Fb%40c@db:6432/shop?sslmode=require",
        ),
        (
            "mysql",
            {**NO_ONE, "NAME": "shop", "HOST": "db", "OPTIONS": {"charset": "utf8mb4"}},
            "mysql+pymysql://db/shop?charset=utf8mb4",
        ),
    ],
)
def test_an_entry_of_databases_is_an_address(
    vendor: str, database: dict[str, object], address: str
) -> None:
    """Each part goes where the driver looks for it, whatever signs a password has."""
    assert address_of_django(vendor, database) == sa.make_url(address)


def test_another_kind_of_database_is_refused() -> None:
    """The error says which there are, and nothing of the password."""
    with pytest.raises(ConfigurationError, match=r"oracle: .*postgresql") as refused:
        address_of_django("oracle", {**NO_ONE, "NAME": "shop", "PASSWORD": "hunter2"})
    assert "hunter2" not in str(refused.value)
