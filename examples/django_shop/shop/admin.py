"""Members and orders in Django's admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from shop.models import Member, Order
from shop.orders import ship

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Member)
class MemberAdmin(admin.ModelAdmin):
    """Members."""

    list_display = ("number", "name", "rank")
    search_fields = ("number", "name")
    raw_id_fields = ("user",)


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    """Orders; they are shipped by the action, which tells the customer."""

    list_display = ("number", "title", "member", "status", "placed_at")
    list_filter = ("status",)
    search_fields = ("number", "title", "member__name")
    readonly_fields = ("status",)
    actions = ("ship_orders",)

    @admin.action(description="発送済みにして、LINEでお知らせする", permissions=["change"])
    def ship_orders(self, request: HttpRequest, chosen: QuerySet) -> None:
        """Ship each in a transaction of its own."""
        shipped = [ship(order.pk) for order in chosen]
        self.message_user(request, f"{sum(shipped)}件を発送済みにしました。")
