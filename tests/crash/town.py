"""A shop whose processes die, LINE beside it, and what both know of it in the end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from crash.child import OPERATOR_TEXT, PersonsReply, SharedClock, Shop, whole_way, work_on
from desks import HOURS_ANSWER, channel_of
from linecs.desk import SupportDesk
from linecs.errors import StaleReplyError
from linecs.model import (
    Attempt,
    Author,
    Conversation,
    Customer,
    Message,
    MessageState,
    OutboxItem,
    Ticket,
    TicketStatus,
)
from linecs.storage.ports import Query, equal
from linecs.testing import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.storage.sql import SqlStorage
    from linecs.testing import LineSimulator
    from linecs.testing.simulator import WebhookEvent

__all__ = ["Ended", "Town", "new_clock"]

_BEGINNING = VirtualClock()()

_PATIENCE = 60
_FINAL = {MessageState.SENT, MessageState.DEAD, MessageState.UNKNOWN}
# Past the waits between calls, a call's lease, a conversation's, a job's, the bot's turn.
_LATER = (5_000, 20_000, 10_000, 70_000, 6 * 60_000, 60 * 60_000)

if not os.environ.get("PYTHONPATH"):
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["crash.child"])


def new_clock() -> SharedClock:
    """Return a clock that this process and the shop's share."""
    return SharedClock(_PROCESSES.Value("q", _BEGINNING))


@frozen(kw_only=True)
class Ended:
    """How a process ended, and what it had acknowledged by then."""

    killed: bool
    acknowledged: tuple[str, ...]


