"""Webhooks over HTTP: two processes, SQLite at synchronous FULL, 16 connections at a time.

Needs `wrk` (Debian's package) and uvloop and httptools for uvicorn. Each body is signed and
new. Beside the desk stand the same servers that only answer OK, and the bot of many tutorials,
which replies inside the request to a LINE that takes 50 ms.

Run: python bench/http_intake.py
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web
from attrs import frozen
from webhooks import webhook

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = int(os.environ.get("LINECS_BENCH_SECONDS", "5"))
ROUNDS = int(os.environ.get("LINECS_BENCH_ROUNDS", "3"))
BODIES = 120_000
LINE_TAKES = 0.05
_HERE = Path(__file__).parent
_SCRIPT = """
local bodies, place = {}, 0
local threads = 0
function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end
function init(arguments)
  local number = 0
  for line in io.lines(arguments[1]) do
    if number % 2 == id then bodies[#bodies + 1] = line end
    number = number + 1
  end
  place = tonumber(arguments[2]) % #bodies
end
function request()
  place = place % #bodies + 1
  local signature, body = bodies[place]:match("^(%S+) (.*)$")
  return wrk.format("POST", "/line", {["x-line-signature"] = signature}, body)
end
"""


@frozen(kw_only=True)
class Measured:
    """What wrk saw: requests a second, latency in ms, and answers other than 2xx."""

    rate: float
    typical: float
    p99: float
    failed: int


def _flask(app: str, port: int) -> list[str]:
    options = ["-w", "2", "--threads", "4", "-b", f"127.0.0.1:{port}", "--log-level", "error"]
    return [sys.executable, "-m", "gunicorn", *options, f"http_apps:{app}"]


def _asgi(app: str, port: int) -> list[str]:
    options = ["--workers", "2", "--port", str(port), "--loop", "uvloop", "--http", "httptools"]
    quiet = ["--no-access-log", "--log-level", "error", "--lifespan", "off"]
    return [sys.executable, "-m", "uvicorn", *options, *quiet, f"http_apps:{app}"]


SUBJECTS = {
    "Flask, bare OK": (_flask, "flask_bare"),
    "Flask, desk.receive": (_flask, "flask_desk"),
    "Flask, replying inside the request": (_flask, "flask_naive"),
    "ASGI, bare OK": (_asgi, "asgi_bare"),
    "ASGI, desk.receive_async": (_asgi, "asgi_desk"),
}
BASELINES = {"Flask": "Flask, bare OK", "ASGI": "ASGI, bare OK"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_bodies(path: Path) -> None:
    with path.open("wb") as file:
        for number in range(BODIES):
            body, signature = webhook(number)
            file.write(signature.encode() + b" " + body + b"\n")


@contextmanager
def _serving(name: str, directory: Path, line_url: str) -> Iterator[str]:
    command, app = SUBJECTS[name]
    port = _free_port()
    database = f"sqlite:///{directory}/{app}-{port}.db"
    environment = {
        **os.environ,
        "LINECS_BENCH_DATABASE": database,
        "LINECS_BENCH_LINE": line_url,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(_HERE), os.environ.get("PYTHONPATH")])),
    }
    server = subprocess.Popen(command(app, port), env=environment)  # noqa: S603 - our own
    url = f"http://127.0.0.1:{port}/line"
    try:
        _wait_for(url)
        yield url
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def _wait_for(url: str) -> None:
    # The last bodies, which no run comes to.
    for number in range(BODIES, BODIES + 200):
        body, signature = webhook(number)
        headers = {"x-line-signature": signature}
        asking = urllib.request.Request(url, body, headers)  # noqa: S310 - our own
        try:
            with urllib.request.urlopen(asking, timeout=5):  # noqa: S310 - our own
                return
        except OSError:
            time.sleep(0.1)
    message = f"{url} does not answer"
    raise RuntimeError(message)


def _wrk(url: str, script: Path, bodies: Path, offset: int) -> Measured:
    options = ["-t2", "-c16", f"-d{SECONDS}s", "--latency", "-s", str(script)]
    command = ["wrk", *options, url, "--", str(bodies), str(offset)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - as above
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert rate is not None
    return Measured(
        rate=float(rate[1]),
        typical=_milliseconds(said, "50%"),
        p99=_milliseconds(said, "99%"),
        failed=int(failed[1]) if failed else 0,
    )


def _milliseconds(said: str, name: str) -> float:
    found = re.search(rf"{name}\s+([\d.]+)(us|ms|s)", said)
    assert found is not None
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]


def _line(port: int) -> None:
    async def reply(_request: web.Request) -> web.Response:
        await asyncio.sleep(LINE_TAKES)
        return web.json_response({"sentMessages": [{"id": "1"}]})

    application = web.Application()
    application.router.add_post("/{path:.*}", reply)
    web.run_app(application, host="127.0.0.1", port=port, print=None)


@contextmanager
def _slow_line() -> Iterator[str]:
    port = _free_port()
    command = [sys.executable, __file__, "line", str(port)]
    with subprocess.Popen(command) as stub:  # noqa: S603 - this very file
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            stub.terminate()


def _measure(directory: Path, line_url: str) -> dict[str, list[Measured]]:
    bodies, script = directory / "bodies", directory / "wrk.lua"
    _write_bodies(bodies)
    script.write_text(_SCRIPT)
    measured: dict[str, list[Measured]] = {name: [] for name in SUBJECTS}
    for _ in range(ROUNDS):
        for name in SUBJECTS:
            with _serving(name, directory, line_url) as url:
                measured[name].append(_wrk(url, script, bodies, 0))
    return measured


def main() -> None:
    """Print rates, latencies and ratios to the same server that only answers OK."""
    if sys.argv[1:2] == ["line"]:
        _line(int(sys.argv[2]))
        return
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed: apt-get install wrk")
    with tempfile.TemporaryDirectory() as directory, _slow_line() as line_url:
        measured = _measure(Path(directory), line_url)
    print(f"2 processes (gunicorn: 4 threads each), wrk -t2 -c16 -d{SECONDS}s; {ROUNDS} rounds")
    print(
        f"{'':<38}{'req/s':>8}{'/ bare':>8}{'p50 ms':>9}{'p99 ms':>9}{'worst p99':>11}{'failed':>8}"
    )
    for name, rounds in measured.items():
        bare = measured[BASELINES[name.partition(",")[0]]]
        ratio = statistics.median(
            each.rate / base.rate for each, base in zip(rounds, bare, strict=True)
        )
        print(
            f"{name:<38}{statistics.median(each.rate for each in rounds):>8.0f}{ratio:>8.2f}"
            f"{statistics.median(each.typical for each in rounds):>9.1f}"
            f"{statistics.median(each.p99 for each in rounds):>9.1f}"
            f"{max(each.p99 for each in rounds):>11.1f}{sum(each.failed for each in rounds):>8}"
        )


if __name__ == "__main__":
    main()
