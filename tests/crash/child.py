"""The shop's process that dies: a desk on a real store, killed at a chosen boundary.

Everything here runs in a child process; the tests stay in theirs, with LINE.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa
from attrs import frozen

import linecs.delivery.gateway  # noqa: F401 - the SDK, imported once for all children
from desks import hours_rule
from linecs.desk import DeskSettings, SupportDesk
from linecs.model import Channel, ConversationId, MessageId
from linecs.storage.sql import SqlStorage
from linecs.storage.sql.schema import DEFAULT_PREFIX
from linecs.storage.sql.statements import statements_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.sharedctypes import Synchronized

    from linecs.storage.ports import Transaction

__all__ = [
    "CALL_TIMEOUT",
    "OPERATOR_TEXT",
    "PersonsReply",
    "SharedClock",
    "Shop",
    "whole_way",
    "work_on",
]

# Worked out once, for all children that are forked from here.
for _url in ("sqlite://", "postgresql+psycopg://"):
    statements_for(sa.create_engine(_url).dialect, DEFAULT_PREFIX)

T = TypeVar("T")
CALL_TIMEOUT = 250
OPERATOR_TEXT = "裾上げできます"


class SharedClock:
    """Time that all processes share, in epoch milliseconds UTC.

    Args:
        now: A number that processes share.
    """

    def __init__(self, now: Synchronized[int]) -> None:
        self._now = now

    def __call__(self) -> int:
        return self._now.value

    def advance(self, milliseconds: int) -> None:
        """Move forward, for everybody."""
        with self._now.get_lock():
            self._now.value += milliseconds


@frozen(kw_only=True)
class Shop:
    """What a process of the shop is started with.

    Attributes:
        clock: LINE's and everybody's; it stands still until somebody moves it.
        dies_at: It is killed at this boundary, counted from 1; 0 lets it live.
    """

    database_url: str
    channel: Channel
    clock: SharedClock
    dies_at: int = 0


@frozen(kw_only=True)
class PersonsReply:
    """What a person's screen showed when the reply was written."""

    conversation_id: ConversationId
    version: int
    seen: MessageId | None


class DyingStorage:
    """A store whose process is killed at a boundary: before a commit, and after it."""

    def __init__(self, storage: SqlStorage, dies_at: int) -> None:
        self._storage = storage
        self._dies_at = dies_at
        self._passed = 0

    def run(self, work: Callable[[Transaction], T]) -> T:
        result = self._storage.run(lambda tx: self._boundary(work(tx)))
        return self._boundary(result)

    def run_together(self, works: Sequence[Callable[[Transaction], T]]) -> list[T]:
        performed = [lambda tx, work=work: self._boundary(work(tx)) for work in works]
        return self._boundary(self._storage.run_together(performed))

    def read(self, work: Callable[[Transaction], T]) -> T:
        return self._storage.read(work)

    def check(self) -> None:
        self._storage.check()

    def close(self) -> None:
        self._storage.close()

    def _boundary(self, result: T) -> T:
        self._passed += 1
        if self._passed == self._dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return result


def _open(shop: Shop) -> SupportDesk:
    return SupportDesk(
        storage=DyingStorage(SqlStorage.connect(shop.database_url), shop.dies_at),
        channels=[shop.channel],
        responder=hours_rule(),
        settings=DeskSettings(call_timeout=CALL_TIMEOUT, delivery_threads=1),
        clock=shop.clock,
    )


def whole_way(
    shop: Shop, webhook: tuple[bytes, str], reply: PersonsReply | None, done: Connection
) -> None:
    """Receive, process, reply as a person, deliver, do jobs; say what was acknowledged."""
    desk = _open(shop)
    desk.receive(*webhook)
    done.send("received")
    while desk.process(wait=0):
        pass
    if reply is not None:
        _reply(desk, reply)
        done.send("replied")
    _settle(desk)


def work_on(shop: Shop, waits: Sequence[int]) -> None:
    """Do what a worker does until nothing is left to do, now and after each wait (ms)."""
    desk = _open(shop)
    _settle(desk)
    for wait in waits:
        shop.clock.advance(wait)
        _settle(desk)


def _reply(desk: SupportDesk, reply: PersonsReply) -> None:
    desk.reply(
        reply.conversation_id,
        OPERATOR_TEXT,
        actor="hanako",
        version=reply.version,
        seen=reply.seen,
    )


def _settle(desk: SupportDesk) -> None:
    while desk.process(wait=0) + desk.deliver() + desk.run_jobs():
        pass
