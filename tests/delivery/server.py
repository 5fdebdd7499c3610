"""An HTTP server on loopback whose answers a test writes byte for byte."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable


@frozen
class SeenRequest:
    """A request as it came over the wire; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def http_answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """Return an HTTP/1.1 answer; underscores in header names stand for hyphens."""
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


class ScriptedServer:
    """Reads whole requests and answers with the next of `answers`; then repeats the last.

    An answer is bytes to send before the connection is closed, or a callable that is given the
    connection.
    """

    def __init__(self) -> None:
        self.answers: list[bytes | Callable[[socket.socket], None]] = [http_answer(200, b"{}")]
        self.seen: list[SeenRequest] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(self, *_details: object) -> None:
        """Stop listening."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with connection:
            self.seen.append(_read(connection))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            # A client may hang up before it has heard everything.
            with suppress(OSError):
                answer(connection) if callable(answer) else connection.sendall(answer)


def _read(connection: socket.socket) -> SeenRequest:
    with connection.makefile("rb") as stream:
        method, path, _ = stream.readline().decode().split(" ", 2)
        headers = {}
        while line := stream.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return SeenRequest(
            method, path, headers, stream.read(int(headers.get("content-length", 0)))
        )
