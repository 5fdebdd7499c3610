"""The month's messages: what is left, for whom, and until when; pure.

Source: LINE Developers, "Messaging API pricing" and "Get the target limit for sending messages
this month". The month is counted in Japan's time (UTC+9).
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from linecs.model import Author

if TYPE_CHECKING:
    from datetime import date

    from linecs.delivery.policy import DeliveryPolicy

__all__ = ["QuotaView", "remaining_for", "run_out_day"]

_JAPAN = timezone(timedelta(hours=9))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@frozen(kw_only=True)
class QuotaView:
    """What LINE said of the month's messages, and what was pushed since.

    Attributes:
        limit: This month's messages; None for no limit.
        used: Messages counted this month; LINE's number is approximate.
        asked_at: When LINE said so, epoch ms UTC.
    """

    limit: int | None
    used: int = 0
    asked_at: int = 0

    @property
    def remaining(self) -> int | None:
        """How many messages are left, never below 0; None for no limit."""
        return None if self.limit is None else max(self.limit - self.used, 0)

    def after(self, pushes: int) -> QuotaView:
        """Return the view once so many more messages were pushed."""
        return evolve(self, used=self.used + pushes)


def remaining_for(author: Author, quota: QuotaView | None, policy: DeliveryPolicy) -> int | None:
    """Return how many messages this author may still push this month; None for no limit.

    People may use all; everyone else what is above the reserve. A quota not yet known is no
    limit: sending is tried.
    """
    if quota is None or quota.limit is None:
        return None
    left = max(quota.limit - quota.used, 0)
    if author is Author.OPERATOR:
        return left
    return max(left - math.ceil(quota.limit * policy.reserve), 0)


def run_out_day(quota: QuotaView, now: int) -> date | None:
    """Return the day, in Japan, on which the month's messages run out at this month's pace.

    None where they last until the month ends, or where there is no limit.
    """
    if quota.limit is None:
        return None
    today = (_EPOCH + timedelta(milliseconds=now)).astimezone(_JAPAN)
    start = today.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (start + timedelta(days=32)).replace(day=1)
    if quota.used >= quota.limit:
        return today.date()
    if quota.used == 0:
        return None
    run_out = start + (today - start) * (quota.limit / quota.used)
    return run_out.date() if run_out < end else None
