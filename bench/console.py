"""The operators' console on many tickets: server time, statements and weight of its pages.

    python bench/console.py [sqlite] [postgresql] [--tickets 100000]

Builds the world of `inbox_world.py` in bulk, puts the Flask shop's own application around it, and
asks for its pages as a logged-in operator's browser does, templates and session included, without
the network. Fails where a page's median is 100 ms or more, or where a page weighs more than
300 KB with its style and scripts, before compression.
"""

from __future__ import annotations

import argparse
import gzip
import re
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from attrs import frozen
from inbox import build, database_of
from inbox_world import RARE, World, name

from linecs.desk import SupportDesk
from linecs.model import Channel, CustomerId
from linecs.storage.sql import SqlStorage
from linecs.storage.sql.executors import CursorExecutor

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

_SHOP = Path(__file__).parents[1] / "examples" / "flask_shop"
sys.path.insert(0, str(_SHOP))

from app import create_app, staff_with  # noqa: E402 - importable by now
from shop_desk import publish_content  # noqa: E402 - same
from storefront import Shop  # noqa: E402 - same

AIM_MS = 100
HEAVIEST = 300_000
ROUNDS = 100
VIEWS = (
    "all",
    "mine",
    "unassigned",
    "overdue",
    "open",
    "in_progress",
    "waiting",
    "bot",
    "resolved",
)


@frozen(kw_only=True)
class Times:
    """How long one question took, in ms; `cpu` is this process's own median, whoever else runs."""

    best: float
    median: float
    p99: float
    cpu: float

    @classmethod
    def of(cls, question: Callable[[], object], rounds: int) -> Times:
        """Ask so many times, after a few that warm up."""
        walls, cpus = [], []
        for _ in range(3):
            question()
        for _ in range(rounds):
            wall, cpu = time.perf_counter(), time.process_time()
            question()
            walls.append((time.perf_counter() - wall) * 1e3)
            cpus.append((time.process_time() - cpu) * 1e3)
        return cls(
            best=min(walls),
            median=statistics.median(walls),
            p99=statistics.quantiles(walls, n=100)[98],
            cpu=statistics.median(cpus),
        )

    def __str__(self) -> str:
        """Return the figures as columns."""
        return "".join(f"{each:>12.1f}" for each in (self.best, self.median, self.p99, self.cpu))


class Statements:
    """Counts what reaches the driver, transactions' own statements aside."""

    def __init__(self) -> None:
        self.count = 0
        for method in ("fetch", "execute", "execute_many"):
            setattr(CursorExecutor, method, self._counted(getattr(CursorExecutor, method)))

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any) -> Any:  # noqa: ANN401 - whatever the method takes
            self.count += 1
            return call(*arguments)

        return counted

    def of(self, question: Callable[[], object]) -> int:
        """How many one question takes."""
        before = self.count
        question()
        return self.count - before


def addresses(client: FlaskClient) -> dict[str, str]:
    """The pages that are measured."""
    short, long = (f"/desk/c/{name(number)}" for number in (5, 0))
    older = re.search(r'href="([^"]*before=[^"]*)"', client.get(long).text)
    assert older
    searches = {"common": "返品", "rare": RARE, "absent": "鸞鳳", "2 words": "浴衣 領収書"}
    return {
        **{f"list, {view}": f"/desk/?view={view}" for view in VIEWS},
        "rows of the list": "/desk/rows",
        "conversation, short": short,
        "conversation of 3,000": long,
        "conversation of 3,000, further back": older[1].replace("&amp;", "&"),
        "its bubbles": f"{long}/bubbles",
        "who is writing": f"{long}/writing",
        "news": "/desk/news",
        **{f"search, {title}": f"/desk/search?q={quote(text)}" for title, text in searches.items()},
    }


def weight(client: FlaskClient, page: str) -> tuple[int, int]:
    """A page's bytes with all it loads, plain and compressed."""
    loaded = re.findall(r'(?:src|href)="([^"]+\.(?:js|css)[^"]*)"', page)
    parts = [page.encode(), *(client.get(each).data for each in loaded)]
    return sum(map(len, parts)), sum(len(gzip.compress(each, 6)) for each in parts)


def create(url: str, world: World, folder: Path) -> tuple[SupportDesk, Flask]:
    """The Flask shop on a built world, at the moment everybody looks."""
    now = world.now
    channel = Channel(id="main", bot_user_id="U", secrets="s", access_token="t")  # noqa: S106 - opens nothing
    shop = Shop(folder / "shop.sqlite3")
    shop.install(now, password="bench")  # noqa: S106 - opens nothing
    desk = SupportDesk(
        storage=SqlStorage.connect(url), channels=[channel], members=shop, clock=lambda: now
    )
    publish_content(desk, by="lead")
    return desk, create_app(desk, shop, staff=staff_with("bench"), secret_key="bench")  # noqa: S106 - same


def measure(desk: SupportDesk, app: Flask, statements: Statements) -> list[str]:
    """Print each page's figures; return what misses the aim."""
    client, missed = app.test_client(), []
    with client.session_transaction() as session:
        session["operator"] = "op1"  # who has tickets in this world
    titles = ("best ms", "median", "p99", "CPU ms", "statements", "KB", "gzip KB")
    print(f"  {'':<38}" + "".join(f"{each:>12}" for each in titles))
    for title, address in addresses(client).items():
        question = partial(client.get, address)
        page = question()
        assert page.status_code in {200, 204}, (address, page.status_code)
        took, (plain, packed) = Times.of(question, ROUNDS), weight(client, page.text)
        asked = f"{statements.of(question):>12}{plain / 1e3:>12.0f}{packed / 1e3:>12.0f}"
        print(f"  {title:<38}{took}{asked}", flush=True)
        if took.median >= AIM_MS or plain > HEAVIEST:
            missed.append(title)
    for title, number in (("history of a customer", 5), ("history of 3,000 messages", 0)):
        record = partial(_record, desk, CustomerId(name(number)))
        took = Times.of(record, 10)
        print(f"  {title:<38}{took}{statements.of(record):>12}{len(record()) / 1e3:>12.0f}")
    return missed


def _record(desk: SupportDesk, customer: CustomerId) -> bytes:
    return desk.inbox.history(customer).to_html().encode()


def main() -> None:
    """Build and measure each database that is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("databases", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--tickets", type=int, default=100_000)
    arguments = parser.parse_args()
    world, statements, missed = World(arguments.tickets), Statements(), []
    for kind in arguments.databases:
        with database_of(kind) as database, tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            build(database, world)
            took = time.perf_counter() - started
            print(f"\n{database.title}: {world.tickets:,} tickets, built in {took:.0f} s")
            desk, app = create(database.url, world, Path(folder))
            missed += measure(desk, app, statements)
    if missed:
        raise SystemExit(f"{AIM_MS} ms or {HEAVIEST} bytes missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
