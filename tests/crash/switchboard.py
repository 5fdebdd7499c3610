"""Stands between a shop's process and LINE, and kills the process in the middle of a call."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import Future
from contextlib import contextmanager
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import urllib3

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Moment", "Switchboard", "switchboard"]

_PASSED_ON = ("authorization", "content-type", "x-line-retry-key")
_PATIENCE = 60


class Moment(StrEnum):
    """When in a call the process dies."""

    BEFORE_LINE_HEARS = "before_line_hears"
    WHILE_LINE_ACTS = "while_line_acts"
    """The process is gone, and LINE accepts what it had sent."""
    BEFORE_LINE_ANSWERS = "before_line_answers"
    """LINE accepted, and its answer never arrives."""
    IN_THE_ANSWER = "in_the_answer"
    """Half of LINE's answer arrived."""


class Switchboard:
    """Passes calls on to LINE, and kills once.

    Args:
        line_url: Where LINE is.
    """

    def __init__(self, line_url: str) -> None:
        self._line_url = line_url
        self._pool = urllib3.PoolManager(retries=False)
        self._victim: Future[int] = Future()
        self._target: tuple[str, Moment] | None = None
        self.url = ""

    def kill(self, endpoint: str, moment: Moment) -> None:
        """Let the process die at this moment of its first call to an endpoint."""
        self._target = (endpoint, moment)

    def watch(self, process_id: int) -> None:
        """Take this process for the one that calls."""
        self._victim.set_result(process_id)

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        """Pass one call on, unless this is the moment."""
        moment = self._moment(request.path)
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        if moment in {Moment.BEFORE_LINE_HEARS, Moment.WHILE_LINE_ACTS}:
            self._strike()
        if moment is Moment.BEFORE_LINE_HEARS:
            return
        answer = self._pool.request(
            request.command,
            self._line_url + request.path,
            body=body,
            headers={name: v for name in _PASSED_ON if (v := request.headers.get(name))},
        )
        if moment is Moment.BEFORE_LINE_ANSWERS:
            self._strike()
        if moment not in {Moment.BEFORE_LINE_ANSWERS, Moment.WHILE_LINE_ACTS}:
            self._answer(request, answer, half=moment is Moment.IN_THE_ANSWER)

    def _moment(self, path: str) -> Moment | None:
        target = self._target
        if target is None or target[0] != path:
            return None
        self._target = None
        return target[1]

    def _answer(
        self, request: BaseHTTPRequestHandler, answer: urllib3.BaseHTTPResponse, *, half: bool
    ) -> None:
        request.send_response(answer.status)
        for name in ("content-type", "x-line-request-id", "x-line-accepted-request-id"):
            if name in answer.headers:
                request.send_header(name, answer.headers[name])
        request.send_header("Content-Length", str(len(answer.data)))
        request.end_headers()
        request.wfile.write(answer.data[: len(answer.data) // 2] if half else answer.data)
        if half:
            self._strike()

    def _strike(self) -> None:
        os.kill(self._victim.result(_PATIENCE), signal.SIGKILL)


@contextmanager
def switchboard(line_url: str) -> Iterator[Switchboard]:
    """Give a running switchboard in front of LINE."""
    board = Switchboard(line_url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            board.serve(self)

        def do_POST(self) -> None:
            board.serve(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    board.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, name="switchboard")
    thread.start()
    try:
        yield board
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
