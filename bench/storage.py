"""The stores beside hand-written SQL on the same tables, in one run.

    python bench/storage.py [insert] [dispatch] [writers]

`insert` stores one webhook event a transaction. `dispatch` claims waiting jobs a hundred at a
time and records each outcome in a commit of its own. `writers` is what a webhook waits for
when many threads of several processes write to one SQLite file.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import multiprocessing
import os
import secrets
import sqlite3
import statistics
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy as sa
from attrs import evolve

from linecs.model import ChannelId, EventId, EventState, StoredEvent
from linecs.storage.ports import Query, equal
from linecs.storage.sql import SqlStorage, migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Barrier

    from linecs.storage.ports import Transaction

POSTGRESQL = os.environ.get(
    "LINECS_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)
ROUNDS = 15
EVENTS_A_ROUND = 300
COLUMNS = "id, channel_id, lane, type, occurred_at, received_at, raw, state, tries, error"
RAW = '{"type":"message","message":{"type":"text","id":"1","text":"' + "返品できますか" * 5 + '"}}'
_numbers = itertools.count()


def new_event() -> StoredEvent:
    """A text event with an id never seen before, in the order of its time."""
    number = next(_numbers)
    return StoredEvent(
        id=EventId(f"01K{os.getpid():08X}{number:015X}"),
        channel_id=ChannelId("main"),
        lane=f"U{number % 1000:032x}",
        type="message",
        occurred_at=1_790_000_000_000 + number,
        received_at=1_790_000_000_000 + number,
        raw=RAW,
    )


def as_tuple(event: StoredEvent) -> tuple[Any, ...]:
    """What a hand-written insert takes."""
    return (
        event.id,
        event.channel_id,
        event.lane,
        event.type,
        event.occurred_at,
        event.received_at,
        event.raw,
        "pending",
        0,
        "",
    )


def interleaved(subjects: dict[str, Callable[[StoredEvent], object]]) -> dict[str, float]:
    """Median microseconds of each, measured in turns so that a slow moment hits all."""
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for turn in range(ROUNDS + 1):
        for name, store in subjects.items():
            events = [new_event() for _ in range(EVENTS_A_ROUND)]
            started = time.perf_counter()
            for event in events:
                store(event)
            if turn:  # the first warms up
                times[name].append((time.perf_counter() - started) / EVENTS_A_ROUND * 1e6)
    return {name: statistics.median(rounds) for name, rounds in times.items()}


def show(title: str, results: dict[str, float], unit: str) -> None:
    """Print a table whose first row is the baseline."""
    baseline = next(iter(results.values()))
    print(f"\n{title}")
    for name, value in results.items():
        print(f"  {name:<44}{value:>10,.1f} {unit:<7}{value / baseline:>7.2f}x")


@contextmanager
def sqlite_files() -> Iterator[Callable[[str], str]]:
    """Give paths of new SQLite files with our tables."""
    with tempfile.TemporaryDirectory() as directory:

        def make(name: str) -> str:
            path = str(Path(directory) / name)
            migrate(f"sqlite:///{path}")
            return path

        yield make


def plain_sqlite(path: str, synchronous: str, *, begin: str | None = "") -> sqlite3.Connection:
    """A connection as careful people set it up."""
    connection = sqlite3.connect(path, isolation_level=begin, check_same_thread=False, timeout=30)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={synchronous}")
    return connection


INSERT_SQLITE = f"INSERT OR IGNORE INTO linecs_events ({COLUMNS}) VALUES ({', '.join('?' * 10)})"  # noqa: S608 - constants
INSERT_POSTGRESQL = (
    f"INSERT INTO linecs_events ({COLUMNS}) VALUES ({', '.join(['%s'] * 10)})"  # noqa: S608 - as above
    " ON CONFLICT DO NOTHING"
)


def bench_insert_sqlite() -> None:
    """One event a commit into a file."""
    for synchronous in ("NORMAL", "FULL"):
        with sqlite_files() as make:
            connection = plain_sqlite(make("plain.db"), synchronous)
            storage = SqlStorage.connect(f"sqlite:///{make('ours.db')}", synchronous=synchronous)

            def by_hand(event: StoredEvent, connection: sqlite3.Connection = connection) -> None:
                connection.execute(INSERT_SQLITE, as_tuple(event))
                connection.commit()

            def ours(event: StoredEvent, storage: SqlStorage = storage) -> None:
                storage.run(lambda tx: tx.insert_absent(event))

            results = interleaved({"sqlite3, INSERT + COMMIT": by_hand, "linecs": ours})
            show(f"One event a commit, SQLite, synchronous {synchronous}", results, "us")
            connection.close()
            storage.close()


@contextmanager
def postgresql_database() -> Iterator[sa.URL]:
    """Give a scratch database with our tables; drop it in the end."""
    address = sa.make_url(POSTGRESQL)
    name = f"linecs_bench_{secrets.token_hex(4)}"
    server = sa.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        migrate(address.set(database=name))
        yield address.set(database=name)
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def plain_psycopg(url: sa.URL) -> psycopg.Connection:
    """A connection of psycopg alone."""
    return psycopg.connect(
        host=url.host, port=url.port, user=url.username, password=url.password, dbname=url.database
    )


def bench_insert_postgresql() -> None:
    """One event a commit over a socket."""
    with postgresql_database() as url, plain_psycopg(url) as connection:
        storage = SqlStorage.connect(url)

        def by_hand(event: StoredEvent) -> None:
            connection.execute(INSERT_POSTGRESQL, as_tuple(event))
            connection.commit()

        def ours(event: StoredEvent) -> None:
            storage.run(lambda tx: tx.insert_absent(event))

        results = interleaved({"psycopg, INSERT + COMMIT": by_hand, "linecs": ours})
        show("One event a commit, PostgreSQL", results, "us")
        storage.close()


PROCESSES = 2
THREADS = 16
SECONDS = 6.0


def write_for_a_while(kind: str, path: str, start: Barrier, waits: Queue[list[float]]) -> None:
    """Store events in many threads; send how long each commit took, in ms."""
    store = busy_handler_store(path) if kind == "busy handler" else our_store(path)
    taken: list[float] = []
    start.wait()
    until = time.perf_counter() + SECONDS

    def write() -> None:
        while (began := time.perf_counter()) < until:
            store(new_event())
            taken.append((time.perf_counter() - began) * 1e3)

    threads = [threading.Thread(target=write) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    waits.put(taken)


def our_store(path: str) -> Callable[[StoredEvent], object]:
    """Store by linecs."""
    storage = SqlStorage.connect(f"sqlite:///{path}")
    return lambda event: storage.run(lambda tx: tx.insert_absent(event))


def busy_handler_store(path: str) -> Callable[[StoredEvent], object]:
    """Store by a connection a thread, which SQLite's busy handler lets wait."""
    local = threading.local()
    connections = [plain_sqlite(path, "FULL", begin="IMMEDIATE") for _ in range(THREADS)]

    def store(event: StoredEvent) -> None:
        if not hasattr(local, "connection"):
            local.connection = connections.pop()
        local.connection.execute(INSERT_SQLITE, as_tuple(event))
        local.connection.commit()

    return store


