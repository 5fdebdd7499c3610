"""Reply, push, multicast and broadcast, by LINE's rules.

Source: LINE Developers, "Messaging API reference", Message; "Retry failed API requests".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from linecs.testing.simulator.chats import Entry, Sender
from linecs.testing.simulator.message_rules import problems_in
from linecs.testing.simulator.wire import Answer, Problem, Route, invalid, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.testing.simulator.accounts import Channel
    from linecs.testing.simulator.chats import Chat
    from linecs.testing.simulator.wire import Call
    from linecs.testing.simulator.world import World

__all__ = ["SendingApi"]

_QUOTABLE = frozenset({"text", "textV2", "sticker", "image", "video", "template", "flex"})
_USER_ID = re.compile(r"U[0-9a-f]{32}")
_GROUP_ID = re.compile(r"[CR][0-9a-f]{32}")


class SendingApi:
    """The endpoints that put messages into chats."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """Return the endpoints of this subject."""
        return [
            Route("POST", "/v2/bot/message/reply", self.reply),
            Route("POST", "/v2/bot/message/push", self.push),
        ]

    def reply(self, call: Call) -> Answer:
        """Answer an event through its reply token; free of charge."""
        channel, body = call.sender(), call.json()
        messages = self._messages(body)
        token = self._world.reply_tokens.find(body.get("replyToken"), channel.channel_id, call.at)
        if token is None:
            refuse(400, "Invalid reply token")
        self._world.reply_tokens.use(body["replyToken"])
        return Answer(json={"sentMessages": self._put(token.chat, messages, call.at)})

    def push(self, call: Call) -> Answer:
        """Send to one user; charged when it arrives."""
        channel, body = call.sender(), call.json()
        messages = self._messages(body)
        chat = self._recipient(channel, body.get("to"))
        reached = chat if chat is not None and chat.is_reachable(call.at) else None
        return Answer(json={"sentMessages": self._put(reached, messages, call.at)})

    def _recipient(self, channel: Channel, to: object) -> Chat | None:
        if not isinstance(to, str) or not to:
            invalid([Problem("to", "May not be empty")])
        if _GROUP_ID.fullmatch(to):
            refuse(501, "linecs' LINE simulator has no groups and rooms to push to.")
        if not _USER_ID.fullmatch(to):
            refuse(400, "The property, 'to', in the request body is invalid (line: -, column: -)")
        if self._world.is_foreign(channel, to):
            refuse(400, "Failed to send messages")
        return self._world.find_chat(channel, to)

    def _messages(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        messages = body.get("messages")
        problems = problems_in(messages)
        if problems:
            invalid(problems)
        return list(messages or [])

    def _put(
        self, chat: Chat | None, messages: Sequence[dict[str, Any]], now: int
    ) -> list[dict[str, str]]:
        return [self._put_one(chat, message, now) for message in messages]

    def _put_one(self, chat: Chat | None, message: dict[str, Any], now: int) -> dict[str, str]:
        message_id = self._world.ids.message_id()
        if chat is not None:
            entry = Entry(sender=Sender.ACCOUNT, message=message, message_id=message_id, at=now)
            chat.add(entry)
        sent = {"id": message_id}
        if message["type"] in _QUOTABLE:
            sent["quoteToken"] = self._world.issue_quote_token(chat, message_id)
        return sent
