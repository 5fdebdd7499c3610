"""Vectors from a server that speaks the embeddings interface of OpenAI, as many do."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
import urllib3
from attrs import field, frozen, validators

from linecs.errors import ConfigurationError
from linecs.replies.faq.errors import EmbedderError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from attrs import Attribute
    from numpy.typing import NDArray
    from tenacity import RetryCallState

__all__ = ["EmbeddingsEndpoint"]

_CHUNK = 64 * 1024
_LARGEST_ANSWER = 64 * 1024 * 1024
_LONGEST_PAUSE = 2.0
_CONNECTIONS = 16
_COME_BACK = frozenset({408, 409, 425, 429})
_ANY_TEXT = "-"
_HINTS = {
    400: "check the model's name and `dimensions`",
    401: "check the key",
    403: "check the key",
    404: "check the address, which ends before /embeddings, and the model's name",
    413: "make `batch` smaller",
    422: "check the model's name and `dimensions`",
}


class _PassingError(EmbedderError):
    """Trying again may help; `after` is how many seconds the server asks to wait."""

    def __init__(self, problem: str, *, after: float = 0.0) -> None:
        super().__init__(problem)
        self.after = after


@frozen
class _Connections:
    """A pool of connections for each process: one opened before a fork is the parent's."""

    _pools: dict[int, urllib3.PoolManager] = field(factory=dict)

    def get(self) -> urllib3.PoolManager:
        import urllib3  # noqa: PLC0415 - only where an endpoint is asked

        process = os.getpid()
        pool = self._pools.get(process)
        return pool or self._pools.setdefault(process, urllib3.PoolManager(maxsize=_CONNECTIONS))


