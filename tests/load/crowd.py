"""Many customers who write at once, workers as real processes, and what became of it all."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from desks import channel_of
from linecs.desk import SupportDesk
from linecs.model import (
    Attempt,
    AttemptState,
    Author,
    Conversation,
    Customer,
    EventState,
    Message,
    MessageState,
    OutboxItem,
    StoredEvent,
)
from linecs.storage.ports import Query, equal, one_of, unequal
from load.shop import SETTINGS, Reciter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linecs.storage.sql import SqlStorage
    from linecs.testing import LineSimulator, VirtualClock
    from linecs.testing.simulator import WebhookEvent

__all__ = ["Crowd"]

_WINDOW = 400
_UNSETTLED = (MessageState.QUEUED, MessageState.SENDING)


class Crowd:
    """Customers whose n-th bubble says n, and a shop that answers by reciting.

    Args:
        line: LINE, without its rate limits; reply tokens live long.
        clock: LINE's, for the times of writing; the shop lives in real time.
        storage: The shop's store.
        database_url: The same, for the workers.
        seed: Decides the order of delivery.
    """

    def __init__(
        self,
        line: LineSimulator,
        clock: VirtualClock,
        storage: SqlStorage,
        database_url: str,
        *,
        seed: int = 0,
    ) -> None:
        self.line = line
        self.storage = storage
        self._clock = clock
        self._url = database_url
        self._drawn = random.Random(seed)  # noqa: S311 - the order of delivery, not a secret
        self._channel = channel_of(line)
        self.desk = SupportDesk(storage=storage, channels=[self._channel], responder=Reciter())
        self._events: list[WebhookEvent] = []
        self._names: list[str] = []

    def writes(self, *, customers: int, bubbles: int) -> None:
        """Let each customer write so many bubbles, all taking turns by lot."""
        self._clock.set(time.time_ns() // 1_000_000 - customers * bubbles)
        self.line.webhooks.hold()
        self._names = [f"c{number}" for number in range(customers)]
        turns = self._names * bubbles
        self._drawn.shuffle(turns)
        said: Counter[str] = Counter()
        for name in turns:
            self._clock.advance(milliseconds=1)
            said[name] += 1
            self._events.append(self.line.customer(name).says(str(said[name])))

    def deliveries(self, *, repeats: float) -> list[WebhookEvent]:
        """Return what LINE delivers: every event, some of them again, out of order.

        Args:
            repeats: Their share of all deliveries.
        """
        again = round(len(self._events) * repeats / (1 - repeats))
        places = [(place, event) for place, event in enumerate(self._events)]
        repeated = self._drawn.choices(places, k=again)
        shuffled = [(place + self._drawn.uniform(0, _WINDOW), e) for place, e in places]
        # A repeat may come long after, or before its original.
        shuffled += [(place + self._drawn.uniform(0, 10 * _WINDOW), e) for place, e in repeated]
        return [event for _, event in sorted(shuffled, key=lambda each: each[0])]

    def arrives(self, deliveries: Iterable[WebhookEvent], *, threads: int = 2) -> None:
        """Receive it all, as web processes would."""
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda event: self.desk.receive(event.body, event.signature), deliveries))

    def worker(self) -> subprocess.Popen[str]:
        """Start `linecs work`."""
        values = (
            self._url,
            self._channel.bot_user_id,
            self.line.channel.secret,
            self.line.channel.access_token,
            self.line.url,
        )
        environment = dict(zip(SETTINGS, values, strict=True))
        path = os.pathsep.join(filter(None, sys.path))
        code = "import sys; from linecs.cli import main; sys.exit(main())"
        return subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-c", code, "work", "load.shop:desk", "--idle", "0.05"],
            env={**os.environ, **environment, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def is_settled(self) -> bool:
        """Whether nothing is left to do."""
        pending = self._count(StoredEvent, equal("state", EventState.PENDING))
        asking = self._count(Conversation, unequal("inquiry_due_at", 0))
        waiting = self._count(Message, one_of("state", _UNSETTLED))
        return not pending + asking + waiting

    def wait_until_settled(self, workers: Sequence[subprocess.Popen[str]], seconds: float) -> None:
        """Wait for the workers; fail where one of them ends."""
        until = time.monotonic() + seconds
        while not self.is_settled():
            assert all(worker.poll() is None for worker in workers), "a worker ended"
            assert time.monotonic() < until, "the workers did not finish"
            time.sleep(0.2)

    def wait_for_answers(self, count: int, seconds: float) -> None:
        """Wait until LINE has accepted so many calls."""
        until = time.monotonic() + seconds
        while len(self.line.calls) < count:
            assert time.monotonic() < until, "the workers did not begin"
            time.sleep(0.01)

    def problems(self) -> list[str]:
        """Compare what was written, what the shop kept, and what LINE delivered."""
        found = [str(orphan) for orphan in self.desk.orphans()]
        found += [f"failed: {event.error}" for event in self.desk.failed_events()]
        found += self.left_behind()
        left = self._count(OutboxItem)
        if left:
            found.append(f"{left} messages in the outbox")
        kept = self._count(StoredEvent, equal("state", EventState.DONE))
        if kept != len(self._events):
            found.append(f"{kept} events done, not {len(self._events)}")
        by_conversation: dict[str, list[Message]] = {}
        for message in self._rows(Message, order=("conversation_id", "occurred_at", "id")):
            by_conversation.setdefault(message.conversation_id, []).append(message)
        owners = {row.line_user_id: row.id for row in self._rows(Customer)}
        for name in self._names:
            customer = self.line.customer(name)
            kept_messages = by_conversation.get(owners.get(customer.user_id, ""), [])
            found += [f"{name}: {problem}" for problem in _untrue(customer.chat, kept_messages)]
        return found

    def left_behind(self) -> list[str]:
        """Return what a worker that has ended still holds."""
        left = {
            "leases": self._count(Conversation, unequal("lease_owner", "")),
            "calls": self._count(Attempt, equal("state", AttemptState.CALLING)),
        }
        return [f"{count} {what}" for what, count in left.items() if count]

    def _count(self, row: type[Any], *where: Any) -> int:
        return self.storage.read(lambda tx: tx.count(Query(row=row, where=where)))

    def _rows(self, row: type[Any], *, order: tuple[str, ...] = ()) -> list[Any]:
        return self.storage.read(lambda tx: tx.select(Query(row=row, order=order)))


def stop(workers: Sequence[subprocess.Popen[str]]) -> list[tuple[int, str]]:
    """Stop workers as a supervisor does; return how each ended and what it complained of."""
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    ended = []
    for worker in workers:
        _, complaints = worker.communicate(timeout=60)
        lines = [each for each in complaints.splitlines() if "WARNING" in each or "Error" in each]
        ended.append((worker.returncode, "\n".join(lines)))
    return ended


def _untrue(chat: Sequence[Any], kept: Sequence[Message]) -> list[str]:
    """Return what is wrong with one customer's thread."""
    problems = []
    wrote = [each.text for each in chat if each.sender == "customer"]
    filed = [each.text for each in kept if each.author is Author.CUSTOMER]
    if filed != wrote:
        problems.append(f"wrote {len(wrote)} bubbles in order, {len(filed)} were filed otherwise")
    believed = [m for m in kept if m.author is Author.BOT and m.state is MessageState.SENT]
    seen = [each.text for each in chat if each.sender == "account"]
    if seen != [each.text for each in believed]:
        states = [str(each.state) for each in kept if each.author is Author.BOT]
        problems.append(f"saw {len(seen)} answers, which the shop calls {states}")
    return problems + _out_of_order([[int(each) for each in (text or "").split()] for text in seen])


def _out_of_order(answers: Sequence[Sequence[int]]) -> list[str]:
    """Each answer speaks of later bubbles than the one before, each bubble at most once."""
    spoken = [number for answer in answers for number in answer]
    if not spoken:
        return ["was never answered"]
    if any(earlier >= later for earlier, later in pairwise(spoken)):
        return [f"was answered out of order or twice: {answers}"]
    return []
