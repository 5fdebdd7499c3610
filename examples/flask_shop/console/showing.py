"""What the pages show of times, statuses and ready-made texts, in Japanese."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from linecs.desk.refusals import spoken_refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from linecs.errors import LinecsError
    from linecs.model import TicketStatus

__all__ = ["FILTERS", "clock_time", "elapsed", "now", "said_of", "status_name"]

_JAPAN = timezone(timedelta(hours=9))
_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000
_NEAR_DAYS = {0: "今日", 1: "昨日"}


def now() -> int:
    """Epoch ms UTC."""
    return time.time_ns() // 1_000_000


def clock_time(at: int) -> str:
    """`14:05` today, `11/20 14:05` else; empty for 0."""
    if not at:
        return ""
    moment = datetime.fromtimestamp(at / 1000, UTC).astimezone(_JAPAN)
    return f"{moment:%H:%M}" if moment.date() == _day(now()) else f"{moment:%m/%d %H:%M}"


def elapsed(since: int) -> str:
    """`たった今`, `12分`, `3時間`, `2日`; empty for 0."""
    if not since:
        return ""
    passed = max(now() - since, 0)
    for length, name in ((_DAY, "日"), (_HOUR, "時間"), (_MINUTE, "分")):
        if passed >= length:
            return f"{passed // length}{name}"
    return "たった今"


def status_name(status: TicketStatus) -> str:
    """The status as the desk's words have it."""
    return status.japanese


def said_of(error: LinecsError, names: Mapping[str, str]) -> str:
    """What an operator reads where the desk has refused an act."""
    return spoken_refusal(error, now=now(), names=names)


def minutes(ms: int | None) -> str:
    """`12分` of a length of time, rounded up; `–` for none."""
    return "–" if ms is None else f"{-(-ms // _MINUTE)}分"


def percent(share: float | None) -> str:
    """`98%` of a share; `–` for none."""
    return "–" if share is None else f"{share:.0%}"


def day_name(at: int) -> str:
    """`今日`, `昨日` or `11月20日(金)`."""
    day, today = _day(at), _day(now())
    if (today - day).days in _NEAR_DAYS:
        return _NEAR_DAYS[(today - day).days]
    return f"{day.month}月{day.day}日({'月火水木金土日'[day.weekday()]})"


def face(text: str) -> int:
    """One of six colours for somebody's initial, always the same."""
    return sum(text.encode()) % 6


def _day(at: int) -> date:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(_JAPAN).date()


FILTERS = {
    each.__name__: each
    for each in (clock_time, day_name, elapsed, face, minutes, percent, status_name)
}
"""What templates say of values, by name."""
