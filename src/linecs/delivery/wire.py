"""One HTTP exchange: exactly one attempt, a time limit on all of it, errors told apart.

The urllib3 pool comes from the caller: the SDK's for the Messaging API, a plain one for
issuing access tokens.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import urllib3
from attrs import field, frozen
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    SSLError,
    TimeoutError,  # noqa: A004 - urllib3's own name; the builtin is not used here
)

from linecs.delivery.outcomes import Silence
from linecs.errors import LinecsError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Answer", "Deadline", "Incoming", "NoAnswerError", "exchange", "opened"]

_CHUNK = 64 * 1024
_LARGEST_ANSWER = 1024 * 1024


class NoAnswerError(LinecsError):
    """No answer came from the server.

    Attributes:
        reached: Whether the request may have been seen.
        kind: What happened to it, where it may have been seen.
    """

    def __init__(self, problem: str, *, reached: bool, kind: Silence) -> None:
        super().__init__(f"No answer from LINE: {problem}.")
        self.problem = problem
        self.reached = reached
        self.kind = kind


class Deadline:
    """A moment by which everything must be done.

    Args:
        seconds: From now on.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left; below 0 once it has passed."""
        return self._end - time.monotonic()


@frozen(kw_only=True)
class Answer:
    """An HTTP answer, its body as far as it came; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)


class Incoming:
    """An answer whose body is still to be read."""

    def __init__(self, response: urllib3.BaseHTTPResponse, deadline: Deadline) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.headers.items()}
        self._response = response
        self._deadline = deadline

    def chunks(self) -> Iterator[bytes]:
        """Yield the body as it comes.

        Raises:
            NoAnswerError: The connection was lost, or the deadline passed.
        """
        while True:
            if self._deadline.left <= 0:
                raise NoAnswerError("it took too long", reached=True, kind=Silence.TIMEOUT)
            try:
                chunk = self._response.read1(_CHUNK, decode_content=True)
            except (HTTPError, OSError) as error:
                raise _explained(error) from error
            if not chunk:
                return
            yield chunk


@contextmanager
def opened(
    pool: urllib3.PoolManager,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    deadline: Deadline,
    body: bytes | None = None,
) -> Iterator[Incoming]:
    """Make one request, without retries or redirects, and give its answer to be read.

    Raises:
        NoAnswerError: None came in time.
    """
    left = deadline.left
    if left <= 0:
        raise NoAnswerError("no time was left to ask", reached=False, kind=Silence.TIMEOUT)
    try:
        response = pool.request(
            method,
            url,
            body=body,
            headers=headers,
            timeout=urllib3.Timeout(total=left),
            retries=False,
            redirect=False,
            preload_content=False,
        )
    except (HTTPError, OSError) as error:
        raise _explained(error) from error
    try:
        yield Incoming(response, deadline)
    finally:
        # A connection whose answer was not read to its end must not be used again.
        response.close()
        response.release_conn()


def exchange(
    pool: urllib3.PoolManager,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    deadline: Deadline,
    body: bytes | None = None,
) -> Answer:
    """Make one request and return its answer; a body that was cut off comes as far as it came.

    The status settles most matters, so a lost body must not undo it.

    Raises:
        NoAnswerError: Not even a status came.
    """
    with opened(pool, method, url, headers=headers, deadline=deadline, body=body) as incoming:
        content = bytearray()
        try:
            for chunk in incoming.chunks():
                content += chunk
                if len(content) > _LARGEST_ANSWER:
                    break
        except NoAnswerError:
            pass
        return Answer(status=incoming.status, headers=incoming.headers, body=bytes(content))


def _explained(error: Exception) -> NoAnswerError:
    """Say whether the request can have been seen.

    A ConnectTimeoutError is also a refused connection and a name without an address; like a
    certificate that is not trusted, it comes before a byte of the request went out.
    """
    problem = type(error).__name__
    if isinstance(error, ConnectTimeoutError) or _is_distrust(error):
        return NoAnswerError(problem, reached=False, kind=Silence.CONNECTION)
    kind = Silence.TIMEOUT if isinstance(error, TimeoutError) else Silence.CONNECTION
    return NoAnswerError(problem, reached=True, kind=kind)


def _is_distrust(error: Exception) -> bool:
    return isinstance(error, SSLError) and any(
        isinstance(cause, ssl.SSLCertVerificationError) for cause in error.args
    )
