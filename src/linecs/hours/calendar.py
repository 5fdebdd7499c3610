"""The business calendar: which instants are open, and arithmetic in business time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import field, frozen

from linecs.errors import ConfigurationError
from linecs.hours.blocks import Block, lay_out
from linecs.hours.durations import DAY_MS
from linecs.hours.notation import Days, Span, parse_days, parse_spans, parse_weekdays

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BLOCK_MS = 28 * DAY_MS
HORIZON_BLOCKS = 27  # a little over two years
_FIRST_BLOCK, _LAST_BLOCK = -25_000, 104_000  # what `datetime` can hold, less a margin
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_japanese_holiday(day: date) -> bool:
    """Whether the date is a Japanese national holiday, substitute and citizens' holidays included.

    From 国民の祝日に関する法律, by way of the jpholiday library.
    """
    import jpholiday  # noqa: PLC0415 - 30 ms that only a calendar with holidays needs to pay

    return bool(jpholiday.is_holiday(day))


def _as_table(hours: Mapping[str, str]) -> Mapping[str, str]:
    return dict(hours)


def _as_dates(dates: Iterable[str]) -> tuple[str, ...]:
    return (dates,) if isinstance(dates, str) else tuple(dates)


@frozen(kw_only=True)
class BusinessCalendar:
    """When a queue of the shop is open; immutable, so a change is a new calendar.

    Of the rules for a date the first that covers it decides: special hours, closures,
    holidays, the week. Hours that run over midnight belong to the day they began on, so a
    closure on Saturday does not cut Friday night short. Where the clocks change, an opening
    time that is skipped means the moment of the change, and one that comes twice means the
    first.

    Attributes:
        weekly: Hours by weekday: `{"mon-fri": "10:00-13:00, 14:00-19:00", "sat": "10:00-17:00"}`,
            or `{"月-金": ...}`. Days not named are closed.
        timezone: The shop's IANA time zone.
        holidays: Tells a holiday, Japan's by default; None keeps none.
        holiday_hours: The hours on holidays; empty (the default) means closed.
        closures: Dates: once (`2026-11-30`, `2026-08-10/2026-08-14`) or every year
            (`12-29/01-03`, which is `YEAR_END`).
        openings: Dates, written the same way, that keep the week's hours in spite of a holiday
            or a closure.
        special_hours: Hours by date, in place of all other rules: `{"12-28": "10:00-15:00"}`.

    Raises:
        ConfigurationError: If something cannot be read, or the calendar never opens.
    """

    weekly: Mapping[str, str] = field(converter=_as_table, hash=False)
    timezone: str = "Asia/Tokyo"
    holidays: Callable[[date], bool] | None = is_japanese_holiday
    holiday_hours: str = ""
    closures: tuple[str, ...] = field(default=(), converter=_as_dates)
    openings: tuple[str, ...] = field(default=(), converter=_as_dates)
    special_hours: Mapping[str, str] = field(factory=dict, converter=_as_table, hash=False)

    _zone: ZoneInfo = field(init=False, eq=False, repr=False)
    _week: tuple[tuple[Span, ...], ...] = field(init=False, eq=False, repr=False)
    _holiday: tuple[Span, ...] = field(init=False, eq=False, repr=False)
    _closed: tuple[Days, ...] = field(init=False, eq=False, repr=False)
    _opened: tuple[Days, ...] = field(init=False, eq=False, repr=False)
    _special: tuple[tuple[Days, tuple[Span, ...]], ...] = field(init=False, eq=False, repr=False)
    _blocks: dict[int, Block] = field(init=False, eq=False, repr=False, factory=dict)

    @_zone.default
    def _load_zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ConfigurationError(
                f"No time zone {self.timezone!r} here; use an IANA name such as 'Asia/Tokyo', "
                "or install tzdata where the system has none."
            ) from error

    @_week.default
    def _parse_week(self) -> tuple[tuple[Span, ...], ...]:
        week: list[tuple[Span, ...]] = [()] * 7
        for names, hours in self.weekly.items():
            for weekday in parse_weekdays(names):
                week[weekday] = parse_spans(hours)
        return tuple(week)

    @_holiday.default
    def _parse_holiday_hours(self) -> tuple[Span, ...]:
        return parse_spans(self.holiday_hours)

    @_closed.default
    def _parse_closures(self) -> tuple[Days, ...]:
        return tuple(parse_days(text) for text in self.closures)

    @_opened.default
    def _parse_openings(self) -> tuple[Days, ...]:
        return tuple(parse_days(text) for text in self.openings)

    @_special.default
    def _parse_special_hours(self) -> tuple[tuple[Days, tuple[Span, ...]], ...]:
        items = self.special_hours.items()
        return tuple((parse_days(days), parse_spans(hours)) for days, hours in items)

    def __attrs_post_init__(self) -> None:
        if not any((*self._week, self._holiday, *(spans for _, spans in self._special))):
            raise ConfigurationError("This calendar never opens; give at least one day hours.")
        for days in self._opened:
            if days.is_one_date and not self._week[date(*days.first).weekday()]:
                raise ConfigurationError(
                    f"The opening {'-'.join(map(str, days.first))} is on a weekday without hours; "
                    "name its hours under special_hours."
                )

    def hours_on(self, day: date) -> tuple[Span, ...]:
        """The hours that begin on this local date, in order; empty on a closed day."""
        for days, spans in self._special:
            if days.covers(day):
                return spans
        if not any(days.covers(day) for days in self._opened):
            if any(days.covers(day) for days in self._closed):
                return ()
            if self.holidays is not None and self.holidays(day):
                return self._holiday
        return self._week[day.weekday()]

    def is_open(self, at: int) -> bool:
        """Whether the shop is open at this instant; it no longer is at the closing time itself."""
        return self._block(at // BLOCK_MS).first_open(at) == at

    def next_open(self, at: int) -> int | None:
        """The first open instant not before `at`; None if there is none for two years."""
        for block in self._blocks_from(at, HORIZON_BLOCKS):
            found = block.first_open(max(at, block.start))
            if found is not None:
                return found
        return None

    def next_close(self, at: int) -> int | None:
        """When the hours that are on at `at`, or the next ones, end.

        None if nothing opens for two years, or then stays open as long.
        """
        opening = self.next_open(at)
        if opening is None:
            return None
        for block in self._blocks_from(opening, HORIZON_BLOCKS):
            found = block.first_closed(max(opening, block.start))
            if found is not None:
                return found
        return None

    def business_ms(self, start: int, end: int) -> int:
        """Open milliseconds from `start` to `end`; 0 if `end` is not later."""
        if end <= start:
            return 0
        first, last = start // BLOCK_MS, end // BLOCK_MS
        whole = sum(self._block(index).total for index in range(first, last))
        return whole + self._block(last).opened(end) - self._block(first).opened(start)

    def add_business(self, at: int, ms: int) -> int | None:
        """The first instant by which the shop has been open for `ms` since `at`.

        That is a closing time when the hours just suffice, and `at` itself when `ms` is 0.
        None if the shop does not open for two years on the way.

        Raises:
            ConfigurationError: If `ms` is negative.
        """
        if ms < 0:
            raise ConfigurationError(f"Business time is counted forwards; {ms} ms is negative.")
        if ms == 0:
            return at
        needed, idle = ms, 0
        for block in self._blocks_from(at):
            opened = block.opened(at) if at > block.start else 0
            if needed <= block.total - opened:
                return block.when(opened + needed)
            needed -= block.total - opened
            idle = idle + 1 if block.total == opened else 0
            if idle > HORIZON_BLOCKS:
                return None
        return None

    def local(self, at: int) -> datetime:
        """The shop's wall clock at this instant."""
        return (_EPOCH + timedelta(milliseconds=at)).astimezone(self._zone)

    def instant(self, day: date, minutes: int) -> int:
        """When the shop's wall clock first shows so many minutes after this date's midnight.

        A time the clocks skip answers the moment of the change.
        """
        wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
        seconds = int(wall.replace(tzinfo=self._zone).timestamp())
        skipped = self._wall_clock(seconds) != wall
        return (self._change_before(seconds, wall) if skipped else seconds) * 1000

    def day(self, at: int) -> tuple[int, int]:
        """The shop's day that this instant is in, from its midnight to the next one."""
        date = self.local(at).date()
        return self.instant(date, 0), self.instant(date + timedelta(days=1), 0)

    def _wall_clock(self, seconds: int) -> datetime:
        return datetime.fromtimestamp(seconds, self._zone).replace(tzinfo=None)

    def _change_before(self, seconds: int, wall: datetime) -> int:
        before = int(wall.replace(tzinfo=self._zone, fold=1).timestamp()) - 1
        while seconds - before > 1:
            middle = (before + seconds) // 2
            if self._wall_clock(middle) < wall:
                before = middle
            else:
                seconds = middle
        return seconds

    def _blocks_from(self, at: int, count: int | None = None) -> Iterator[Block]:
        first = at // BLOCK_MS
        last = _LAST_BLOCK if count is None else first + count
        return (self._block(index) for index in range(first, last))

    def _block(self, index: int) -> Block:
        block = self._blocks.get(index)
        if block is None:
            block = self._blocks[index] = self._lay_out(index)
        return block

    def _lay_out(self, index: int) -> Block:
        start, end = index * BLOCK_MS, (index + 1) * BLOCK_MS
        if not _FIRST_BLOCK <= index <= _LAST_BLOCK:
            return lay_out((), start, end)
        # Hours that run over midnight may begin up to two local dates before the block does.
        days = (self.local(start).date() + timedelta(days=offset) for offset in range(-2, 30))
        intervals = (
            (self.instant(day, span.opens), self.instant(day, span.closes))
            for day in days
            for span in self.hours_on(day)
        )
        return lay_out(intervals, start, end)
