"""In which lists a ticket is, kept in the commit that changes the ticket; so are the counters.

Every list is a facet and its value (`assignee` and who, `mark` and which), and a ticket that is
not resolved has one place in each list it belongs to. A counter says how many places a list has.
"""

from __future__ import annotations

from collections import Counter as Tally
from typing import TYPE_CHECKING

from linecs.model import Conversation, Customer, Ticket, TicketStatus
from linecs.model.fields import CustomerTag
from linecs.model.link import Link
from linecs.storage.inbox_rows import NEVER, Place
from linecs.storage.ports import Query, at_least, below, equal, one_of, unequal
from linecs.storage.tables import Counter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linecs.model import CustomerId, LineUserId, TicketId
    from linecs.storage.ports import Transaction

__all__ = [
    "RESOLVED",
    "Facet",
    "count_facets",
    "counter_rows",
    "facets_of",
    "facets_of_customer",
    "file_ticket",
    "place_of",
    "refile_customer",
    "refile_user",
    "set_counters",
    "unfile_ticket",
]

Facet = tuple[str, str]
"""A kind of list and which of them, such as `("mark", "クレーム")`."""

RESOLVED: Facet = ("status", TicketStatus.RESOLVED)
"""Counted, and not a list of places: there may be millions."""
_OWED = (TicketStatus.OPEN, TicketStatus.IN_PROGRESS)
_ANSWERED = ("answered", "offered")
_OF_CUSTOMER = ("member", "tag")
_PREFIX = "inbox:"
# Each counter is several rows, so that two acts at once seldom wait for the same one.
_SHARES = 4


def facets_of(ticket: Ticket) -> frozenset[Facet]:
    """Return what a ticket is by its own columns; its customer's tags and link come on top."""
    named = {
        "queue": ticket.queue,
        "mark": ticket.mark,
        "category": ticket.category,
        "channel": ticket.channel_id,
    }
    facets = {("all", ""), ("status", str(ticket.status)), ("assignee", ticket.assignee_id or "")}
    facets |= {(facet, value) for facet, value in named.items() if value}
    if ticket.status in _OWED and not ticket.snoozed_until:
        facets.add(("owed", ""))
    is_answered = ticket.status is TicketStatus.BOT and ticket.reason in _ANSWERED
    if is_answered or ticket.resolved_by == "bot":
        facets.add(("answered_by_bot", ""))
    return frozenset(facets)


def place_of(ticket: Ticket, facet: Facet) -> Place:
    """Return a ticket's place in one list."""
    return Place(
        ticket_id=ticket.id,
        facet=facet[0],
        value=facet[1],
        waiting=ticket.waiting_since or NEVER,
        due=ticket.due_at or NEVER,
        opened=ticket.opened_at,
    )


def file_ticket(tx: Transaction, before: Ticket | None, after: Ticket) -> None:
    """Put a ticket where it belongs now. Joins the transaction that changes it."""
    was = _counted(before) if before else frozenset()
    now = _counted(after)
    if _is_live(before) is not _is_live(after):
        of_customer = facets_of_customer(tx, after.customer_id)
        was, now = (was, now | of_customer) if _is_live(after) else (was | of_customer, now)
    if before is not None and _is_live(before) and _is_live(after):
        # Only what differs: each column named here costs its index a change.
        sorts = dict(_sorts(after).items() - _sorts(before).items())
        if sorts:
            tx.update(Place, [equal("ticket_id", after.id)], sorts)
    _move(tx, after, gone=was - now, new=now - was)


def unfile_ticket(tx: Transaction, ticket: Ticket) -> None:
    """Take a ticket out of all lists. Joins the transaction that removes it."""
    was = _counted(ticket)
    if _is_live(ticket):
        was |= facets_of_customer(tx, ticket.customer_id)
    _move(tx, ticket, gone=was, new=())


def refile_user(tx: Transaction, line_user_id: LineUserId) -> None:
    """Put a LINE user's tickets where they belong after a link changed, in each channel. Joins."""
    for customer in tx.select(Query(row=Customer, where=(equal("line_user_id", line_user_id),))):
        refile_customer(tx, customer.id)


