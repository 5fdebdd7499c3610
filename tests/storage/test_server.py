"""PostgreSQL and MariaDB: lost connections, deadlocks, and too many threads."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from linecs.model import StoredEvent
from linecs.storage.ports import Query, SchemaOutdatedError, StorageError, equal
from linecs.storage.sql import SqlStorage, connections
from linecs.storage.tables import Counter
from linecs.testing.storage_contract.samples import event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linecs.storage.ports import Transaction

pytestmark = pytest.mark.parametrize("database_url", ["postgresql", "mariadb"], indirect=True)
EVENTS = Query(row=StoredEvent)


@pytest.fixture
def storage(sql_storage: SqlStorage, database_url: str) -> Iterator[SqlStorage]:
    """A store of its own, whose connections may be cut; the tables are empty."""
    assert sql_storage
    storage = SqlStorage.connect(database_url)
    yield storage
    storage.close()


@pytest.fixture
def operator(database_url: str) -> Iterator[sa.Connection]:
    """Somebody who runs the server."""
    engine = sa.create_engine(database_url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


def own_connection(tx: Transaction) -> int:
    """The server's number of the transaction's connection."""
    name = "pg_backend_pid" if tx.connection.dialect.name == "postgresql" else "connection_id"
    number: int = tx.connection.exec_driver_sql(f"SELECT {name}()").scalar()
    return number


def cut(operator: sa.Connection, number: int) -> None:
    """End a connection, as a restart of the server does."""
    if operator.dialect.name == "postgresql":
        # Waits until it has ended, for at most so many milliseconds.
        assert operator.exec_driver_sql(f"SELECT pg_terminate_backend({number}, 5000)").scalar()
    else:
        operator.exec_driver_sql(f"KILL {number}")


def test_a_connection_that_was_cut_is_replaced(
    storage: SqlStorage, operator: sa.Connection
) -> None:
    """After the server's restart the next transaction goes through."""
    cut(operator, storage.run(own_connection))
    storage.run(lambda tx: tx.insert(event("1")))
    assert storage.read(lambda tx: tx.count(EVENTS)) == 1


def test_a_transaction_that_was_cut_is_done_again(
    storage: SqlStorage, operator: sa.Connection
) -> None:
    """Nothing was committed, so the whole work runs once more."""
    tries: list[int] = []

    def work(tx: Transaction) -> None:
        tries.append(own_connection(tx))
        if len(tries) == 1:
            cut(operator, tries[0])
        tx.insert(event("1"))

    storage.run(work)
    assert len(tries) == 2
    assert storage.read(lambda tx: tx.count(EVENTS)) == 1


def test_a_commit_that_was_cut_is_not_done_again(
    storage: SqlStorage, operator: sa.Connection
) -> None:
    """Whether it holds nobody knows, so the caller hears of it."""
    tries: list[int] = []

    def work(tx: Transaction) -> None:
        tx.insert(event("1"))
        tries.append(own_connection(tx))
        cut(operator, tries[0])

    with pytest.raises(StorageError, match="lost while committing"):
        storage.run(work)
    assert len(tries) == 1
    assert storage.run(lambda tx: tx.insert_absent(event("2"))) == [True]


def test_a_deadlock_is_done_again(storage: SqlStorage) -> None:
    """Two transactions that lock two rows crosswise both go through, one after the other."""
    storage.run(lambda tx: tx.insert(Counter(name="a"), Counter(name="b")))
    both_hold_one = threading.Barrier(2)
    tries: list[str] = []

    def add_crosswise(first: str, second: str) -> Callable[[Transaction], None]:
        def work(tx: Transaction) -> None:
            tx.add(Counter, first, {"value": 1})
            tries.append(first)
            if tries.count(first) == 1:
                both_hold_one.wait()
            tx.add(Counter, second, {"value": 1})

        return work

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(storage.run, [add_crosswise("a", "b"), add_crosswise("b", "a")]))
    assert len(tries) > 2
    values = storage.read(lambda tx: [tx.get(Counter, name).value for name in "ab"])
    assert values == [2, 2]


def test_a_work_that_fails_for_good_is_done_once(storage: SqlStorage) -> None:
    """An error of the work's own is no reason to repeat it."""
    tries: list[int] = []

    def work(tx: Transaction) -> None:
        tries.append(tx.count(EVENTS))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        storage.run(work)
    assert len(tries) == 1


def test_a_callback_writes_the_shops_rows(storage: SqlStorage) -> None:
    """What it writes by SQLAlchemy's connection commits with ours, transaction by transaction."""
    name = "linecs_counters"

    def insert(tx: Transaction) -> None:
        tx.insert(event("1"))
        tx.connection.execute(sa.text(f"INSERT INTO {name} (name, value) VALUES ('shop', 7)"))  # noqa: S608 - a constant

    storage.run(insert)
    assert storage.read(lambda tx: tx.get(Counter, "shop")).value == 7
    with pytest.raises(StorageError):
        storage.run(insert)
    storage.run(lambda tx: tx.update(Counter, [equal("name", "shop")], {"value": 8}))
    assert storage.read(lambda tx: tx.get(Counter, "shop")).value == 8


def test_too_many_threads_hear_why_they_wait(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread that finds no connection free in time is told which setting to raise."""
    monkeypatch.setattr(connections, "_PATIENCE_SECONDS", 0.05)
    storage = SqlStorage.connect(database_url, pool_size=1)
    in_use, done = threading.Event(), threading.Event()

    def hold(_: Transaction) -> None:
        in_use.set()
        assert done.wait(10)

    with ThreadPoolExecutor(1) as threads:
        holding = threads.submit(storage.run, hold)
        assert in_use.wait(10)
        with pytest.raises(StorageError, match="pool_size"):
            storage.run(lambda tx: tx.count(EVENTS))
        done.set()
        holding.result(10)
    storage.close()


def test_a_server_that_cannot_be_reached_is_named_without_the_password(database_url: str) -> None:
    """The error says what was wrong, and keeps the secret."""
    address = sa.make_url(database_url).set(port=1, password="geheim")
    storage = SqlStorage.connect(address)
    with pytest.raises(StorageError, match="cannot connect") as caught:
        storage.check()
    assert "geheim" not in str(caught.value)


def test_missing_tables_name_the_command(database_url: str) -> None:
    """`check` says what to run, with the prefix."""
    storage = SqlStorage.connect(database_url, prefix="other_")
    with pytest.raises(SchemaOutdatedError, match=r"linecs migrate URL.*--prefix other_"):
        storage.check()
    storage.close()


def test_whoever_works_without_tables_hears_of_the_command(database_url: str) -> None:
    """Not only who checks first; a worker meets it at its first look."""
    storage = SqlStorage.connect(database_url, prefix="other_")
    for work in (lambda tx: tx.select(Query(row=Counter)), lambda tx: tx.insert(Counter(name="a"))):
        with pytest.raises(SchemaOutdatedError, match="linecs migrate URL"):
            storage.run(work)
    storage.close()


def test_asking_for_missing_tables_costs_the_host_nothing(
    database_url: str, operator: sa.Connection
) -> None:
    """In a borrowed transaction `check` fails, and the host goes on."""
    storage = SqlStorage.connect(database_url, prefix="other_")
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        with pytest.raises(SchemaOutdatedError):
            storage.join(connection).check()
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    assert operator.exec_driver_sql("SELECT 1").scalar() == 1
