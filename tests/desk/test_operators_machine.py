"""Operators, customers and a bot at random: nobody answered twice, nobody forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve, frozen
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from databases import empty
from desks import HOURS_ANSWER, make_scene
from linecs.desk import Staff
from linecs.errors import (
    ActRefusedError,
    LinecsError,
    StaleReplyError,
    StaleTicketError,
    UnreachableError,
    UnseenMessageError,
)
from linecs.model import (
    AuditEntry,
    Author,
    Conversation,
    Customer,
    Friendship,
    Message,
    MessageState,
    OutboxItem,
    Speaker,
    Ticket,
    TicketStatus,
)
from linecs.routing import Role, TransitionError
from linecs.storage.memory import MemoryStorage
from linecs.storage.ports import equal
from linecs.storage.sql import SqlStorage, migrate
from linecs.storage.tables import TABLES
from linecs.testing import LineSimulator, VirtualClock
from linecs.testing.simulator import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desks import Scene
    from linecs.desk import Acted
    from linecs.model import (
        ConversationId,
        MessageId,
    )
    from linecs.storage.ports import Storage

OPERATORS = st.sampled_from(["hanako", "taro", "reika"])
CUSTOMERS = st.sampled_from(["c1", "c2"])
TEXTS = st.sampled_from(["営業時間", "裾上げはできますか", "ありがとう", "急いでいます"])
FAULTS = st.sampled_from([Fault.accept_then_drop(), Fault.drop(), Fault.refuse(500)])
PICKS = st.integers(0, 11)
WITH_A_PERSON = {TicketStatus.OPEN, TicketStatus.IN_PROGRESS, TicketStatus.WAITING}


@frozen
class Screen:
    """What an operator has before them: a customer's chat and one ticket, as they were."""

    actor: str
    conversation: Conversation
    ticket: Ticket
    messages: list[Message]