def _is_plain_address(_embedder: object, _attribute: Attribute[str], url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError("the endpoint's url must begin with https:// and name a host.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigurationError("the endpoint's url holds more than an address; give `key` apart.")


def _without_end_slash(url: str) -> str:
    return url.rstrip("/")


@frozen(kw_only=True)
class EmbeddingsEndpoint:
    """An `Embedder` behind an OpenAI-compatible address. Safe between threads and across forks.

    Calls are repeated after silence, 429 and 5xx, with growing pauses or the one the server asks
    for, as long as `timeout` allows.

    Attributes:
        url: Where the interface is, such as `https://api.example.com/v1`; `/embeddings` follows.
        model: The model's name there; also picks stored vectors.
        key: Sent as a bearer token; empty for a server that asks for none. Never shown.
        headers: Sent besides, for a server that wants its key elsewhere. Never shown.
        dimensions: How long vectors should be, for models that can shorten them; None as they are.
        prefix: Put before every text; for the models of the e5 family `query:` and a space.
        revision: Change it when the server's model changes under its name: vectors are made anew.
        timeout: Seconds a batch may take in all, repeats included; below the desk's deadline.
        batch: How many texts a call carries at most.

    Raises:
        ConfigurationError: The address is none, or holds a secret; a number is not above 0.
    """

    url: str = field(validator=_is_plain_address, converter=_without_end_slash)
    model: str = field(validator=validators.min_len(1))
    key: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    dimensions: int | None = field(default=None, validator=validators.optional(validators.gt(0)))
    prefix: str = ""
    revision: str = "1"
    timeout: float = field(default=2.0, validator=validators.gt(0))
    batch: int = field(default=64, validator=validators.gt(0))
    _connections: _Connections = field(factory=_Connections, init=False, repr=False, eq=False)

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model

    @property
    def version(self) -> str:
        """Changes with `revision`, `dimensions` and `prefix`."""
        return "/".join([self.revision, str(self.dimensions or "full"), self.prefix.strip()])

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row of length 1 for each text, in order.

        Raises:
            EmbedderError: No usable answer came in time; says what to do, and holds neither key
                nor text.
        """
        batches = [texts[start : start + self.batch] for start in range(0, len(texts), self.batch)]
        rows = [self._patiently(batch) for batch in batches]
        return np.concatenate(rows) if rows else np.zeros((0, self.dimensions or 0), np.float32)

    def _patiently(self, texts: Sequence[str]) -> NDArray[np.float32]:
        from tenacity import (  # noqa: PLC0415 - only where an endpoint is asked
            Retrying,
            retry_if_exception_type,
            stop_before_delay,
        )

        ends = time.monotonic() + self.timeout
        calls = Retrying(
            retry=retry_if_exception_type(_PassingError),
            stop=stop_before_delay(self.timeout),
            wait=_pause,
            reraise=True,
        )
        return calls(self._once, texts, ends)

    def _once(self, texts: Sequence[str], ends: float) -> NDArray[np.float32]:
        body: dict[str, Any] = {
            "model": self.model,
            "input": [self.prefix + _readable(text) for text in texts],
            "encoding_format": "float",
        }
        if self.dimensions is not None:
            body["dimensions"] = self.dimensions
        status, headers, content = self._exchange(json.dumps(body).encode(), ends)
        if status in _COME_BACK or status >= 500:  # noqa: PLR2004 - HTTP's own numbers
            problem = self._problem(f"answered {status}", "try again later")
            raise _PassingError(problem, after=_asked_to_wait(headers))
        if status != 200:  # noqa: PLR2004 - same
            hint = _HINTS.get(status, "check the address")
            raise EmbedderError(self._problem(f"refused with {status}", hint))
        try:
            return _rows(json.loads(content), len(texts))
        except (ValueError, LookupError, TypeError, OverflowError):
            said = "sent something that is not one vector for each text"
            raise EmbedderError(self._problem(said, "check the address and model")) from None

    def _exchange(self, body: bytes, ends: float) -> tuple[int, Mapping[str, str], bytes]:
        import urllib3  # noqa: PLC0415 - only where an endpoint is asked

        own = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        try:
            answer = self._connections.get().request(
                "POST",
                f"{self.url}/embeddings",
                body=body,
                headers={"Content-Type": "application/json", **own, **self.headers},
                timeout=urllib3.Timeout(total=max(ends - time.monotonic(), 0.001)),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                return answer.status, answer.headers, self._received(answer, ends)
            finally:
                # A connection whose answer was not read to its end must not be used again.
                answer.close()
                answer.release_conn()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            # The error's own text may hold the address with everything in it.
            problem = self._problem(f"gave no answer ({type(error).__name__})", "is it running?")
            raise _PassingError(problem) from None

    def _received(self, answer: urllib3.BaseHTTPResponse, ends: float) -> bytes:
        content = bytearray()
        while chunk := answer.read1(_CHUNK, decode_content=True):
            content += chunk
            if time.monotonic() > ends or len(content) > _LARGEST_ANSWER:
                raise EmbedderError(self._problem("took too long", "raise `timeout`"))
        return bytes(content)

    def _problem(self, said: str, hint: str) -> str:
        host = urlsplit(self.url).hostname
        return f"the embeddings endpoint of {self.model} at {host} {said}: {hint}."


def _readable(text: str) -> str:
    """`text` as servers take it: not empty, without what is no character."""
    written = text.replace("\0", " ").encode("utf-8", "replace").decode()
    return written if written.strip() else _ANY_TEXT


def _rows(answer: Any, count: int) -> NDArray[np.float32]:  # noqa: ANN401 - a server's JSON
    found = {item["index"]: item["embedding"] for item in answer["data"]}
    rows = np.array([found[place] for place in range(count)], np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if rows.ndim != 2 or not np.isfinite(lengths).all() or not lengths.all():  # noqa: PLR2004 - a matrix
        raise ValueError
    normed: NDArray[np.float32] = rows / lengths
    return normed


def _asked_to_wait(headers: Mapping[str, str]) -> float:
    """How many seconds `Retry-After` asks for (RFC 9110, 10.2.3); 0 where it says nothing."""
    written = headers.get("retry-after", "").strip()
    if written.isdecimal():
        return float(written)
    try:
        return max(parsedate_to_datetime(written).timestamp() - time.time(), 0.0)
    except ValueError:
        return 0.0


def _pause(state: RetryCallState) -> float:
    from tenacity import wait_random_exponential  # noqa: PLC0415 - only after a failure

    error = state.outcome.exception() if state.outcome else None
    asked = error.after if isinstance(error, _PassingError) else 0.0
    return max(asked, wait_random_exponential(multiplier=0.1, max=_LONGEST_PAUSE)(state))
