"""Shops as they run in production: real processes, and a LINE that sends them real webhooks."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from linecs.testing import LineSimulator
    from linecs.testing.simulator import Customer

__all__ = [
    "EXAMPLES",
    "children_of",
    "environment_of",
    "free_port",
    "redeliver_lost",
    "running",
    "until",
    "until_it_answers",
    "while_killing",
    "write_at_once",
]

EXAMPLES = Path(__file__).parents[1] / "examples"
_STOPS_WITHIN_SECONDS = 30
_WRITERS = 8


def free_port() -> int:
    """Return a port where nobody listens."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def environment_of(line: LineSimulator, **own: str) -> dict[str, str]:
    """Return a shop's environment: this process's, LINE's values, and the shop's own."""
    return {
        **os.environ,
        "PYTHONPATH": str(EXAMPLES.parent / "src"),
        "LINE_API_URL": line.url,
        "LINE_DIALOG_URL": f"{line.url}/dialog/bot/accountLink",
        "LINE_BOT_USER_ID": line.channel.bot_user_id,
        "LINE_CHANNEL_SECRET": line.channel.secret,
        "LINE_ACCESS_TOKEN": line.channel.access_token,
        **own,
    }


@contextmanager
def running(
    *module: str, folder: Path, environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `python -m` this in a folder, and stop it by SIGTERM; it has to end with 0.

    Args:
        module: The module and its arguments.
        folder: Where the shop is.
        environment: All of its environment.
        log: Takes what it says.
    """
    with log.open("ab") as written:
        process = subprocess.Popen(  # noqa: S603 - this repository's own program
            [sys.executable, "-m", *module],
            cwd=folder,
            env=dict(environment),
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        ended = process.wait(timeout=_STOPS_WITHIN_SECONDS)
    assert ended == 0, log.read_text(encoding="utf-8")


def until(said: Callable[[], bool], *, seconds: float = 60, otherwise: Path) -> None:
    """Wait until something is so; where it takes too long, fail with what a log says."""
    late = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < late, otherwise.read_text(encoding="utf-8")[-4000:]
        time.sleep(0.05)


def until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers 200."""

    def answers() -> bool:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            return httpx.get(url, timeout=5).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    until(answers, otherwise=log)


def children_of(process: subprocess.Popen[bytes]) -> list[int]:
    """Return the process ids of a server's workers."""
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
    return [int(each) for each in listed.split()]


@contextmanager
def while_killing(worker: int, line: LineSimulator, *, after: int) -> Iterator[None]:
    """Kill a worker, by a signal it cannot see, once so many more webhooks were answered."""
    enough = len(line.webhooks.deliveries) + after

    def kill() -> None:
        while len(line.webhooks.deliveries) < enough:
            time.sleep(0.001)
        os.kill(worker, signal.SIGKILL)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    yield
    killer.join()


def write_at_once(line: LineSimulator, customers: Sequence[Customer], text: str) -> None:
    """Let customers write this at the same time; every third webhook comes a second time."""

    def write(place: int) -> None:
        event = customers[place].says(text)
        if place % 3 == 0:
            line.webhooks.redeliver(event)

    with ThreadPoolExecutor(_WRITERS) as writers:
        list(writers.map(write, range(len(customers))))


def redeliver_lost(line: LineSimulator, *, log: Path) -> int:
    """Deliver again what got no 200, as LINE does, until all have it; return how many had not."""
    before = _lost(line)

    def all_taken() -> bool:
        for event in (each for each in line.webhooks.sent if each.webhook_event_id in _lost(line)):
            line.webhooks.redeliver(event)
        return not _lost(line)

    until(all_taken, otherwise=log)
    return len(before)


def _lost(line: LineSimulator) -> set[str]:
    taken = {
        event_id
        for each in list(line.webhooks.deliveries)
        if each.status == httpx.codes.OK
        for event_id in each.webhook_event_ids
    }
    return {each.webhook_event_id for each in line.webhooks.sent} - taken
