"""Lists, counts, conversations and search on many tickets, beside hand-written SQL.

    python bench/inbox.py [sqlite] [postgresql] [--tickets 20000]

Builds in bulk, through the same functions that keep the rows one by one, five messages a
ticket, a tenth of the tickets live, and measures each question many times. The figures in
`docs/explanation` are of `--tickets 1000000`, which takes about ten minutes and 12 GB of disk
for both databases. `LINECS_TEST_POSTGRESQL` names another server.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sqlite3
import statistics
import tempfile
import time
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy as sa
from attrs import evolve
from inbox_world import RARE, World, index_rows, message_values, name, rows_of

from linecs.desk import SupportDesk
from linecs.desk.changes import Changes
from linecs.desk.inbox import InboxFilter, ListOrder
from linecs.model import Channel, ConversationId, Message, MessageState, TicketStatus
from linecs.storage.rows import layout_of
from linecs.storage.sql import SqlStorage, migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from linecs.model import MessageId

POSTGRESQL = os.environ.get(
    "LINECS_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)
AT_ONCE = 20_000
ROUNDS = 200


class Sqlite:
    """A file, and the driver of the standard library beside it."""

    title = f"SQLite {sqlite3.sqlite_version}"
    mark = "?"

    def __init__(self, directory: str) -> None:
        self.path = str(Path(directory) / "inbox.db")
        self.url = f"sqlite:///{self.path}"
        migrate(self.url)
        self.raw: Any = sqlite3.connect(self.path)

    def fill(self, table: str, columns: int, values: Iterable[tuple[Any, ...]]) -> None:
        """Insert rows in bulk."""
        marks = ",".join("?" * columns)
        self.raw.executemany(f"INSERT INTO linecs_{table} VALUES ({marks})", values)  # noqa: S608 - our own words

    def drop_indexes(self) -> list[str]:
        """Drop the tables' indexes; return the statements that make them again."""
        found = self.raw.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        self.raw.execute("PRAGMA synchronous = OFF")
        self.raw.execute("PRAGMA cache_size = -1000000")
        for index, _ in found:
            self.raw.execute(f"DROP INDEX {index}")
        return [text for _, text in found]

    def finish(self, statements: Iterable[str]) -> None:
        """Make the indexes and the planner's statistics."""
        for text in statements:
            self.raw.execute(text)
        self.raw.commit()
        self.raw.close()
        self.raw = sqlite3.connect(self.path, isolation_level=None)

    def size(self) -> int:
        """Bytes of the file."""
        return Path(self.path).stat().st_size


class Postgresql:
    """A database of its own on a server, and psycopg beside it."""

    mark = "%s"

    def __init__(self, url: str) -> None:
        self.url = url
        migrate(url)
        self._dsn = url.replace("postgresql+psycopg", "postgresql")
        self.raw: Any = psycopg.connect(self._dsn)
        self.title = f"PostgreSQL {self.raw.info.server_version // 10_000}"

    def fill(self, table: str, columns: int, values: Iterable[tuple[Any, ...]]) -> None:  # noqa: ARG002 - as for SQLite
        """Copy rows in."""
        with self.raw.cursor().copy(f"COPY linecs_{table} FROM STDIN") as copy:
            for each in values:
                copy.write_row(each)

    def drop_indexes(self) -> list[str]:
        """Drop the tables' indexes; return the statements that make them again."""
        found = self.raw.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE indexname NOT LIKE '%_pkey'"
            " AND tablename LIKE 'linecs_%'"
        ).fetchall()
        for index, _ in found:
            self.raw.execute(f'DROP INDEX "{index}"')
        return [text for _, text in found]

    def finish(self, statements: Iterable[str]) -> None:
        """Make the indexes and the planner's statistics."""
        self.raw.execute("SET maintenance_work_mem = '1GB'")
        for text in statements:
            self.raw.execute(text)
        self.raw.commit()
        self.raw.autocommit = True
        self.raw.execute("VACUUM ANALYZE")

    def size(self) -> int:
        """Bytes of the database."""
        found = self.raw.execute("SELECT pg_database_size(current_database())").fetchone()
        return int(found[0])


def build(database: Sqlite | Postgresql, world: World) -> None:
    """Fill the tables."""
    indexes = database.drop_indexes()
    fill_rows(database, rows_of(world))
    database.fill("messages", len(layout_of(Message).columns), message_values(world))
    fill_rows(database, index_rows(world))
    database.finish(indexes)


def fill_rows(database: Sqlite | Postgresql, rows: Iterator[object]) -> None:
    """Insert rows of any tables, many of each at once."""
    while some := list(islice(rows, AT_ONCE)):
        by_kind: dict[type[object], list[tuple[Any, ...]]] = {}
        for row in some:
            by_kind.setdefault(type(row), []).append(layout_of(type(row)).pack(row))
        for kind, values in by_kind.items():
            layout = layout_of(kind)
            database.fill(layout.table.name, len(layout.columns), values)


