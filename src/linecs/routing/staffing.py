"""How many people a shop needs on duty, half hour by half hour.

arrivals = arrivals_from_views({10 * 60: 900, 10 * 60 + 30: 1400}, contact_rate=0.01)
for need in staffing_table(arrivals, handling_ms=10 * MINUTE_MS, target=LINE_TARGET):
    print(need.minute, need.people)
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.errors import ConfigurationError
from linecs.hours import MINUTE_MS
from linecs.routing.erlang import QueueFigures, check_figures, queue_figures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from linecs.hours import BusinessCalendar

__all__ = [
    "LINE_TARGET",
    "PHONE_TARGET",
    "ServiceTarget",
    "StaffNeed",
    "arrivals_from_history",
    "arrivals_from_views",
    "measured_concurrency",
    "required_servers",
    "required_staff",
    "staffing_table",
]

HALF_HOUR_MINUTES = 30
_ROUNDING = 1e-9


@frozen(kw_only=True)
class ServiceTarget:
    """What customers are promised: this share answered within this time.

    Attributes:
        share: 0 to 1, without 1.
        within_ms: The wait that is still in time, ms.
        max_abandonment: The share that may give up at most; needs a patience to be judged by.
    """

    share: float
    within_ms: float
    max_abandonment: float = 1.0

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.share < 1:
            raise ConfigurationError(f"A target's share is from 0 to below 1, not {self.share}.")
        if not 0 <= self.max_abandonment <= 1:
            raise ConfigurationError(
                f"The share that may give up is from 0 to 1, not {self.max_abandonment}."
            )

    def is_met(self, figures: QueueFigures) -> bool:
        """Whether a queue with these figures keeps the promise."""
        return figures.within >= self.share and figures.abandonment <= self.max_abandonment


PHONE_TARGET = ServiceTarget(share=0.80, within_ms=20_000)
"""80 % in 20 seconds, as on the phone."""

LINE_TARGET = ServiceTarget(share=0.95, within_ms=30 * MINUTE_MS)
"""95 % in 30 minutes, as a shop keeps it on LINE."""


@frozen(kw_only=True)
class StaffNeed:
    """The people one half hour needs.

    Attributes:
        minute: When it begins, in minutes after local midnight.
        arrivals: Inquiries expected in it.
        people: How many must be answering.
        rostered: How many to put on the roster, breaks and absences included.
        figures: What customers and people then meet.
    """

    minute: int
    arrivals: float
    people: int
    rostered: int
    figures: QueueFigures


def required_servers(
    *,
    arrivals_per_hour: float,
    handling_ms: float,
    target: ServiceTarget,
    patience_ms: float | None = None,
) -> int:
    """The fewest inquiries that must be handled at once to keep the target.

    Args:
        arrivals_per_hour: Inquiries an hour.
        handling_ms: Mean time that one inquiry takes.
        target: The promise.
        patience_ms: Mean time after which a waiting customer gives up (Erlang A); None counts
            on endless patience (Erlang C).

    Raises:
        ConfigurationError: If a figure is none a queue can have.
    """
    check_figures(arrivals_per_hour, handling_ms, target.within_ms, patience_ms)
    load = arrivals_per_hour / 3_600_000 * handling_ms
    if not load:
        return 0
    if patience_ms is None:
        return _servers_by_recurrence(load, target.share, target.within_ms / handling_ms)

    def is_enough(servers: int) -> bool:
        return target.is_met(
            queue_figures(
                arrivals_per_hour=arrivals_per_hour,
                handling_ms=handling_ms,
                servers=servers,
                within_ms=target.within_ms,
                patience_ms=patience_ms,
            )
        )

    most = 1
    while not is_enough(most):
        most *= 2
    return bisect_left(range(most), 1, lo=most // 2, key=is_enough)


def _servers_by_recurrence(load: float, share: float, within: float) -> int:
    blocked, servers = 1.0, 0
    while True:
        servers += 1
        blocked = load * blocked / (servers + load * blocked)
        if servers > load:
            waiting = blocked / (1 - load / servers * (1 - blocked))
            if 1 - waiting * math.exp((load - servers) * within) >= share:
                return servers


def required_staff(
    *,
    arrivals_per_hour: float,
    handling_ms: float,
    target: ServiceTarget,
    patience_ms: float | None = None,
    concurrency: float = 1.0,
    at_least: int = 0,
) -> int:
    """The fewest people on duty that keep the target.

    Args:
        arrivals_per_hour: Inquiries an hour.
        handling_ms: Mean time that one inquiry takes, measured while several are handled side
            by side where people do so.
        target: The promise.
        patience_ms: Mean patience of a waiting customer; None for endless.
        concurrency: Inquiries one person handles side by side (see `measured_concurrency`); an
            approximation that holds while `handling_ms` is measured the same way.
        at_least: The fewest people the shop puts on duty whatever the figures, such as two so
            that nobody's lunch leaves customers alone.

    Raises:
        ConfigurationError: If a figure is none a queue can have.
    """
    if not concurrency >= 1:
        raise ConfigurationError(f"One person handles at least one inquiry, not {concurrency}.")
    servers = required_servers(
        arrivals_per_hour=arrivals_per_hour,
        handling_ms=handling_ms,
        target=target,
        patience_ms=patience_ms,
    )
    return max(at_least, math.ceil(servers / concurrency - _ROUNDING))


def staffing_table(
    arrivals: Mapping[int, float],
    *,
    handling_ms: float,
    target: ServiceTarget,
    patience_ms: float | None = None,
    concurrency: float = 1.0,
    at_least: int = 0,
    shrinkage: float = 0.0,
) -> tuple[StaffNeed, ...]:
    """The people each half hour needs, earliest first.

    Args:
        arrivals: Inquiries expected in the half hour that begins so many minutes after midnight.
        handling_ms: Mean time that one inquiry takes.
        target: The promise.
        patience_ms: Mean patience of a waiting customer; None for endless.
        concurrency: Inquiries one person handles side by side.
        at_least: The fewest people on duty whatever the figures.
        shrinkage: Share of paid time lost to breaks, meetings and absence, 0 to below 1; 0.3 is
            usual in call centres.

    Raises:
        ConfigurationError: If a figure is none a queue can have.
    """
    if not 0 <= shrinkage < 1:
        raise ConfigurationError(f"Shrinkage is from 0 to below 1, not {shrinkage}.")
    needs = []
    for minute, count in sorted(arrivals.items()):
        per_hour = count * 60 / HALF_HOUR_MINUTES
        people = required_staff(
            arrivals_per_hour=per_hour,
            handling_ms=handling_ms,
            target=target,
            patience_ms=patience_ms,
            concurrency=concurrency,
            at_least=at_least,
        )
        figures = queue_figures(
            arrivals_per_hour=per_hour,
            handling_ms=handling_ms,
            servers=int(people * concurrency + _ROUNDING),
            within_ms=target.within_ms,
            patience_ms=patience_ms,
        )
        rostered = math.ceil(people / (1 - shrinkage) - _ROUNDING)
        needs.append(
            StaffNeed(
                minute=minute, arrivals=count, people=people, rostered=rostered, figures=figures
            )
        )
    return tuple(needs)


def arrivals_from_views(views: Mapping[int, float], contact_rate: float) -> dict[int, float]:
    """Expected inquiries from page views by half hour and the share of views that ask something.

    Raises:
        ConfigurationError: If the rate is no share.
    """
    if not 0 <= contact_rate <= 1:
        raise ConfigurationError(f"The contact rate is a share from 0 to 1, not {contact_rate}.")
    return {minute: count * contact_rate for minute, count in views.items()}


def arrivals_from_history(
    received_at: Iterable[int], calendar: BusinessCalendar
) -> dict[int, float]:
    """Mean inquiries by half hour of an open day, from when past ones came.

    An inquiry out of hours counts where it is first seen, at the next opening. The mean is over
    the days from the first inquiry to the last on which the shop opened.

    Args:
        received_at: When inquiries came, epoch ms UTC, in any order.
        calendar: The hours and the time zone.
    """
    seen: Counter[int] = Counter()
    days: set[date] = set()
    for at in received_at:
        shown = calendar.next_open(at)
        if shown is None:
            continue
        local = calendar.local(shown)
        minute = local.hour * 60 + local.minute
        seen[minute - minute % HALF_HOUR_MINUTES] += 1
        days.add(local.date())
    open_days = _open_days(days, calendar)
    return {minute: count / open_days for minute, count in sorted(seen.items())}


def _open_days(days: set[date], calendar: BusinessCalendar) -> int:
    if not days:
        return 0
    span = range((max(days) - min(days)).days + 1)
    midnights = [calendar.instant(min(days) + timedelta(days=n), 0) for n in (*span, len(span))]
    return sum(calendar.business_ms(start, end) > 0 for start, end in pairwise(midnights))


def measured_concurrency(handled: Iterable[tuple[str, int, int]]) -> float:
    """Inquiries that a busy person had open side by side, on the mean; 1 without history.

    The sum of handling times over the time in which the same person handled at least one.

    Args:
        handled: `(operator id, from, until)` for each inquiry, epoch ms UTC.
    """
    by_person: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for operator_id, start, end in handled:
        by_person[operator_id].append((start, end))
    worked = sum(end - start for spans in by_person.values() for start, end in spans)
    busy = sum(_covered(sorted(spans)) for spans in by_person.values())
    return worked / busy if busy else 1.0


def _covered(spans: list[tuple[int, int]]) -> int:
    total, reached = 0, spans[0][0]
    for start, end in spans:
        total += max(0, end - max(start, reached))
        reached = max(reached, end)
    return total
