"""`make demo` as a newcomer runs it: a process that opens three pages and stops on Ctrl-C."""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING

import httpx
import pytest

from demos import demo_environment, run_demo, start_demo

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