def bench_writers() -> None:
    """Commits a second and their waits, by many threads of two processes."""
    print(f"\n{PROCESSES} processes x {THREADS} threads, SQLite, synchronous FULL")
    context = multiprocessing.get_context("spawn")
    for kind in ("busy handler", "linecs", "busy handler", "linecs"):
        with sqlite_files() as make:
            path = make("writers.db")
            start, waits = context.Barrier(PROCESSES), context.Queue()
            arguments = (kind, path, start, waits)
            processes = [
                context.Process(target=write_for_a_while, args=arguments) for _ in range(PROCESSES)
            ]
            for process in processes:
                process.start()
            all_waits = sorted(wait for _ in processes for wait in waits.get())
            for process in processes:
                process.join()
            p99 = all_waits[int(len(all_waits) * 0.99)]
            print(
                f"  {kind:<20}{len(all_waits) / SECONDS:>10,.0f} /s   median"
                f"{statistics.median(all_waits):>8.2f} ms   p99{p99:>9.2f} ms"
                f"   worst{all_waits[-1]:>9.1f} ms"
            )


DISPATCHED = 3000
BATCH = 100
PENDING = Query(
    row=StoredEvent,
    where=(equal("state", EventState.PENDING),),
    order=("occurred_at",),
    limit=BATCH,
)


