"""A shop's calendar, case by case."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from linecs.errors import ConfigurationError
from linecs.hours import HOUR_MS, MINUTE_MS, OBON, YEAR_END, BusinessCalendar, is_japanese_holiday

SHOP = BusinessCalendar(
    weekly={"mon-fri": "10:00-13:00, 14:00-19:00", "sat": "10:00-17:00"},
    closures=(YEAR_END, OBON, "2026-11-30"),
    openings=("2026-11-03",),
    special_hours={"12-28": "10:00-15:00", "2026-11-29": "12:00-14:00"},
)


def at(text: str, zone: str = "Asia/Tokyo") -> int:
    """Epoch milliseconds of a local time such as `2026-11-21 10:00`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-20 09:59", False),
        ("2026-11-20 10:00", True),
        ("2026-11-20 13:00", False),
        ("2026-11-20 14:00", True),
        ("2026-11-20 19:00", False),
        ("2026-11-22 12:00", False),
        ("2026-11-23 12:00", False),
        ("2026-05-06 12:00", False),
        ("2026-09-22 12:00", False),
        ("2026-11-30 12:00", False),
        ("2026-08-13 12:00", False),
        ("2027-01-03 12:00", False),
        ("2026-11-03 12:00", True),
        ("2026-12-28 16:00", False),
        ("2026-11-29 12:00", True),
    ],
)
def test_each_kind_of_rule_decides_its_day(moment: str, *, expected: bool) -> None:
    """Lunch, weekends, holidays and substitutes, closures, openings and special hours count."""
    assert SHOP.is_open(at(moment)) is expected


def test_special_hours_come_before_openings_closures_and_holidays() -> None:
    """The order of rules is the documented one."""
    calendar = BusinessCalendar(
        weekly={"mon-sun": "10:00-19:00"},
        holiday_hours="11:00-12:00",
        closures=("2026-11-03", "2026-11-04"),
        openings=("2026-11-03",),
        special_hours={"2026-11-03": "08:00-09:00"},
    )
    days = [date(2026, 11, 3), date(2026, 11, 4), date(2026, 11, 23)]
    hours = [[(span.opens, span.closes) for span in calendar.hours_on(day)] for day in days]
    assert hours == [[(480, 540)], [], [(660, 720)]]


def test_an_opening_keeps_the_weeks_hours_on_a_holiday() -> None:
    """祝日営業 needs no hours of its own."""
    assert SHOP.hours_on(date(2026, 11, 3)) == SHOP.hours_on(date(2026, 11, 4))


def test_holidays_may_be_switched_off_or_be_the_shops_own() -> None:
    """A shop elsewhere passes its own function, or None."""
    plain = BusinessCalendar(weekly={"mon": "10:00-19:00"}, holidays=None)
    own = evolve(plain, holidays=lambda day: day == date(2026, 11, 16))
    assert plain.is_open(at("2026-11-23 12:00"))
    assert not own.is_open(at("2026-11-16 12:00"))


@pytest.mark.parametrize(
    "day",
    [date(2026, 5, 6), date(2026, 9, 22), date(2027, 3, 22), date(2019, 4, 30), date(2026, 11, 23)],
)
def test_substitute_and_citizens_holidays_count(day: date) -> None:
    """振替休日 and 国民の休日 are holidays, as the Cabinet Office lists them."""
    assert is_japanese_holiday(day)


def test_next_open_is_the_moment_itself_while_open() -> None:
    """Nobody waits for a shop that is open."""
    assert SHOP.next_open(at("2026-11-20 12:00")) == at("2026-11-20 12:00")


def test_next_open_skips_a_closed_stretch() -> None:
    """After 28 December at 15:00 comes 4 January at 10:00."""
    assert SHOP.next_open(at("2026-12-28 15:00")) == at("2027-01-04 10:00")


def test_next_close_while_closed_is_the_end_of_the_next_hours() -> None:
    """During lunch the next closing time is the evening's."""
    assert SHOP.next_close(at("2026-11-20 13:30")) == at("2026-11-20 19:00")


def test_half_an_hour_before_closing_ends_the_next_morning() -> None:
    """Fifteen minutes count in the evening and fifteen the next business day."""
    assert SHOP.add_business(at("2026-11-20 18:45"), 30 * MINUTE_MS) == at("2026-11-21 10:15")


