"""A clock a test moves by hand, shared by the simulator and the desk."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

__all__ = ["VirtualClock"]

_START = datetime(2026, 6, 1, 10, 0, tzinfo=timezone(timedelta(hours=9)))


def _milliseconds(moment: int | datetime) -> int:
    if isinstance(moment, int):
        return moment
    if moment.tzinfo is None:
        raise ValueError("A clock needs a datetime with a time zone; add tzinfo.")
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


class VirtualClock:
    """A callable returning epoch milliseconds in UTC that stands still until told to move.

    Safe to share between threads.

    Args:
        start: Epoch milliseconds, or a datetime with a time zone; by default Monday,
            1 June 2026, 10:00 in Japan.
    """

    def __init__(self, start: int | datetime = _START) -> None:
        self._now = _milliseconds(start)
        self._lock = threading.Lock()

    def __call__(self) -> int:
        """Return the current moment in epoch milliseconds, UTC."""
        with self._lock:
            return self._now

    def __repr__(self) -> str:
        moment = datetime.fromtimestamp(self() / 1000, tz=_START.tzinfo)
        return f"VirtualClock({moment.isoformat()})"

    def advance(
        self,
        *,
        milliseconds: float = 0,
        seconds: float = 0,
        minutes: float = 0,
        hours: float = 0,
        days: float = 0,
    ) -> int:
        """Move forward and return the new moment in epoch milliseconds.

        Raises:
            ValueError: The amounts add up to less than nothing; use `set` to step back.
        """
        amount = timedelta(
            milliseconds=milliseconds, seconds=seconds, minutes=minutes, hours=hours, days=days
        )
        if amount < timedelta(0):
            raise ValueError("advance() moves forward; use set() to step back.")
        with self._lock:
            self._now += amount // timedelta(milliseconds=1)
            return self._now

    def set(self, moment: int | datetime) -> int:
        """Jump to `moment`, also backwards, and return it in epoch milliseconds."""
        milliseconds = _milliseconds(moment)
        with self._lock:
            self._now = milliseconds
        return milliseconds
