"""Every ticket that is not at its end has something due."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from linecs.errors import ConfigurationError
from linecs.hours import DAY_MS, MINUTE_MS, BusinessCalendar
from linecs.model import ChannelId, ConversationId, CustomerId, Ticket, TicketId, TicketStatus
from linecs.routing import (
    DEFAULT_WORKFLOW,
    Deadline,
    DeadlineRules,
    NudgeSchedule,
    SlaPolicy,
    TicketEvent,
    advance,
    reply_within,
)

if TYPE_CHECKING:
    from linecs.routing import Transition

SHOP = BusinessCalendar(weekly={"mon-fri": "10:00-18:00"})
NUDGES = NudgeSchedule(calendar=SHOP)
RULES = DeadlineRules(
    workflow=DEFAULT_WORKFLOW,
    policy=SlaPolicy(calendar=SHOP, targets=reply_within(30 * MINUTE_MS)),
    nudges=NUDGES,
)
TICKET = Ticket(
    id=TicketId("t"),
    channel_id=ChannelId("shop"),
    conversation_id=ConversationId("c"),
    customer_id=CustomerId("c"),
    status=TicketStatus.OPEN,
    opened_at=1,
)


def at(text: str) -> int:
    """Epoch milliseconds of a time in Tokyo."""
    zoned = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    return int(zoned.timestamp() * 1000)


@pytest.mark.parametrize(
    ("asked", "nudges"),
    [
        ("2026-11-11 12:00", ["2026-11-16 10:00", "2026-11-24 10:00"]),
        ("2026-11-14 10:00", ["2026-11-16 10:00", "2026-11-24 10:00"]),
        ("2026-11-15 20:00", ["2026-11-24 10:00", "2026-11-30 10:00"]),
        ("2026-11-16 09:00", ["2026-11-24 10:00", "2026-11-30 10:00"]),
    ],
)
def test_nudges_come_on_mondays_at_ten(asked: str, nudges: list[str]) -> None:
    """After a day's rest, and on Tuesday where Monday is a holiday."""
    assert NUDGES.nudges(at(asked)) == tuple(at(nudge) for nudge in nudges)


def test_after_the_last_nudge_silence_ends_the_ticket() -> None:
    """A week after the second."""
    asked = at("2026-11-11 12:00")
    steps = [NUDGES.next(asked, sent=sent) for sent in range(3)]
    assert steps == [
        Deadline(at=at("2026-11-16 10:00"), what="nudge"),
        Deadline(at=at("2026-11-24 10:00"), what="nudge"),
        Deadline(at=at("2026-12-01 10:00"), what=TicketEvent.NUDGES_UNANSWERED),
    ]


def test_a_shop_may_not_nudge_at_all() -> None:
    """Then silence after the question ends the ticket."""
    quiet = NudgeSchedule(calendar=SHOP, count=0, resolve_after_ms=3 * DAY_MS)
    assert quiet.next(5) == Deadline(at=5 + 3 * DAY_MS, what=TicketEvent.NUDGES_UNANSWERED)


def test_another_weekday_and_time_may_be_written() -> None:
    """In Japanese too; nonsense is refused."""
    wednesday = NudgeSchedule(calendar=SHOP, weekday="水", time="15:30", count=1)
    assert wednesday.nudges(at("2026-11-16 12:00")) == (at("2026-11-18 15:30"),)
    with pytest.raises(ConfigurationError, match="25:00"):
        NudgeSchedule(calendar=SHOP, time="25:00")


def test_a_long_holiday_leaves_one_nudge() -> None:
    """Two that would fall on the same opening are one."""
    closed = evolve(SHOP, closures=("2026-11-16/2026-11-27",))
    schedule = NudgeSchedule(calendar=closed)
    assert schedule.nudges(at("2026-11-11 12:00")) == (at("2026-11-30 10:00"),)


@pytest.mark.parametrize(
    ("fields", "what", "due"),
    [
        ({"status": TicketStatus.BOT}, "bot_deadline", "2026-11-20 12:10"),
        ({"waiting_since": at("2026-11-20 11:00")}, "first_reply", "2026-11-20 11:30"),
        (
            {"waiting_since": at("2026-11-20 11:00"), "first_replied_at": 1},
            "next_reply",
            "2026-11-20 11:30",
        ),
        (
            {"status": TicketStatus.WAITING, "last_replied_at": at("2026-11-11 12:00")},
            "nudge",
            "2026-11-16 10:00",
        ),
        (
            {"status": TicketStatus.IN_PROGRESS, "last_replied_at": at("2026-11-20 11:00")},
            "follow_up",
            "2026-11-27 11:00",
        ),
        (
            {"snoozed_until": at("2026-11-21 09:00"), "waiting_since": 1},
            "snooze",
            "2026-11-21 09:00",
        ),
    ],
)
def test_each_kind_of_ticket_has_its_deadline(fields: dict[str, Any], what: str, due: str) -> None:
    """The bot's turn, the customer's wait, our wait, a snooze, or somebody's second look."""
    deadline = RULES.next(evolve(TICKET, **fields), now=at("2026-11-20 12:00"))
    assert deadline == Deadline(at=at(due), what=what)


def test_after_an_answer_the_bots_turn_ends_in_silence() -> None:
    """The desk says which turn it is."""
    waiting = evolve(TICKET, status=TicketStatus.BOT)
    deadline = RULES.next(waiting, now=0, turn=TicketEvent.BOT_SILENCE)
    assert deadline == Deadline(at=30 * MINUTE_MS, what="bot_silence")


def test_a_shop_that_promises_nothing_still_forgets_nobody() -> None:
    """The fallback is due a day after the customer wrote."""
    rules = evolve(RULES, policy=SlaPolicy(calendar=SHOP))
    deadline = rules.next(evolve(TICKET, waiting_since=7), now=9)
    assert deadline == Deadline(at=7 + DAY_MS, what="first_reply")


@given(
    st.sampled_from(TicketStatus),
    st.lists(st.sampled_from(DEFAULT_WORKFLOW.transitions), max_size=12),
)
def test_whatever_happens_something_is_due(
    status: TicketStatus, happened: list[Transition]
) -> None:
    """Only a resolved ticket has no deadline, and no deadline is 0 or past what it waits for."""
    current, now = evolve(TICKET, status=status), at("2026-11-20 12:00")
    for row in happened:
        now += MINUTE_MS
        if row.source is current.status:
            current = advance(DEFAULT_WORKFLOW, current, row.on, now=now, actor="sato")
        deadline = RULES.next(current, now=now)
        assert (deadline is None) == (current.status is TicketStatus.RESOLVED)
        assert deadline is None or deadline.at > max(current.waiting_since, 0)
