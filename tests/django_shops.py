"""The Django shop's processes, on a database of the test's."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from linecs.testing import LineSimulator

__all__ = ["INSIDE", "SHOP", "line_environment", "shop_environment"]

_ROOT = Path(__file__).parents[1]
SHOP = _ROOT / "examples" / "django_shop"
INSIDE = Path(__file__).parent / "examples" / "django_inside"


def shop_environment(url: str, folder: Path) -> dict[str, str]:
    """Return the environment of the shop's processes.

    Args:
        url: The database; a file of SQLite's is the shop's own, in the folder.
        folder: Where the shop keeps its files.
    """
    address = sa.make_url(url)
    others = ("LINE_", "DJANGO_", "PG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    own = {
        "SHOP_FOLDER": str(folder),
        "DJANGO_SECRET_KEY": "for tests",
        "DJANGO_SETTINGS_MODULE": "fashion.settings",
        "DEMO_PASSWORD": "demo",
        "PYTHONPATH": os.pathsep.join(
            str(each) for each in (INSIDE, SHOP, _ROOT / "src", _ROOT / "tests")
        ),
    }
    server = {
        "PGDATABASE": address.database,
        "PGHOST": address.host,
        "PGPORT": str(address.port) if address.port else None,
        "PGUSER": address.username,
        "PGPASSWORD": address.password,
    }
    if address.get_backend_name() == "sqlite":
        return {**kept, **own}
    return {**kept, **own, **{name: value for name, value in server.items() if value}}


def line_environment(line: LineSimulator) -> dict[str, str]:
    """Return what tells the shop's processes of a simulated LINE."""
    return {
        "LINE_API_URL": line.url,
        "LINE_DIALOG_URL": f"{line.url}/dialog/bot/accountLink",
        "LINE_BOT_USER_ID": line.channel.bot_user_id,
        "LINE_CHANNEL_SECRET": line.channel.secret,
        "LINE_ACCESS_TOKEN": line.channel.access_token,
    }
