"""`python install.py`: tables, members, orders and answers, before the servers start."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from shop_desk import create_desk, publish_content
from storefront import Shop

from linecs.storage.sql import migrate

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["install"]


def install(settings: Mapping[str, str], *, password: str) -> None:
    """Fill the shop, or bring it up to date; members have this password."""
    migrate(settings["DATABASE_URL"])
    shop = Shop(Path(settings["DATA_FOLDER"]) / "shop.sqlite3")
    shop.install(time.time_ns() // 1_000_000, password=password)
    publish_content(create_desk(settings), by="lead")


if __name__ == "__main__":
    install(os.environ, password=os.environ["DEMO_PASSWORD"])
