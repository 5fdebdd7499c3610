"""What a webhook costs: to open, to make durable, and to answer, beside doing it by hand.

Run: python bench/intake.py
"""

from __future__ import annotations

import base64
import hmac
import json
import sqlite3
import statistics
import tempfile
import time
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy as sa
from linebot.v3.webhook import WebhookHandler, WebhookParser
from linebot.v3.webhooks import MessageEvent, TextMessageContent
from servers import postgresql
from spoken import Spoken, repeat
from tables import medians, print_ratios
from webhooks import CHANNEL, QUESTION, SECRET, webhook

from linecs.desk import SupportDesk
from linecs.intake import open_body, parse_event
from linecs.replies import KeywordResponder, KeywordRule
from linecs.storage.sql import SqlStorage, migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoken import Statement

    from linecs.storage.ports import Storage

CHANNELS = {CHANNEL.bot_user_id: CHANNEL}
ANSWERS = 900
CUSTOMERS = 100
ROUNDS = 9
CALLS = 400


def open_by_hand(body: bytes, signature: str) -> list[dict[str, Any]]:
    """Verify and parse with nothing but the standard library."""
    expected = base64.b64encode(hmac.digest(SECRET.encode(), body, "sha256"))
    assert hmac.compare_digest(expected, signature.encode())
    events: list[dict[str, Any]] = json.loads(body)["events"]
    return events


