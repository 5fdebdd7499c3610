"""Which rows are one person's, table by table."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from linecs.desk.reading import Lane
from linecs.model import (
    Attempt,
    AuditEntry,
    Conversation,
    Customer,
    Draft,
    EventState,
    FeedEntry,
    Job,
    Media,
    Message,
    Note,
    OutboxItem,
    ReadMark,
    ReplyToken,
    StaffPresence,
    StoredEvent,
    Ticket,
)
from linecs.model.fields import CustomerField, CustomerTag, FieldChange
from linecs.model.knowledge import (
    EmbeddedText,
    KnowledgeProposal,
    KnowledgeVersion,
    ProposalSource,
)
from linecs.model.link import (
    KeptTokens,
    LedgerEntry,
    Link,
    LinkCode,
    LinkInvitation,
    LinkNonce,
    LoginAttempt,
)
from linecs.storage.inbox_rows import Place, SearchBlock, SearchPosting, SearchText
from linecs.storage.ports import Query, equal, one_of
from linecs.storage.tables import Counter, Memory, Quota, Trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from linecs.storage.ports import Condition, Transaction

__all__ = [
    "EMPTIED",
    "KEPT",
    "OF_NOBODY",
    "REMOVED",
    "Person",
    "events_naming",
    "find_person",
    "in_parts",
    "select_of",
]

_AT_ONCE = 500

REMOVED: Mapping[type[Any], tuple[str, str]] = {
    ReplyToken: ("conversation_id", "ids"),
    OutboxItem: ("conversation_id", "ids"),
    Attempt: ("conversation_id", "ids"),
    Message: ("conversation_id", "ids"),
    Note: ("conversation_id", "ids"),
    Draft: ("conversation_id", "ids"),
    ReadMark: ("conversation_id", "ids"),
    Memory: ("conversation_id", "ids"),
    Trace: ("conversation_id", "ids"),
    Media: ("conversation_id", "ids"),
    LinkInvitation: ("customer_id", "ids"),
    LinkNonce: ("customer_id", "ids"),
    Link: ("line_user_id", "line_user_ids"),
    KeptTokens: ("link_id", "link_ids"),
    CustomerTag: ("customer_id", "ids"),
    CustomerField: ("customer_id", "ids"),
    FieldChange: ("customer_id", "ids"),
    Job: ("subject_id", "subject_ids"),
    LinkCode: ("member_id", "member_ids"),
    LoginAttempt: ("member_id", "member_ids"),
    ProposalSource: ("proposal_id", "proposal_ids"),
    KnowledgeProposal: ("id", "proposal_ids"),
}
"""Rows that go: the column that says whose they are, and what of a `Person` it names."""

EMPTIED: Mapping[type[Any], tuple[str, str]] = {
    Customer: ("id", "ids"),
    Conversation: ("id", "ids"),
    Ticket: ("conversation_id", "ids"),
    StoredEvent: ("lane", "line_user_ids"),
}
"""Rows that stay without what they said: numbers, and that an event repeats another."""

KEPT: Mapping[type[Any], tuple[str, str]] = {
    LedgerEntry: ("customer_id", "ids"),
    AuditEntry: ("customer_id", "ids"),
    FeedEntry: ("ticket_id", "ticket_ids"),
}
"""Rows that never held more than our own ids: who did what and when."""

OF_NOBODY: tuple[type[Any], ...] = (
    Place,
    SearchText,
    SearchBlock,
    SearchPosting,
    Counter,
    StaffPresence,
    Quota,
    KnowledgeVersion,
    EmbeddedText,
)
"""Lists, counters and the index, which follow the rows they are made from; the shop's own."""


