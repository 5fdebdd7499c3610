"""Who is on duty when, and where the shop is open with too few people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from linecs.hours import BusinessCalendar
from linecs.model import OperatorId

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Roster", "ThinSpot"]


@frozen(kw_only=True)
class ThinSpot:
    """A time in which the shop is open with fewer people than it wants.

    Attributes:
        start: Epoch ms UTC.
        end: Epoch ms UTC.
        on_duty: Who is there.
    """

    start: int
    end: int
    on_duty: frozenset[OperatorId]


def _as_table(
    people: Mapping[OperatorId, BusinessCalendar],
) -> Mapping[OperatorId, BusinessCalendar]:
    return dict(people)


@frozen(kw_only=True)
class Roster:
    """The working hours of each person, as calendars of their own.

    Shifts and breaks are spans of a day, days off are closures, a swapped shift is a date's
    special hours; who works on holidays has a calendar with `holidays=None`.

    Attributes:
        people: Hours by operator.
    """

    people: Mapping[OperatorId, BusinessCalendar] = field(converter=_as_table, hash=False)

    def on_duty(self, at: int) -> frozenset[OperatorId]:
        """Who works at this instant."""
        return frozenset(name for name, hours in self.people.items() if hours.is_open(at))

    def thin_spots(
        self, shop: BusinessCalendar, start: int, end: int, *, at_least: int = 2
    ) -> tuple[ThinSpot, ...]:
        """Where the shop is open between two instants with fewer than so many people."""
        return tuple(
            ThinSpot(start=since, end=until, on_duty=self.on_duty(since))
            for since, until in self._steady(shop, start, end)
            if shop.is_open(since) and len(self.on_duty(since)) < at_least
        )

    def _steady(self, shop: BusinessCalendar, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The stretches in which nobody comes or goes."""
        calendars = (shop, *self.people.values())
        since = start
        while since < end:
            changes = [_next_change(calendar, since) for calendar in calendars]
            until = min((change for change in changes if change is not None), default=end)
            yield since, min(until, end)
            since = until


def _next_change(calendar: BusinessCalendar, at: int) -> int | None:
    return calendar.next_close(at) if calendar.is_open(at) else calendar.next_open(at)
