"""Random outcomes against a model of LINE: nothing twice, nothing lost."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.values import BOT, NOW, a_customer
from linecs.delivery import (
    Accepted,
    DeliveryPolicy,
    Fate,
    MonthlyLimit,
    Outcome,
    RateLimited,
    Refused,
    Silence,
    TokenSpent,
    Unauthorised,
    Unclear,
    Unreached,
    UnrecognisedLimit,
    WaitingMessage,
    begin_call,
    divide,
    form_attempt,
    give_up,
    plan,
    settle,
)
from linecs.model import (
    Attempt,
    AttemptId,
    AttemptState,
    ConversationId,
    EventId,
    MessageId,
    ReplyToken,
    Route,
)

if TYPE_CHECKING:
    from linecs.delivery import (
        Settlement,
    )

POLICY = DeliveryPolicy()
HOUR = 3_600_000
_KEY_LIFE = 24 * HOUR
_TOKEN_LIFE = 60_000


@define
class ModelledLine:
    """LINE as far as acceptance goes: single-use tokens, retry keys for 24 hours."""

    accepted: list[str] = field(factory=list)
    tokens: dict[str, int] = field(factory=dict)
    keys: dict[str, tuple[int, bool]] = field(factory=dict)
    bad: set[str] = field(factory=set)
    names: bool = True

    def take(self, attempt: Attempt, now: int) -> Outcome:
        """Judge a call as LINE would."""
        if attempt.route is Route.PUSH:
            first, done = self.keys.get(attempt.retry_key, (now, False))
            if now - first >= _KEY_LIFE:
                first, done = now, False
            self.keys[attempt.retry_key] = (first, done)
            if done:
                return Accepted(status=409)
        wrong = [index for index, each in enumerate(attempt.message_ids) if each in self.bad]
        if wrong:
            return Refused(status=400, named=tuple(wrong) if self.names else ())
        if attempt.route is Route.REPLY and self.tokens.pop(attempt.reply_token, 0) < now:
            return TokenSpent()
        if attempt.route is Route.PUSH:
            self.keys[attempt.retry_key] = (first, True)
        self.accepted += attempt.message_ids
        return Accepted()


SILENCES = [Unclear(kind=kind) for kind in Silence]
UNSENT = [RateLimited(), Unauthorised(), Unreached(), UnrecognisedLimit(), MonthlyLimit()]
FINAL = {Fate.SENT, Fate.DEAD, Fate.UNKNOWN}


@define
class ModelledDesk:
    """An outbox and its attempts, with the desk's commits, against the model of LINE."""

    line: ModelledLine
    now: int = NOW
    numbers: Iterator[int] = field(factory=itertools.count)
    contents: dict[str, WaitingMessage] = field(factory=dict)
    queue: list[WaitingMessage] = field(factory=list)
    parked: list[WaitingMessage] = field(factory=list)
    open: list[Attempt] = field(factory=list)
    done: dict[str, Fate] = field(factory=dict)

    def say(self, count: int, *, bad: bool) -> None:
        """Queue messages, the last of them perhaps one that LINE refuses."""
        for _ in range(count):
            name = MessageId(f"M{next(self.numbers)}")
            self.contents[name] = WaitingMessage(id=name, author=BOT, content="{}")
            self.queue.append(self.contents[name])
        if bad:
            self.line.bad.add(self.queue[-1].id)

    def form(self, *, with_token: bool) -> None:
        """Form attempts for all that waits."""
        tokens = [self._new_token()] if with_token else []
        result = plan(
            self.queue,
            customer=a_customer(),
            tokens=tokens,
            quota=None,
            policy=POLICY,
            now=self.now,
        )
        self.queue = []
        for call in result.calls:
            number = next(self.numbers)
            self.open.append(
                form_attempt(
                    call,
                    a_customer(),
                    attempt_id=AttemptId(f"A{number}"),
                    retry_key=f"K{number}",
                    now=self.now,
                )
            )

    def _new_token(self) -> ReplyToken:
        name = f"t{next(self.numbers)}"
        self.line.tokens[name] = self.now + _TOKEN_LIFE
        return ReplyToken(
            event_id=EventId(name),
            conversation_id=ConversationId("C1"),
            token=name,
            usable_until=self.now + 50_000,
        )

    def call(self, fault: Outcome | None, *, reached: bool) -> None:
        """Call LINE for the first open attempt; a silence may or may not have reached it."""
        attempt = self.open.pop(0)
        self.now = max(self.now, attempt.due_at)
        settlement = give_up(attempt, self.now, POLICY)
        if settlement is None:
            called = begin_call(attempt, owner="w", until=self.now + 10_000, now=self.now)
            outcome = fault
            if outcome is None or (isinstance(fault, Unclear) and reached):
                outcome = self.line.take(called, self.now)
            settlement = settle(called, fault or outcome, self.now, POLICY)
        self.record(settlement)

    def record(self, settlement: Settlement) -> None:
        """Do what the desk does in one commit."""
        for member in settlement.members:
            if member.fate is Fate.QUEUED:
                self.queue.append(self.contents[member.message_id])
            elif member.fate is Fate.PARKED:
                self.parked.append(self.contents[member.message_id])
            elif member.fate in FINAL:
                assert member.message_id not in self.done
                self.done[member.message_id] = member.fate
        numbers = [next(self.numbers) for _ in settlement.groups]
        parts = divide(
            settlement.attempt,
            settlement.groups,
            attempt_ids=[AttemptId(f"A{number}") for number in numbers],
            retry_keys=[f"K{number}" for number in numbers],
            now=self.now,
        )
        self.open = [*parts, *self.open]
        if settlement.after.state is AttemptState.WAITING:
            self.open.insert(0, settlement.after)

    def finish(self) -> None:
        """Let LINE answer every call until nothing is left to do."""
        for _ in range(1000):
            self.queue, self.parked = self.parked + self.queue, []
            if self.open:
                self.call(None, reached=True)
            elif self.queue:
                self.form(with_token=False)

    def places(self) -> list[str]:
        """Return every place where a message is, waiting, under way or done."""
        in_attempts = [each for attempt in self.open for each in attempt.message_ids]
        return [*in_attempts, *(each.id for each in [*self.queue, *self.parked]), *self.done]


