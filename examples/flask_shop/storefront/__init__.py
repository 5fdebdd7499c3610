"""The shop itself: members, orders, and the page where a member links their LINE account."""

from __future__ import annotations

from storefront.members import Shop
from storefront.pages import create_storefront

__all__ = ["Shop", "create_storefront"]
