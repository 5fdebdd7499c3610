"""The calendar against a slow, obvious reference that walks minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from linecs.errors import ConfigurationError
from linecs.hours import DAY_MS, MINUTE_MS, BusinessCalendar

_AFTER = 3 * 24 * 60
_BEFORE = 4 * 24 * 60


class MinuteByMinute:
    """Eleven days around a moment, each minute marked open or not by reading a wall clock."""

    def __init__(self, calendar: BusinessCalendar, start: int, minutes: int) -> None:
        self.calendar = calendar
        self.start = start - _BEFORE * MINUTE_MS
        self.count = _BEFORE + minutes + _AFTER

    @cached_property
    def wall(self) -> list[datetime]:
        """What the shop's clock shows at each minute."""
        zone = ZoneInfo(self.calendar.timezone)
        first = datetime.fromtimestamp(self.start / 1000, UTC)
        moments = (first + timedelta(minutes=minute) for minute in range(self.count))
        return [moment.astimezone(zone).replace(tzinfo=None) for moment in moments]

    def first_showing(self, day: date, minutes: int) -> int:
        """The first minute at which the clock shows that time or a later one."""
        goal = datetime.combine(day, time()) + timedelta(minutes=minutes)
        return next((i for i, wall in enumerate(self.wall) if wall >= goal), self.count)

    @cached_property
    def open(self) -> list[bool]:
        """Whether each minute is open."""
        marks = [False] * self.count
        first, last = self.wall[0].date(), self.wall[-1].date()
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
            for span in self.calendar.hours_on(day):
                opens = self.first_showing(day, span.opens)
                closes = self.first_showing(day, span.closes)
                marks[opens:closes] = [True] * (closes - opens)
        return marks

    def is_open(self, at: int) -> bool:
        """Whether the minute is marked."""
        return self.open[(at - self.start) // MINUTE_MS]

    def business_ms(self, start: int, end: int) -> int:
        """Count the marked minutes."""
        return sum(MINUTE_MS for at in range(start, end, MINUTE_MS) if self.is_open(at))


@st.composite
def spans(draw: st.DrawFn) -> str:
    """Hours of one weekday, some over midnight, some overlapping, some none."""
    texts = []
    for _ in range(draw(st.integers(0, 2))):
        opens = draw(st.integers(0, 1439))
        closes = opens + draw(st.integers(1, 1440))
        texts.append(f"{opens // 60}:{opens % 60:02}-{closes // 60}:{closes % 60:02}")
    return ", ".join(texts)


MOMENTS = {
    "Asia/Tokyo": ["2026-12-28", "2026-05-02", "2026-09-20"],
    "America/New_York": ["2026-03-07", "2026-10-31"],
    "Australia/Lord_Howe": ["2026-04-04", "2026-10-03"],
    "Pacific/Apia": ["2011-12-28"],
    "Europe/London": ["2026-10-24"],
}


@st.composite
def calendars(draw: st.DrawFn) -> tuple[BusinessCalendar, int]:
    """A calendar and a moment near a change of its clocks, a holiday or a closure."""
    zone = draw(st.sampled_from(sorted(MOMENTS)))
    near = date.fromisoformat(draw(st.sampled_from(MOMENTS[zone])))
    offset = draw(st.integers(0, 3 * 24 * 60 - 1))
    start = int(datetime.combine(near, time(), UTC).timestamp()) * 1000 + offset * MINUTE_MS
    day = near + timedelta(days=draw(st.integers(-1, 4)))
    weekdays = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    weekly = {name: draw(spans()) for name in weekdays}
    weekly[draw(st.sampled_from(weekdays))] = "9-18"
    openings = [(), (f"{day}",)] if weekly[weekdays[day.weekday()]] else [()]
    return BusinessCalendar(
        timezone=zone,
        weekly=weekly,
        closures=draw(st.sampled_from([(), ("12-29/01-03",), (f"{day:%m-%d}",)])),
        openings=draw(st.sampled_from(openings)),
        special_hours=draw(st.sampled_from([{}, {f"{day}": "23:00-30:00"}])),
    ), start


@given(calendars(), st.integers(1, 3 * 24 * 60))
def test_business_time_equals_the_minutes_counted(
    case: tuple[BusinessCalendar, int], minutes: int
) -> None:
    """Open or not, and how long, agree with the minute-by-minute reference."""
    calendar, start = case
    end = start + minutes * MINUTE_MS
    reference = MinuteByMinute(calendar, start, minutes)
    assert calendar.is_open(start) == reference.is_open(start)
    assert calendar.business_ms(start, end) == reference.business_ms(start, end)


@given(calendars())
def test_next_open_and_close_are_the_first_such_minutes(case: tuple[BusinessCalendar, int]) -> None:
    """Walking on from the moment finds the same minutes."""
    calendar, start = case
    reference = MinuteByMinute(calendar, start, 4 * 24 * 60)
    window = range(start, start + 4 * DAY_MS, MINUTE_MS)
    opening = next((at for at in window if reference.is_open(at)), None)
    if opening is None:
        assert (calendar.next_open(start) or window.stop) >= window.stop
        return
    closing = next((at for at in window if at > opening and not reference.is_open(at)), None)
    assert calendar.next_open(start) == opening
    if closing is not None:
        assert calendar.next_close(start) == closing


@given(calendars(), st.integers(0, 60 * 60))
def test_adding_business_time_is_the_first_moment_it_has_passed(
    case: tuple[BusinessCalendar, int], minutes: int
) -> None:
    """Measured back it is the same span, and one millisecond earlier it is not yet."""
    calendar, start = case
    ms = minutes * MINUTE_MS
    due = calendar.add_business(start, ms)
    assert due is not None
    assert calendar.business_ms(start, due) == ms
    assert due == start or calendar.business_ms(start, due - 1) == ms - 1


@given(calendars(), st.lists(st.integers(0, 400 * DAY_MS), min_size=3, max_size=3))
def test_business_time_adds_up_over_years(
    case: tuple[BusinessCalendar, int], offsets: list[int]
) -> None:
    """From a to c is from a to b and from b to c, whatever lies between."""
    calendar, start = case
    first, middle, last = (start + offset for offset in sorted(offsets))
    parts = calendar.business_ms(first, middle) + calendar.business_ms(middle, last)
    assert calendar.business_ms(first, last) == parts


@given(st.text(max_size=20))
def test_any_text_is_hours_or_a_configuration_error(text: str) -> None:
    """Settings that cannot be read never fail otherwise."""
    try:
        calendar = BusinessCalendar(weekly={"mon": text}, closures=(text,))
    except ConfigurationError:
        return
    assert calendar.hours_on(date(2026, 11, 16)) is not None
