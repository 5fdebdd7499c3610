"""The team's numbers, held by a day that was reckoned by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from linecs.hours import HOUR_MS, MINUTE_MS, BusinessCalendar
from linecs.model import ChannelId, ConversationId, CustomerId, Ticket, TicketId, TicketStatus
from linecs.routing import Numbers, Spread, summarise

SHOP = BusinessCalendar(weekly={"mon-sun": "10:00-18:00"}, holidays=None)


def at(clock: str, day: str = "2026-11-20") -> int:
    """The epoch milliseconds of a Japanese wall clock."""
    zoned = datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    return int(zoned.timestamp() * 1000)


def ticket(opened: str = "10:00", **fields: Any) -> Ticket:
    """A ticket that nobody has looked at."""
    return Ticket(
        id=TicketId("t"),
        channel_id=ChannelId("main"),
        conversation_id=ConversationId("c"),
        customer_id=CustomerId("u"),
        opened_at=at(opened),
        **{"status": TicketStatus.OPEN, **fields},
    )


def of(*tickets: Ticket) -> Numbers:
    """Their numbers by the shop's hours."""
    return summarise(tickets, lambda _: SHOP)


def resolved(by: str, reason: str = "resolved", **fields: Any) -> Ticket:
    """A ticket that has ended."""
    return ticket(
        status=TicketStatus.RESOLVED,
        resolved_by=by,
        reason=reason,
        **{"resolved_at": at("11:00"), **fields},
    )


def test_a_day_reckoned_by_hand() -> None:
    """Two by the bot, three by a person, one nobody answered, one in the bot's turn."""
    day = of(
        resolved("bot", "confirmed"),
        resolved("bot", "silence"),
        resolved(
            "sato",
            first_replied_at=at("10:20"),
            promise_kept=True,
            surveyed_at=at("11:00"),
            score=5,
            category="returns",
        ),
        resolved(
            "sato",
            first_replied_at=at("10:40"),
            resolved_at=at("12:00"),
            promise_kept=False,
            surveyed_at=at("12:00"),
            score=2,
            category="returns",
        ),
        ticket(first_replied_at=at("10:10"), status=TicketStatus.WAITING, surveyed_at=1),
        ticket(),
        ticket(status=TicketStatus.BOT),
    )
    assert day == Numbers(
        opened=7,
        solved_by_bot=2,
        confirmed=1,
        replied=3,
        unanswered=1,
        resolved=4,
        first_reply=Spread(count=3, median_ms=20 * MINUTE_MS, p90_ms=40 * MINUTE_MS),
        resolution=Spread(count=2, median_ms=HOUR_MS, p90_ms=2 * HOUR_MS),
        promised=2,
        promises_kept=1,
        asked=3,
        scored=2,
        content=1,
        mean_score=3.5,
        categories={"": 5, "returns": 2},
    )
    assert day.promise_kept_rate == 0.5
    assert day.content_rate == 0.5


def test_a_day_without_tickets_has_no_times_and_no_rates() -> None:
    """None rather than a nought that looks like a good day."""
    empty = of()
    assert empty.first_reply == Spread(count=0, median_ms=None, p90_ms=None)
    assert empty.promise_kept_rate is None
    assert empty.content_rate is None
    assert empty.mean_score is None


def test_a_reply_in_the_morning_to_a_question_of_the_night_took_no_night() -> None:
    """Waiting is counted in the hours of the ticket's queue."""
    asked = ticket("17:50", first_replied_at=at("10:20", "2026-11-21"))
    assert of(asked).first_reply.median_ms == 30 * MINUTE_MS


def test_a_bots_end_after_a_persons_reply_is_not_the_bots_own() -> None:
    """Who replied is whose it counts."""
    assert of(resolved("bot", first_replied_at=at("10:05"))).solved_by_bot == 0


@pytest.mark.parametrize(
    ("count", "median", "p90"), [(1, 1, 1), (2, 1, 2), (10, 5, 9), (11, 6, 10)]
)
def test_times_are_nearest_ranks(count: int, median: int, p90: int) -> None:
    """A time that really occurred, never a mean of two."""
    replies = [ticket(first_replied_at=at("10:00") + minute) for minute in range(1, count + 1)]
    assert of(*replies).first_reply == Spread(count=count, median_ms=median, p90_ms=p90)


ended = st.sampled_from(["", "bot", "sato"])


@given(
    st.lists(
        st.builds(
            lambda by, replied, score: evolve(
                resolved(by) if by else ticket(),
                first_replied_at=at("10:30") if replied else 0,
                score=score,
                surveyed_at=int(score > 0),
            ),
            ended,
            st.booleans(),
            st.integers(0, 5),
        )
    )
)
def test_no_part_is_larger_than_its_whole(tickets: list[Ticket]) -> None:
    """And the order of the tickets changes nothing."""
    numbers = of(*tickets)
    assert numbers.confirmed <= numbers.solved_by_bot <= numbers.resolved <= numbers.opened
    assert numbers.solved_by_bot + numbers.replied + numbers.unanswered <= numbers.opened
    assert numbers.content <= numbers.scored <= numbers.asked
    assert numbers.resolution.count <= numbers.first_reply.count == numbers.replied
    assert sum(numbers.categories.values()) == numbers.opened
    assert of(*reversed(tickets)) == numbers
