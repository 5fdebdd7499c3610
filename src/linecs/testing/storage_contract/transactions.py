"""What holds together in a transaction, and what it leaves behind."""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING

import pytest

from linecs.model import StoredEvent
from linecs.storage.ports import (
    Query,
    StorageError,
)
from linecs.storage.tables import TABLES
from linecs.testing.storage_contract.base import ContractBase, steps
from linecs.testing.storage_contract.samples import (
    WRITES,
)

if TYPE_CHECKING:
    from linecs.storage.ports import Storage
    from linecs.testing.storage_contract.samples import Write

__all__ = ["TransactionsContract"]

_every_write = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())


class TransactionsContract(ContractBase):
    """What holds together in a transaction, and what it leaves behind."""

    @_every_write
    def test_a_write_stays_once_run_returns(self, storage: Storage, write: Write) -> None:
        """Every write method, alone."""
        storage.run(lambda tx: tx.insert(*write.before))
        assert not storage.read(write.happened)
        storage.run(write.act)
        assert storage.read(write.happened)

    @_every_write
    def test_a_work_that_raises_leaves_nothing(self, storage: Storage, write: Write) -> None:
        """Every write method is undone with its transaction."""
        storage.run(lambda tx: tx.insert(*write.before))
        with pytest.raises(ZeroDivisionError):
            storage.run(steps(write.act, lambda _: 1 // 0))
        assert not storage.read(write.happened)

    @_every_write
    def test_a_transaction_sees_its_own_writes(self, storage: Storage, write: Write) -> None:
        """Every write method shows at once inside its transaction."""
        storage.run(lambda tx: tx.insert(*write.before))
        assert storage.run(steps(write.act, write.happened))

    def test_a_transaction_that_has_ended_is_refused(self, storage: Storage) -> None:
        """A work that keeps its transaction can do nothing with it later."""
        kept = [storage.run(lambda tx: tx), storage.read(lambda tx: tx)]
        for transaction in kept:
            with pytest.raises(StorageError):
                transaction.find(StoredEvent, "1")

    @_every_write
    def test_a_reading_work_cannot_write(self, storage: Storage, write: Write) -> None:
        """Every write method is refused inside `read`."""
        storage.run(lambda tx: tx.insert(*write.before))
        with pytest.raises(StorageError):
            storage.read(write.act)
        assert not storage.read(write.happened)

    def test_an_empty_store_fits_this_release(self, storage: Storage) -> None:
        """`check` finds nothing wrong with it, and no table has rows."""
        storage.check()
        counts = [storage.read(methodcaller("count", Query(row=table.row))) for table in TABLES]
        assert counts == [0] * len(TABLES)
