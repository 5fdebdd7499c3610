"""What the admin pages show of times and of what went wrong, in Japanese."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from linecs.desk.refusals import spoken_refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs import LinecsError

__all__ = ["clock_time", "is_past", "said_of"]


def clock_time(at: int | None) -> str:
    """`11/20 14:05` in the shop's time zone; empty for 0."""
    if not at:
        return ""
    return f"{timezone.localtime(datetime.fromtimestamp(at / 1_000, UTC)):%m/%d %H:%M}"


def is_past(at: int) -> bool:
    """Whether a time, epoch ms UTC, is over; never for 0."""
    return 0 < at < time.time_ns() // 1_000_000


def said_of(error: LinecsError, names: Mapping[str, str]) -> str:
    """Return what an operator reads where the desk has refused an act."""
    return spoken_refusal(error, now=time.time_ns() // 1_000_000, names=names)
