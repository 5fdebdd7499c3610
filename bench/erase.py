"""One person erased from a large store, beside hand-written DELETEs.

    python bench/erase.py [sqlite] [postgresql] [--messages 200000]

The person wrote 3,000 of the messages, each with its event as LINE sent it, and pictures and
traces among them; all but the newest messages are in the packed search index. By hand the same
rows are deleted by their indexed columns and rolled back again; that leaves the index's
postings, the jobs and the proof of what was done aside. Memory is of a second such person.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections import Counter as Tally
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from inbox import build, database_of, fill_rows
from inbox_world import LONG_CONVERSATION, START, World, name

from linecs.desk import SupportDesk
from linecs.model import (
    Channel,
    ChannelId,
    ConversationId,
    EventId,
    EventState,
    Media,
    MediaState,
    MessageId,
    StoredEvent,
)
from linecs.storage.sql import SqlStorage
from linecs.storage.sql.executors import CursorExecutor
from linecs.storage.tables import Trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inbox import Postgresql, Sqlite

    from linecs.desk.privacy import Erasure

EVENTS = "DELETE FROM linecs_events WHERE state = 'done' AND channel_id = 'main' AND lane = {mark}"
BY_CONVERSATION = ["messages", "traces", "reply_tokens", "attempts", "outbox", "notes", "memories"]
BY_CUSTOMER = ["link_invitations", "link_nonces", "customer_tags", "customer_fields"]


class Shop(World):
    """A shop where two customers wrote a great deal."""

    def conversation_of(self, number: int) -> ConversationId:
        """In whose conversation a message is."""
        if number < 2 * LONG_CONVERSATION:
            return ConversationId(name(number // LONG_CONVERSATION))
        return super().conversation_of(number)


def more_rows(world: Shop) -> Iterator[object]:
    """An event for each message, a picture for one in fifty, a trace for one in five."""
    for number in range(world.messages):
        conversation_id = world.conversation_of(number)
        user = f"U{int(conversation_id[2:]):032x}"
        at = START + number * 1_000
        yield StoredEvent(
            id=EventId(name(number)),
            channel_id=ChannelId("main"),
            lane=user,
            type="message",
            occurred_at=at,
            received_at=at,
            raw='{"type":"message","source":{"userId":"' + user + '"},"message":{}}' + " " * 300,
            state=EventState.DONE,
        )
        if number % 50 == 0:
            yield Media(
                id=name(number),
                channel_id=ChannelId("main"),
                conversation_id=conversation_id,
                message_id=MessageId(name(number)),
                kind="image",
                state=MediaState.LOST,
                announced_at=at,
            )
        if number % 5 == 0:
            yield Trace(
                inquiry_id=EventId(name(number)),
                conversation_id=conversation_id,
                ticket_id=None,
                decision="Answer",
                source="faq",
                since=at,
                until=at,
                content="[]",
            )


@contextmanager
def counted() -> Iterator[Tally[str]]:
    """Count the statements that reach the driver."""
    tally: Tally[str] = Tally()
    kept = {each: getattr(CursorExecutor, each) for each in ("fetch", "execute", "execute_many")}

    def counting(way: str) -> Any:  # noqa: ANN401 - a method in place of another
        def run(executor: CursorExecutor, statement: Any, values: Any) -> Any:  # noqa: ANN401
            tally["statements"] += 1
            return kept[way](executor, statement, values)

        return run

    for way in kept:
        setattr(CursorExecutor, way, counting(way))
    try:
        yield tally
    finally:
        for way, method in kept.items():
            setattr(CursorExecutor, way, method)


def by_hand(database: Sqlite | Postgresql, customer_id: str, user: str) -> float:
    """Delete what is theirs, as somebody who knows the tables would; seconds. Rolled back."""
    mark = database.mark
    statements = [(EVENTS.format(mark=mark), user)]
    statements += [
        (f"DELETE FROM linecs_{table} WHERE conversation_id = {mark}", customer_id)  # noqa: S608 - our own words
        for table in BY_CONVERSATION
    ]
    statements += [
        (f"DELETE FROM linecs_{table} WHERE customer_id = {mark}", customer_id)  # noqa: S608 - as above
        for table in BY_CUSTOMER
    ]
    started = time.perf_counter()
    database.raw.execute("BEGIN")
    for text, value in statements:
        database.raw.execute(text, (value,))
    taken = time.perf_counter() - started
    database.raw.execute("ROLLBACK")
    return taken


def measure(database: Sqlite | Postgresql, world: Shop) -> None:
    """Erase the first for time and statements, the second for memory; prove both."""
    channel = Channel(id="main", bot_user_id="U", secrets="s", access_token="t")  # noqa: S106 - opens nothing
    storage = SqlStorage.connect(database.url)
    desk = SupportDesk(storage=storage, channels=[channel], clock=lambda: world.now)
    hand = min(by_hand(database, name(0), f"U{0:032x}") for _ in range(3))
    with counted() as tally:
        started = time.perf_counter()
        erasure = desk.privacy.erase(name(0), actor="shop")
        taken = time.perf_counter() - started
    tracemalloc.start()
    desk.privacy.erase(name(1), actor="shop")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    show(erasure, hand, taken, tally["statements"], peak)
    started = time.perf_counter()
    left = desk.privacy.scan([f"U{0:032x}", f"U{1:032x}"])
    print(f"  {'scan, of every column':<32}{time.perf_counter() - started:>10.2f} s")
    if left:
        raise SystemExit(f"{len(left)} places still name them")
    storage.close()


def show(erasure: Erasure, hand: float, taken: float, statements: int, peak: int) -> None:
    """Print the figures of one database."""
    print(f"  {'rows removed or emptied':<32}{sum(erasure.rows.values()):>10,}")
    print(f"  {'DELETEs by hand':<32}{hand:>10.2f} s")
    print(f"  {'desk.privacy.erase':<32}{taken:>10.2f} s{taken / hand:>9.1f}x")
    print(f"  {'statements':<32}{statements:>10,}")
    print(f"  {'memory at most':<32}{peak / 1e6:>10.1f} MB")


def main() -> None:
    """Build and measure each database that is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("databases", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--messages", type=int, default=200_000)
    arguments = parser.parse_args()
    world = Shop((arguments.messages - LONG_CONVERSATION) // 5)
    for kind in arguments.databases:
        with database_of(kind) as database:
            build(database, world)
            database.raw.execute("BEGIN")
            fill_rows(database, more_rows(world))
            database.finish([])
            print(
                f"\n{database.title}: {world.messages:,} messages, {database.size() / 1e9:.2f} GB"
            )
            measure(database, world)


if __name__ == "__main__":
    main()
