"""The month's messages."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from linecs.delivery import DeliveryPolicy, QuotaView, remaining_for, run_out_day
from linecs.model import Author

JAPAN = timezone(timedelta(hours=9))


def at(day: int, hour: int = 0) -> int:
    """Return a moment of June 2026 in Japan, epoch ms UTC."""
    return int(datetime(2026, 6, day, hour, tzinfo=JAPAN).timestamp() * 1000)


@pytest.mark.parametrize(
    ("author", "used", "left"),
    [
        (Author.OPERATOR, 70, 30),
        (Author.BOT, 70, 10),
        (Author.SYSTEM, 70, 10),
        (Author.BOT, 85, 0),
        (Author.OPERATOR, 120, 0),
    ],
)
def test_what_each_author_may_still_push(author: Author, used: int, left: int) -> None:
    """People may use all of it, everyone else what lies above the reserve."""
    quota = QuotaView(limit=100, used=used)
    assert remaining_for(author, quota, DeliveryPolicy(reserve=0.2)) == left


def test_a_small_reserve_is_rounded_up() -> None:
    """A fifth of 7 messages keeps 2 for people."""
    assert remaining_for(Author.BOT, QuotaView(limit=7), DeliveryPolicy(reserve=0.2)) == 5


@pytest.mark.parametrize("quota", [None, QuotaView(limit=None)])
def test_no_limit_is_none(quota: QuotaView | None) -> None:
    """Without a limit there is no number to show."""
    assert remaining_for(Author.BOT, quota, DeliveryPolicy()) is None


@pytest.mark.parametrize(
    ("limit", "used", "now", "day"),
    [
        (200, 100, at(11), date(2026, 6, 21)),
        (200, 100, at(16), None),
        (200, 60, at(11), None),
        (200, 0, at(11), None),
        (200, 200, at(11, 23), date(2026, 6, 11)),
        (None, 500, at(11), None),
        (200, 1, at(1), date(2026, 6, 1)),
    ],
)
def test_the_run_out_day_follows_the_months_pace(
    limit: int | None, used: int, now: int, day: date | None
) -> None:
    """Half the messages in ten days run out after twenty, counted in Japan's time."""
    assert run_out_day(QuotaView(limit=limit, used=used), now) == day
