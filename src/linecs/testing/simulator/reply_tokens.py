"""Reply tokens: single use, and dead soon after the webhook that brought them.

Source: LINE Developers, "Messaging API reference", Send reply message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define

from linecs.testing.simulator.chats import Chat

if TYPE_CHECKING:
    from linecs.testing.simulator.ids import Ids

__all__ = ["ReplyTokens"]

_REDELIVERY_LIMIT = 20 * 60 * 1000


@define
class _ReplyToken:
    channel_id: str
    chat: Chat | None
    issued_at: int
    expires_at: int


class ReplyTokens:
    """The unused reply tokens of every channel.

    Args:
        ids: Where new tokens come from.
        lifetime: How long a token lives after its webhook, in milliseconds.
    """

    def __init__(self, ids: Ids, lifetime: int) -> None:
        self._ids = ids
        self._lifetime = lifetime
        self._unused: dict[str, _ReplyToken] = {}

    def issue(self, channel_id: str, chat: Chat | None, now: int) -> str:
        """Return a new token for an event; `chat` is None in a group."""
        token = self._ids.hex("reply")
        self._unused[token] = _ReplyToken(channel_id, chat, now, now + self._lifetime)
        return token

    def arrived(self, token: str | None, now: int, *, again: bool = False) -> None:
        """Start the token's life at the webhook's arrival.

        A redelivered one (`again`) lives anew, but never past 20 minutes after the event.
        """
        known = self._unused.get(token or "")
        if known is None:
            return
        latest = known.issued_at + _REDELIVERY_LIMIT
        known.expires_at = min(now + self._lifetime, latest) if again else now + self._lifetime

    def find(self, token: object, channel_id: str, now: int) -> _ReplyToken | None:
        """Return a token that would be accepted now, or None."""
        known = self._unused.get(token) if isinstance(token, str) else None
        if known is None or known.channel_id != channel_id or now > known.expires_at:
            return None
        return known

    def chat_of(self, token: object) -> Chat | None:
        """Return whose chat an unused token answers, expired or not."""
        known = self._unused.get(token) if isinstance(token, str) else None
        return known.chat if known else None

    def use(self, token: str) -> None:
        """Spend the token."""
        del self._unused[token]
