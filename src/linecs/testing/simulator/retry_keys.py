"""Retry keys: a request accepted once is not accepted again within 24 hours.

Source: LINE Developers, "Retry failed API requests".
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.testing.simulator.wire import Answer, Refusal, refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.testing.simulator.wire import Call

__all__ = ["RetryKeys"]

_KEPT = 24 * 3600 * 1000


@frozen
class _Accepted:
    at: int
    request_id: str
    answer: Answer


class RetryKeys:
    """The keys of accepted requests, per channel."""

    def __init__(self) -> None:
        self._accepted: dict[tuple[str, str], _Accepted] = {}

    def once(self, call: Call, send: Callable[[], Answer]) -> Answer:
        """Send unless the call's key was accepted before; keyless calls always send.

        Raises:
            Refusal: 400 for a key that is no UUID, 409 for an accepted one; also what
                `send` refuses, and then the key stays free.
        """
        key = call.headers.get("x-line-retry-key")
        if key is None:
            return send()
        place = (call.sender().channel_id, _uuid(key))
        known = self._accepted.get(place)
        if known is not None and call.at - known.at < _KEPT:
            raise Refusal(_conflict(known))
        answer = send()
        self._accepted[place] = _Accepted(call.at, call.request_id, answer)
        return answer


def _uuid(key: str) -> str:
    try:
        return str(uuid.UUID(key))
    except ValueError:
        refuse(400, "The value for the 'X-Line-Retry-Key' header is invalid")


def _conflict(known: _Accepted) -> Answer:
    body = {"message": "The retry key is already accepted", **known.answer.json}
    headers = {"x-line-accepted-request-id": known.request_id}
    return Answer(status=409, json=body, headers=headers)
