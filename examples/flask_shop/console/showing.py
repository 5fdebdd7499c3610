"""What the pages show of times, statuses and ready-made texts, in Japanese."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linecs.model import TicketStatus
    from linecs.replies.faq import FaqEntry
    from linecs.replies.templates import Template

__all__ = ["clock_time", "elapsed", "now", "ready_texts", "status_name"]

_JAPAN = timezone(timedelta(hours=9))
_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000


def now() -> int:
    """Epoch ms UTC."""
    return time.time_ns() // 1_000_000


def clock_time(at: int) -> str:
    """`14:05` today, `11/20 14:05` else; empty for 0."""
    if not at:
        return ""
    moment = datetime.fromtimestamp(at / 1000, UTC).astimezone(_JAPAN)
    today = datetime.fromtimestamp(now() / 1000, UTC).astimezone(_JAPAN).date()
    return f"{moment:%H:%M}" if moment.date() == today else f"{moment:%m/%d %H:%M}"


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


def ready_texts(
    templates: Iterable[Template], faq: Iterable[FaqEntry]
) -> dict[str, list[tuple[str, str]]]:
    """Return titles and texts for the reply box, by group: canned replies, then the FAQ.

    Canned replies are those of one text without variables.
    """
    canned = [
        (template.title, template.messages[0]["text"])
        for template in templates
        if len(template.messages) == 1
        and template.messages[0].get("type") == "text"
        and "{{" not in template.messages[0]["text"]
    ]
    by_category = groupby(sorted(faq, key=lambda each: each.category), lambda each: each.category)
    answers = {
        f"FAQ {category}": [(each.question, each.answer) for each in entries]
        for category, entries in by_category
    }
    return {"定型文": canned, **answers}
