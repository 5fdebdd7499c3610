"""Nobody is forgotten: customers, staff, crashes and jumping clocks at random (Promise 3)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from desks import make_scene
from linecs.desk import Receipts, Routing, Staff, Survey
from linecs.errors import LinecsError
from linecs.hours import DAY_MS, HOUR_MS, MINUTE_MS, BusinessCalendar
from linecs.model import OperatorId, Ticket, TicketStatus
from linecs.routing import (
    BOT_WHEN_QUEUE_IS_LONG,
    Answerer,
    Answering,
    AssignmentRule,
    NudgeSchedule,
    Role,
    Roster,
    SlaPolicy,
    reply_within,
)
from linecs.storage.memory import MemoryStorage
from linecs.storage.ports import equal
from linecs.testing import LineSimulator, VirtualClock
from linecs.testing.simulator import Fault, SimulationError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
TOKYO = timezone(timedelta(hours=9))
OPENS, CLOSES, WITHIN = 10, 18, 30
SHOP = BusinessCalendar(weekly={"mon-sun": f"{OPENS}:00-{CLOSES}:00"}, holidays=None)
ROSTER = Roster(
    people={
        OperatorId("sato"): BusinessCalendar(weekly={"mon-sun": "10:00-14:00"}, holidays=None),
        OperatorId("ito"): BusinessCalendar(weekly={"mon-sun": "12:00-18:00"}, holidays=None),
    }
)
ROUTING = Routing(
    calendar=SHOP,
    sla=SlaPolicy(
        calendar=SHOP, targets=reply_within(WITHIN * MINUTE_MS, warn_before_ms=5 * MINUTE_MS)
    ),
    nudges=NudgeSchedule(calendar=SHOP, count=1),
    receipts=Receipts.ALWAYS,
    answering=Answering(rules=[BOT_WHEN_QUEUE_IS_LONG], otherwise=Answerer.BOT),
    assignment=AssignmentRule(),
    roster=ROSTER,
    concurrency=1,
    survey=Survey(),
)
CUSTOMERS = st.sampled_from(["c1", "c2", "c3"])
OPERATORS = st.sampled_from(["sato", "ito"])
TEXTS = st.sampled_from(
    ["営業時間", "裾上げはできますか", "ありがとう", "オペレーターをお願いします", "最悪です"]
)
PICKS = st.integers(0, 11)
JUMPS = st.sampled_from([1, 40, 600, 3 * 3600, 26 * 3600, 8 * 86400])


class Crash(BaseException):
    """The process ends here; nothing in the desk may catch it."""


class Mortal(MemoryStorage):
    """A store under which the process ends before or after a commit, when told to."""

    steps_to_live: int | None = None
    dies_before = False

    def run(self, work: Callable[[Any], T]) -> T:
        """Do the work, unless this is the end."""
        ends = self._ends()
        if ends and self.dies_before:
            raise Crash
        done = super().run(work)
        if ends:
            raise Crash
        return done

    def _ends(self) -> bool:
        if self.steps_to_live is None:
            return False
        self.steps_to_live -= 1
        return self.steps_to_live < 0


class Shop(RuleBasedStateMachine):
    """Everything that can happen to a customer's words, in any order."""

    @initialize()
    def open_shop(self) -> None:
        """Begin at ten with nobody waiting."""
        self.clock = VirtualClock()
        self.line = LineSimulator(clock=self.clock)
        self.line.start()
        self.storage = Mortal()
        staff = Staff(roles=lambda _: Role.LEAD)
        self.scene = make_scene(
            self.line, self.clock, storage=self.storage, staff=staff, routing=ROUTING
        )
        self.desk = self.scene.desk

    def teardown(self) -> None:
        """When the workers have done what is due, nobody is forgotten."""
        if not hasattr(self, "desk"):
            return
        try:
            self.work_in_peace()
        finally:
            self.line.stop()

    @rule(who=CUSTOMERS, text=TEXTS)
    def customer_writes(self, who: str, text: str) -> None:
        """Something, or something more."""
        if self.line.customer(who).friendship.value != "blocked":
            self.line.customer(who).says(text)
            self.clock.advance(milliseconds=1)

    @rule(who=CUSTOMERS)
    def customer_is_content(self, who: str) -> None:
        """Asks what the bot knows, and thanks it."""
        for text in ("営業時間", "ありがとう"):
            self.customer_writes(who, text)
            self._work()

    @rule(fault=st.sampled_from([Fault.accept_then_drop(), Fault.refuse(500), Fault.refuse(400)]))
    def line_fails_once(self, fault: Fault) -> None:
        """One of the next calls goes wrong, perhaps after LINE has acted on it."""
        self.line.faults.add(fault, nth=1)

    @rule(who=CUSTOMERS, which=PICKS)
    def customer_unsends(self, who: str, which: int) -> None:
        """One of their own bubbles."""
        customer = self.line.customer(who)
        own = [bubble for bubble in customer.chat if bubble.sender == "customer"]
        if own and customer.friendship.value != "blocked":
            customer.unsends(own[which % len(own)])

    @rule(who=CUSTOMERS)
    def customer_blocks_or_returns(self, who: str) -> None:
        """As people do."""
        customer = self.line.customer(who)
        if customer.friendship.value == "blocked":
            customer.unblocks()
        else:
            customer.blocks()

    @rule(seconds=JUMPS)
    def time_passes(self, seconds: int) -> None:
        """Seconds, or the days in which no worker ran."""
        self.clock.advance(seconds=seconds)

    @rule(
        actor=OPERATORS,
        which=PICKS,
        act=st.sampled_from(
            ["claim", "release", "resolve", "reopen", "snooze", "unsnooze", "hand_over"]
        ),
    )
    def operator_acts(self, actor: str, which: int, act: str) -> None:
        """On any ticket, fitting or not."""
        if ticket := self._ticket(which):
            more: dict[str, tuple[object, ...]] = {
                "snooze": (self.clock() + 2 * HOUR_MS,),
                "hand_over": ("ito" if actor == "sato" else "sato", "お願いします"),
            }
            self._try(
                lambda: getattr(self.desk, act)(
                    ticket.id, *more.get(act, ()), actor=actor, version=ticket.version
                )
            )

    @rule(actor=OPERATORS, which=PICKS, other=PICKS)
    def operator_merges(self, actor: str, which: int, other: int) -> None:
        """Any two tickets, one customer's or not."""
        if (ticket := self._ticket(which)) and (into := self._ticket(other)):
            self._try(
                lambda: self.desk.merge(
                    ticket.id,
                    into.id,
                    actor=actor,
                    version=ticket.version,
                    into_version=into.version,
                )
            )

    @rule(actor=OPERATORS, which=PICKS, bubble=PICKS)
    def operator_splits(self, actor: str, which: int, bubble: int) -> None:
        """One bubble off any ticket."""
        if ticket := self._ticket(which):
            bubbles = self.scene.messages(equal("ticket_id", ticket.id))
            chosen = [bubbles[bubble % len(bubbles)].id] if bubbles else []
            self._try(
                lambda: self.desk.split(ticket.id, chosen, actor=actor, version=ticket.version)
            )

    @rule(actor=OPERATORS, which=PICKS)
    def operator_files_a_call(self, actor: str, which: int) -> None:
        """A customer has telephoned."""
        if ticket := self._ticket(which):
            self.desk.open_ticket("電話で返品", actor=actor, customer_id=ticket.customer_id)

    @rule(which=PICKS, waits=st.booleans())
    def shop_speaks(self, which: int, *, waits: bool) -> None:
        """A notice that passes, or a campaign that makes way."""
        if ticket := self._ticket(which):
            said = {"type": "text", "text": "お知らせ"}
            if waits:
                until = self.clock() + DAY_MS
                self.desk.campaign(ticket.customer_id, said, source="news", until=until)
            else:
                self.desk.notify(ticket.customer_id, said)

    @rule(who=CUSTOMERS, score=st.integers(1, 5))
    def customer_scores(self, who: str, score: int) -> None:
        """Taps what is on their screen, where they were asked."""
        customer = self.line.customer(who)
        if customer.friendship.value != "blocked":
            with suppress(SimulationError):
                customer.taps(Survey().labels[-score])

    @rule()
    def hours_change(self) -> None:
        """A late change is counted anew; here it comes to the same hours."""
        self.desk.recompute_deadlines()

    @rule(actor=OPERATORS, which=PICKS, asks=st.booleans())
    def operator_replies(self, actor: str, which: int, *, asks: bool) -> None:
        """To whomever."""
        ticket = self._ticket(which)
        if ticket is None:
            return
        chat = self.desk.inbox.conversation(ticket.conversation_id).conversation
        self._try(
            lambda: self.desk.reply(
                chat.id,
                "承知しました。",
                actor=actor,
                version=chat.version,
                seen=chat.newest_message_id,
                asks=asks,
            )
        )

    @rule(actor=OPERATORS, leaves=st.booleans())
    def operator_comes_or_goes(self, actor: str, *, leaves: bool) -> None:
        """Home early, or back."""
        if leaves:
            self.desk.go_off_duty(actor)
        else:
            self.desk.go_on_duty(actor)

    @rule(steps=st.integers(0, 12), before=st.booleans())
    def worker_dies(self, steps: int, *, before: bool) -> None:
        """Between any two steps, before or after a commit."""
        self.storage.steps_to_live, self.storage.dies_before = steps, before
        try:
            self._work()
        except Crash:
            pass
        finally:
            self.storage.steps_to_live = None

    @rule()
    def work_in_peace(self) -> None:
        """Workers do all there is, also what a dead one had begun; then nobody is forgotten."""
        for _ in range(4):
            self._work()
            # Longer than a lease, so that what a dead worker held is taken up.
            self.clock.advance(seconds=90)
        self._work()
        assert self.desk.orphans() == []
        self._nobody_waits_without_a_time()

    def _work(self) -> None:
        for _ in range(200):
            if not self.desk.process(wait=0) + self.desk.deliver() + self.desk.run_jobs():
                return
        raise AssertionError("The desk never comes to rest.")

    def _ticket(self, which: int) -> Ticket | None:
        tickets = self.scene.rows(Ticket)
        return tickets[which % len(tickets)] if tickets else None

    def _try(self, act: Callable[[], Any]) -> None:
        try:
            act()
        except LinecsError:
            # Stale, refused or not fitting: nothing happened, and that is all right.
            return

    def _nobody_waits_without_a_time(self) -> None:
        """A waiting customer is due when counting open minutes one by one says so."""
        for ticket in self.scene.rows(Ticket):
            if ticket.status is TicketStatus.RESOLVED or ticket.snoozed_until:
                continue
            assert ticket.due_at
            if ticket.waiting_since:
                assert ticket.due_at == _counted(ticket.waiting_since)


def _counted(since: int) -> int:
    """Return the due time, slowly: second by second to the minute, then open minutes."""
    left, now = WITHIN * MINUTE_MS, since
    while left:
        step = MINUTE_MS - now % MINUTE_MS
        is_open = OPENS <= datetime.fromtimestamp(now / 1000, tz=TOKYO).hour < CLOSES
        taken = min(step, left) if is_open else 0
        now += taken if taken and taken == left else step
        left -= taken
    return now


@pytest.mark.parametrize("examples", [25, pytest.param(400, marks=pytest.mark.slow)])
def test_nobody_is_forgotten_whatever_happens(examples: int) -> None:
    """No history of writing, leaving, crashing and waiting leaves an orphan."""
    chosen = settings(
        max_examples=examples,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Shop, settings=chosen)
