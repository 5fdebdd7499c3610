"""The Django shop's processes: its worker, and gunicorn with several workers on PostgreSQL."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import frozen

from databases import scratch_database
from demos import demo_environment
from django_shops import MANAGE, free_port, line_environment, manage, running, shop_environment
from linecs import SqlStorage, SupportDesk
from linecs.model import Author, Message, StoredEvent
from linecs.storage.ports import Query, equal
from linecs.testing import LineSimulator, desk_channel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linecs.testing.simulator import WebhookEvent

WORKERS = 3
CUSTOMERS = 24
PATIENCE_SECONDS = 120
ANSWER = "営業時間は毎日10時"


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    late = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < late
        time.sleep(0.05)


def answers(line: LineSimulator, name: str) -> int:
    """Return how often a customer was told the opening hours."""
    return sum((bubble.text or "").startswith(ANSWER) for bubble in line.customer(name).chat)


@pytest.fixture
def line() -> Iterator[LineSimulator]:
    """LINE on this machine."""
    with LineSimulator() as simulator:
        yield simulator


def test_the_worker_answers_and_stops_on_sigterm(line: LineSimulator, tmp_path: Path) -> None:
    """It works with the project's settings, and ends by itself with status 0."""
    with scratch_database("sqlite", tmp_path) as url:
        environment = shop_environment(url, tmp_path) | line_environment(line)
        manage(environment, "migrate", "--verbosity=0")
        manage(environment, "seed_shop")
        storage = SqlStorage.connect(f"sqlite:///{tmp_path / 'shop.sqlite3'}")
        line.deliver_to(SupportDesk(storage=storage, channels=[desk_channel(line)]).receive)
        with running(environment, MANAGE, "linecs_worker") as worker:
            line.customer("あおい").says("営業時間")
            wait_until(lambda: answers(line, "あおい") == 1)
            worker.send_signal(signal.SIGTERM)
            said, _ = worker.communicate(timeout=PATIENCE_SECONDS)
        assert worker.returncode == 0, said
        assert said.splitlines()[-1] == "linecs: 終了しました"
        storage.close()


@pytest.mark.parametrize("name", ["DEMO_PORT", "DEMO_LINE_PORT"])
def test_a_busy_port_is_said(tmp_path: Path, name: str) -> None:
    """Where another program listens the demonstration says how to choose another port."""
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        ports = {"DEMO_PORT": str(free_port()), "DEMO_LINE_PORT": str(free_port())}
        ports[name] = str(busy.getsockname()[1])
        environment = {**demo_environment(tmp_path), "SHOP_FOLDER": str(tmp_path), **ports}
        with running(environment, MANAGE, "demo") as demo:
            said, _ = demo.communicate(timeout=PATIENCE_SECONDS)
    assert demo.returncode == 1
    assert f"{name}=" in said
    assert "Traceback" not in said


@frozen
class Served:
    """The shop under gunicorn."""

    master: subprocess.Popen[str]
    line: LineSimulator
    storage: SqlStorage

    def workers(self) -> set[int]:
        """Return the process ids of gunicorn's workers."""
        children = Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children")
        return {int(each) for each in children.read_text().split()}

    def refused(self) -> list[WebhookEvent]:
        """Return the events that LINE got no 200 for."""
        webhooks = self.line.webhooks
        taken = {
            each
            for delivery in webhooks.deliveries
            for each in delivery.webhook_event_ids
            if delivery.status == 200
        }
        return [event for event in webhooks.sent if event.webhook_event_id not in taken]


@pytest.fixture
def served(line: LineSimulator, tmp_path: Path) -> Iterator[Served]:
    """The shop on PostgreSQL: gunicorn with several workers, and the desk's worker beside it."""
    with ExitStack() as shop:
        url = shop.enter_context(scratch_database("postgresql", tmp_path))
        environment = shop_environment(url, tmp_path) | line_environment(line)
        manage(environment, "migrate", "--verbosity=0")
        manage(environment, "seed_shop")
        port = free_port()
        bound = ("--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS))
        gunicorn = ("-m", "gunicorn", *bound, "--log-level", "critical", "fashion.wsgi")
        master = shop.enter_context(running(environment, *gunicorn))
        shop.enter_context(running(environment, MANAGE, "linecs_worker"))
        wait_until(lambda: answers_http(port))
        line.deliver_to(f"http://127.0.0.1:{port}/line/webhook")
        storage = SqlStorage.connect(url)
        shop.callback(storage.close)
        yield Served(master, line, storage)


def answers_http(port: int) -> bool:
    """Return whether somebody serves the shop's log-in page."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/login")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@pytest.mark.slow
def test_gunicorn_keeps_every_message_once_though_workers_are_killed(served: Served) -> None:
    """Repeats, concurrency and killed workers: one row a message, one answer a question."""
    line, before = served.line, served.workers()
    assert len(before) == WORKERS

    def writes(number: int) -> None:
        customer = line.customer(f"お客様{number}")
        if number % 8 == 5:
            os.kill(min(served.workers()), signal.SIGKILL)
        line.webhooks.duplicate_next()
        customer.says("営業時間")
        customer.says("ファスナーが壊れました")

    with ThreadPoolExecutor(8) as customers:
        list(customers.map(writes, range(CUSTOMERS)))
        # LINE sends again what got no 200, and may send anything twice.
        list(customers.map(line.webhooks.redeliver, line.webhooks.sent))
        while again := served.refused():
            list(customers.map(line.webhooks.redeliver, again))

    names = [f"お客様{number}" for number in range(CUSTOMERS)]
    wait_until(lambda: all(answers(line, name) for name in names))
    assert len(served.workers() - before) >= 2
    events = served.storage.read(lambda tx: tx.select(Query(row=StoredEvent)))
    assert sorted(each.id for each in events) == sorted(
        each.webhook_event_id for each in line.webhooks.sent
    )
    wait_until(lambda: len(kept(served)) == 2 * CUSTOMERS)
    assert sorted(kept(served)) == sorted(str(each.message_id) for each in line.webhooks.sent)
    assert [answers(line, name) for name in names] == [1] * CUSTOMERS


def kept(served: Served) -> list[str]:
    """Return LINE's ids of the customers' messages, as the desk has filed them."""
    query = Query(row=Message, where=(equal("author", Author.CUSTOMER),))
    return [each.line_message_id for each in served.storage.read(lambda tx: tx.select(query))]
