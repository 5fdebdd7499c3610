"""The clocks of one ticket, from what happened to it; for reports and for a late recount."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from linecs.routing.sla import ClockRun, SlaClock

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ClockEvent", "Happened", "clock_runs"]


class Happened(StrEnum):
    """What starts, pauses and stops clocks."""

    CUSTOMER_WROTE = "customer_wrote"
    CUSTOMER_TOLD = "customer_told"
    """A receipt or an automatic answer went out."""
    HANDED_OFF = "handed_off"
    """A person is wanted; at the bubble from which the customer waits for one."""
    REPLIED = "replied"
    ASKED = "asked"
    """A person's reply that makes it the customer's turn."""
    RESOLVED = "resolved"
    REOPENED = "reopened"


@frozen(kw_only=True)
class ClockEvent:
    """One thing that happened to a ticket, at epoch ms UTC."""

    at: int
    what: Happened


_REPLIES = (Happened.REPLIED, Happened.ASKED)


def clock_runs(events: Iterable[ClockEvent]) -> tuple[ClockRun, ...]:
    """The runs of a ticket's clocks, by the time they started.

    The ticket opens with the first event. There is one run of receipt and of resolution, one of
    first reply if a person was wanted, and one of next reply for each time the customer waited
    again; a resolution stops whatever runs.

    Args:
        events: In the order in which they happened.
    """
    runs: list[ClockRun] = []
    for event in events:
        if not runs:
            runs = [
                ClockRun(clock=SlaClock.RECEIPT, started_at=event.at),
                ClockRun(clock=SlaClock.RESOLUTION, started_at=event.at),
            ]
        started = _started(runs, event)
        runs = [_moved(run, event) for run in runs] + started
    return tuple(runs)


def _started(runs: list[ClockRun], event: ClockEvent) -> list[ClockRun]:
    replies = [run for run in runs if run.clock in (SlaClock.FIRST_REPLY, SlaClock.NEXT_REPLY)]
    if any(run.stopped_at is None for run in replies):
        return []
    replied = any(run.clock is SlaClock.FIRST_REPLY for run in replies)
    if event.what is Happened.HANDED_OFF and not replied:
        return [ClockRun(clock=SlaClock.FIRST_REPLY, started_at=event.at)]
    if event.what in (Happened.CUSTOMER_WROTE, Happened.HANDED_OFF) and replied:
        return [ClockRun(clock=SlaClock.NEXT_REPLY, started_at=event.at)]
    return []


def _moved(run: ClockRun, event: ClockEvent) -> ClockRun:
    if run.clock is SlaClock.RESOLUTION:
        return _resolution(run, event)
    told = run.clock is SlaClock.RECEIPT and event.what is Happened.CUSTOMER_TOLD
    stops = told or event.what in (*_REPLIES, Happened.RESOLVED)
    return evolve(run, stopped_at=event.at) if stops and run.stopped_at is None else run


def _resolution(run: ClockRun, event: ClockEvent) -> ClockRun:
    match event.what:
        case Happened.RESOLVED if run.stopped_at is None:
            return evolve(_resumed(run, event.at), stopped_at=event.at)
        case Happened.REOPENED if run.stopped_at is not None:
            closed = (run.stopped_at, event.at)
            return evolve(run, stopped_at=None, pauses=(*run.pauses, closed))
        case Happened.ASKED if run.stopped_at is None and not run.is_paused:
            return evolve(run, pauses=(*run.pauses, (event.at, None)))
        case Happened.CUSTOMER_WROTE | Happened.REPLIED | Happened.REOPENED:
            return _resumed(run, event.at) if run.stopped_at is None else run
        case _:
            return run


def _resumed(run: ClockRun, at: int) -> ClockRun:
    if not run.is_paused:
        return run
    return evolve(run, pauses=(*run.pauses[:-1], (run.pauses[-1][0], at)))
