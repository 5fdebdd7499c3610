"""The last of the month's messages: kept for people, and among them for whose role says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.delivery.planner import WaitingMessage, plan
from linecs.delivery.quota import remaining_for
from linecs.desk.quotas import view_of
from linecs.model import Author, Message, OutboxItem, ReplyToken
from linecs.routing import Permission
from linecs.storage.ports import Query, equal
from linecs.storage.tables import Quota

if TYPE_CHECKING:
    from linecs.delivery.quota import QuotaView
    from linecs.desk.core import DeskCore
    from linecs.desk.outgoing import Queued
    from linecs.model import Customer, OperatorId
    from linecs.storage.ports import Transaction

__all__ = ["permit_spending"]


def permit_spending(
    core: DeskCore, tx: Transaction, customer: Customer, queued: Queued, *, actor: OperatorId
) -> None:
    """Let a person's messages pass unless they would be pushed from the reserve without a right.

    Joins the transaction. Raises `NotPermittedError`.
    """
    if core.staff.may(actor, Permission.SPEND_RESERVE):
        return
    kept = tx.find(Quota, customer.channel_id)
    quota = view_of(kept) if kept else None
    if remaining_for(Author.SYSTEM, quota, core.settings.delivery) != 0:
        return
    if not _goes_free(core, tx, customer, queued, quota):
        core.staff.permit(actor, Permission.SPEND_RESERVE)


def _goes_free(
    core: DeskCore, tx: Transaction, customer: Customer, queued: Queued, quota: QuotaView | None
) -> bool:
    """Whether reply tokens carry it all; what waits already would take them first."""
    of_customer = (equal("conversation_id", customer.id),)
    if tx.count(Query(row=OutboxItem, where=of_customer)):
        return False
    planned = plan(
        [
            WaitingMessage(id=row.id, author=row.author, content=row.content)
            for row in queued.rows
            if isinstance(row, Message)
        ],
        customer=customer,
        tokens=tx.select(Query(row=ReplyToken, where=of_customer)),
        quota=quota,
        policy=core.settings.delivery,
        now=core.clock(),
    )
    return not planned.pushes and not planned.parked
