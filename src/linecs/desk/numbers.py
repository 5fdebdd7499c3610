"""The team's numbers from the desk's own tickets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.model import Ticket, TicketStatus
from linecs.routing import arrivals_from_history, measured_concurrency, summarise
from linecs.storage.ports import Query, at_least, below, equal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linecs.desk.core import DeskCore
    from linecs.hours import BusinessCalendar
    from linecs.routing import Numbers
    from linecs.storage.ports import Transaction

__all__ = ["Workload", "read_numbers", "read_workload"]

_AT_ONCE = 1_000


def read_numbers(core: DeskCore, since: int, until: int) -> Numbers:
    """Return the numbers of the tickets that began in `[since, until)`, from one snapshot."""
    routing = core.rules.routing
    return core.storage.read(
        lambda tx: summarise(
            _tickets_opened(tx, since, until), lambda queue: routing.queue(queue).calendar
        )
    )


@frozen(kw_only=True)
class Workload:
    """What the desk's own past says about how many people it needs.

    Attributes:
        arrivals: Mean inquiries for a person by half hour of an open day, by minutes after
            midnight.
        concurrency: How many matters a busy person had open side by side, on the mean.
    """

    arrivals: Mapping[int, float]
    concurrency: float


def read_workload(core: DeskCore, since: int, until: int) -> Workload:
    """Return the workload of the tickets that began in `[since, until)`.

    What the bot solved alone is nobody's work.
    """
    return core.storage.read(
        lambda tx: _workload(
            [one for one in _tickets_opened(tx, since, until) if _needed_a_person(one)],
            core.rules.routing.calendar,
        )
    )


def _workload(tickets: Sequence[Ticket], calendar: BusinessCalendar) -> Workload:
    handled = [
        (one.assignee_id or one.resolved_by, one.first_replied_at, one.last_replied_at)
        for one in tickets
        if one.first_replied_at
    ]
    return Workload(
        arrivals=arrivals_from_history((one.opened_at for one in tickets), calendar),
        concurrency=measured_concurrency(handled),
    )


def _needed_a_person(ticket: Ticket) -> bool:
    return bool(ticket.first_replied_at) or ticket.resolved_by != "bot"


def _tickets_opened(tx: Transaction, since: int, until: int) -> Iterator[Ticket]:
    """Every ticket that began in `[since, until)`, read page by page."""
    for status in TicketStatus:
        seen: tuple[int, str] | None = None
        while page := tx.select(_page(status, since, until, seen)):
            yield from page
            seen = (page[-1].opened_at, page[-1].id)


def _page(
    status: TicketStatus, since: int, until: int, seen: tuple[int, str] | None
) -> Query[Ticket]:
    # By status, because that is how the lists' index has them.
    begun = (equal("status", status), at_least("opened_at", since), below("opened_at", until))
    return Query(row=Ticket, where=begun, order=("opened_at", "id"), limit=_AT_ONCE, after=seen)
