"""An order leaves, and its member hears of it: both in one commit, or neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mimosa.tables import READY, SHIPPED, Order

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import Session

    from linecs import SqlStorage, SupportDesk

__all__ = ["NotReadyError", "ship"]


class NotReadyError(Exception):
    """There is no such order, or it has left already."""


async def ship(
    session: AsyncSession,
    desk: SupportDesk,
    storage: SqlStorage,
    number: str,
    *,
    carrier: str,
    tracking: str,
) -> int:
    """Mark an order as shipped and queue the message; return how many LINE accounts are told.

    Joins the session's transaction, which is the caller's to commit.

    Raises:
        NotReadyError: Nothing was changed.
    """
    order = await session.get(Order, number, with_for_update=True)
    if order is None or order.status != READY:
        raise NotReadyError(f"注文 {number} は{READY}ではありません。")
    order.status, order.carrier, order.tracking = SHIPPED, carrier, tracking
    text = f"ご注文 {number} を発送しました。\n{carrier}　お問い合わせ番号 {tracking}"

    def tell(session: Session) -> int:
        joined = desk.using(storage.join(session.connection()))
        links = joined.links.of_member(order.member_id)
        told = [joined.notify(link.customer_id, {"type": "text", "text": text}) for link in links]
        return sum(map(len, told))

    await session.flush()
    return await session.run_sync(tell)
