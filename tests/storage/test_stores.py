"""Every store of our own keeps the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from databases import empty
from linecs.storage.memory import MemoryStorage
from linecs.storage.sql import SqlStorage
from linecs.testing.storage_contract import OwnedStorageContract

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.storage.ports import Storage


class TestMemoryStorage(OwnedStorageContract):
    @pytest.fixture
    def storage(self) -> Storage:
        """Empty."""
        return MemoryStorage()


class TestSqlStorage(OwnedStorageContract):
    @pytest.fixture
    def storage(self, sql_storage: SqlStorage) -> Storage:
        """Empty, on a file, PostgreSQL and MariaDB."""
        return sql_storage


@pytest.fixture(scope="module")
def sqlite_in_memory() -> Iterator[SqlStorage]:
    """SQLite without a file."""
    storage = SqlStorage.connect("sqlite://")
    yield storage
    storage.close()


class TestSqlStorageInMemory(OwnedStorageContract):
    @pytest.fixture
    def storage(self, sqlite_in_memory: SqlStorage) -> Storage:
        """Empty, on SQLite without a file."""
        empty(sqlite_in_memory)
        return sqlite_in_memory
