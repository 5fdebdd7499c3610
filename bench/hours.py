"""Business time against a naive baseline: walking day by day, as shops' own code does.

Run: python bench/hours.py
"""

from __future__ import annotations

import timeit
from datetime import datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import jpholiday

from linecs.hours import DAY_MS, HOUR_MS, MINUTE_MS, YEAR_END, BusinessCalendar

if TYPE_CHECKING:
    from collections.abc import Callable

TOKYO = ZoneInfo("Asia/Tokyo")
SHOP = BusinessCalendar(weekly={"mon-fri": "10:00-13:00, 14:00-19:00"}, closures=[YEAR_END])
SPANS = ((time(10), time(13)), (time(14), time(19)))
NOW = int(datetime(2026, 11, 20, 17, 50, tzinfo=TOKYO).timestamp() * 1000)


def naive_business_ms(start: int, end: int) -> int:
    """Add up each day's overlap with the hours."""
    first = datetime.fromtimestamp(start / 1000, TOKYO)
    last = datetime.fromtimestamp(end / 1000, TOKYO)
    total, day = timedelta(), first.date()
    while day <= last.date():
        year_end = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
        if day.weekday() < 5 and not jpholiday.is_holiday(day) and not year_end:
            for opens, closes in SPANS:
                since = max(first, datetime.combine(day, opens, TOKYO))
                until = min(last, datetime.combine(day, closes, TOKYO))
                total += max(until - since, timedelta())
        day += timedelta(days=1)
    return int(total.total_seconds() * 1000)


def naive_add_business(at: int, ms: int) -> int:
    """Halve the time in which the naive sum comes to `ms`."""
    low, high = at, at + ms * 10 + 14 * DAY_MS
    while low < high:
        middle = (low + high) // 2
        if naive_business_ms(at, middle) < ms:
            low = middle + 1
        else:
            high = middle
    return low


def microseconds(call: Callable[[], object]) -> float:
    """The best of five means."""
    timer = timeit.Timer(call)
    count = max(1, timer.autorange()[0] // 4)
    return min(timer.repeat(5, count)) / count * 1e6


def show(name: str, ours: Callable[[], int | None], naive: Callable[[], int]) -> None:
    """Print one row, once both agree."""
    assert ours() == naive()
    own, base = microseconds(ours), microseconds(naive)
    print(f"{name:<34}{own:>12.2f}{base:>14.1f}{base / own:>9.0f}x")


def main() -> None:
    """Print the table, microseconds a call."""
    print(f"{'microseconds a call':<34}{'linecs':>12}{'day by day':>14}{'ratio':>10}")
    for name, ms in (("add 30 minutes", 30 * MINUTE_MS), ("add 120 hours", 120 * HOUR_MS)):
        show(name, partial(SHOP.add_business, NOW, ms), partial(naive_add_business, NOW, ms))
    for days in (1, 21, 365):
        ends = (NOW, NOW + days * DAY_MS)
        show(
            f"business time of {days} days",
            partial(SHOP.business_ms, *ends),
            partial(naive_business_ms, *ends),
        )
    fresh = timeit.timeit(
        lambda: BusinessCalendar(weekly={"mon-fri": "10:00-19:00"}).is_open(NOW), number=50
    )
    print(f"{'a new calendar, first question':<34}{fresh / 50 * 1e6:>12.0f}")


if __name__ == "__main__":
    main()
