"""LINE's rate limits: per channel and endpoint, by the simulator's clock.

Source: LINE Developers, "Messaging API reference", Rate limits.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linecs.testing.simulator.wire import Call

__all__ = ["RATE_LIMITED", "RateLimits"]

RATE_LIMITED = "The API rate limit has been exceeded. Try again later."

_SECOND = 1000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DEFAULT = (2000, _SECOND)
_LIMITS = {
    "POST /v2/bot/message/multicast": (200, _SECOND),
    "POST /v2/bot/message/broadcast": (60, _HOUR),
    "POST /v2/bot/chat/loading/start": (100, _SECOND),
    "POST /v2/bot/channel/webhook/test": (60, _HOUR),
    "GET /v2/bot/channel/webhook/endpoint": (1000, _MINUTE),
    "PUT /v2/bot/channel/webhook/endpoint": (1000, _MINUTE),
    "GET /v2/bot/insight/message/delivery": (60, _HOUR),
    "GET /v2/bot/insight/followers": (60, _HOUR),
    "POST /v2/bot/richmenu": (100, _HOUR),
    "DELETE /v2/bot/richmenu/{richMenuId}": (100, _HOUR),
    "GET /v2/bot/richmenu/list": (10, _SECOND),
}


class RateLimits:
    """Counts calls in a sliding window.

    Args:
        enforced: Whether the limits hold at all; switch them off for load on a clock that
            stands still.
    """

    def __init__(self, *, enforced: bool) -> None:
        self._enforced = enforced
        self._recent: dict[tuple[str, str], deque[int]] = defaultdict(deque)

    def allow(self, call: Call) -> bool:
        """Say whether the call stays within its limit; those refused are not counted."""
        if not self._enforced or call.channel is None:
            return True
        endpoint = f"{call.method} {call.endpoint}"
        most, window = _LIMITS.get(endpoint, _DEFAULT)
        recent = self._recent[call.channel.channel_id, endpoint]
        while recent and recent[0] <= call.at - window:
            recent.popleft()
        if len(recent) >= most:
            return False
        recent.append(call.at)
        return True
