"""The FastAPI shop under uvicorn with two workers, `linecs work` beside it, on PostgreSQL."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
import sqlalchemy as sa

from databases import scratch_database
from linecs.testing import LineSimulator
from served import (
    EXAMPLES,
    children_of,
    environment_of,
    free_port,
    redeliver_lost,
    running,
    until,
    until_it_answers,
    while_killing,
    write_at_once,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

FOLDER = EXAMPLES / "fastapi_shop"
QUESTION, ANSWER = "電話番号", "0120-000-000"
STAFF = {"Authorization": "Bearer a token of the tests"}


class Running:
    """The shop as its README starts it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.line = LineSimulator()
        self.database_url, self.log, self.port = url, folder / "log", free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._media = str(folder / "media")

    @property
    def environment(self) -> dict[str, str]:
        """What the README has in `shop.env`."""
        return environment_of(
            self.line,
            DATABASE_URL=self.database_url,
            PUBLIC_URL=self.address,
            MEDIA_FOLDER=self._media,
            SESSION_SECRET="of the tests",
            STAFF_TOKEN="a token of the tests",
            DEMO_PASSWORD="a password of the tests",
        )

    def install(self) -> None:
        """Make tables, members, orders and answers."""
        subprocess.run(
            [sys.executable, "-m", "mimosa.install"], env=self.environment, cwd=FOLDER, check=True
        )

    @contextmanager
    def server(self, *, workers: int = 2) -> Iterator[subprocess.Popen[bytes]]:
        """Start uvicorn, and let LINE send its webhooks there."""
        options = ["--factory", "mimosa.app:from_environment", "--port", str(self.port)]
        options += ["--workers", str(workers)] if workers > 1 else []
        with running(
            "uvicorn", *options, folder=FOLDER, environment=self.environment, log=self.log
        ) as server:
            until_it_answers(f"{self.address}/", server, self.log)
            self.line.deliver_to(f"{self.address}/line/webhook")
            yield server

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Start the desk's worker."""
        command = ("linecs.cli", "work", "mimosa.support:desk")
        with running(*command, folder=FOLDER, environment=self.environment, log=self.log):
            yield

    def connections(self) -> int:
        """How many connections to its database there are, beside the one that asks."""
        engine = sa.create_engine(self.database_url, poolclass=sa.NullPool)
        query = "SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = current_database()"
        with engine.connect() as connection:
            return int(connection.execute(sa.text(query)).scalar_one())


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Running]:
    """The shop on a PostgreSQL database of its own."""
    with ExitStack() as stack:
        url = stack.enter_context(scratch_database("postgresql", tmp_path))
        made = Running(url, tmp_path)
        stack.enter_context(made.line)
        yield made


def test_each_webhook_has_its_effect_once_whatever_uvicorn_loses(shop: Running) -> None:
    """Repeats, many at once, and one of the workers killed while they come."""
    shop.install()
    customers = [shop.line.customer(f"お客様{number}") for number in range(40)]
    with shop.server() as server, shop.worker():
        write_at_once(shop.line, customers[:10], QUESTION)
        killed = max(children_of(server))
        with while_killing(killed, shop.line, after=10):
            write_at_once(shop.line, customers[10:], QUESTION)
        redeliver_lost(shop.line, log=shop.log)
        until(lambda: all(len(each.chat) >= 2 for each in customers), otherwise=shop.log)
        until(lambda: len({*children_of(server)} - {killed}) >= 2, otherwise=shop.log)
    for customer in customers:
        question, answer = (bubble.text or "" for bubble in customer.chat)
        assert (question, ANSWER in answer) == (QUESTION, True)


def test_the_shop_stops_and_leaves_no_connection(shop: Running) -> None:
    """SIGTERM ends the lifespan: pools are closed, and the process with them."""
    shop.install()
    with shop.server(workers=1) as server:
        shop.line.customer("あおい").says("営業時間")
        tickets = httpx.get(f"{shop.address}/back-office/tickets", headers=STAFF, timeout=20)
        assert tickets.status_code == 200
        assert shop.connections() > 0
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=20) in {0, -signal.SIGTERM}
        server.returncode = 0
    assert "Application shutdown complete" in shop.log.read_text(encoding="utf-8")
    until(lambda: shop.connections() == 0, seconds=10, otherwise=shop.log)


def test_a_database_without_tables_stops_the_start(shop: Running) -> None:
    """The lifespan says which command was forgotten, before any webhook comes."""
    options = ["--factory", "mimosa.app:from_environment", "--port", str(shop.port)]
    ended = subprocess.run(  # noqa: S603 - this repository's own program
        [sys.executable, "-m", "uvicorn", *options],
        env=shop.environment,
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    assert re.search(r"Run `linecs migrate", ended.stderr)
