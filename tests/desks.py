"""What tests of the desk have in common: a desk wired to a simulated LINE, and looks inside."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from attrs import frozen

from linecs.desk import SupportDesk
from linecs.model import Channel, Conversation, Message, Ticket
from linecs.replies import KeywordResponder, KeywordRule
from linecs.storage.memory import MemoryStorage
from linecs.storage.ports import Query, Storage
from linecs.testing import LineSimulator, VirtualClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.desk import DeskSettings
    from linecs.model import Responder
    from linecs.storage.ports import Condition

R = TypeVar("R")

HOURS_ANSWER = "平日10時から18時です。"
QUESTION = "裾上げはできますか"


def hours_rule() -> KeywordResponder:
    """Answer 営業時間, exactly."""
    return KeywordResponder([KeywordRule(id="hours", exact=("営業時間",), texts=(HOURS_ANSWER,))])


_HOURS = hours_rule()
MakeScene = Callable[..., "Scene"]


@frozen(kw_only=True)
class Scene:
    """A desk and what stands around it."""

    desk: SupportDesk
    storage: Storage
    line: LineSimulator
    clock: VirtualClock

    def rows(self, row: type[R], *where: Condition, order: tuple[str, ...] = ()) -> list[R]:
        """All rows of a table for which the conditions hold."""
        return self.storage.read(lambda tx: tx.select(Query(row=row, where=where, order=order)))

    def one(self, row: type[R], *where: Condition) -> R:
        """The only such row."""
        (found,) = self.rows(row, *where)
        return found

    def messages(self, *where: Condition) -> list[Message]:
        """All bubbles, as they were written."""
        return self.rows(Message, *where, order=("occurred_at", "id"))

    @property
    def ticket(self) -> Ticket:
        """The only ticket."""
        return self.one(Ticket)

    @property
    def conversation(self) -> Conversation:
        """The only customer's conversation."""
        (found,) = [each for each in self.rows(Conversation) if each.customer_id]
        return found

    def asks(self, *texts: str) -> Conversation:
        """Have the customer c1 write so, and the desk take it in; nobody answers yet."""
        for text in texts:
            self.line.customer("c1").says(text)
            self.clock.advance(seconds=1)
        self.desk.process(wait=0)
        return self.conversation

    def settle(self, *, wait: int = 0) -> None:
        """Process, deliver and do jobs until nothing is left to do."""
        while self.desk.process(wait=wait) + self.desk.deliver() + self.desk.run_jobs():
            pass


def make_scene(
    line: LineSimulator,
    clock: VirtualClock,
    *,
    responder: Responder | None = _HOURS,
    storage: Storage,
    settings: DeskSettings | None = None,
    **more: Any,
) -> Scene:
    """Return a desk wired to LINE's default channel."""
    desk = SupportDesk(
        storage=storage,
        channels=[channel_of(line)],
        responder=responder,
        settings=settings,
        clock=clock,
        **more,
    )
    line.deliver_to(desk.receive)
    return Scene(desk=desk, storage=storage, line=line, clock=clock)


@contextmanager
def found_by_commands(*, ago: int = 0) -> Iterator[Scene]:
    """A desk that commands find under `a_shop:desk`, by a clock so many ms behind the real one."""
    clock = VirtualClock(time.time_ns() // 1_000_000 - ago)
    with LineSimulator(clock=clock) as line, pytest.MonkeyPatch.context() as patched:
        made = make_scene(line, clock, storage=MemoryStorage())
        module = ModuleType("a_shop")
        module.desk = made.desk  # type: ignore[attr-defined] # a module made for this test
        patched.setitem(sys.modules, "a_shop", module)
        yield made


def channel_of(line: LineSimulator) -> Channel:
    """Return the simulator's default channel as a desk knows it."""
    return Channel(
        id="main",
        bot_user_id=line.channel.bot_user_id,
        secrets=line.channel.secret,
        access_token=line.channel.access_token,
        api_url=line.url,
    )
