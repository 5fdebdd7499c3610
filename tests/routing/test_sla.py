"""Clocks in business time, against the shop's rules and a slow reference."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from linecs.errors import ConfigurationError
from linecs.hours import HOUR_MS, MINUTE_MS, BusinessCalendar
from linecs.routing import (
    ClockEvent,
    ClockRun,
    Happened,
    SlaClock,
    SlaPolicy,
    SlaTarget,
    clock_runs,
    promise_kept,
    reply_within,
)

SHOP = BusinessCalendar(weekly={"mon-fri": "10:00-13:00, 14:00-18:00"})
RULE = SlaPolicy(calendar=SHOP, targets=reply_within(30 * MINUTE_MS, warn_before_ms=10 * MINUTE_MS))


def at(text: str) -> int:
    """Epoch milliseconds of a time in Tokyo."""
    zoned = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    return int(zoned.timestamp() * 1000)


def first_reply(started: str, **fields: Any) -> ClockRun:
    """A run of the first-reply clock."""
    return ClockRun(clock=SlaClock.FIRST_REPLY, started_at=at(started), **fields)


@pytest.mark.parametrize(
    ("wrote", "due"),
    [
        ("2026-11-20 10:05", "2026-11-20 10:35"),
        ("2026-11-20 12:50", "2026-11-20 14:20"),
        ("2026-11-20 03:00", "2026-11-20 10:30"),
        ("2026-11-20 17:50", "2026-11-24 10:20"),
    ],
)
def test_the_thirty_minute_rule_counts_open_minutes(wrote: str, due: str) -> None:
    """Lunch, night, the weekend and the holiday on Monday do not count."""
    assert RULE.due(SlaClock.FIRST_REPLY, at(wrote)) == at(due)


def test_a_warning_comes_ten_open_minutes_earlier() -> None:
    """Even where those minutes lie before lunch."""
    reading = RULE.read(first_reply("2026-11-20 12:35"), now=at("2026-11-20 12:40"))
    assert (reading.warn_at, reading.due_at) == (at("2026-11-20 12:55"), at("2026-11-20 14:05"))


def test_a_reply_at_the_deadline_is_in_time() -> None:
    """One millisecond later it is a breach."""
    answered = first_reply("2026-11-20 10:00", stopped_at=at("2026-11-20 10:30"))
    late = evolve(answered, stopped_at=at("2026-11-20 10:30") + 1)
    readings = [RULE.read(run, now=at("2026-11-20 15:00")) for run in (answered, late)]
    assert [reading.breached for reading in readings] == [False, True]


def test_a_reply_after_closing_time_is_in_time_if_the_minutes_sufficed() -> None:
    """An evening reply to a message of 17:40 has used 20 open minutes."""
    run = first_reply("2026-11-20 17:40", stopped_at=at("2026-11-20 22:00"))
    reading = RULE.read(run, now=at("2026-11-21 00:00"))
    assert (reading.elapsed_ms, reading.breached) == (20 * MINUTE_MS, False)


def test_a_paused_clock_is_not_due() -> None:
    """While the customer lets us wait nothing can be late; then the rest remains."""
    policy = SlaPolicy(
        calendar=SHOP, targets=[SlaTarget(clock=SlaClock.RESOLUTION, within_ms=2 * HOUR_MS)]
    )
    asked, answered = at("2026-11-20 11:00"), at("2026-11-20 16:00")
    run = ClockRun(
        clock=SlaClock.RESOLUTION, started_at=at("2026-11-20 10:00"), pauses=((asked, None),)
    )
    assert policy.read(run, now=at("2026-11-20 15:00")).due_at is None
    resumed = evolve(run, pauses=((asked, answered),))
    reading = policy.read(resumed, now=at("2026-11-20 16:30"))
    assert (reading.elapsed_ms, reading.due_at) == (90 * MINUTE_MS, at("2026-11-20 17:00"))


def test_a_late_closure_moves_open_deadlines() -> None:
    """臨時休業: reading the same run by the new calendar gives the new deadline."""
    closed = evolve(RULE, calendar=evolve(SHOP, closures=("2026-11-24",)))
    wrote = at("2026-11-20 17:50")
    assert closed.due(SlaClock.FIRST_REPLY, wrote) == at("2026-11-25 10:20")


def test_a_clock_may_run_round_the_clock() -> None:
    """A receipt is expected at night too."""
    receipt = SlaTarget(clock=SlaClock.RECEIPT, within_ms=MINUTE_MS, business_time=False)
    policy = SlaPolicy(calendar=SHOP, targets=[receipt])
    run = ClockRun(clock=SlaClock.RECEIPT, started_at=at("2026-11-22 03:00"))
    reading = policy.read(run, now=at("2026-11-22 03:05"))
    assert (reading.due_at, reading.elapsed_ms) == (at("2026-11-22 03:01"), 5 * MINUTE_MS)


def test_a_clock_without_a_target_is_read_and_never_due() -> None:
    """Reports show it all the same."""
    run = ClockRun(clock=SlaClock.RECEIPT, started_at=at("2026-11-20 10:00"))
    reading = RULE.read(run, now=at("2026-11-20 11:00"))
    assert (reading.elapsed_ms, reading.due_at, reading.breached) == (HOUR_MS, None, False)


def test_contradictory_targets_are_refused() -> None:
    """Two for one clock, a warning before the start, or no time at all."""
    with pytest.raises(ConfigurationError, match="one target"):
        SlaPolicy(calendar=SHOP, targets=reply_within(1) + reply_within(2))
    with pytest.raises(ConfigurationError, match="warn later"):
        reply_within(MINUTE_MS, warn_before_ms=MINUTE_MS)
    with pytest.raises(ValueError, match="within_ms"):
        reply_within(0)


@pytest.mark.parametrize(
    ("promised", "replied", "now", "kept"),
    [(0, 5, 9, None), (5, 5, 9, True), (5, 6, 9, False), (5, 0, 5, None), (5, 0, 6, False)],
)
def test_a_promise_is_kept_by_its_time(
    promised: int, replied: int, now: int, *, kept: bool | None
) -> None:
    """Open until then, broken after, nothing where nothing was told."""
    assert promise_kept(promised, replied, now=now) is kept


START = at("2026-11-19 09:00")
LENGTH = 3 * 24 * 60
CLOCKS = {
    SlaClock.RECEIPT: {SlaClock.RECEIPT},
    SlaClock.RESOLUTION: {SlaClock.RESOLUTION},
    "a person": {SlaClock.FIRST_REPLY, SlaClock.NEXT_REPLY},
}


@st.composite
def runs(draw: st.DrawFn) -> ClockRun:
    """A run with pauses, on whole minutes."""
    minutes = draw(st.lists(st.integers(0, LENGTH), min_size=1, max_size=7, unique=True))
    times = [START + minute * MINUTE_MS for minute in sorted(minutes)]
    started, *rest = times
    has_stopped = draw(st.booleans())
    stopped = rest.pop() if rest and has_stopped else None
    pauses: list[tuple[int, int | None]] = list(zip(rest[::2], rest[1::2], strict=False))
    if len(rest) % 2:
        pauses.append((rest[-1], None))
    return ClockRun(
        clock=SlaClock.FIRST_REPLY, started_at=started, stopped_at=stopped, pauses=tuple(pauses)
    )


def runs_at(run: ClockRun, moment: int) -> bool:
    """Whether the clock runs in the minute that begins then."""
    in_pause = any(
        start <= moment and (until is None or moment < until) for start, until in run.pauses
    )
    stopped = run.stopped_at is not None and run.stopped_at <= moment
    return run.started_at <= moment and not stopped and not in_pause


@given(runs(), st.integers(0, LENGTH), st.integers(1, 900))
def test_a_reading_equals_the_minutes_counted(run: ClockRun, now: int, target: int) -> None:
    """Elapsed, breached and due agree with walking minute by minute."""
    policy = SlaPolicy(
        calendar=SHOP, targets=[SlaTarget(clock=run.clock, within_ms=target * MINUTE_MS)]
    )
    end = START + now * MINUTE_MS
    reading = policy.read(run, now=end)
    moments = range(START, end, MINUTE_MS)
    counted = sum(runs_at(run, moment) and SHOP.is_open(moment) for moment in moments)
    assert reading.elapsed_ms == counted * MINUTE_MS
    assert reading.breached == (counted > target)
    assert reading.due_at == slow_due(evolve(run, stopped_at=None), target)


def slow_due(run: ClockRun, target: int) -> int | None:
    """Walk until the clock has shown so many minutes."""
    moment, counted = run.started_at, 0
    while counted < target:
        if moment > START + 10 * LENGTH * MINUTE_MS:
            return None
        counted += runs_at(run, moment) and SHOP.is_open(moment)
        moment += MINUTE_MS
    return moment


@st.composite
def histories(draw: st.DrawFn) -> list[ClockEvent]:
    """Anything that may happen to a ticket, in order."""
    steps = st.tuples(st.integers(0, LENGTH), st.sampled_from(Happened))
    happened = sorted(draw(st.lists(steps, min_size=1, max_size=10)), key=lambda step: step[0])
    return [ClockEvent(at=START + minute * MINUTE_MS, what=what) for minute, what in happened]


def wanted(past: list[Happened], clock: object) -> bool:
    """Whether a clock runs after this past, read from its words."""
    if clock is SlaClock.RECEIPT:
        return not {"customer_told", "replied", "asked", "resolved"} & set(past)
    if clock is SlaClock.RESOLUTION:
        ends = [what for what in past if what in ("resolved", "reopened")]
        turns = [
            what
            for what in past
            if what in ("customer_wrote", "replied", "asked", "resolved", "reopened")
        ]
        return ends[-1:] != ["resolved"] and turns[-1:] != ["asked"]
    settled = max(
        (i for i, what in enumerate(past) if what in ("replied", "asked", "resolved")), default=-1
    )
    handed = [i for i, what in enumerate(past) if what == "handed_off"]
    wrote = [i for i, what in enumerate(past) if what == "customer_wrote"]
    return any(i > settled for i in handed) or any(
        i > settled and handed and handed[0] < i for i in wrote
    )


@given(histories(), st.integers(0, LENGTH))
def test_a_tickets_clocks_equal_the_minutes_counted(history: list[ClockEvent], now: int) -> None:
    """Each clock runs exactly while its words say so."""
    end = START + now * MINUTE_MS
    past = [event for event in history if event.at < end]
    ran = clock_runs(past)
    policy = SlaPolicy(calendar=SHOP)
    for clock, kinds in CLOCKS.items():
        shown = sum(policy.read(run, now=end).elapsed_ms for run in ran if run.clock in kinds)
        counted = 0
        for moment in range(past[0].at if past else end, end, MINUTE_MS):
            known = [event.what for event in past if event.at <= moment]
            counted += SHOP.is_open(moment) and wanted(known, clock)
        assert shown == counted * MINUTE_MS


def test_each_wait_for_a_next_reply_is_a_run_of_its_own() -> None:
    """Two bubbles before one reply are one wait."""
    told = [
        (0, Happened.CUSTOMER_WROTE),
        (0, Happened.HANDED_OFF),
        (5, Happened.REPLIED),
        (7, Happened.CUSTOMER_WROTE),
        (8, Happened.CUSTOMER_WROTE),
        (9, Happened.REPLIED),
        (20, Happened.CUSTOMER_WROTE),
    ]
    ran = clock_runs(ClockEvent(at=minute, what=what) for minute, what in told)
    waits = [(run.started_at, run.stopped_at) for run in ran if run.clock is SlaClock.NEXT_REPLY]
    assert waits == [(7, 9), (20, None)]
