"""The shop itself."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib import admin


class ShopConfig(AppConfig):
    """Members, orders, and the page where a member links their LINE account."""

    name = "shop"
    verbose_name = "お店"

    def ready(self) -> None:
        """Give the admin pages the shop's name."""
        admin.site.site_header = admin.site.site_title = "ミモザ・クローゼット 管理"
        admin.site.index_title = "管理メニュー"
