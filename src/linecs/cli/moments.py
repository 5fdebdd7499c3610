"""Dates and times on the command line, in the shop's own time zone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from linecs.errors import ConfigurationError
from linecs.replies.files.documents import JAPAN
from linecs.replies.files.times import parse_moment

if TYPE_CHECKING:
    from linecs.hours import BusinessCalendar

__all__ = ["read_moment"]


def read_moment(option: str, written: str | None, calendar: BusinessCalendar) -> int:
    """Return the epoch milliseconds UTC of what was written; now, where nothing was.

    Args:
        option: Which option it stands behind, for the error.
        written: `2026-12-28` or `2026-12-28 18:30`.
        calendar: Whose time zone counts.

    Raises:
        ConfigurationError: It is neither.
    """
    now = time.time_ns() // 1_000_000
    if written is None:
        return now
    try:
        return parse_moment(written, calendar.local(now).tzinfo or JAPAN)
    except ValueError as error:
        msg = f"{option} {written}: 2026-12-28 か 2026-12-28 18:30 のように書いてください。"
        raise ConfigurationError(msg) from error
