"""The Django shop's processes, on a database of the test's."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linecs.testing import LineSimulator

__all__ = [
    "INSIDE",
    "MANAGE",
    "free_port",
    "line_environment",
    "manage",
    "running",
    "shop_environment",
]

_STOPS_WITHIN_SECONDS = 30
_ROOT = Path(__file__).parents[1]
SHOP = _ROOT / "examples" / "django_shop"
MANAGE = SHOP / "manage.py"
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


def manage(environment: Mapping[str, str], *command: str) -> None:
    """Run a command of `manage.py` that ends by itself, well."""
    subprocess.run([sys.executable, MANAGE, *command], env=environment, check=True)  # noqa: S603 - our own


@contextmanager
def running(
    environment: Mapping[str, str], *command: str | Path
) -> Iterator[subprocess.Popen[str]]:
    """Run a Python program as long as this lasts; what it says can be read."""
    with subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, *command],
        cwd=SHOP,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=_STOPS_WITHIN_SECONDS)


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])
