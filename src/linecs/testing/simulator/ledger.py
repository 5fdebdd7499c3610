"""How many messages an account has sent, by kind, and by day and month in UTC+9.

Source: LINE Developers, "Messaging API pricing"; Get number of sent messages.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone

__all__ = ["CHARGED", "Ledger", "day_of", "end_of_day"]

JAPAN = timezone(timedelta(hours=9))

CHARGED = frozenset({"push", "multicast", "broadcast"})
"""Kinds that count against the monthly quota, one per recipient reached."""


def day_of(moment: int) -> str:
    """Return the day of a moment (epoch milliseconds) in UTC+9, as `yyyyMMdd`."""
    return datetime.fromtimestamp(moment / 1000, tz=JAPAN).strftime("%Y%m%d")


def end_of_day(day: str) -> int:
    """Return when a day written `yyyyMMdd` ends in UTC+9, in epoch milliseconds.

    Raises:
        ValueError: It is no day.
    """
    if len(day) != 8:  # strptime takes "2026111" too
        raise ValueError(f"{day!r} is not written as yyyyMMdd.")
    start = datetime.strptime(day, "%Y%m%d").replace(tzinfo=JAPAN)
    return int((start + timedelta(days=1)).timestamp() * 1000)


class Ledger:
    """The counts of every channel."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def count(self, channel_id: str, kind: str, recipients: int, now: int) -> None:
        """Add recipients reached by `reply`, `push`, `multicast` or `broadcast`."""
        self._counts[channel_id, kind, day_of(now)] += recipients

    def on_day(self, channel_id: str, kind: str, day: str) -> int:
        """Return what was sent on a day."""
        return self._counts[channel_id, kind, day]

    def charged_in_month(self, channel_id: str, now: int) -> int:
        """Return what counts against the quota in the month of `now`."""
        month = day_of(now)[:6]
        return sum(
            count
            for (owner, kind, day), count in self._counts.items()
            if owner == channel_id and kind in CHARGED and day.startswith(month)
        )
