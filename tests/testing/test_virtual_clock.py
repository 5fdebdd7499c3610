"""The clock a test moves by hand."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from linecs.testing import VirtualClock


def test_the_clock_stands_still() -> None:
    """Two looks at the clock see the same moment."""
    clock = VirtualClock()
    assert clock() == clock()


def test_it_starts_on_a_monday_morning_in_japan() -> None:
    """The default start is a business hour, the same in every run."""
    assert repr(VirtualClock()) == "VirtualClock(2026-06-01T10:00:00+09:00)"


def test_advancing_adds_up() -> None:
    """Every unit counts, in milliseconds."""
    clock = VirtualClock(start=0)
    moved = clock.advance(days=1, hours=1, minutes=1, seconds=1, milliseconds=1)
    assert moved == clock() == 86_400_000 + 3_600_000 + 60_000 + 1_000 + 1


def test_it_does_not_advance_backwards() -> None:
    """A step back is asked for with set alone."""
    with pytest.raises(ValueError, match="use set"):
        VirtualClock().advance(seconds=-1)


def test_it_is_set_to_a_moment_in_either_form() -> None:
    """A datetime with a time zone and its epoch milliseconds are the same moment."""
    clock = VirtualClock()
    assert clock.set(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)) == clock.set(1000)


def test_a_datetime_without_a_time_zone_is_refused() -> None:
    """A moment that could be anywhere on Earth is no moment."""
    with pytest.raises(ValueError, match="time zone"):
        VirtualClock(datetime(2026, 6, 1))  # noqa: DTZ001 - the missing zone is the point


def test_threads_may_share_it() -> None:
    """No step is lost when several threads move the clock."""
    clock = VirtualClock(start=0)

    def step() -> None:
        for _ in range(1000):
            clock.advance(milliseconds=1)

    threads = [threading.Thread(target=step) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock() == 4000
