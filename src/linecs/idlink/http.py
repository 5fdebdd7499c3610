"""Calls to LINE's login endpoints: always with a timeout, never redirected, never repeated."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Protocol

from attrs import field, frozen

from linecs.idlink.errors import LineLoginError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import urllib3

__all__ = ["Http", "HttpAnswer", "LineHttp"]


@frozen(kw_only=True)
class HttpAnswer:
    """What came back.

    Attributes:
        status: The HTTP status.
        body: The raw body; may hold tokens.
        request_id: LINE's `x-line-request-id`; empty where there was none.
    """

    status: int
    body: bytes = field(repr=False)
    request_id: str = ""

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object, empty where it is none."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


class Http(Protocol):
    """Makes one HTTP call."""

    def call(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> HttpAnswer:
        """Return the answer, whatever its status.

        Called by `LineLogin` and `LineKeys`, from any thread, with no transaction open. Must
        give up after a few seconds, verify certificates, follow no redirect, and try once.
        Raises `LineLoginError` where there was no answer.
        """
        ...


class LineHttp:
    """Calls LINE through urllib3, which line-bot-sdk brings along.

    Args:
        timeout: Seconds for connecting, and again for each read.
    """

    def __init__(self, *, timeout: float = 5.0) -> None:
        self._timeout = timeout
        self._pool: urllib3.PoolManager | None = None
        self._process = 0

    def call(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> HttpAnswer:
        """Return the answer. Raises `LineLoginError` where there was none."""
        from urllib3.exceptions import HTTPError  # noqa: PLC0415 - importing linecs stays light

        try:
            answer = self._connections().request(
                method, url, headers=dict(headers), body=body, retries=False, redirect=False
            )
        except HTTPError as error:
            raise LineLoginError(method) from error
        request_id = answer.headers.get("x-line-request-id", "")
        return HttpAnswer(status=answer.status, body=answer.data, request_id=request_id)

    def _connections(self) -> urllib3.PoolManager:
        import urllib3  # noqa: PLC0415 - as above

        # Connections opened before a fork would be shared with the parent.
        if self._pool is None or self._process != os.getpid():
            self._pool = urllib3.PoolManager(timeout=urllib3.Timeout(self._timeout))
            self._process = os.getpid()
        return self._pool
