"""How many messages a second leave the outbox, each with its outcome recorded.

LINE answers at once here: what is measured is what we do around the call. Beside it stands an
outbox by hand that claims in batches of 100 and completes one by one, and procrastinate with as
many jobs at once as suits it best.

Run: python bench/outbox.py
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import procrastinate
import psycopg
import sqlalchemy as sa
from attrs import evolve
from servers import postgresql
from webhooks import CHANNEL, webhook

from linecs.delivery.outcomes import Accepted, SentMessage
from linecs.desk import SupportDesk
from linecs.desk.outgoing import queue_messages
from linecs.model import (
    Author,
    Conversation,
    ConversationId,
    Customer,
    CustomerId,
    LineUserId,
    Message,
    MessageState,
    new_id,
)
from linecs.storage.ports import Query, equal
from linecs.storage.sql import SqlStorage, migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.queues import SimpleQueue
    from multiprocessing.synchronize import Barrier

    from linecs.desk.gateways import Gateways
    from linecs.model import Attempt
    from linecs.storage.ports import Transaction

    Ended = SimpleQueue[float]

MESSAGES = int(os.environ.get("LINECS_BENCH_MESSAGES", "4000"))
JOBS = 1000
PAIRS = 3
_BATCH = 100
_TEXT = {"type": "text", "text": "ご注文の品を発送しました。"}
_PROCESSES = multiprocessing.get_context("fork")


class AtOnce:
    """A LINE that accepts at once, without a network."""

    def of(self, _channel_id: str) -> AtOnce:
        """Return the way to any channel."""
        return self

    def send(self, attempt: Attempt) -> Accepted:
        """Accept."""
        sent = tuple(SentMessage(line_message_id=each) for each in attempt.message_ids)
        return Accepted(sent=sent, request_id=attempt.id)


def _desk(url: str) -> SupportDesk:
    desk = SupportDesk(storage=SqlStorage.connect(url), channels=[CHANNEL])
    at_once = cast("Gateways", AtOnce())
    desk._core = evolve(desk._core, gateways=at_once)  # noqa: SLF001 - no network here
    return desk


def _fill(url: str) -> None:
    """Queue one message each for many customers."""
    with closing(SqlStorage.connect(url)) as storage:
        now = time.time_ns() // 1_000_000
        for start in range(0, MESSAGES, 500):
            rows = [row for number in range(start, start + 500) for row in _queued(number, now)]
            storage.run(partial(_insert, rows))


def _insert(rows: Sequence[object], tx: Transaction) -> None:
    tx.insert(*rows)


def _queued(number: int, now: int) -> Sequence[object]:
    customer = Customer(
        id=CustomerId(new_id(now)),
        channel_id=CHANNEL.id,
        line_user_id=LineUserId(f"U{number:032x}"),
        first_seen_at=now,
        last_seen_at=now,
    )
    conversation = Conversation(
        id=ConversationId(customer.id), channel_id=CHANNEL.id, customer_id=customer.id
    )
    queued = queue_messages(
        conversation, [_TEXT], ticket_id=None, author=Author.OPERATOR, author_id="hanako", now=now
    )
    return [customer, queued.conversation, *queued.rows]


def _deliver(url: str, begin: Barrier, ended: Ended) -> None:
    desk = _desk(url)
    taken = 0
    while taken < _BATCH:
        taken += desk.deliver()
    begin.wait()
    while desk.deliver():
        pass
    ended.put(time.perf_counter())


def _sent(url: str) -> int:
    where = (equal("state", MessageState.SENT),)
    with closing(SqlStorage.connect(url)) as storage:
        return storage.read(lambda tx: tx.count(Query(row=Message, where=where)))


def _rate(worker: Callable[..., None], url: str, workers: int) -> float:
    """Return messages a second of so many processes; each takes a first batch unmeasured."""
    begin, ended = _PROCESSES.Barrier(workers + 1), _PROCESSES.SimpleQueue()
    settings = (url, begin, ended)
    processes = [_PROCESSES.Process(target=worker, args=settings) for _ in range(workers)]
    for process in processes:
        process.start()
    begin.wait()
    began = time.perf_counter()
    # Until the last message is out; how long a process takes to end is no dispatching.
    spent = max(ended.get() for _ in processes) - began
    for process in processes:
        process.join()
    assert all(process.exitcode == 0 for process in processes)
    return (MESSAGES - workers * _BATCH) / spent


def _ours(url: str, workers: int) -> float:
    migrate(url)
    _fill(url)
    rate = _rate(_deliver, url, workers)
    assert _sent(url) == MESSAGES
    return rate


class ByHand:
    """An outbox of one table, as one writes it by hand: claimed in batches, completed singly."""

    def __init__(self, url: str) -> None:
        address = sa.make_url(url)
        self._server = address.get_backend_name() != "sqlite"
        if self._server:
            plain = address.set(drivername="postgresql")
            self.database: Any = psycopg.connect(
                plain.render_as_string(hide_password=False), autocommit=True
            )
        else:
            self.database = sqlite3.connect(str(address.database), isolation_level=None, timeout=60)
            self.database.execute("PRAGMA journal_mode=WAL")
            self.database.execute("PRAGMA synchronous=FULL")
        self._cursor = self.database.cursor()

    def fill(self) -> None:
        """Queue the same messages."""
        self._cursor.execute(
            "CREATE TABLE outbox (id VARCHAR(32) PRIMARY KEY, state VARCHAR(16), due BIGINT, "
            "receiver VARCHAR(64), body TEXT, request_id VARCHAR(64))"
        )
        self._cursor.execute("CREATE INDEX outbox_due ON outbox (state, due)")
        rows = [
            (new_id(1), "waiting", number, f"U{number:032x}", json.dumps(_TEXT), "")
            for number in range(MESSAGES)
        ]
        self._begin()
        self._cursor.executemany(self._text("INSERT INTO outbox VALUES (?,?,?,?,?,?)"), rows)
        self._cursor.execute("COMMIT")

    def dispatch(self) -> bool:
        """Claim a batch and complete each of it in a commit of its own."""
        skip = "FOR UPDATE SKIP LOCKED" if self._server else ""
        self._begin()
        self._cursor.execute(
            "UPDATE outbox SET state = 'calling' WHERE id IN (SELECT id FROM outbox WHERE "  # noqa: S608 - our own words
            f"state = 'waiting' ORDER BY due LIMIT {_BATCH} {skip}) RETURNING id, receiver, body"
        )
        claimed = self._cursor.fetchall()
        self._cursor.execute("COMMIT")
        complete = self._text("UPDATE outbox SET state = 'sent', request_id = ? WHERE id = ?")
        for message_id, *_ in claimed:
            self._cursor.execute(complete, (message_id, message_id))
        return bool(claimed)

    def _begin(self) -> None:
        self._cursor.execute("BEGIN" if self._server else "BEGIN IMMEDIATE")

    def _text(self, text: str) -> str:
        return text.replace("?", "%s") if self._server else text


def _dispatch(url: str, begin: Barrier, ended: Ended) -> None:
    by_hand = ByHand(url)
    by_hand.dispatch()
    begin.wait()
    while by_hand.dispatch():
        pass
    ended.put(time.perf_counter())


def _theirs(url: str, workers: int) -> float:
    by_hand = ByHand(url)
    by_hand.fill()
    by_hand.database.close()
    return _rate(_dispatch, url, workers)


def _procrastinate(url: str, at_once: int) -> float:
    """Return procrastinate's jobs a second, so many at a time."""
    plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connector = procrastinate.PsycopgConnector(conninfo=plain)
    app = procrastinate.App(connector=connector)

    @app.task(name="send")
    async def send(message_id: str) -> None:
        """Accept."""

    async def measured() -> float:
        async with app.open_async():
            await app.schema_manager.apply_schema_async()
            jobs: list[Any] = [{"message_id": str(number)} for number in range(JOBS)]
            await send.batch_defer_async(*jobs)
            began = time.perf_counter()
            await app.run_worker_async(
                wait=False,
                concurrency=at_once,
                listen_notify=False,
                install_signal_handlers=False,
            )
            return JOBS / (time.perf_counter() - began)

    return asyncio.run(measured())