Times = tuple[float, float, float]


def timed(*questions: Callable[[], object], rounds: int = ROUNDS) -> list[Times]:
    """Best, median and 99th percentile in ms, asked in turns so that a slow moment hits all."""
    taken: list[list[float]] = [[] for _ in questions]
    for turn in range(rounds + 5):
        for question, times in zip(questions, taken, strict=True):
            started = time.perf_counter()
            question()
            if turn >= 5:  # the first warm up
                times.append((time.perf_counter() - started) * 1e3)
    return [
        (min(times), statistics.median(times), statistics.quantiles(times, n=100)[98])
        for times in taken
    ]


def show(title: str, ours: Times, raw: Times | None = None) -> None:
    """Print one line; the ratio is to hand-written SQL on the bare driver."""
    figures = "".join(f"{each:>10.2f}" for each in ours)
    beside = f"{raw[1]:>10.2f}{ours[1] / raw[1]:>9.2f}x" if raw else ""
    print(f"  {title:<46}{figures}{beside}")


HAND_WRITTEN = """
SELECT t.*, u.*, c.*, m.*, r.until FROM linecs_places p
JOIN linecs_tickets t ON t.id = p.ticket_id
JOIN linecs_customers u ON u.id = t.customer_id
JOIN linecs_conversations c ON c.id = t.conversation_id
LEFT JOIN linecs_messages m ON m.id = c.newest_message_id
LEFT JOIN linecs_read_marks r ON r.conversation_id = c.id AND r.operator_id = 'op1'
WHERE p.facet = 'assignee' AND p.value = 'op1' ORDER BY p.waiting, p.ticket_id LIMIT 50
"""
COUNTERS = "SELECT name, value FROM linecs_counters WHERE name >= 'inbox:' AND name < 'inbox;'"
OVERDUE = "SELECT count(*) FROM linecs_places WHERE facet = 'owed' AND value = '' AND due <= {mark}"
CONVERSATION = [
    "SELECT * FROM linecs_conversations WHERE id = {mark}",
    "SELECT * FROM linecs_customers WHERE id = {mark}",
    (
        "SELECT * FROM linecs_messages WHERE conversation_id = {mark}"
        " ORDER BY occurred_at DESC, id DESC LIMIT 51"
    ),
    "SELECT * FROM linecs_tickets WHERE conversation_id = {mark} ORDER BY opened_at DESC LIMIT 50",
    "SELECT * FROM linecs_notes WHERE conversation_id = {mark} ORDER BY at DESC LIMIT 200",
    "SELECT * FROM linecs_outbox WHERE conversation_id = {mark}",
    (
        "SELECT * FROM linecs_attempts WHERE conversation_id = {mark}"
        " AND state IN ('calling', 'waiting')"
    ),
]


def measure(database: Sqlite | Postgresql, world: World) -> None:
    """Ask everything, ours beside hand-written SQL."""
    now = world.now
    storage = SqlStorage.connect(database.url)
    channel = Channel(id="main", bot_user_id="U", secrets="s", access_token="t")  # noqa: S106 - opens nothing
    desk = SupportDesk(storage=storage, channels=[channel], clock=lambda: now)
    print(f"  {'ms':<46}{'best':>10}{'median':>10}{'p99':>10}{'by hand':>10}")
    measure_lists(database, desk)
    measure_reading(database, desk, now)
    measure_search(database, desk)
    measure_erasure(storage, desk)
    storage.close()


def measure_lists(database: Sqlite | Postgresql, desk: SupportDesk) -> None:
    """First pages of every kind, and a page far down."""
    inbox, raw = desk.inbox, database.raw
    mine = InboxFilter(assignee="op1")
    beside = timed(
        lambda: inbox.list(mine, actor="op1"), lambda: raw.execute(HAND_WRITTEN).fetchall()
    )
    show("mine, waiting longest", *beside)
    resolved = InboxFilter(status=TicketStatus.RESOLVED)
    lists = {
        "all": InboxFilter(),
        "unassigned": InboxFilter(unassigned=True),
        "overdue": InboxFilter(overdue=True),
        "mine, by mark": InboxFilter(assignee="op1", mark="クレーム"),
        "by category, of members": InboxFilter(category="返品", is_member=True),
        "by tag": InboxFilter(tag="VIP"),
        "by tag and queue": InboxFilter(tag="VIP", queue="夜間"),
        "resolved": resolved,
        "resolved, by tag": evolve(resolved, tag="VIP"),
        "resolved by the bot": evolve(resolved, answered_by_bot=True),
    }
    for title, chosen in lists.items():
        show(title, *timed(partial(inbox.list, chosen)))
    for order in (ListOrder.DUE, ListOrder.NEWEST):
        show(f"all, {order}", *timed(partial(inbox.list, order=order)))
    for title, chosen in (("all", InboxFilter()), ("resolved", resolved)):
        after = page_after(desk, chosen, 899)
        far, first = timed(partial(inbox.list, chosen, after=after), partial(inbox.list, chosen))
        show(f"{title}, page 900", far)
        print(f"  {'':<46}{far[1] / first[1]:>9.2f}x of page 1")


