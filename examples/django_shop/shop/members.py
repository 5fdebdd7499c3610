"""What operators see of a member: keeps `linecs.idlink.MemberDirectory` for the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import close_old_connections

from linecs.idlink import member as shown
from shop.models import Member

if TYPE_CHECKING:
    from linecs.model import MemberId

__all__ = ["ShopMembers"]


class ShopMembers:
    """The shop's members, read through Django's models."""

    def card(self, member_id: MemberId) -> shown.MemberCard | None:
        """Return a member's card. Called by the desk in a thread of its own."""
        # Django closes what a request has used; this is no request.
        close_old_connections()
        try:
            found = Member.objects.prefetch_related("orders").filter(number=member_id).first()
            return _card(found) if found else None
        finally:
            close_old_connections()


def _card(member: Member) -> shown.MemberCard:
    orders = list(member.orders.all())
    return shown.MemberCard(
        member_id=member.number,
        name=member.name,
        rank=member.rank,
        orders=tuple(
            shown.Order(
                number=order.number,
                placed_at=int(order.placed_at.timestamp() * 1_000),
                status=order.get_status_display(),
                title=order.title,
            )
            for order in orders
        ),
        shipments=tuple(
            shown.Shipment(
                order_number=order.number,
                carrier=order.carrier,
                tracking_number=order.tracking,
                status=order.get_status_display(),
            )
            for order in orders
        ),
    )
