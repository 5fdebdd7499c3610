"""Shipping an order: the order's row and the customer's message are one commit."""

from __future__ import annotations

from django.db import transaction
from support.desk import joined_desk

from shop.models import Order

_TEXT = """お待たせいたしました。ご注文 {order.number}「{order.title}」を発送しました。
配送会社: {order.carrier}
お問い合わせ番号: {order.tracking}"""


@transaction.atomic
def ship(order_id: int) -> bool:
    """Mark an order shipped and queue the message; False where it had been shipped already.

    Where either cannot be written, neither is.
    """
    order = Order.objects.select_for_update().select_related("member").get(pk=order_id)
    if order.status != Order.Status.PREPARING:
        return False
    order.status = Order.Status.SHIPPED
    order.save(update_fields=["status"])
    desk = joined_desk()
    for link in desk.links.of_member(order.member.number):
        desk.notify(link.customer_id, {"type": "text", "text": _TEXT.format(order=order)})
    return True