class Desk(RuleBasedStateMachine):
    """Compares every act with what was on the screen, and what LINE shows with what was sent."""

    make_storage: Callable[[], Storage]

    @initialize()
    def open_shop(self) -> None:
        """Start empty: a bot that knows the opening hours, and people for the rest."""
        self.clock = VirtualClock()
        self.line = LineSimulator(clock=self.clock)
        self.line.start()
        self.storage = type(self).make_storage()
        staff = Staff(roles=lambda _: Role.LEAD)
        self.scene: Scene = make_scene(self.line, self.clock, storage=self.storage, staff=staff)
        self.replies: list[str] = []
        self.answered: set[tuple[ConversationId, int]] = set()
        self.versions: dict[str, int] = {}
        self.audit: dict[str, AuditEntry] = {}
        self.screens: list[Screen] = []
        self.line.customer("c1").says("裾上げはできますか")
        self.line.customer("c2").says("営業時間")
        self.scene.desk.process(wait=0)

    def teardown(self) -> None:
        """Let all that is under way come to its end; then nobody may be forgotten."""
        if not hasattr(self, "scene"):
            return
        try:
            self.settle()
            self.nobody_hears_anything_twice()
        finally:
            self.line.stop()

    @rule(who=CUSTOMERS, text=TEXTS)
    def customer_writes(self, who: str, text: str) -> None:
        """A customer says something, unless they have blocked the account."""
        if self.line.customer(who).friendship != Friendship.BLOCKED:
            self.line.customer(who).says(text)
            self.clock.advance(milliseconds=1)

    @rule(who=CUSTOMERS, which=PICKS)
    def customer_unsends(self, who: str, which: int) -> None:
        """A customer takes something back."""
        own = [bubble for bubble in self.line.customer(who).chat if bubble.sender == "customer"]
        if own and self.line.customer(who).friendship != Friendship.BLOCKED:
            self.line.customer(who).unsends(_pick(own, which))

    @rule(who=CUSTOMERS)
    def customer_blocks_or_unblocks(self, who: str) -> None:
        """A customer has had enough, or comes back."""
        customer = self.line.customer(who)
        if customer.friendship == Friendship.BLOCKED:
            customer.unblocks()
        else:
            customer.blocks()

    @rule(fault=FAULTS)
    def line_fails_once(self, fault: Fault) -> None:
        """One of the next calls goes wrong, perhaps after LINE has acted on it."""
        self.line.faults.add(fault, nth=1)

    @rule(seconds=st.sampled_from([1, 10, 60, 40 * 60, 5 * 3600, 80 * 3600, 9 * 86400]))
    def time_passes(self, seconds: int) -> None:
        """A moment, a lunch, a weekend, a holiday."""
        self.clock.advance(seconds=seconds)

    @rule(wait=st.sampled_from([0, 3000]))
    def worker_processes(self, wait: int) -> None:
        """The bot speaks only where no person has the word (Promise 4)."""
        taken = {each.id for each in self.rows(Conversation) if self.is_with_a_person(each)}
        known = {message.id for message in self.rows(Message)}
        self.scene.desk.process(wait=wait)
        for message in self.rows(Message, equal("author", Author.BOT)):
            assert message.id in known or message.conversation_id not in taken

    @rule()
    def worker_delivers(self) -> None:
        """What is queued goes out."""
        self.scene.desk.deliver()

    @rule()
    def worker_does_jobs(self) -> None:
        """What is due is done."""
        self.scene.desk.run_jobs()

    @rule()
    def settle(self) -> None:
        """A worker does all there is, a while later; nobody may be forgotten (Promise 3)."""
        self.line.faults.clear()
        for _ in range(3):
            self.clock.advance(minutes=2)
            self.scene.settle()
        assert self.scene.desk.orphans() == []

    @rule(actor=OPERATORS, which=PICKS)
    def operator_looks(self, actor: str, which: int) -> None:
        """An operator opens a chat, with one of its tickets, and leaves it open."""
        self.screens.append(self.look(actor, which))

    def look(self, actor: str, which: int) -> Screen:
        """Return what an operator sees now of any ticket."""
        ticket: Ticket = _pick(self.rows(Ticket), which)
        (at,) = self.rows(Conversation, equal("id", ticket.conversation_id))
        self.scene.desk.open_chat(at.id, actor=actor, seen=at.newest_message_id)
        messages = self.rows(Message, equal("ticket_id", ticket.id))
        return Screen(actor=actor, conversation=at, ticket=ticket, messages=messages)

    def screen(self, actor: str, which: int) -> Screen:
        """Return a fresh look, or as often one that was left open."""
        self.clock.advance(milliseconds=1)
        if self.screens and which % 2:
            return _pick(self.screens, which // 2)
        return self.look(actor, which // 2)

    @rule(actor=OPERATORS, which=PICKS, asks=st.booleans())
    def operator_replies(self, actor: str, which: int, *, asks: bool) -> None:
        """A reply goes through exactly where nothing was said since the screen was drawn."""
        screen = self.screen(actor, which)
        seen = screen.conversation
        (now,) = self.rows(Conversation, equal("id", seen.id))
        (customer,) = self.rows(Customer, equal("id", seen.id))
        expected: type[LinecsError] | None = None
        if now.version != seen.version:
            expected = StaleReplyError
        elif now.newest_message_id not in {None, seen.newest_message_id}:
            expected = UnseenMessageError
        elif customer.friendship is Friendship.BLOCKED:
            expected = UnreachableError
        text = f"返信{len(self.replies)}"
        acted = self.does(
            screen,
            lambda: self.scene.desk.reply(
                seen.id,
                text,
                actor=screen.actor,
                version=seen.version,
                seen=seen.newest_message_id,
                asks=asks,
            ),
            expected,
        )
        if acted is not None:
            assert (seen.id, seen.version) not in self.answered
            self.answered.add((seen.id, seen.version))
            self.replies.append(text)
            self.the_bot_has_fallen_silent(screen, acted)

    @rule(actor=OPERATORS, which=PICKS, to=OPERATORS)
    def operator_takes_or_gives(self, actor: str, which: int, to: str) -> None:
        """A ticket is claimed for oneself, or given to a colleague."""
        screen = self.screen(actor, which)
        who = {"actor": screen.actor, "version": screen.ticket.version}
        desk, ticket_id = self.scene.desk, screen.ticket.id
        acted = self.does(
            screen,
            lambda: (
                desk.claim(ticket_id, **who)
                if to == screen.actor
                else desk.hand_over(ticket_id, to, "お願いします", **who)
            ),
            self.staleness(screen),
        )
        if acted is not None:
            self.the_bot_has_fallen_silent(screen, acted)
            (ticket,) = self.rows(Ticket, equal("id", ticket_id))
            assert ticket.assignee_id == to

    @rule(
        actor=OPERATORS,
        which=PICKS,
        act=st.sampled_from(["release", "resolve", "reopen", "note", "snooze", "unsnooze", "mark"]),
    )
    def operator_moves_a_ticket(self, actor: str, which: int, act: str) -> None:
        """Whatever else is done to a ticket is done to the ticket that was seen."""
        screen = self.screen(actor, which)
        desk, ticket_id = self.scene.desk, screen.ticket.id
        who = {"actor": screen.actor, "version": screen.ticket.version}
        later = self.clock() + 3_600_000
        acts: dict[str, Callable[[], Acted]] = {
            "release": lambda: desk.release(ticket_id, **who),
            "resolve": lambda: desk.resolve(ticket_id, **who),
            "reopen": lambda: desk.reopen(ticket_id, **who),
            "note": lambda: desk.note(ticket_id, "常連です", **who),
            "snooze": lambda: desk.snooze(ticket_id, later, **who),
            "unsnooze": lambda: desk.unsnooze(ticket_id, **who),
            "mark": lambda: desk.set_mark(ticket_id, "complaint", **who),
        }
        self.does(screen, acts[act], self.staleness(screen))

    @rule(actor=OPERATORS, which=PICKS, picked=st.sets(PICKS, min_size=1, max_size=3))
    def operator_splits(self, actor: str, which: int, picked: set[int]) -> None:
        """Some messages of the ticket become another matter."""
        screen = self.screen(actor, which)
        if not screen.messages:
            return
        ids: list[MessageId] = [message.id for message in screen.messages]
        chosen = sorted({_pick(ids, each) for each in picked})
        self.does(
            screen,
            lambda: self.scene.desk.split(
                screen.ticket.id, chosen, actor=screen.actor, version=screen.ticket.version
            ),
            self.staleness(screen),
        )

    @rule(actor=OPERATORS, which=PICKS, other_one=PICKS)
    def operator_merges(self, actor: str, which: int, other_one: int) -> None:
        """Two tickets become one, where they are one customer's."""
        screen, other = self.screen(actor, which), self.screen(actor, other_one)
        siblings = self.rows(Ticket, equal("conversation_id", screen.conversation.id))
        if other_one % 3 and len(siblings) > 1:
            other = evolve(other, ticket=_pick(siblings, other_one))
        self.does(
            screen,
            lambda: self.scene.desk.merge(
                screen.ticket.id,
                other.ticket.id,
                actor=screen.actor,
                version=screen.ticket.version,
                into_version=other.ticket.version,
            ),
            self.staleness(screen) or self.staleness(other),
        )

    def does(
        self, screen: Screen, act: Callable[[], Acted], expected: type[LinecsError] | None
    ) -> Acted | None:
        """Do an act; where it is refused, for the reason expected, nothing has changed."""
        before = self.everything()
        try:
            acted = act()
        except LinecsError as error:
            refusal = error
        else:
            assert expected is None
            return acted
        # What does not fit is refused whatever was seen.
        assert isinstance(refusal, (expected or ActRefusedError, ActRefusedError, TransitionError))
        assert self.everything() == before
        return None

    def staleness(self, screen: Screen) -> type[LinecsError] | None:
        """What is expected of an act on the ticket as it was on the screen."""
        (now,) = self.rows(Ticket, equal("id", screen.ticket.id))
        return StaleTicketError if now.version != screen.ticket.version else None

    def is_with_a_person(self, conversation: Conversation) -> bool:
        """Whether the bot must not speak there, even if new messages have come."""
        until = conversation.speaker_until
        held = conversation.speaker is Speaker.OPERATOR and not 0 < until <= self.clock()
        current: list[Ticket] = []
        if conversation.ticket_id is not None:
            current = self.rows(Ticket, equal("id", conversation.ticket_id))
        return held or any(ticket.status in WITH_A_PERSON for ticket in current)

    def the_bot_has_fallen_silent(self, screen: Screen, acted: Acted) -> None:
        """Nothing of the bot's is queued; what cannot be stopped is named."""
        of_bot = (equal("conversation_id", screen.conversation.id), equal("author", Author.BOT))
        assert self.rows(OutboxItem, *of_bot) == []
        sending = (*of_bot, equal("state", MessageState.SENDING))
        assert {message.id for message in self.rows(Message, *sending)} == set(acted.in_flight)

    def rows(self, row: type[Any], *where: Any) -> list[Any]:
        """All such rows."""
        return self.scene.rows(row, *where, order=("id",) if hasattr(row, "id") else ())

    def everything(self) -> list[Any]:
        """All that is kept."""
        return [row for table in TABLES for row in self.scene.rows(table.row, order=table.key)]

    @invariant()
    def versions_only_grow(self) -> None:
        """A screen that was drawn later never has the older version."""
        if not hasattr(self, "scene"):
            return
        for row in (Conversation, Ticket, Customer):
            for each in self.rows(row):
                name = f"{row.__name__} {each.id}"
                assert each.version >= self.versions.get(name, 0)
                self.versions[name] = each.version

    @invariant()
    def the_audit_trail_is_only_added_to(self) -> None:
        """What it said it goes on saying."""
        if not hasattr(self, "scene"):
            return
        trail = {entry.id: entry for entry in self.rows(AuditEntry)}
        assert {name: trail.get(name) for name in self.audit} == self.audit
        self.audit = trail

    @invariant()
    def every_matter_that_is_not_ended_has_a_time(self) -> None:
        """Somebody, or the clock, comes back to it."""
        if hasattr(self, "scene"):
            open_tickets = [t for t in self.rows(Ticket) if t.status is not TicketStatus.RESOLVED]
            assert [ticket for ticket in open_tickets if not ticket.due_at] == []

    @invariant()
    def nobody_hears_anything_twice(self) -> None:
        """Each reply reaches its customer at most once, and only what was sent does."""
        if not hasattr(self, "scene"):
            return
        heard: list[str] = []
        for name in ("c1", "c2"):
            chat = self.line.customer(name).chat
            heard += [bubble.text or "" for bubble in chat if bubble.sender == "account"]
        of_people = [text for text in heard if text != HOURS_ANSWER]
        assert len(of_people) == len(set(of_people))
        assert set(of_people) <= set(self.replies)


def _pick(choices: list[Any], which: int) -> Any:
    return choices[which % len(choices)]


def check(make_storage: Callable[[], Storage], *, examples: int, steps: int) -> None:
    """Run the machine on a kind of store."""
    machine = type("DeskOnStore", (Desk,), {"make_storage": staticmethod(make_storage)})
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=chosen)


def test_operators_customers_and_the_bot_keep_every_promise_in_memory() -> None:
    """No double reply, no stale one, no bot over a person, nobody forgotten."""
    check(MemoryStorage, examples=15, steps=30)


@pytest.mark.slow
def test_operators_customers_and_the_bot_keep_every_promise_for_long() -> None:
    """The same, with many more and longer histories."""
    check(MemoryStorage, examples=300, steps=60)


@pytest.mark.slow
def test_operators_customers_and_the_bot_keep_every_promise_in_sqlite(tmp_path: Path) -> None:
    """The same in a database, whose transactions are real."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    migrate(url)
    storage = SqlStorage.connect(url, synchronous="NORMAL")

    def emptied() -> Storage:
        empty(storage)
        return storage

    check(emptied, examples=60, steps=40)
    storage.close()