def refile_customer(tx: Transaction, customer_id: CustomerId) -> None:
    """Put a customer's tickets where they belong after a tag changed. Joins."""
    # Whoever opens or moves this customer's tickets just now is waited for, or waits.
    tx.find(Conversation, customer_id, lock=True)
    now = facets_of_customer(tx, customer_id)
    where = (equal("conversation_id", customer_id), unequal("status", TicketStatus.RESOLVED))
    for ticket in tx.select(Query(row=Ticket, where=where)):
        kept = (equal("ticket_id", ticket.id), one_of("facet", _OF_CUSTOMER))
        was = {(place.facet, place.value) for place in tx.select(Query(row=Place, where=kept))}
        _move(tx, ticket, gone=was - now, new=now - was)


def count_facets(tx: Transaction, facets: Iterable[Facet] | None = None) -> Mapping[Facet, int]:
    """Return how many tickets these lists have, or all lists that have any."""
    where = [at_least("name", _PREFIX), below("name", _PREFIX[:-1] + ";")]
    if facets is not None:
        names = [_counter(facet, share) for facet in facets for share in range(_SHARES)]
        where = [one_of("name", names)]
    sums: Tally[Facet] = Tally()
    for counter in tx.select(Query(row=Counter, where=tuple(where))):
        facet, value = counter.name.removeprefix(_PREFIX).rpartition("#")[0].split(":", 1)
        sums[facet, value] += counter.value
    return sums


def set_counters(tx: Transaction, tally: Mapping[Facet, int]) -> int:
    """Make the counters say this; return how many said something else. Joins."""
    counts = count_facets(tx)
    steps = {facet: tally.get(facet, 0) - counts.get(facet, 0) for facet in {*tally, *counts}}
    wrong = {facet: step for facet, step in steps.items() if step}
    for facet in sorted(wrong):
        tx.add(Counter, _counter(facet, 0), {"value": wrong[facet]})
    return len(wrong)


def counter_rows(tally: Mapping[Facet, int]) -> list[Counter]:
    """Return the counters that say this, for a store that has none yet."""
    return [Counter(name=_counter(facet, 0), value=value) for facet, value in tally.items()]


def _counted(ticket: Ticket) -> frozenset[Facet]:
    return facets_of(ticket) if _is_live(ticket) else frozenset({RESOLVED})


def _is_live(ticket: Ticket | None) -> bool:
    return ticket is not None and ticket.status is not TicketStatus.RESOLVED


def _sorts(ticket: Ticket) -> dict[str, int]:
    place = place_of(ticket, ("", ""))
    return {"waiting": place.waiting, "due": place.due, "opened": place.opened}


def facets_of_customer(tx: Transaction, customer_id: CustomerId) -> frozenset[Facet]:
    """Return the lists that a customer's tags and link put its tickets in. Joins."""
    customer = tx.get(Customer, customer_id)
    tags = tx.select(Query(row=CustomerTag, where=(equal("customer_id", customer_id),)))
    # All channels of a desk are of one provider, so the LINE user id is enough.
    linked = (equal("line_user_id", customer.line_user_id), equal("ended_at", None))
    facets = {("tag", each.tag) for each in tags}
    if tx.count(Query(row=Link, where=linked)):
        facets.add(("member", ""))
    return frozenset(facets)


def _move(tx: Transaction, ticket: Ticket, *, gone: Iterable[Facet], new: Iterable[Facet]) -> None:
    for name, value in sorted(gone):
        if (name, value) != RESOLVED:
            key = (equal("ticket_id", ticket.id), equal("facet", name), equal("value", value))
            tx.delete(Place, key)
    places = [place_of(ticket, facet) for facet in sorted(new) if facet != RESOLVED]
    if places:
        tx.insert_absent(*places)
    steps = {**dict.fromkeys(gone, -1), **dict.fromkeys(new, 1)}
    # In one order everywhere, so that two commits cannot wait for each other.
    for facet in sorted(steps):
        tx.add(Counter, _counter(facet, _share_of(ticket.id)), {"value": steps[facet]})


def _counter(facet: Facet, share: int) -> str:
    return f"{_PREFIX}{facet[0]}:{facet[1]}#{share}"


def _share_of(ticket_id: TicketId) -> int:
    return sum(ticket_id.encode()) % _SHARES
