"""One page of a list: walk the smallest list that is asked for, and look into the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from linecs.desk.inbox.filters import ListedTicket, ListOrder, Page
from linecs.desk.inbox.places import RESOLVED, count_facets, facets_of
from linecs.desk.inbox.unread import read_marks
from linecs.errors import ConfigurationError
from linecs.model import (
    Conversation,
    Customer,
    Message,
    Ticket,
    TicketId,
    TicketStatus,
)
from linecs.model.fields import CustomerTag
from linecs.model.link import Link
from linecs.storage.inbox_rows import NEVER, Place
from linecs.storage.ports import Query, at_most, equal, one_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from linecs.desk.inbox.filters import InboxFilter
    from linecs.desk.inbox.places import Facet
    from linecs.model import CustomerId, OperatorId
    from linecs.storage.ports import Transaction

__all__ = ["list_tickets"]

R = TypeVar("R")
_AT_ONCE = 200
_LOOKED_AT_MOST = 400
_ORDERS = {
    ListOrder.WAITING_LONGEST: ("waiting", "ticket_id"),
    ListOrder.DUE: ("due", "ticket_id"),
    ListOrder.NEWEST: ("-opened", "-ticket_id"),
}
_Mark = tuple[int, str]


def list_tickets(
    tx: Transaction,
    chosen: InboxFilter,
    order: ListOrder,
    *,
    after: str | None,
    limit: int,
    now: int,
    actor: OperatorId | None,
) -> Page[ListedTicket]:
    """Return one page of tickets. Joins a transaction that reads. Raises `ConfigurationError`."""
    walk = _Resolved(tx, chosen) if RESOLVED in chosen.wanted else _Live(tx, chosen, order, now)
    marks, beyond = _take(walk, _mark_of(after), limit)
    items = _listed(tx, [TicketId(ticket_id) for _, ticket_id in marks], actor)
    return Page(items=items, next=f"{beyond[0]}.{beyond[1]}" if beyond else None)


def _mark_of(after: str | None) -> _Mark | None:
    if after is None:
        return None
    number, dot, ticket_id = after.partition(".")
    if not dot or not number.isdecimal():
        raise ConfigurationError("after: give the `next` of the page before, unchanged.")
    return int(number), ticket_id


class _Walk(Protocol):
    """A way along one list."""

    sifts: bool
    """Whether some of the list may not belong."""

    def step(self, after: _Mark | None, size: int) -> tuple[Sequence[_Mark], Collection[_Mark]]:
        """Return the next places of the list, and those of them that belong."""
        ...


def _take(walk: _Walk, after: _Mark | None, limit: int) -> tuple[list[_Mark], _Mark | None]:
    """Return a page's places, and after which one to go on; None at the end."""
    size = max(_AT_ONCE, limit + 1) if walk.sifts else limit + 1
    kept: list[_Mark] = []
    for _ in range(max(_LOOKED_AT_MOST // size, 1)):
        seen, belonging = walk.step(after, size)
        kept += [mark for mark in seen if mark in belonging]
        if len(kept) > limit:
            return kept[:limit], kept[limit - 1]
        if len(seen) < size:
            return kept, None
        after = seen[-1]
    return kept, after


class _Live:
    """Along the smallest of the lists that are asked for."""

    def __init__(self, tx: Transaction, chosen: InboxFilter, order: ListOrder, now: int) -> None:
        self._tx = tx
        self._order = _ORDERS[order]
        self._due = now if chosen.overdue else NEVER
        self._along = _smallest(tx, chosen.wanted)
        self._others = chosen.wanted - {self._along}
        self._unwanted = chosen.unwanted
        self.sifts = bool(self._others or self._unwanted or chosen.overdue)

    def step(self, after: _Mark | None, size: int) -> tuple[Sequence[_Mark], Collection[_Mark]]:
        facet, value = self._along
        column = self._order[0].removeprefix("-")
        where = [equal("facet", facet), equal("value", value)]
        if column == "due":
            where.append(at_most("due", self._due))
        query = Query(row=Place, where=tuple(where), order=self._order, limit=size, after=after)
        places = self._tx.select(query)
        marks = {place.ticket_id: (getattr(place, column), place.ticket_id) for place in places}
        in_time = [place.ticket_id for place in places if place.due <= self._due]
        return list(marks.values()), {marks[each] for each in self._sifted(in_time)}

    def _sifted(self, ids: Sequence[TicketId]) -> Iterable[TicketId]:
        asked = self._others | self._unwanted
        if not asked or not ids:
            return ids
        where = (one_of("ticket_id", ids), one_of("facet", sorted({facet for facet, _ in asked})))
        found: dict[TicketId, set[Facet]] = {each: set() for each in ids}
        for place in self._tx.select(Query(row=Place, where=where)):
            found[place.ticket_id].add((place.facet, place.value))
        return [each for each in ids if _fits(found[each], self._others, self._unwanted)]


class _Resolved:
    """Along all resolved tickets, newest first."""

    def __init__(self, tx: Transaction, chosen: InboxFilter) -> None:
        self._tx = tx
        self._others = chosen.wanted - {RESOLVED}
        self._unwanted = chosen.unwanted
        self.sifts = bool(self._others or self._unwanted)

    def step(self, after: _Mark | None, size: int) -> tuple[Sequence[_Mark], Collection[_Mark]]:
        query = Query(
            row=Ticket,
            where=(equal("status", TicketStatus.RESOLVED),),
            order=("-opened_at", "-id"),
            limit=size,
            after=after,
        )
        tickets = self._tx.select(query)
        marks = [(ticket.opened_at, str(ticket.id)) for ticket in tickets]
        return marks, {
            mark for mark, ticket in zip(marks, self._with_facets(tickets), strict=True) if ticket
        }

    def _with_facets(self, tickets: Sequence[Ticket]) -> Iterable[bool]:
        asked = self._others | self._unwanted
        tagged = self._customers(tickets, asked)
        for ticket in tickets:
            facets = facets_of(ticket) | {
                f for f, who in tagged.items() if ticket.customer_id in who
            }
            yield _fits(facets, self._others, self._unwanted)

    def _customers(
        self, tickets: Sequence[Ticket], asked: Collection[Facet]
    ) -> Mapping[Facet, Collection[str]]:
        """Return which of the tickets' customers have each tag, and which are members."""
        ids = sorted({ticket.customer_id for ticket in tickets})
        found: dict[Facet, Collection[str]] = {}
        for facet, value in asked:
            if facet == "tag":
                where = (one_of("customer_id", ids), equal("tag", value))
                tagged = self._tx.select(Query(row=CustomerTag, where=where))
                found[facet, value] = {each.customer_id for each in tagged}
            elif facet == "member":
                found[facet, value] = self._members(ids)
        return found

    def _members(self, customer_ids: Sequence[CustomerId]) -> Collection[str]:
        where = (one_of("id", customer_ids),)
        users = {
            each.line_user_id: each.id for each in self._tx.select(Query(row=Customer, where=where))
        }
        linked = (one_of("line_user_id", sorted(users)), equal("ended_at", None))
        return {users[each.line_user_id] for each in self._tx.select(Query(row=Link, where=linked))}


def _smallest(tx: Transaction, facets: Collection[Facet]) -> Facet:
    if len(facets) == 1:
        return next(iter(facets))
    counts = count_facets(tx, facets)
    return min(facets, key=lambda facet: (counts.get(facet, 0), facet))


def _fits(facets: Collection[Facet], wanted: Iterable[Facet], unwanted: Iterable[Facet]) -> bool:
    return all(each in facets for each in wanted) and not any(each in facets for each in unwanted)


def _listed(
    tx: Transaction, ids: Sequence[TicketId], actor: OperatorId | None
) -> tuple[ListedTicket, ...]:
    tickets = _by_id(tx, Ticket, ids)
    conversations = _by_id(tx, Conversation, [each.conversation_id for each in tickets.values()])
    customers = _by_id(tx, Customer, [each.customer_id for each in tickets.values()])
    newest = _by_id(tx, Message, [each.newest_message_id for each in conversations.values()])
    marks = read_marks(tx, list(conversations), actor) if actor else {}
    return tuple(
        ListedTicket(
            ticket=ticket,
            customer=customers[ticket.customer_id],
            conversation=conversation,
            newest=newest.get(conversation.newest_message_id or ""),
            unread=actor is not None and conversation.newest_at > marks.get(conversation.id, 0),
        )
        for ticket in (tickets[each] for each in ids if each in tickets)
        for conversation in (conversations[ticket.conversation_id],)
    )


def _by_id(tx: Transaction, row: type[R], ids: Iterable[str | None]) -> Mapping[str, R]:
    wanted = sorted({each for each in ids if each})
    rows: Sequence[Any] = tx.select(Query(row=row, where=(one_of("id", wanted),))) if wanted else ()
    return {each.id: each for each in rows}
