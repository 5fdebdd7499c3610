"""What a store does inside a transaction that belongs to the host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import pytest

from linecs.model import StoredEvent
from linecs.storage.ports import Query
from linecs.storage.works import run_each
from linecs.testing.storage_contract.base import steps
from linecs.testing.storage_contract.queries import QueriesContract
from linecs.testing.storage_contract.rows import RowsContract
from linecs.testing.storage_contract.samples import WRITES, event
from linecs.testing.storage_contract.transactions import TransactionsContract
from linecs.testing.storage_contract.values import ValuesContract

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linecs.storage.ports import Storage, Transaction
    from linecs.testing.storage_contract.samples import Write

__all__ = ["Host", "HostedStorage", "JoinedStorageContract"]

T = TypeVar("T")
_EVENTS = Query(row=StoredEvent)
_every_write = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())


class Host(Protocol):
    """A shop with a transaction and a table of its own, empty at first."""

    def begin(self) -> Storage:
        """Open the shop's transaction; return the storage that joined it."""
        ...

    def commit(self) -> None:
        """Commit the shop's transaction."""
        ...

    def rollback(self) -> None:
        """Roll the shop's transaction back."""
        ...

    def add_order(self, connection: Any, name: str) -> None:  # noqa: ANN401 - the host's own
        """Write a row of the shop's, by the connection the store's transaction gives."""
        ...

    def orders(self) -> list[str]:
        """Return the names of the shop's committed rows, in order."""
        ...


class HostedStorage:
    """Opens and commits the host's transaction around each work, as a host's request does."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def run(self, work: Callable[[Transaction], T]) -> T:
        """Do the work in a transaction of the host's own."""
        return self._within(lambda storage: storage.run(work))

    def run_together(self, works: Sequence[Callable[[Transaction], T]]) -> list[T]:
        """Do each work in a transaction of the host's own."""
        return run_each(self.run, works)

    def read(self, work: Callable[[Transaction], T]) -> T:
        """Read in a transaction of the host's own."""
        return self._within(lambda storage: storage.read(work))

    def check(self) -> None:
        """Check in a transaction of the host's own."""
        self._within(lambda storage: storage.check())

    def close(self) -> None:
        """Nothing stays open."""

    def _within(self, use: Callable[[Storage], T]) -> T:
        storage = self._host.begin()
        try:
            result = use(storage)
        except BaseException:
            self._host.rollback()
            raise
        self._host.commit()
        return result


class JoinedStorageContract(RowsContract, QueriesContract, ValuesContract, TransactionsContract):
    """The whole contract of a store that joins; its author gives the fixture `host`."""

    @pytest.fixture
    def host(self) -> Host:
        """Return a host whose store and table are empty."""
        raise NotImplementedError("give the fixture `host`: a shop the store can join")

    @pytest.fixture
    def storage(self, host: Host) -> Storage:
        """Return a store that is used as a host's requests do."""
        return HostedStorage(host)

    @_every_write
    def test_a_write_commits_with_the_host(
        self, host: Host, storage: Storage, write: Write
    ) -> None:
        """Every write method, joined and committed beside a row of the shop's."""
        storage.run(lambda tx: tx.insert(*write.before))
        _write_beside_order(host, write)
        host.commit()
        assert storage.read(write.happened)
        assert host.orders() == ["1"]

    @_every_write
    def test_a_write_rolls_back_with_the_host(
        self, host: Host, storage: Storage, write: Write
    ) -> None:
        """Every write method, joined and rolled back beside a row of the shop's."""
        storage.run(lambda tx: tx.insert(*write.before))
        _write_beside_order(host, write)
        host.rollback()
        assert not storage.read(write.happened)
        assert host.orders() == []

    def test_a_work_that_raises_leaves_the_rest_to_the_host(
        self, host: Host, storage: Storage
    ) -> None:
        """The storage rolls nothing back: what came before is the host's to keep."""
        joined = host.begin()
        joined.run(lambda tx: tx.insert(event("1")))
        with pytest.raises(ZeroDivisionError):
            joined.run(steps(lambda tx: host.add_order(tx.connection, "1"), lambda _: 1 // 0))
        host.commit()
        assert storage.read(WRITES["insert"].happened) is False
        assert storage.read(lambda tx: tx.count(_EVENTS)) == 1
        assert host.orders() == ["1"]

    def test_a_repeat_does_not_cost_the_host_its_transaction(
        self, host: Host, storage: Storage
    ) -> None:
        """After a repeated event the shop's own row still commits."""
        storage.run(lambda tx: tx.insert(event("1")))
        joined = host.begin()
        assert joined.run(lambda tx: tx.insert_absent(event("1"))) == [False]
        joined.run(lambda tx: host.add_order(tx.connection, "1"))
        host.commit()
        assert host.orders() == ["1"]

    def test_closing_leaves_the_connection_to_the_host(self, host: Host, storage: Storage) -> None:
        """A joined storage gives back nothing that it did not open."""
        joined = host.begin()
        joined.run(lambda tx: tx.insert(event("1")))
        joined.close()
        joined.run(lambda tx: host.add_order(tx.connection, "1"))
        host.commit()
        assert host.orders() == ["1"]
        assert storage.read(lambda tx: tx.count(_EVENTS)) == 1

    def test_the_hosts_reads_see_our_writes(self, host: Host, storage: Storage) -> None:
        """Inside one transaction, `read` sees what `run` wrote before."""
        joined = host.begin()
        joined.run(lambda tx: tx.insert(event("1")))
        assert joined.read(lambda tx: tx.count(_EVENTS)) == 1
        host.rollback()
        assert storage.read(lambda tx: tx.count(_EVENTS)) == 0


def _write_beside_order(host: Host, write: Write) -> None:
    def work(tx: Transaction) -> None:
        host.add_order(tx.connection, "1")
        write.act(tx)

    host.begin().run(work)
