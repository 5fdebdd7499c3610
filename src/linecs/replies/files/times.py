"""Dates and durations as people write them in files."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = ["parse_duration", "parse_moment", "write_duration", "write_moment"]

_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_DURATION = re.compile(r"(\d+)\s*(ms|s|m|h|d)")
_UNITS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}


def parse_moment(text: str, zone: tzinfo, *, ends: bool = False) -> int:
    """Return the epoch milliseconds UTC of a date, or of a date and time.

    Args:
        text: `2026-12-31`, `2026/12/31 18:00`, or ISO 8601 with or without an offset.
        zone: Of times without an offset.
        ends: A date alone means the end of that day instead of its start.

    Raises:
        ValueError: It is neither.
    """
    written = text.strip()
    date = _DATE.fullmatch(written)
    if date:
        year, month, day = (int(part) for part in date.groups())
        moment = datetime(year, month, day, tzinfo=zone)
        return _milliseconds(moment + timedelta(days=1) if ends else moment)
    moment = datetime.fromisoformat(_padded(written))
    return _milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def write_moment(at: int, zone: tzinfo, *, ends: bool = False) -> str:
    """Return the shortest text that `parse_moment` reads back to the same millisecond."""
    moment = (_EPOCH + at * _MILLISECOND).astimezone(zone)
    if not (moment.hour or moment.minute or moment.second or moment.microsecond):
        day = moment - timedelta(days=1) if ends else moment
        return day.date().isoformat()
    return moment.isoformat(timespec="milliseconds" if at % 1_000 else "seconds")


def parse_duration(text: str) -> int:
    """Return the milliseconds of `30m`, `24h`, `7d`, `90s` or `500ms`.

    Raises:
        ValueError: It is none of them.
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    return int(found[1]) * _UNITS[found[2]]


def write_duration(duration: int) -> str:
    """Return the shortest text that `parse_duration` reads back."""
    unit = next(unit for unit, size in _UNITS.items() if duration % size == 0)
    return f"{duration // _UNITS[unit]}{unit}"


def _padded(written: str) -> str:
    """`2026/1/5 9:00` as ISO 8601 wants it: `2026-01-05 09:00`."""
    date, separator, clock = written.replace("/", "-").partition("T" if "T" in written else " ")
    date = "-".join(part.zfill(2) for part in date.split("-"))
    return date + separator + (clock.strip() if clock.strip()[1:2] != ":" else "0" + clock.strip())


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND
