"""The shop for a WSGI server: `gunicorn wsgi:app`, with its settings in the environment."""

from __future__ import annotations

import os
from pathlib import Path

from app import create_app, staff_with
from shop_desk import create_desk
from storefront import Shop

__all__ = ["app"]

app = create_app(
    create_desk(os.environ),
    Shop(Path(os.environ["DATA_FOLDER"]) / "shop.sqlite3"),
    staff=staff_with(os.environ["DEMO_PASSWORD"]),
    # The same for all workers, and after a restart: it signs the sessions.
    secret_key=os.environ["SESSION_SECRET"],
    is_https=os.environ["PUBLIC_URL"].startswith("https:"),
)
