"""Clocks in business time: how long a customer has waited, and by when somebody must act.

The shop's thirty-minute rule:

    shop = BusinessCalendar(weekly={"mon-sun": "10:00-18:00"})
    rule = SlaPolicy(calendar=shop, targets=reply_within(30 * MINUTE_MS))
    due = rule.read(ClockRun(clock=SlaClock.FIRST_REPLY, started_at=wrote_at), now=now).due_at
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import field, frozen, validators

from linecs.errors import ConfigurationError
from linecs.hours import BusinessCalendar

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "ClockReading",
    "ClockRun",
    "SlaClock",
    "SlaPolicy",
    "SlaTarget",
    "promise_kept",
    "reply_within",
]


class SlaClock(StrEnum):
    """What is timed."""

    RECEIPT = "receipt"
    """受付: until the customer is told anything at all, by the bot too."""
    FIRST_REPLY = "first_reply"
    """初回返信: until a person's first reply."""
    NEXT_REPLY = "next_reply"
    """次の返信: from the oldest unanswered bubble to a person's next reply."""
    RESOLUTION = "resolution"
    """解決: from the first bubble to the end, without the time the customer lets us wait."""


@frozen(kw_only=True)
class SlaTarget:
    """How long a clock may run.

    Attributes:
        clock: What is timed.
        within_ms: Business time until the breach, ms.
        warn_before_ms: How much earlier to warn, in business time too; 0 for no warning.
        business_time: False counts round the clock.
    """

    clock: SlaClock
    within_ms: int = field(validator=validators.gt(0))
    warn_before_ms: int = field(default=0, validator=validators.ge(0))
    business_time: bool = True

    def __attrs_post_init__(self) -> None:
        if self.warn_before_ms >= self.within_ms:
            raise ConfigurationError(
                f"A warning {self.warn_before_ms} ms before the end of {self.within_ms} ms "
                "would come at once; warn later."
            )


@frozen(kw_only=True)
class ClockRun:
    """When a clock ran.

    Attributes:
        clock: What is timed.
        started_at: Epoch ms UTC.
        stopped_at: When what it waits for happened, epoch ms UTC; None while it has not.
        pauses: `(from, until)` in which it stood still, in order and not overlapping; the last
            one may have None for its end.
    """

    clock: SlaClock
    started_at: int
    stopped_at: int | None = None
    pauses: tuple[tuple[int, int | None], ...] = ()

    @property
    def is_paused(self) -> bool:
        """Whether it stands still and has not stopped."""
        return self.stopped_at is None and bool(self.pauses) and self.pauses[-1][1] is None

    def stretches(self, now: int) -> list[tuple[int, int]]:
        """The `(from, until)` in which it ran until now."""
        end = now if self.stopped_at is None else min(now, self.stopped_at)
        stretches, since = [], self.started_at
        for start, until in self.pauses:
            stretches.append((since, min(start, end)))
            since = end if until is None else until
        stretches.append((since, end))
        return [(start, until) for start, until in stretches if start < until]


@frozen(kw_only=True)
class ClockReading:
    """What a clock shows.

    Attributes:
        elapsed_ms: Business time so far, ms.
        due_at: When the target is or was used up, epoch ms UTC; None while paused (nothing can
            be due then), and where the calendar has no such time within two years.
        warn_at: When to warn; None where `due_at` is, or no warning is wanted or needed.
        breached: Whether more than the target has been used.
    """

    clock: SlaClock
    elapsed_ms: int
    due_at: int | None
    warn_at: int | None
    breached: bool


def _in_order(targets: Iterable[SlaTarget]) -> tuple[SlaTarget, ...]:
    return tuple(targets)


@frozen(kw_only=True)
class SlaPolicy:
    """What a queue promises, by its own calendar.

    After a late change of the hours, reading the same runs again gives the new deadlines.

    Attributes:
        calendar: The queue's hours.
        targets: At most one a clock.
    """

    calendar: BusinessCalendar
    targets: tuple[SlaTarget, ...] = field(default=(), converter=_in_order)

    def __attrs_post_init__(self) -> None:
        clocks = [target.clock for target in self.targets]
        if len(set(clocks)) < len(clocks):
            raise ConfigurationError("A clock has one target; there are two for the same.")

    def target(self, clock: SlaClock) -> SlaTarget | None:
        """The target of a clock, or None where the shop promises nothing."""
        return next((target for target in self.targets if target.clock is clock), None)

    def read(self, run: ClockRun, *, now: int) -> ClockReading:
        """What a clock shows now, with its deadline and warning.

        A clock without a target is never due.
        """
        target = self.target(run.clock)
        elapsed_ms = sum(self._between(start, end, target) for start, end in run.stretches(now))
        if target is None:
            return ClockReading(
                clock=run.clock, elapsed_ms=elapsed_ms, due_at=None, warn_at=None, breached=False
            )
        due_at = self._reaches(run, target, target.within_ms)
        warn_at = None
        if target.warn_before_ms and run.stopped_at is None:
            warn_at = self._reaches(run, target, target.within_ms - target.warn_before_ms)
        return ClockReading(
            clock=run.clock,
            elapsed_ms=elapsed_ms,
            due_at=due_at,
            warn_at=warn_at,
            breached=elapsed_ms > target.within_ms,
        )

    def due(self, clock: SlaClock, started_at: int) -> int | None:
        """The deadline of a clock that runs from then on; None without a target or opening."""
        return self.read(ClockRun(clock=clock, started_at=started_at), now=started_at).due_at

    def _between(self, start: int, end: int, target: SlaTarget | None) -> int:
        if target is not None and not target.business_time:
            return end - start
        return self.calendar.business_ms(start, end)

    def _reaches(self, run: ClockRun, target: SlaTarget, wanted_ms: int) -> int | None:
        """The first instant at which the clock shows so much, if nothing pauses it again."""
        since = run.started_at
        for start, until in run.pauses:
            passed = self._between(since, start, target) if since < start else 0
            if passed >= wanted_ms:
                break
            wanted_ms -= passed
            if until is None:
                return None
            since = until
        if not target.business_time:
            return since + wanted_ms
        return self.calendar.add_business(since, wanted_ms)


def reply_within(ms: int, *, warn_before_ms: int = 0) -> tuple[SlaTarget, SlaTarget]:
    """Targets by which every reply of a person, the first and the next, comes in so much time.

    Args:
        ms: Business time, ms.
        warn_before_ms: How much earlier to warn, in business time.
    """
    return (
        SlaTarget(clock=SlaClock.FIRST_REPLY, within_ms=ms, warn_before_ms=warn_before_ms),
        SlaTarget(clock=SlaClock.NEXT_REPLY, within_ms=ms, warn_before_ms=warn_before_ms),
    )


def promise_kept(promised_at: int, replied_at: int, *, now: int) -> bool | None:
    """Whether a person replied by the time the customer was told; None while it is open.

    Args:
        promised_at: The told time, epoch ms UTC; 0 for none told, which is nothing to keep.
        replied_at: When a person replied, epoch ms UTC; 0 for not yet.
        now: The present, epoch ms UTC.
    """
    if not promised_at:
        return None
    if replied_at:
        return replied_at <= promised_at
    return False if now > promised_at else None