def test_hours_that_just_suffice_end_at_closing_time() -> None:
    """The deadline is the evening's end, not the next morning."""
    assert SHOP.add_business(at("2026-11-20 18:30"), 30 * MINUTE_MS) == at("2026-11-20 19:00")


def test_no_business_time_is_due_at_once() -> None:
    """Zero milliseconds leave the moment, open or not."""
    assert SHOP.add_business(at("2026-11-22 03:00"), 0) == at("2026-11-22 03:00")


def test_negative_business_time_is_refused() -> None:
    """A warning is reckoned forwards from the start."""
    with pytest.raises(ConfigurationError, match="negative"):
        SHOP.add_business(0, -1)


def test_business_time_between_reversed_ends_is_none() -> None:
    """Elapsed time is never negative."""
    assert SHOP.business_ms(at("2026-11-20 12:00"), at("2026-11-20 11:00")) == 0


def test_hours_over_midnight_belong_to_the_day_they_began_on() -> None:
    """A closure on Saturday does not cut Friday night short."""
    bar = BusinessCalendar(
        weekly={"fri-sat": "20:00-26:00"}, closures=("2026-11-21",), holidays=None
    )
    assert bar.next_close(at("2026-11-20 21:00")) == at("2026-11-21 02:00")
    assert bar.next_open(at("2026-11-21 02:00")) == at("2026-11-27 20:00")


def test_a_shop_that_never_closes_has_no_next_close() -> None:
    """Around the clock answers None and does not search for ever."""
    always = BusinessCalendar(weekly={"mon-sun": "00:00-24:00"}, holidays=None)
    assert always.next_close(at("2026-11-20 21:00")) is None
    assert always.business_ms(0, 400 * 24 * HOUR_MS) == 400 * 24 * HOUR_MS


def test_a_shop_whose_only_day_is_past_has_no_next_open() -> None:
    """No deadline can be reckoned, and that is said with None."""
    past = BusinessCalendar(weekly={}, special_hours={"2020-01-05": "10:00-12:00"})
    moment = at("2026-11-20 21:00")
    assert (past.next_open(moment), past.next_close(moment)) == (None, None)
    assert past.add_business(moment, 1) is None


@pytest.mark.parametrize("moment", [-(10**18), -62_135_596_800_000, 253_402_300_799_999, 10**18])
def test_instants_beyond_the_calendar_are_closed(moment: int) -> None:
    """A nonsense timestamp is data, not a crash."""
    assert not SHOP.is_open(moment)
    assert SHOP.business_ms(moment, moment + 1) == 0


def test_no_deadline_lies_beyond_the_calendar() -> None:
    """A nonsense start answers None."""
    assert SHOP.add_business(10**18, 1) is None


def test_a_skipped_opening_time_is_the_moment_of_the_change() -> None:
    """In New York 02:30 does not exist on 8 March 2026: the clocks go from 02:00 to 03:00."""
    calendar = BusinessCalendar(
        weekly={"sun": "02:30-05:00"}, timezone="America/New_York", holidays=None
    )
    opening = at("2026-03-08 03:00", "America/New_York")
    assert calendar.next_open(opening - HOUR_MS) == opening
    assert calendar.business_ms(opening - HOUR_MS, opening + 9 * HOUR_MS) == 2 * HOUR_MS


def test_an_opening_time_that_comes_twice_is_the_first() -> None:
    """In New York 01:30 comes twice on 1 November 2026, so 01:30 to 03:00 lasts 2.5 hours."""
    calendar = BusinessCalendar(
        weekly={"sun": "01:30-03:00"}, timezone="America/New_York", holidays=None
    )
    midnight = at("2026-11-01 00:00", "America/New_York")
    assert calendar.next_open(midnight) == midnight + 90 * MINUTE_MS
    assert calendar.business_ms(midnight, midnight + 24 * HOUR_MS) == 150 * MINUTE_MS


def test_a_date_the_island_skipped_has_no_hours() -> None:
    """Samoa had no 30 December 2011."""
    island = BusinessCalendar(weekly={"fri": "10:00-19:00"}, timezone="Pacific/Apia", holidays=None)
    before = at("2011-12-29 12:00", "Pacific/Apia")
    assert island.next_open(before) == at("2012-01-06 10:00", "Pacific/Apia")


def test_calendars_with_equal_rules_are_equal_and_hash_alike() -> None:
    """They are values, whatever they have been asked before."""
    other = evolve(SHOP)
    other.next_open(0)
    assert (other, hash(other)) == (SHOP, hash(SHOP))
