"""The promise in words."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from linecs.hours import YEAR_END, BusinessCalendar, spoken_promise, spoken_time

SHOP = BusinessCalendar(weekly={"mon-fri": "10:00-19:00"}, closures=(YEAR_END,))


def at(text: str) -> int:
    """Epoch milliseconds of a time in Tokyo."""
    zoned = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    return int(zoned.timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-20 01:00", "本日10時以降にご返信します"),
        ("2026-11-19 23:00", "明日10時以降にご返信します"),
        ("2026-11-20 19:00", "11月24日(火) 10時以降にご返信します"),
        ("2026-12-28 19:00", "1月4日(月) 10時以降にご返信します"),
        ("2026-11-20 12:00", "順番にご返信します"),
    ],
)
def test_a_receipt_names_the_next_opening(now: str, expected: str) -> None:
    """Today, tomorrow or a date with its weekday, over holidays and the new year."""
    opening = SHOP.next_open(at(now))
    assert opening is not None
    assert spoken_promise(SHOP, opening, at(now)) == expected


def test_a_deadline_is_never_told_too_early() -> None:
    """The minute is rounded up, so that who keeps the deadline keeps the promise."""
    due = at("2026-11-20 10:30") + 1
    said = spoken_promise(SHOP, due, at("2026-11-20 10:01"), deadline=True)
    assert said == "本日10時31分までにご返信します"


def test_a_far_date_has_its_year() -> None:
    """From half a year away the year is said."""
    assert spoken_time(SHOP, at("2027-11-19 10:00"), at("2026-11-20 10:00")) == (
        "2027年11月19日(金) 10時"
    )


def test_the_words_follow_the_shops_zone() -> None:
    """What is today in Tokyo is said by Tokyo's date."""
    assert spoken_time(SHOP, at("2026-11-20 23:30"), at("2026-11-20 00:10")) == "本日23時30分"