@define
class Step:
    """One thing that happens."""

    says: int
    bad: bool
    with_token: bool
    fault: Outcome | None
    reached: bool
    hours_later: float

    def happen(self, desk: ModelledDesk) -> None:
        """Queue, form what can be formed, and make one call."""
        desk.say(self.says, bad=self.bad and self.says > 0)
        if not desk.open:
            desk.form(with_token=self.with_token)
        desk.now += round(self.hours_later * HOUR)
        if desk.open:
            desk.call(self.fault, reached=self.reached)


STEPS = st.lists(
    st.builds(
        Step,
        says=st.sampled_from([0, 0, 1, 3]),
        bad=st.booleans(),
        with_token=st.booleans(),
        fault=st.one_of(st.none(), st.sampled_from(SILENCES), st.sampled_from(UNSENT)),
        reached=st.booleans(),
        hours_later=st.sampled_from([0, 0, 0, 0.02, 19, 30]),
    ),
    min_size=3,
    max_size=12,
)


@settings(max_examples=300)
@given(STEPS, st.booleans())
def test_nothing_is_sent_twice_and_nothing_lost(steps: list[Step], names: bool) -> None:  # noqa: FBT001 - given by hypothesis
    """Whatever LINE answers or fails to answer, each message is accepted at most once.

    Each is in exactly one place at any time; in the end each was sent, is dead without having
    been sent, or is known to be unknown.
    """
    desk = ModelledDesk(ModelledLine(names=names))
    for step in steps:
        step.happen(desk)
        assert sorted(desk.places()) == sorted(desk.contents)
    desk.finish()
    accepted = desk.line.accepted
    assert len(accepted) == len(set(accepted))
    assert set(desk.done) == set(desk.contents)
    known = {name: fate for name, fate in desk.done.items() if fate is not Fate.UNKNOWN}
    assert known == {name: Fate.SENT if name in accepted else Fate.DEAD for name in known}
