"""How hours, weekdays and dates are written."""

from __future__ import annotations

from datetime import date

import pytest

from linecs.errors import ConfigurationError
from linecs.hours import BusinessCalendar, Span
from linecs.hours.notation import parse_days, parse_spans, parse_weekdays


def test_a_lunch_break_makes_two_spans() -> None:
    """Stretches are separated by commas and come back in order."""
    assert parse_spans("14:00-19:00, 10-13") == (
        Span(opens=600, closes=780),
        Span(opens=840, closes=1140),
    )


@pytest.mark.parametrize("text", ["22:00-26:00", "22:00-2:00", "２２：００〜０２：００"])
def test_hours_over_midnight_may_be_written_both_ways(text: str) -> None:
    """26時 and 2時 mean the same, in full width too."""
    assert parse_spans(text) == (Span(opens=1320, closes=1560),)


def test_around_the_clock_is_one_span() -> None:
    """A whole day ends at 24:00."""
    assert parse_spans("00:00-24:00") == (Span(opens=0, closes=1440),)


@pytest.mark.parametrize(
    "text", ["10:00", "10:60-12:00", "24:00-25:00", "10:00-10:00", "10:00-35:00", "-", "ten-six"]
)
def test_unreadable_hours_are_refused_by_name(text: str) -> None:
    """The error repeats what was written."""
    with pytest.raises(ConfigurationError, match=text):
        parse_spans(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mon", (0,)),
        ("Mon-Fri", (0, 1, 2, 3, 4)),
        ("月-金", (0, 1, 2, 3, 4)),
        ("土〜月", (5, 6, 0)),
        ("sun", (6,)),
    ],
)
def test_weekdays_may_be_ranges_in_both_languages(text: str, expected: tuple[int, ...]) -> None:
    """A range may run over the week's end."""
    assert parse_weekdays(text) == expected


@pytest.mark.parametrize("text", ["", "monday", "mon-", "mon-tue-wed", "祝"])
def test_unknown_weekdays_are_refused(text: str) -> None:
    """A typing error does not close the shop silently."""
    with pytest.raises(ConfigurationError, match="no weekday"):
        parse_weekdays(text)


def test_a_yearly_range_runs_over_the_new_year() -> None:
    """年末年始 covers both ends and nothing in between the years' middles."""
    days = parse_days("12-29/01-03")
    covered = [date(2026, 12, 28), date(2026, 12, 29), date(2027, 1, 3), date(2027, 1, 4)]
    assert [days.covers(day) for day in covered] == [False, True, True, False]


def test_a_dated_range_covers_one_year_only() -> None:
    """A one-off closure does not come back."""
    days = parse_days("2026-08-10/2026-08-14")
    covered = [date(2026, 8, 9), date(2026, 8, 10), date(2026, 8, 14), date(2027, 8, 10)]
    assert [days.covers(day) for day in covered] == [False, True, True, False]


def test_a_leap_day_may_be_named() -> None:
    """02-29 is a date of some years."""
    assert parse_days("02-29").covers(date(2028, 2, 29))


@pytest.mark.parametrize("text", ["", "2026", "02-30", "2026-02-29", "1/2/3", "12/31"])
@pytest.mark.parametrize("end", ["", "/2026-08-14", "/2026-08-10/2026-08-11"])
def test_unreadable_dates_are_refused(text: str, end: str) -> None:
    """The error shows how dates are written."""
    with pytest.raises(ConfigurationError, match="no date"):
        parse_days(text + end)


@pytest.mark.parametrize("text", ["2026-08-14/2026-08-10", "08-13/2026-08-14", "08-13/08-14/08-15"])
def test_ranges_of_dates_run_forwards_and_keep_one_form(text: str) -> None:
    """Only a yearly range may lie over the new year."""
    with pytest.raises(ConfigurationError, match="no date"):
        parse_days(text)


def test_one_date_needs_no_list() -> None:
    """A single closure may be passed as it is."""
    calendar = BusinessCalendar(weekly={"mon": "10-19"}, closures="2026-11-16")
    assert calendar.closures == ("2026-11-16",)


def test_an_unknown_time_zone_is_refused() -> None:
    """The error names the zone."""
    with pytest.raises(ConfigurationError, match="Asia/Edo"):
        BusinessCalendar(weekly={"mon": "10:00-19:00"}, timezone="Asia/Edo")


@pytest.mark.parametrize("weekly", [{}, {"mon": ""}])
def test_a_calendar_that_never_opens_is_refused(weekly: dict[str, str]) -> None:
    """It would leave every customer without a deadline."""
    with pytest.raises(ConfigurationError, match="never opens"):
        BusinessCalendar(weekly=weekly)


def test_an_opening_on_a_day_without_hours_is_refused() -> None:
    """Keeping the hours of a closed Sunday would open nothing."""
    with pytest.raises(ConfigurationError, match="special_hours"):
        BusinessCalendar(weekly={"mon-fri": "10-19"}, openings=["2026-11-22"])
