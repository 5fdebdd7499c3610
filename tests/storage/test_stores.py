"""Every store of our own keeps the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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


class TestSqlStorageInMemory(OwnedStorageContract):
    @pytest.fixture
    def storage(self) -> Iterator[Storage]:
        """SQLite without a file."""
        storage = SqlStorage.connect("sqlite://")
        yield storage
        storage.close()