def dispatch_ours(storage: SqlStorage) -> int:
    """Claim a batch, then record each outcome by itself; return how many."""
    claimed = storage.run(lambda tx: tx.claim(PENDING, {"state": EventState.KEPT}))
    for event in claimed:
        done = evolve(event, state=EventState.DONE)
        storage.run(functools.partial(_save, event, done))
    return len(claimed)


def _save(before: StoredEvent, after: StoredEvent, tx: Transaction) -> None:
    assert tx.save(before, after, guard=("state",))


def dispatch_by_hand(connection: Any, mark: str, lock: str) -> int:  # noqa: ANN401 - sqlite3 or psycopg
    """Do the same by hand."""
    cursor = connection.cursor()
    cursor.execute(
        f"SELECT {COLUMNS} FROM linecs_events WHERE state = 'pending'"  # noqa: S608 - constants
        f" ORDER BY occurred_at LIMIT {BATCH} {lock}"
    )
    names = [row[0] for row in cursor.fetchall()]
    if names:
        marks = ", ".join([mark] * len(names))
        cursor.execute(f"UPDATE linecs_events SET state = 'kept' WHERE id IN ({marks})", names)  # noqa: S608 - constants
    connection.commit()
    settle = f"UPDATE linecs_events SET state = 'done' WHERE id = {mark} AND state = 'kept'"  # noqa: S608 - constants
    for name in names:
        cursor.execute(settle, (name,))
        assert cursor.rowcount == 1
        connection.commit()
    return len(names)


def rate(dispatches: list[Callable[[], int]]) -> float:
    """Return events a second of workers that go on until nothing is left."""

    def work(dispatch: Callable[[], int]) -> int:
        return sum(iter(dispatch, 0))

    began = time.perf_counter()
    with ThreadPoolExecutor(len(dispatches)) as workers:
        count = sum(workers.map(work, dispatches))
    assert count == DISPATCHED
    return count / (time.perf_counter() - began)


def compare_dispatch(
    title: str,
    storage: SqlStorage,
    by_hand: list[Callable[[], int]],
) -> None:
    """Let as many workers of each kind dispatch the same number of events, in turns."""
    rates: dict[str, list[float]] = {"by hand": [], "linecs": []}
    ours = [functools.partial(dispatch_ours, storage)] * len(by_hand)
    for _ in range(3):
        for name, workers in (("by hand", by_hand), ("linecs", ours)):
            storage.run(lambda tx: tx.insert(*(new_event() for _ in range(DISPATCHED))))
            rates[name].append(rate(workers))
    show(title, {name: statistics.median(values) for name, values in rates.items()}, "/s")


def bench_dispatch() -> None:
    """Claims in batches, outcomes one by one."""
    with sqlite_files() as make:
        path = make("dispatch.db")
        storage = SqlStorage.connect(f"sqlite:///{path}")
        connection = plain_sqlite(path, "FULL")
        by_hand = functools.partial(dispatch_by_hand, connection, "?", "")
        compare_dispatch("Dispatch, SQLite FULL, one worker", storage, [by_hand])
        storage.close()
        connection.close()
    for workers in (1, 4):
        with postgresql_database() as url, ExitStack() as stack:
            connections = [stack.enter_context(plain_psycopg(url)) for _ in range(workers)]
            storage = SqlStorage.connect(url)
            by_hands: list[Callable[[], int]] = [
                functools.partial(dispatch_by_hand, each, "%s", "FOR UPDATE SKIP LOCKED")
                for each in connections
            ]
            compare_dispatch(f"Dispatch, PostgreSQL, {workers} workers", storage, by_hands)
            storage.close()


BENCHES = {
    "insert": (bench_insert_sqlite, bench_insert_postgresql),
    "dispatch": (bench_dispatch,),
    "writers": (bench_writers,),
}


def main() -> None:
    """Run what was asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", nargs="*", choices=[*BENCHES, []], default=[*BENCHES])
    for which in parser.parse_args().which:
        for bench in BENCHES[which]:
            bench()


if __name__ == "__main__":
    main()
