"""The team's numbers from the desk's own tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.model import Ticket, TicketStatus
from linecs.routing.numbers import summarise
from linecs.storage.ports import Query, at_least, below, equal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.desk.core import DeskCore
    from linecs.routing.numbers import Numbers
    from linecs.storage.ports import Transaction

__all__ = ["read_numbers", "tickets_opened"]

_AT_ONCE = 1_000


def read_numbers(core: DeskCore, since: int, until: int) -> Numbers:
    """Return the numbers of the tickets that began in `[since, until)`, from one snapshot."""
    routing = core.rules.routing
    return core.storage.read(
        lambda tx: summarise(
            tickets_opened(tx, since, until), lambda queue: routing.queue(queue).calendar
        )
    )


def tickets_opened(tx: Transaction, since: int, until: int) -> Iterator[Ticket]:
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
