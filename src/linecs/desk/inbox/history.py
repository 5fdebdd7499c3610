"""One customer's whole history: what was said, noted, linked, and who did what when."""

from __future__ import annotations

import json
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import frozen

from linecs.desk.inbox.record import html_record, json_record
from linecs.model import AuditEntry, Customer, FeedEntry, Message, Note, Ticket
from linecs.model.link import LedgerEntry, Link, LinkEnd, LinkFlow
from linecs.storage.ports import Query, equal, one_of, unequal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linecs.desk.core import DeskCore
    from linecs.model import CustomerId, LineUserId, ProviderId
    from linecs.storage.ports import Condition, Transaction

__all__ = [
    "CustomerHistory",
    "Happening",
    "LinkSpan",
    "MemberHistory",
    "read_history",
    "read_member_history",
]

R = TypeVar("R")


@frozen(kw_only=True)
class Happening:
    """Something that somebody did, or that happened by itself.

    Attributes:
        at: Epoch ms UTC.
        kind: As in the feed and the audit trail, such as `ticket.claimed` or `link.linked`.
        actor: `customer`, `bot`, `system`, `shop`, or the operator's id.
        reason: Why, where it was recorded.
    """

    at: int
    kind: str
    actor: str
    ticket_id: str = ""
    reason: str = ""


@frozen(kw_only=True)
class LinkSpan:
    """That the customer was a member, how that was proven, and until when; not which member.

    Attributes:
        linked_at: Epoch ms UTC.
        ended_at: Epoch ms UTC; None while it holds.
    """

    flow: LinkFlow
    linked_at: int
    ended_at: int | None
    ended_because: LinkEnd | None


@frozen(kw_only=True)
class CustomerHistory:
    """Everything the desk keeps of one customer; each list is oldest first."""

    customer: Customer
    links: tuple[LinkSpan, ...]
    tickets: tuple[Ticket, ...]
    messages: tuple[Message, ...]
    notes: tuple[Note, ...]
    happenings: tuple[Happening, ...]

    def to_html(self) -> str:
        """Return a page for reading, in Japanese and Japan's time, with nothing outside it.

        All text is escaped, and the page allows no script, picture or link.
        """
        return html_record([self])

    def to_json(self) -> str:
        """Return everything as JSON text, times in ISO 8601; without LINE's tokens."""
        return json.dumps(json_record(self), ensure_ascii=False, indent=2)


@frozen(kw_only=True)
class MemberHistory:
    """What belongs to one member now: a family's LINE users, a person's several channels.

    Attributes:
        histories: Who was asked for comes first, then the others, oldest customers first.
    """

    histories: tuple[CustomerHistory, ...]

    def to_html(self) -> str:
        """Return a page for reading, one person after another, as `CustomerHistory` does."""
        return html_record(self.histories)

    def to_json(self) -> str:
        """Return everything as JSON text: `histories`, each as of one customer."""
        record = {"histories": [json_record(each) for each in self.histories]}
        return json.dumps(record, ensure_ascii=False, indent=2)


def read_history(tx: Transaction, customer_id: CustomerId) -> CustomerHistory:
    """Return a customer's history. Joins a reading transaction. Raises `RowMissingError`."""
    of_it = equal("conversation_id", customer_id)
    tickets = _all(tx, Ticket, of_it, order=("opened_at", "id"))
    return CustomerHistory(
        customer=tx.get(Customer, customer_id),
        links=_links(tx, customer_id),
        tickets=tickets,
        messages=_all(tx, Message, of_it, order=("occurred_at", "id")),
        notes=_all(tx, Note, of_it, order=("at", "id")),
        happenings=_happenings(tx, customer_id, [ticket.id for ticket in tickets]),
    )


def read_member_history(core: DeskCore, tx: Transaction, customer_id: CustomerId) -> MemberHistory:
    """Return the histories of all who are the same member now. Joins, and raises, as above."""
    customer = tx.get(Customer, customer_id)
    provider = core.channels[customer.channel_id].provider_id
    channels = [each.id for each in core.channels.values() if each.provider_id == provider]
    users = sorted({customer.line_user_id, *_same_member(tx, provider, customer.line_user_id)})
    same = (one_of("line_user_id", users), one_of("channel_id", channels))
    others = _all(tx, Customer, *same, unequal("id", customer_id), order=("id",))
    ids = [customer_id, *(each.id for each in others)]
    return MemberHistory(histories=tuple(read_history(tx, each) for each in ids))


def _same_member(tx: Transaction, provider: ProviderId, user: LineUserId) -> list[LineUserId]:
    """Return whose links to the user's member hold; nobody where the user has none."""
    current = (equal("provider_id", provider), equal("ended_at", None))
    own = tx.select(Query(row=Link, where=(*current, equal("line_user_id", user))))
    members = one_of("member_id", sorted({link.member_id for link in own}))
    theirs = tx.select(Query(row=Link, where=(*current, members))) if own else []
    return [link.line_user_id for link in theirs]


def _links(tx: Transaction, customer_id: CustomerId) -> tuple[LinkSpan, ...]:
    links = _all(tx, Link, equal("customer_id", customer_id), order=("linked_at", "id"))
    return tuple(
        LinkSpan(
            flow=link.flow,
            linked_at=link.linked_at,
            ended_at=link.ended_at,
            ended_because=link.ended_because,
        )
        for link in links
    )


def _happenings(
    tx: Transaction, customer_id: CustomerId, ticket_ids: list[Any]
) -> tuple[Happening, ...]:
    of_customer = equal("customer_id", customer_id)
    feed = _all(tx, FeedEntry, one_of("ticket_id", ticket_ids), order=("id",))
    audit = _all(tx, AuditEntry, of_customer, order=("at", "id"))
    ledger = _all(tx, LedgerEntry, of_customer, order=("at", "id"))
    # What operators do is in the feed and in the audit trail, at the same moment.
    found = {_identity(each): each for each in _from_facts((*feed, *audit))}
    links = [
        Happening(at=each.at, kind=f"link.{each.kind}", actor=each.actor, reason=each.reason)
        for each in ledger
    ]
    return tuple(sorted((*found.values(), *links), key=attrgetter("at")))


def _from_facts(entries: Iterable[FeedEntry | AuditEntry]) -> Iterable[Happening]:
    for each in entries:
        yield Happening(
            at=each.at,
            kind=each.kind,
            actor=each.actor,
            ticket_id=each.ticket_id,
            reason=_reason(each.facts),
        )


def _reason(facts: Mapping[str, Any]) -> str:
    return str(facts.get("reason") or "")


def _identity(happening: Happening) -> tuple[int, str, str, str]:
    return happening.at, happening.kind, happening.actor, happening.ticket_id


def _all(tx: Transaction, row: type[R], *where: Condition, order: tuple[str, ...]) -> tuple[R, ...]:
    return tuple(tx.select(Query(row=row, where=where, order=order)))
