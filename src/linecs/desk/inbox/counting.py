"""How many tickets each list has, from counters that are kept as tickets move."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.desk.inbox.places import (
    RESOLVED,
    count_facets,
    facets_of,
    facets_of_customer,
    place_of,
    set_counters,
)
from linecs.model import Ticket, TicketStatus
from linecs.storage.inbox_rows import Place
from linecs.storage.ports import Query, at_most, equal, one_of

if TYPE_CHECKING:
    from linecs.desk.inbox.places import Facet
    from linecs.storage.ports import Transaction

__all__ = ["InboxCounts", "count_inbox", "recount"]


@frozen(kw_only=True)
class InboxCounts:
    """How many tickets wait in which list; resolved tickets count in `statuses` alone.

    Attributes:
        live: All that are not resolved.
        mine: The actor's own; 0 where none was named.
        owed: A person owes something, and the ticket is not snoozed.
        overdue: Owed, and its time is over.
        assignees, queues, marks, categories, tags: By name; only those that have any.
    """

    live: int
    statuses: Mapping[TicketStatus, int]
    mine: int
    unassigned: int
    owed: int
    overdue: int
    members: int
    answered_by_bot: int
    assignees: Mapping[str, int]
    queues: Mapping[str, int]
    marks: Mapping[str, int]
    categories: Mapping[str, int]
    tags: Mapping[str, int]


def count_inbox(tx: Transaction, *, now: int, actor: str | None) -> InboxCounts:
    """Return the counts. Joins a transaction that reads."""
    counts = count_facets(tx)

    def each(facet: str) -> dict[str, int]:
        return {value: n for (name, value), n in counts.items() if name == facet and value and n}

    assignees = each("assignee")
    owed = (equal("facet", "owed"), equal("value", ""))
    return InboxCounts(
        live=counts.get(("all", ""), 0),
        statuses={status: counts.get(("status", status), 0) for status in TicketStatus},
        mine=assignees.get(actor or "", 0),
        unassigned=counts.get(("assignee", ""), 0),
        owed=counts.get(("owed", ""), 0),
        overdue=tx.count(Query(row=Place, where=(*owed, at_most("due", now)))),
        members=counts.get(("member", ""), 0),
        answered_by_bot=counts.get(("answered_by_bot", ""), 0),
        assignees=assignees,
        queues=each("queue"),
        marks=each("mark"),
        categories=each("category"),
        tags=each("tag"),
    )


def recount(tx: Transaction) -> int:
    """Make all places and counters again from the tickets; return how many were wrong. Joins."""
    right = _right_places(tx)
    kept = {_key(place): place for place in tx.select(Query(row=Place))}
    wrong = {key for key in right.keys() | kept.keys() if right.get(key) != kept.get(key)}
    for ticket_id, facet, value in wrong & kept.keys():
        where = (equal("ticket_id", ticket_id), equal("facet", facet), equal("value", value))
        tx.delete(Place, where)
    tx.insert(*[right[key] for key in wrong & right.keys()])
    tally: Tally[Facet] = Tally((facet, value) for _, facet, value in right)
    resolved = equal("status", TicketStatus.RESOLVED)
    tally[RESOLVED] = tx.count(Query(row=Ticket, where=(resolved,)))
    return len(wrong) + set_counters(tx, tally)


def _right_places(tx: Transaction) -> dict[tuple[str, str, str], Place]:
    places: dict[tuple[str, str, str], Place] = {}
    live = [status for status in TicketStatus if status is not TicketStatus.RESOLVED]
    for ticket in tx.select(Query(row=Ticket, where=(one_of("status", live),))):
        facets = facets_of(ticket) | facets_of_customer(tx, ticket.customer_id)
        places |= {_key(each): each for each in (place_of(ticket, facet) for facet in facets)}
    return places


def _key(place: Place) -> tuple[str, str, str]:
    return place.ticket_id, place.facet, place.value