def opening(events: int) -> None:
    """Print what opening a body and typing its events costs; nothing is kept."""
    body, signature = webhook(0, events=events)
    parser, handler = WebhookParser(SECRET), _empty_handler()
    opened = partial(open_body, body, signature, channels=CHANNELS, now=1)
    subjects: dict[str, Callable[[], object]] = {
        "HMAC + json.loads": lambda: open_by_hand(body, signature),
        "open_body: verify, split, rows": opened,
        "open_body + parse_event": lambda: [parse_event(each) for each in opened().events],
        "SDK WebhookParser.parse": lambda: parser.parse(body.decode(), signature),
        "SDK WebhookHandler.handle": lambda: handler.handle(body.decode(), signature),
    }
    title = f"A body of {events} text event(s), us a body"
    values = medians(subjects, rounds=ROUNDS, calls=2000 // events)
    print_ratios(title, values, "HMAC + json.loads", "SDK WebhookParser.parse")


def _empty_handler() -> WebhookHandler:
    handler = WebhookHandler(SECRET)
    handler.add(MessageEvent, message=TextMessageContent)(lambda _event: None)
    return handler


def durable(directory: Path) -> None:
    """Print what it costs to have one text event verified, parsed and committed."""
    handler = _empty_handler()
    subjects: dict[str, Callable[[tuple[bytes, str]], object]] = {}
    for level in ("FULL", "NORMAL"):
        by_hand = _insert_by_hand(directory / f"hand-{level}.db", level)
        store = SqlStorage.connect(f"sqlite:///{directory}/desk-{level}.db", synchronous=level)
        desk = SupportDesk(storage=store, channels=[CHANNEL])
        subjects[f"sqlite3 by hand, {level}"] = by_hand
        subjects[f"desk.receive, {level}"] = partial(_receive, desk)
    subjects["SDK WebhookHandler.handle"] = lambda one: handler.handle(one[0].decode(), one[1])
    numbers = count()
    fresh = (webhook(number) for number in numbers)
    # Signing a new body is no part of what is measured, so bodies are made ahead.
    pools = {name: [next(fresh) for _ in range(ROUNDS * CALLS)] for name in subjects}
    runs = {name: partial(_next, run, pools[name]) for name, run in subjects.items()}
    values = medians(runs, rounds=ROUNDS, calls=CALLS)
    for level in ("FULL", "NORMAL"):
        baseline = f"sqlite3 by hand, {level}"
        kept = {each: v for each, v in values.items() if level in each or "SDK" in each}
        title = f"One text event verified, parsed and durable; SQLite, synchronous {level}"
        print_ratios(title, kept, baseline, "SDK WebhookHandler.handle")


def _receive(desk: SupportDesk, one: tuple[bytes, str]) -> None:
    desk.receive(*one)


def _next(run: Callable[[tuple[bytes, str]], object], pool: list[tuple[bytes, str]]) -> None:
    run(pool.pop())


def _insert_by_hand(path: Path, synchronous: str) -> Callable[[tuple[bytes, str]], None]:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute(f"PRAGMA synchronous={synchronous}")
    database.execute("CREATE TABLE events (id TEXT PRIMARY KEY, lane TEXT, at BIGINT, raw TEXT)")

    def insert(one: tuple[bytes, str]) -> None:
        database.execute("BEGIN IMMEDIATE")
        for event in open_by_hand(*one):
            row = (
                event["webhookEventId"],
                event["source"]["userId"],
                event["timestamp"],
                json.dumps(event, ensure_ascii=False),
            )
            database.execute("INSERT INTO events VALUES (?,?,?,?) ON CONFLICT DO NOTHING", row)
        database.execute("COMMIT")

    return insert


def answering(kind: str, urls: Sequence[str], connect: Callable[[], Any]) -> None:
    """Print what receive + process of one keyword answer costs beside the bare statements.

    The first of three equal databases hears a desk whose statements are written down, the
    second a desk at full speed, the third the same statements from the bare driver.
    """
    first, second = (SqlStorage.connect(url) for url in urls)
    spoken = Spoken(first)
    with spoken.listening():
        asked = _answer_all(_desk(spoken), spoken)
    desk, bare = _desk(second), connect()
    cursor = bare.cursor()
    end = (lambda: None) if kind.startswith("SQLite") else bare.commit
    ours, theirs = [], []
    for one, statements in asked:
        began = time.perf_counter()
        _answer(desk, one)
        between = time.perf_counter()
        open_by_hand(*one)
        repeat(cursor, statements, end)
        ours.append((between - began) * 1e6)
        theirs.append((time.perf_counter() - between) * 1e6)
    said = asked[-1][1]
    commits = sum(1 for text, _, how in said if how == "end" or text == "COMMIT")
    values = {
        f"{len(said) - commits} statements by hand, HMAC, json.loads": _typical(theirs),
        "desk.receive + desk.process": _typical(ours),
    }
    print_ratios(
        f"One keyword answer, stored, decided and queued; {kind}", values, next(iter(values))
    )
    first.close()
    second.close()
    bare.close()


def _desk(storage: Storage) -> SupportDesk:
    rule = KeywordRule(id="return", exact=(QUESTION,), texts=("到着後8日以内なら返品できます。",))
    return SupportDesk(storage=storage, channels=[CHANNEL], responder=KeywordResponder([rule]))


def _answer_all(
    desk: SupportDesk, spoken: Spoken
) -> list[tuple[tuple[bytes, str], list[Statement]]]:
    asked = []
    for number in range(ANSWERS):
        one = webhook(number, customers=CUSTOMERS)
        _answer(desk, one)
        asked.append((one, spoken.taken()))
    return asked


def _answer(desk: SupportDesk, one: tuple[bytes, str]) -> None:
    desk.receive(*one)
    assert desk.process(wait=0) == 1


def _typical(values: Sequence[float]) -> float:
    """The median over customers who have written before."""
    return statistics.median(values[CUSTOMERS * 2 :])


def main() -> None:
    """Print all tables."""
    opening(1)
    opening(100)
    with tempfile.TemporaryDirectory() as directory:
        durable(Path(directory))
        files = [Path(directory) / f"answer-{number}.db" for number in range(3)]
        urls = [f"sqlite:///{each}" for each in files]
        SqlStorage.connect(urls[2]).close()
        answering("SQLite, synchronous FULL", urls[:2], lambda: _sqlite(files[2]))
    with postgresql() as first, postgresql() as second, postgresql() as third:
        for url in (first, second, third):
            migrate(url)
        address = sa.make_url(third).set(drivername="postgresql")
        connect = partial(psycopg.connect, address.render_as_string(hide_password=False))
        answering("PostgreSQL", [first, second], connect)


def _sqlite(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, cached_statements=512)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        database.execute(f"PRAGMA {pragma}")
    return database


if __name__ == "__main__":
    main()