def _jobs(at_once: int) -> tuple[float, int]:
    with postgresql() as url:
        return _procrastinate(url, at_once), at_once


def _intake_waits(url: str, began: Any, ended: Any, waits: Any) -> None:  # noqa: ANN401 - of multiprocessing
    desk = _desk(url)
    began.wait()
    number = 0
    while not ended.is_set():
        one = webhook(number)
        since = time.perf_counter()
        desk.receive(*one)
        waits.append(time.perf_counter() - since)
        number += 1
        time.sleep(0.002)


def _waits(url: str, workers: int) -> list[float]:
    """Return how long webhooks waited, in ms, while so many processes dispatched."""
    migrate(url)
    _fill(url)
    with _PROCESSES.Manager() as manager:
        waits = manager.list()
        began, ended = _PROCESSES.Event(), _PROCESSES.Event()
        intake = _PROCESSES.Process(target=_intake_waits, args=(url, began, ended, waits))
        intake.start()
        began.set()
        _rate(_deliver, url, workers)
        ended.set()
        intake.join()
        return sorted(each * 1000 for each in waits)


def _pairs(workers: int, fresh: Callable[[], Any]) -> tuple[float, float]:
    ours, theirs = [], []
    for _ in range(PAIRS):
        with fresh() as url:
            ours.append(_ours(url, workers))
        with fresh() as url:
            theirs.append(_theirs(url, workers))
    return statistics.median(ours), statistics.median(theirs)


class _File:
    """A fresh SQLite file, gone in the end."""

    def __enter__(self) -> str:
        self._directory = tempfile.TemporaryDirectory()
        return f"sqlite:///{Path(self._directory.name) / 'outbox.db'}"

    def __exit__(self, *error: object) -> None:
        self._directory.cleanup()


def main() -> None:
    """Print rates, their ratios, and how long webhooks waited meanwhile."""
    print(f"{MESSAGES} messages to as many customers, median of {PAIRS} runs in turn")
    print(f"{'messages a second':<32}{'linecs':>10}{'by hand':>10}{'ratio':>8}")
    settings = [("SQLite, FULL", _File, 1), ("PostgreSQL", postgresql, 1)]
    settings += [("PostgreSQL", postgresql, 4)]
    rates = {}
    for kind, fresh, workers in settings:
        ours, theirs = _pairs(workers, fresh)
        rates[kind, workers] = ours
        name = f"{kind}, {workers} worker(s)"
        print(f"{name:<32}{ours:>10.0f}{theirs:>10.0f}{ours / theirs:>8.2f}")
    jobs, at_once = max(_jobs(each) for each in (1, 10, 50))
    name = f"procrastinate, {at_once} at a time"
    print(f"{name:<32}{'':>10}{jobs:>10.0f}{rates['PostgreSQL', 1] / jobs:>8.2f}")
    for workers in (1, 4):
        with _File() as url:
            waits = _waits(url, workers)
        p99 = waits[int(len(waits) * 0.99)]
        print(f"SQLite, {workers} dispatching: {len(waits)} webhooks waited ", end="")
        print(f"{statistics.median(waits):.1f} ms, p99 {p99:.1f}, at most {waits[-1]:.1f}")


if __name__ == "__main__":
    main()