def page_after(desk: SupportDesk, chosen: InboxFilter, pages: int) -> str | None:
    """Where a page far down begins; the last page where there are fewer."""
    after = None
    for _ in range(pages):
        following = desk.inbox.list(chosen, after=after).next
        if following is None:
            break
        after = following
    return after


def measure_reading(database: Sqlite | Postgresql, desk: SupportDesk, now: int) -> None:
    """Counts, and the newest of a long conversation."""
    raw, mark = database.raw, database.mark
    overdue = OVERDUE.format(mark=mark)
    beside = timed(
        lambda: desk.inbox.counts(actor="op1"),
        lambda: (raw.execute(COUNTERS).fetchall(), raw.execute(overdue, (now,)).fetchall()),
    )
    show("counts of all lists", *beside)
    whose = ConversationId(name(0))
    by_hand = [text.format(mark=mark) for text in CONVERSATION]
    beside = timed(
        lambda: desk.inbox.conversation(whose),
        lambda: [raw.execute(text, (whose,)).fetchall() for text in by_hand],
    )
    show("a conversation, last fifty", *beside)


def measure_search(database: Sqlite | Postgresql, desk: SupportDesk) -> None:
    """First pages of searches; the scan beside it is what finds the same without an index."""
    words = {
        "2 characters, everywhere": "ます",
        "2 characters, common": "返品",
        "2 characters, rare": RARE[:2],
        "2 characters, absent": "鸞鳳",
        "3 characters, common": "裾上げ",
        "4 characters, absent, most pairs common": "でした返",
        "3 characters, absent, each pair common": "です返",
        "4 characters, rare": RARE,
        "2 words": "浴衣 領収書",
        "8 characters": "再入荷をお願いし",
    }
    for title, text in words.items():
        pages = desk.inbox.search(text)
        show(f"search {title}", *timed(partial(desk.inbox.search, text), rounds=50))
        check(database, text, {hit.message.id for hit in pages.items if hit.message}, pages.next)


def check(
    database: Sqlite | Postgresql, text: str, found: set[MessageId], more: str | None
) -> None:
    """Stop where a search without a further page is not what a scan finds."""
    if more is not None:
        return
    words = text.split()
    where = " AND ".join(f"text LIKE {database.mark}" for _ in words)
    started = time.perf_counter()
    rows = database.raw.execute(
        f"SELECT id FROM linecs_messages WHERE {where}",  # noqa: S608 - our own words
        [f"%{word}%" for word in words],
    ).fetchall()
    taken = (time.perf_counter() - started) * 1e3
    if {row[0] for row in rows} != found:
        raise SystemExit(f"search {text}: {len(found)} found, {len(rows)} by a scan")
    print(f"  {'':<46}{len(rows)} found, as by a scan in {taken:,.0f} ms")


def measure_erasure(storage: SqlStorage, desk: SupportDesk) -> None:
    """What taking messages back costs the index, and that nothing of them is found."""
    taken = []
    for hit in desk.inbox.search(RARE).items:
        assert hit.message is not None
        changes = Changes()
        gone = evolve(hit.message, text="", content="", state=MessageState.UNSENT)
        changes.alter(hit.message, gone)
        started = time.perf_counter()
        storage.run(changes.write)
        taken.append((time.perf_counter() - started) * 1e3)
    show("taking a message back", (min(taken), statistics.median(taken), max(taken)))
    left = [*desk.inbox.search(RARE).items, *desk.inbox.search(RARE[:2]).items]
    if left:
        raise SystemExit(f"{len(left)} found after they were taken back")
    print(f"  {'':<46}nothing is found of them")


@contextmanager
def database_of(kind: str) -> Iterator[Sqlite | Postgresql]:
    """Give an empty database, and drop it in the end."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as directory:
            yield Sqlite(directory)
        return
    address = sa.make_url(POSTGRESQL)
    scratch = f"linecs_bench_{secrets.token_hex(4)}"
    server = sa.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.exec_driver_sql(
            f"CREATE DATABASE {scratch} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
        )
    try:
        yield Postgresql(address.set(database=scratch).render_as_string(hide_password=False))
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {scratch} WITH (FORCE)")


def main() -> None:
    """Build and measure each database that is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("databases", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--tickets", type=int, default=20_000)
    arguments = parser.parse_args()
    world = World(arguments.tickets)
    for kind in arguments.databases:
        with database_of(kind) as database:
            started = time.perf_counter()
            build(database, world)
            print(
                f"\n{database.title}: {world.tickets:,} tickets, {world.messages:,} messages,"
                f" {database.size() / 1e9:.2f} GB, built in {time.perf_counter() - started:.0f} s"
            )
            measure(database, world)


if __name__ == "__main__":
    main()
