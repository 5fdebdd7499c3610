"""What operators keep of a customer: marks, tags, who looks after them; and marks on bubbles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk.operators.act import Act, held_conversation
from linecs.errors import ActRefusedError, StaleCustomerError
from linecs.idlink import set_tag
from linecs.model import (
    ConversationId,
    Customer,
    CustomerTag,
    Message,
    new_id,
)
from linecs.routing import Permission
from linecs.storage.ports import equal

if TYPE_CHECKING:
    from linecs.desk.core import DeskCore
    from linecs.desk.operators.act import Acted
    from linecs.model import (
        CustomerId,
        MessageId,
        OperatorId,
    )
    from linecs.storage.ports import Transaction

__all__ = ["CustomerAct", "mark_customer", "mark_message", "set_owner", "tag"]


class CustomerAct(Act):
    """An act on a customer; it carries and raises the customer's version."""

    def __init__(
        self,
        core: DeskCore,
        tx: Transaction,
        customer_id: CustomerId,
        *,
        actor: OperatorId,
        version: int,
    ) -> None:
        core.staff.permit(actor, Permission.MARK)
        conversation = held_conversation(tx, ConversationId(customer_id))
        super().__init__(core, tx, actor=actor, conversation=conversation, ticket=None)
        self._before = tx.get(Customer, customer_id, lock=True)
        if self._before.version != version:
            raise StaleCustomerError(version=self._before.version)
        self.customer = evolve(self._before, version=version + 1)

    def end(self, kind: str, *, subject_id: str = "", facts: dict[str, object]) -> Acted:
        """Write it all; say the customer's new version."""
        self.changes.alter(self._before, self.customer, guard=("version",))
        acted = self.finish(kind, subject_id=subject_id or self.customer.id, facts=facts)
        return evolve(acted, customer_version=self.customer.version)


def mark_customer(
    core: DeskCore,
    tx: Transaction,
    customer_id: CustomerId,
    mark: str,
    *,
    actor: OperatorId,
    version: int,
) -> Acted:
    """Put a mark on a customer, or take it off. Joins the transaction."""
    act = CustomerAct(core, tx, customer_id, actor=actor, version=version)
    if mark:
        core.staff.marks.get(mark)
    act.customer = evolve(act.customer, mark=mark)
    return act.end("customer.marked", facts={"mark": mark})


def mark_message(
    core: DeskCore,
    tx: Transaction,
    message_id: MessageId,
    mark: str,
    *,
    actor: OperatorId,
    version: int,
) -> Acted:
    """Put a mark on one bubble, or take it off. Joins the transaction."""
    message = tx.get(Message, message_id)
    customer_id = held_conversation(tx, message.conversation_id).customer_id
    if customer_id is None:
        raise ActRefusedError(reason="another_conversation")
    act = CustomerAct(core, tx, customer_id, actor=actor, version=version)
    if mark:
        core.staff.marks.get(mark)
    act.changes.set_all(Message, [equal("id", message_id)], {"mark": mark})
    return act.end("message.marked", subject_id=message_id, facts={"mark": mark})


def set_owner(
    core: DeskCore,
    tx: Transaction,
    customer_id: CustomerId,
    owner: OperatorId | None,
    *,
    actor: OperatorId,
    version: int,
) -> Acted:
    """Say who looks after a customer. Joins the transaction."""
    act = CustomerAct(core, tx, customer_id, actor=actor, version=version)
    act.customer = evolve(act.customer, owner_id=owner)
    return act.end("customer.owned", facts={"to": owner or ""})


def tag(
    core: DeskCore,
    tx: Transaction,
    customer_id: CustomerId,
    name: str,
    *,
    present: bool,
    actor: OperatorId,
    version: int,
) -> Acted:
    """Put a tag on a customer, or take it off. Joins the transaction.

    The tag's name stays out of feed and audit trail: a shop may have written anything into it.
    """
    act = CustomerAct(core, tx, customer_id, actor=actor, version=version)
    before = tx.find(CustomerTag, (customer_id, name.strip()))
    edit = set_tag(
        name,
        before,
        present=present,
        customer_id=customer_id,
        now=act.now,
        actor=actor,
        new_id=new_id,
    )
    if edit.change is not None:
        act.changes.add(edit.change)
    if edit.change is not None and edit.tag is not None:
        act.changes.add(edit.tag)
    elif edit.change is not None:
        act.changes.remove(
            CustomerTag, equal("customer_id", customer_id), equal("tag", name.strip())
        )
    return act.end("customer.tagged" if present else "customer.untagged", facts={})
