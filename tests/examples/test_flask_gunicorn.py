"""The Flask shop under gunicorn: four workers with threads, `linecs work` beside, PostgreSQL."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

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

FOLDER = EXAMPLES / "flask_shop"
PASSWORD = "a password of the tests"
QUESTION, ANSWER = "電話番号", "0120-000-000"
WORKERS = 4
REQUESTS_AT_MOST = 400


class Running:
    """The shop as its README starts it, where gunicorn's log says which worker answered."""

    def __init__(self, url: str, folder: Path) -> None:
        self.line = LineSimulator()
        self.log, self.port = folder / "log", free_port()
        self._own = {"DATABASE_URL": url, "DATA_FOLDER": str(folder)}

    @property
    def address(self) -> str:
        """Where the shop is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What the README names."""
        own = {**self._own, "DEMO_PASSWORD": PASSWORD, "SESSION_SECRET": "of the tests"}
        return environment_of(self.line, PUBLIC_URL=self.address, **own)

    @contextmanager
    def server(self, *more: str) -> Iterator[subprocess.Popen[bytes]]:
        """Start gunicorn, and let LINE send its webhooks there."""
        subprocess.run([sys.executable, "install.py"], env=self.environment, cwd=FOLDER, check=True)
        options = ["--workers", str(WORKERS), "--worker-class", "gthread", "--threads", "4"]
        options += ["--bind", f"127.0.0.1:{self.port}", "--access-logfile", "-"]
        options += ["--access-logformat", "%(p)s %(m)s %(U)s %(s)s", *more, "wsgi:app"]
        with running(
            "gunicorn", *options, folder=FOLDER, environment=self.environment, log=self.log
        ) as server:
            until_it_answers(f"{self.address}/", server, self.log)
            self.line.deliver_to(f"{self.address}/line/webhook")
            yield server

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Start the desk's worker."""
        command = ("linecs.cli", "work", "shop_desk:desk")
        with running(*command, folder=FOLDER, environment=self.environment, log=self.log):
            yield

    def who_answered(self, what: str) -> set[str]:
        """Return the process ids of the workers that answered a path with 200."""
        said = self.log.read_text(encoding="utf-8")
        return set(re.findall(rf"<?(\d+)>? {what} 200", said))

    def log_in(self) -> httpx.Client:
        """Return the browser of an operator; each request is a connection, for any worker."""
        limits = httpx.Limits(max_keepalive_connections=0)
        browser = httpx.Client(base_url=self.address, limits=limits, timeout=20)
        form = {"operator": "hanako", "password": PASSWORD}
        form["csrf_token"] = hidden(browser.get("/staff"), "csrf_token")
        assert browser.post("/staff", data=form).headers["location"] == "/desk/"
        return browser


def hidden(page: httpx.Response, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return found[1]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Running]:
    """The shop on a PostgreSQL database of its own."""
    with scratch_database("postgresql", tmp_path) as url:
        made = Running(url, tmp_path)
        with made.line:
            yield made


@pytest.mark.parametrize("forks", [[], ["--preload"]], ids=["own-desks", "preload"])
def test_each_webhook_has_its_effect_once_whoever_dies(shop: Running, forks: list[str]) -> None:
    """Repeats, many at once, and a worker killed while they come; also where workers are forks."""
    customers = [shop.line.customer(f"お客様{number}") for number in range(60)]
    with shop.server(*forks) as server, shop.worker():
        write_at_once(shop.line, customers[:20], QUESTION)
        killed = max(children_of(server))
        with while_killing(killed, shop.line, after=15):
            write_at_once(shop.line, customers[20:], QUESTION)
        redeliver_lost(shop.line, log=shop.log)
        until(lambda: all(len(each.chat) >= 2 for each in customers), otherwise=shop.log)
        until(lambda: len({*children_of(server)} - {killed}) == WORKERS, otherwise=shop.log)
    for customer in customers:
        question, answer = (bubble.text or "" for bubble in customer.chat)
        assert (question, ANSWER in answer) == (QUESTION, True)
    assert len(shop.who_answered("POST /line/webhook")) > 1


def test_every_worker_shows_the_same_console(shop: Running) -> None:
    """Whoever logged in at one worker is known to all, and each shows at once what is new."""
    with shop.server() as server, shop.worker(), closing(shop.log_in()) as hanako:
        pages = [str(each) for each in children_of(server)]
        ask_all(shop, hanako, "/desk/news", pages, {"owed": 0, "overdue": 0})
        shop.line.customer("あおい").says("オペレーターに相談")
        until(lambda: hanako.get("/desk/news").json()["owed"] == 1, otherwise=shop.log)
        shop.log.write_bytes(b"")
        ask_all(shop, hanako, "/desk/news", pages, {"owed": 1, "overdue": 0})
        (chat,) = re.findall(r'href="(/desk/c/[^"?]+)', hanako.get("/desk/rows").text)
        for act, shown in (("claim", "対応中"), ("release", "未対応"), ("claim", "対応中")):
            page = hanako.get(chat)
            names = ("csrf_token", "ticket", "ticket_version")
            form = {name: hidden(page, name) for name in names}
            assert hanako.post(f"{chat}/{act}", data=form).status_code == 303
            assert shown in hanako.get(chat).text


def ask_all(
    shop: Running, browser: httpx.Client, path: str, workers: list[str], answer: dict[str, int]
) -> None:
    """Ask until each worker has answered; all of them say the same."""
    for _ in range(REQUESTS_AT_MOST):
        assert browser.get(path).json() == answer
        if shop.who_answered(f"GET {path}") >= set(workers):
            return
    raise AssertionError(shop.who_answered(f"GET {path}"))
