"""What is known of a customer: tags, fields, and the member's card while the link holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from linecs.desk.changes import ConflictError
from linecs.desk.link_events import link_of
from linecs.desk.links import LinkTransaction
from linecs.model import AuditEntry, Customer, CustomerFacts, OperatorId, new_id
from linecs.model.fields import CustomerField, CustomerTag
from linecs.model.link import Link
from linecs.routing import Permission
from linecs.storage.ports import Query, equal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs.desk.core import DeskCore
    from linecs.idlink import MemberCard
    from linecs.storage.ports import Transaction

__all__ = ["Known", "MemberRoom", "know"]


@frozen(kw_only=True)
class Known:
    """What responders may know of a customer, and by which link.

    Attributes:
        link: The link it rests on; None where it rests on none.
    """

    facts: CustomerFacts = field(factory=CustomerFacts)
    link: Link | None = None

    def still_holds(self, tx: Transaction) -> None:
        """Hold the link to what it was; nothing said by an ended one goes out. Joins.

        Raises:
            ConflictError: It ended or changed meanwhile.
        """
        if self.link is None:
            return
        now = LinkTransaction(tx).current_links(
            self.link.provider_id, line_user_id=self.link.line_user_id, lock=True
        )
        if [(each.id, each.version) for each in now] != [(self.link.id, self.link.version)]:
            msg = "The link that an answer rests on was changed meanwhile."
            raise ConflictError(msg)


def know(core: DeskCore, customer: Customer | None) -> Known:
    """Return what responders may know of a customer now.

    Opens its own transactions, and asks the member directory with none open.
    """
    if customer is None:
        return Known()
    tags, fields, link = core.storage.read(lambda tx: _kept(core, tx, customer))
    card = _card(core, customer) if link is not None else None
    facts = CustomerFacts(
        display_name=customer.display_name,
        language=customer.language,
        is_member=link is not None,
        tags=frozenset(each.tag for each in tags),
        fields={each.name: each.value for each in fields},
        member=_variables(card),
    )
    return Known(facts=facts, link=link)


def _kept(
    core: DeskCore, tx: Transaction, customer: Customer
) -> tuple[list[CustomerTag], list[CustomerField], Link | None]:
    where = (equal("customer_id", customer.id),)
    tags = tx.select(Query(row=CustomerTag, where=where))
    fields = tx.select(Query(row=CustomerField, where=where))
    return tags, fields, link_of(core, tx, customer)


def _card(core: DeskCore, customer: Customer) -> MemberCard | None:
    if core.members is None:
        return None

    def current_link() -> Link | None:
        return core.storage.read(lambda tx: link_of(core, tx, customer))

    return core.members.find(current_link, now=core.clock())


def _variables(card: MemberCard | None) -> Mapping[str, str]:
    if card is None:
        return {}
    said = {"name": card.name, "rank": card.rank}
    return {**{name: value for name, value in said.items() if value}, **card.variables}


class MemberRoom:
    """What operators see of members; `desk.members`."""

    def __init__(self, core: DeskCore) -> None:
        self._core = core

    def card(self, customer_id: str, *, actor: str) -> MemberCard | None:
        """Return a customer's member card; None where no link holds or no card came in time.

        Opens its own transactions: one reads the link, one keeps for the audit who looked.

        Args:
            customer_id: Whose card.
            actor: Who looks.

        Raises:
            NotPermittedError: The role takes no `read`.
            RowMissingError: There is no such customer.
        """
        core = self._core
        core.staff.permit(actor, Permission.READ)
        customer = core.storage.read(lambda tx: tx.get(Customer, customer_id))
        card = _card(core, customer)
        if card is not None:
            core.storage.run(lambda tx: tx.insert(_seen(core, customer, actor)))
        return card


def _seen(core: DeskCore, customer: Customer, actor: str) -> AuditEntry:
    now = core.clock()
    return AuditEntry(
        id=new_id(now),
        at=now,
        actor=OperatorId(actor),
        kind="member.seen",
        channel_id=customer.channel_id,
        customer_id=customer.id,
    )
