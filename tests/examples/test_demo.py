"""`make demo` as a newcomer runs it: a process that opens three pages and stops on Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import httpx
import pytest

from demos import demo_environment, interrupt_make, run_demo, start_demo
from linecs.testing import LineSimulator
from served import environment_of, until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

STOPS_WITHIN_SECONDS = 30


def test_it_opens_three_pages_and_stops_on_ctrl_c_twice(tmp_path: Path) -> None:
    """Each start, the second with the data of the first, answers and ends with status 0."""
    for _ in range(2):
        with start_demo(demo_environment(tmp_path)) as running:
            for address in (f"{running.shop}/", f"{running.shop}/staff", running.phone):
                assert httpx.get(address, timeout=20).status_code == 200
            running.process.send_signal(signal.SIGINT)
            assert running.process.wait(timeout=STOPS_WITHIN_SECONDS) == 0


@pytest.mark.parametrize("name", ["DEMO_PORT", "DEMO_LINE_PORT"])
def test_a_busy_port_is_said(tmp_path: Path, name: str) -> None:
    """Where another program listens it stops at once and says how to choose another port."""
    environment = demo_environment(tmp_path)
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", int(environment[name])))
        busy.listen()
        ended = run_demo(environment)
    assert ended.returncode == 1
    assert f"{name}=" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_real_channel_needs_a_password_of_its_own(tmp_path: Path) -> None:
    """What the internet can reach does not open with the demonstration's password."""
    real = ("LINE_CHANNEL_SECRET", "LINE_ACCESS_TOKEN", "LINE_BOT_USER_ID", "PUBLIC_URL")
    ended = run_demo(demo_environment(tmp_path) | dict.fromkeys(real, "https://shop.example"))
    assert ended.returncode == 1
    assert "DEMO_PASSWORD" in ended.stderr


def test_make_ends_well_on_ctrl_c(tmp_path: Path) -> None:
    """In a terminal, where Ctrl-C interrupts all that runs: a goodbye, and no word of an error."""
    status, shown = interrupt_make(demo_environment(tmp_path))
    assert status == 0, shown
    assert "make demo で、続きから始められます。" in shown
    assert not any(word in shown for word in ("Error", "Interrupt", "Traceback", "***"))


def test_it_serves_a_real_channel(tmp_path: Path) -> None:
    """With a channel's secrets it simulates nothing, and behind its public address it answers."""
    with LineSimulator() as line:
        own = environment_of(line, PUBLIC_URL="https://shop.example", DEMO_PASSWORD="of the tests")
        environment = demo_environment(tmp_path) | {
            name: value for name, value in own.items() if name not in os.environ
        }
        behind = f"http://127.0.0.1:{environment['DEMO_PORT']}"
        with start_demo(environment) as running:
            assert (running.shop, running.phone) == ("https://shop.example", "")
            line.deliver_to(f"{behind}/line/webhook")
            customer = line.customer("あおい")
            customer.says("電話番号")
            until(lambda: len(customer.chat) == 2, otherwise=tmp_path / "said.txt")
            staff = httpx.get(f"{behind}/staff", timeout=20)
    assert "0120-000-000" in (customer.chat[-1].text or "")
    assert "Secure" in staff.headers["set-cookie"]
    assert [each.name for each in tmp_path.iterdir() if each.is_dir()] == ["real"]


def break_schema(database: Path) -> None:
    """Leave a database as a release with other columns would have made it."""
    database.parent.mkdir(parents=True)
    with closing(sqlite3.connect(database)) as made, made:
        made.execute("CREATE TABLE linecs_schema (version BIGINT PRIMARY KEY)")
        made.execute("INSERT INTO linecs_schema VALUES (1)")
        made.execute("CREATE TABLE linecs_tickets (id TEXT PRIMARY KEY, colour TEXT)")


def test_an_old_folder_is_set_aside(tmp_path: Path) -> None:
    """What another version kept breaks nothing and is not thrown away."""
    break_schema(tmp_path / "simulated" / "desk.sqlite3")
    with start_demo(demo_environment(tmp_path)) as running:
        assert httpx.get(f"{running.shop}/staff", timeout=20).status_code == 200
    (aside,) = tmp_path.glob("simulated-*")
    assert str(aside) in (tmp_path / "said.txt").read_text(encoding="utf-8")
    assert (aside / "desk.sqlite3").exists()


def test_real_customers_data_are_never_set_aside(tmp_path: Path) -> None:
    """Of a real channel the program says what is wrong, and ends."""
    break_schema(tmp_path / "real" / "desk.sqlite3")
    real = ("LINE_CHANNEL_SECRET", "LINE_ACCESS_TOKEN", "LINE_BOT_USER_ID", "PUBLIC_URL")
    own = {**dict.fromkeys(real, "https://shop.example"), "DEMO_PASSWORD": "of the tests"}
    ended = run_demo(demo_environment(tmp_path) | own)
    assert ended.returncode == 1
    assert str(tmp_path / "real") in ended.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["real"]