@frozen(kw_only=True)
class Person:
    """One LINE user, as a customer of each channel of the desk."""

    customers: tuple[Customer, ...]
    link_ids: tuple[str, ...]
    member_ids: tuple[str, ...] = field(repr=False)
    ticket_ids: tuple[str, ...]
    subject_ids: tuple[str, ...]
    proposal_ids: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Our ids, of customers and their conversations alike."""
        return tuple(each.id for each in self.customers)

    @property
    def line_user_ids(self) -> tuple[str, ...]:
        """LINE's id of them; the same in every channel of a provider."""
        return tuple(dict.fromkeys(each.line_user_id for each in self.customers))

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """Where their events are in order."""
        return tuple(Lane(each.channel_id, each.line_user_id) for each in self.customers)


def find_person(tx: Transaction, customer_id: str) -> Person:
    """Return the person behind a customer. Joins. Raises `RowMissingError`."""
    user = tx.get(Customer, customer_id).line_user_id
    customers = tx.select(Query(row=Customer, where=(equal("line_user_id", user),), order=("id",)))
    ids = [each.id for each in customers]
    in_theirs = (one_of("conversation_id", ids),)
    links = tx.select(Query(row=Link, where=(equal("line_user_id", user),)))
    tickets = [each.id for each in tx.select(Query(row=Ticket, where=in_theirs))]
    media = [each.id for each in tx.select(Query(row=Media, where=in_theirs))]
    messages = tx.select(Query(row=Message, where=in_theirs))
    named = [name for each in messages for name in (each.id, each.line_message_id) if name]
    link_ids = [each.id for each in links]
    sources = tx.select(Query(row=ProposalSource, where=in_theirs))
    return Person(
        customers=tuple(customers),
        link_ids=tuple(link_ids),
        member_ids=tuple({each.member_id for each in links}),
        ticket_ids=tuple(tickets),
        subject_ids=(*ids, *tickets, *media, *named, *link_ids),
        proposal_ids=tuple({each.proposal_id for each in sources}),
    )


def select_of(
    tx: Transaction, person: Person, row: type[Any], owner: tuple[str, str]
) -> Iterator[Any]:
    """Give a table's rows of a person. Joins."""
    column, attribute = owner
    for some in in_parts(getattr(person, attribute)):
        yield from tx.select(Query(row=row, where=(one_of(column, some),)))


def in_parts(values: Iterable[str]) -> Iterator[list[str]]:
    """Give values a few hundred at a time: databases limit how many one statement takes."""
    rest = list(values)
    for start in range(0, len(rest), _AT_ONCE):
        yield rest[start : start + _AT_ONCE]


def events_naming(tx: Transaction, person: Person) -> Iterator[StoredEvent]:
    """Give the events that speak of a person: their own, and those of groups. Joins.

    A group's event is not in anybody's lane; that one of them names the person only its text
    says.
    """
    for lane in person.lanes:
        for where in _lane_in_any_state(lane):
            yield from tx.select(Query(row=StoredEvent, where=where))
    of_channels = (_lane_in_any_state(Lane(each.channel_id, "")) for each in person.customers)
    for where in (_KEPT, *chain.from_iterable(of_channels)):
        for event in _in_order(tx, where):
            if event.lane not in person.line_user_ids and _names(event, person):
                yield event


_KEPT = (equal("state", EventState.KEPT),)


def _lane_in_any_state(lane: Lane) -> Iterator[tuple[Condition, ...]]:
    """Give the conditions of a lane's events one state at a time, as the index has them."""
    for state in EventState:
        own = (equal("channel_id", lane.channel_id), equal("lane", lane.line_user_id))
        yield (equal("state", state), *own)


def _in_order(tx: Transaction, where: tuple[Condition, ...]) -> Iterator[StoredEvent]:
    order = ("channel_id", "lane", "occurred_at", "id")
    query = Query(row=StoredEvent, where=where, order=order, limit=_AT_ONCE)
    while events := tx.select(query):
        yield from events
        query = evolve(query, after=tuple(getattr(events[-1], name) for name in order))


def _names(event: StoredEvent, person: Person) -> bool:
    return any(user in event.raw for user in person.line_user_ids)
