"""How opening hours, weekdays and dates are written in settings, read into values."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from attrs import frozen

from linecs.errors import ConfigurationError

YEAR_END = "12-29/01-03"
"""年末年始, as government offices keep it (行政機関の休日に関する法律, article 1)."""

OBON = "08-13/08-16"
"""お盆, on the dates most of the country keeps it."""

MINUTES_A_DAY = 24 * 60

_TIME = r"(\d{1,2})(?::([0-5]\d))?"
_SPAN = re.compile(rf"{_TIME}\s*[-~〜–]\s*{_TIME}")
_DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_SIGNS = "月火水木金土日"
_LEAP_YEAR = 2000


@frozen(kw_only=True, order=True)
class Span:
    """One stretch of opening hours, in minutes from the local midnight its day begins with.

    Attributes:
        opens: 0 to 1439.
        closes: After `opens`, at most 24 hours later; above 1440 it runs over midnight
            and still belongs to the day on which it began.
    """

    opens: int
    closes: int


@frozen(kw_only=True)
class Days:
    """The dates that a rule covers, once or every year.

    Attributes:
        first: `(year, month, day)`, or `(month, day)` for every year.
        last: The last one covered, in the same form; a yearly one may lie over the new year.
    """

    first: tuple[int, ...]
    last: tuple[int, ...]

    @property
    def is_one_date(self) -> bool:
        """Whether it is a single date of one year."""
        return self.first == self.last and len(self.first) == len("ymd")

    def covers(self, day: date) -> bool:
        """Whether the rule covers this date."""
        key = (day.year, day.month, day.day)[-len(self.first) :]
        if self.first <= self.last:
            return self.first <= key <= self.last
        return key >= self.first or key <= self.last


def parse_spans(text: str) -> tuple[Span, ...]:
    """Read hours such as `10:00-13:00, 14:00-19:00` or `22:00-26:00`; empty means closed.

    Raises:
        ConfigurationError: If a stretch is no time range.
    """
    parts = (part.strip() for part in unicodedata.normalize("NFKC", text).split(","))
    return tuple(sorted(_parse_span(part) for part in parts if part))


def _parse_span(text: str) -> Span:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ConfigurationError(f"{text!r} is no opening hours; write for example '10:00-19:00'.")
    hour, minute, end_hour, end_minute = (int(group or 0) for group in match.groups())
    opens, closes = hour * 60 + minute, end_hour * 60 + end_minute
    if closes < opens:
        closes += MINUTES_A_DAY
    if not opens < closes <= opens + MINUTES_A_DAY or opens >= MINUTES_A_DAY:
        raise ConfigurationError(
            f"{text!r} opens after 23:59, is empty, or is longer than a day; "
            "around the clock is '00:00-24:00'."
        )
    return Span(opens=opens, closes=closes)


def parse_time(text: str) -> int:
    """Read `10:00` into minutes after midnight.

    Raises:
        ConfigurationError: If it is no time of day.
    """
    match = re.fullmatch(_TIME, unicodedata.normalize("NFKC", text).strip())
    minutes = int(match[1]) * 60 + int(match[2] or 0) if match else MINUTES_A_DAY
    if minutes >= MINUTES_A_DAY:
        raise ConfigurationError(f"{text!r} is no time of day; write for example '10:00'.")
    return minutes


def parse_weekdays(text: str) -> tuple[int, ...]:
    """Read `mon`, `mon-fri`, `月` or `月-金` into weekday numbers, Monday being 0.

    Raises:
        ConfigurationError: If a name is no weekday.
    """
    names = re.sub(r"\s*[-~〜–]\s*", "-", unicodedata.normalize("NFKC", text).strip().lower())
    start, dash, end = names.partition("-")
    first = _weekday(start)
    last = _weekday(end) if dash else first
    return tuple((first + step) % 7 for step in range((last - first) % 7 + 1))


def _weekday(name: str) -> int:
    if name in _DAY_NAMES:
        return _DAY_NAMES.index(name)
    if len(name) == 1 and name in _DAY_SIGNS:
        return _DAY_SIGNS.index(name)
    raise ConfigurationError(
        f"{name!r} is no weekday; use {', '.join(_DAY_NAMES)} or one of {_DAY_SIGNS}."
    )


def parse_days(text: str) -> Days:
    """Read `2026-12-31`, `2026-08-10/2026-08-14`, `08-13` or, every year, `12-29/01-03`.

    Raises:
        ConfigurationError: If it is neither, or the range runs backwards.
    """
    try:
        first, last = _ends(text)
    except ValueError as error:
        raise ConfigurationError(
            f"{text!r} is no date; write '2026-12-31', '2026-08-10/2026-08-14' or '12-29/01-03'."
        ) from error
    return Days(first=first, last=last)


def _ends(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    first, *rest = (_parse_day(part.strip()) for part in text.split("/"))
    last = rest[0] if rest else first
    backwards = len(first) == len("ymd") and last < first
    if len(rest) > 1 or len(first) != len(last) or backwards:
        raise ValueError(text)
    return first, last


def _parse_day(text: str) -> tuple[int, ...]:
    match = re.fullmatch(r"(?:(\d{4})-)?(\d{2})-(\d{2})", text)
    if match is None:
        raise ValueError(text)
    year, month, day = match.groups()
    checked = date(int(year or _LEAP_YEAR), int(month), int(day))
    return (checked.year, checked.month, checked.day) if year else (checked.month, checked.day)