class Town:
    """One shop with two customers: c1 asks what the bot knows, c2 what a person answers.

    Args:
        line: The simulated LINE; each shop has its own.
        clock: LINE's and the shop's.
        storage: The shop's store, to look into.
        database_url: The same store, for the processes.
    """

    def __init__(
        self,
        line: LineSimulator,
        clock: SharedClock,
        storage: SqlStorage,
        database_url: str,
    ) -> None:
        self.line = line
        self._clock = clock
        self._storage = storage
        self._url = database_url
        self._channel = channel_of(line)
        self.desk = SupportDesk(storage=storage, channels=[self._channel], clock=clock)

    def call_through(self, api_url: str) -> None:
        """Let the processes find LINE at another address from now on."""
        self._channel = evolve(self._channel, api_url=api_url)

    def open_question(self) -> PersonsReply:
        """c2 asks; five minutes later, when the reply token is dead, a person writes back."""
        self.line.deliver_to(self.desk.receive)
        self.line.customer("c2").says("裾上げはできますか")
        self.worker()
        self._clock.advance(5 * 60_000)
        at = self._conversation("c2")
        return PersonsReply(conversation_id=at.id, version=at.version, seen=at.newest_message_id)

    def question(self) -> WebhookEvent:
        """c1 asks what the bot knows; the webhook is not yet delivered."""
        self.line.channel.deliver_to(lambda *_: None)
        return self.line.customer("c1").says("営業時間")

    def start(
        self,
        event: WebhookEvent,
        reply: PersonsReply | None = None,
        *,
        dies_at: int = 0,
        watch: Callable[[int], None] | None = None,
    ) -> Ended:
        """Run a process from receive to outcome recorded.

        Args:
            event: What it receives.
            reply: What a person writes in it.
            dies_at: The boundary at which it is killed.
            watch: Called with its process id once it runs.
        """
        ours, theirs = _PROCESSES.Pipe(duplex=False)
        webhook = (event.body, event.signature)
        process = self._process(whole_way, self._shop(dies_at), webhook, reply, theirs)
        if watch is not None:
            watch(_id_of(process))
        theirs.close()
        killed = _joined(process)
        said = []
        while ours.poll():
            try:
                said.append(ours.recv())
            except EOFError:
                break
        return Ended(killed=killed, acknowledged=tuple(said))

    def worker(self, *waits: int, dies_at: int = 0) -> bool:
        """Run a fresh worker now and after each wait (ms); return whether it was killed."""
        return _joined(self._process(work_on, self._shop(dies_at), waits))

    def recover(self, event: WebhookEvent, reply: PersonsReply | None, ended: Ended) -> None:
        """Do what LINE, the person and the shop's supervisor do after a crash.

        LINE delivers again what got no 200; the person, who saw an error, tries again; a fresh
        process takes up the work as time goes on.
        """
        self.come_back(event, reply, ended)
        self.worker(*_LATER)

    def come_back(self, event: WebhookEvent, reply: PersonsReply | None, ended: Ended) -> None:
        """Do again what was never acknowledged."""
        if "received" not in ended.acknowledged:
            self.desk.receive(event.body, event.signature)
        if reply is not None and "replied" not in ended.acknowledged:
            self._try_again(reply)

    def _try_again(self, reply: PersonsReply) -> None:
        try:
            self.desk.reply(
                reply.conversation_id,
                OPERATOR_TEXT,
                actor="hanako",
                version=reply.version,
                seen=reply.seen,
            )
        except StaleReplyError:
            # The first one was committed after all.
            return

    def faults_of_the_shop(self) -> list[str]:
        """Compare what the shop believes with what its customers saw; empty when all is well."""
        problems = [str(orphan) for orphan in self.desk.orphans()]
        problems += self._untrue("c1", Author.BOT, HOURS_ANSWER)
        problems += self._untrue("c2", Author.OPERATOR, OPERATOR_TEXT)
        problems += [f"left in the outbox: {item.message_id}" for item in self._rows(OutboxItem)]
        open_calls = [each for each in self._rows(Attempt) if each.state in {"calling", "waiting"}]
        problems += [f"open attempt: {attempt.id}" for attempt in open_calls]
        return problems

    def _untrue(self, name: str, author: Author, text: str) -> list[str]:
        seen = [each.text for each in self.line.customer(name).chat if each.sender == "account"]
        believed = [m for m in self._messages(name) if m.author is author]
        asked = [m for m in self._messages(name) if m.author is Author.CUSTOMER]
        if not asked:
            return [] if name == "c2" else [f"{name}'s question is not there"]
        if len(asked) > 1:
            return [f"{name}'s question is there {len(asked)} times"]
        problems = []
        if len(seen) > 1 or set(seen) - {text}:
            problems.append(f"{name} saw {seen}")
        if len(believed) != 1:
            return [*problems, f"{name}: {len(believed)} messages by {author}"]
        (message,) = believed
        if message.state not in _FINAL:
            problems.append(f"{name}: still {message.state}")
        if message.state is MessageState.SENT and seen != [text]:
            problems.append(f"{name}: called sent, and was not")
        if message.state is MessageState.DEAD and seen:
            problems.append(f"{name}: called dead, and was sent")
        ticket = self._ticket(name)
        if message.state is not MessageState.SENT and (
            ticket.status is not TicketStatus.OPEN
            or ticket.reason != f"delivery_{message.state}"
            or not ticket.due_at
        ):
            problems.append(f"{name}: {message.state}, and nobody was told ({ticket.status})")
        return problems

    def state_of(self, name: str) -> MessageState:
        """What the shop believes of its only message to this customer."""
        (ours,) = [m for m in self._messages(name) if m.author is not Author.CUSTOMER]
        return ours.state

    def _messages(self, name: str) -> list[Message]:
        found = self._find(name)
        if found is None:
            return []
        return self._rows(Message, equal("conversation_id", found.id))

    def _conversation(self, name: str) -> Conversation:
        found = self._find(name)
        assert found is not None
        (row,) = self._rows(Conversation, equal("id", found.id))
        return row

    def _ticket(self, name: str) -> Ticket:
        (row,) = self._rows(Ticket, equal("id", self._conversation(name).ticket_id))
        return row

    def _find(self, name: str) -> Customer | None:
        user_id = self.line.customer(name).user_id
        found = self._rows(Customer, equal("line_user_id", user_id))
        return found[0] if found else None

    def _rows(self, row: type[Any], *where: Any) -> list[Any]:
        return self._storage.read(lambda tx: tx.select(Query(row=row, where=where)))

    def _shop(self, dies_at: int) -> Shop:
        return Shop(
            database_url=self._url, channel=self._channel, clock=self._clock, dies_at=dies_at
        )

    @staticmethod
    def _process(target: Callable[..., None], *arguments: object) -> Any:
        process = _PROCESSES.Process(target=target, args=arguments)
        process.start()
        return process


def _id_of(process: Any) -> int:
    assert process.pid is not None
    return int(process.pid)


def _joined(process: Any) -> bool:
    process.join(_PATIENCE)
    code = process.exitcode
    assert code in {0, -signal.SIGKILL}, f"the shop's process ended with {code}"
    process.close()
    return bool(code)
