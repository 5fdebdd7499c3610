"""Reply, push, multicast, broadcast and validate, by LINE's rules.

Source: LINE Developers, "Messaging API reference", Message; "Send messages".
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from linecs.testing.simulator.chats import Entry, Friendship, Sender
from linecs.testing.simulator.message_rules import judge_messages
from linecs.testing.simulator.places import Place
from linecs.testing.simulator.retry_keys import RetryKeys
from linecs.testing.simulator.wire import Answer, Refusal, Route, invalid, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from linecs.testing.simulator.accounts import Channel
    from linecs.testing.simulator.chats import Chat
    from linecs.testing.simulator.wire import Call
    from linecs.testing.simulator.world import World

__all__ = ["SendingApi", "require_user_id"]

_logger = logging.getLogger("linecs.testing")

_QUOTABLE = frozenset({"text", "textV2", "sticker", "image", "video", "template", "flex"})
_USER_ID = re.compile(r"U[0-9a-f]{32}")
_GROUP_ID = re.compile(r"[CR][0-9a-f]{32}")
_UNIT = re.compile(r"[A-Za-z0-9_]{1,30}")
_VALIDATED = ("reply", "push", "multicast", "broadcast")

MONTHLY_LIMIT = "You have reached your monthly limit."


def require_user_id(value: object, name: str) -> str:
    """Return a well-formed user id.

    Raises:
        Refusal: 400 in LINE's words.
    """
    if not isinstance(value, str) or not _USER_ID.fullmatch(value):
        refuse(400, f"The property, '{name}', in the request body is invalid (line: -, column: -)")
    return value


class SendingApi:
    """The endpoints that put messages into chats."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._retry_keys = RetryKeys()

    def routes(self) -> list[Route]:
        """Return the endpoints of this subject."""
        validate = [
            Route("POST", f"/v2/bot/message/validate/{kind}", self._validate) for kind in _VALIDATED
        ]
        sending = [
            self._retryable("push", self._push),
            self._retryable("multicast", self._multicast),
            self._retryable("broadcast", self._broadcast),
        ]
        return [Route("POST", "/v2/bot/message/reply", self._reply), *sending, *validate]

    def _retryable(self, kind: str, send: Callable[[Call], Answer]) -> Route:
        def handle(call: Call) -> Answer:
            return self._retry_keys.once(call, lambda: send(call))

        return Route("POST", f"/v2/bot/message/{kind}", handle, takes_retry_key=True)

    def _validate(self, call: Call) -> Answer:
        _messages(call.json())
        return Answer()

    def _reply(self, call: Call) -> Answer:
        channel, body = call.sender(), call.json()
        messages = _messages(body)
        token = self._world.reply_tokens.find(body.get("replyToken"), channel.channel_id, call.at)
        if token is None:
            refuse(400, "Invalid reply token")
        self._check_quotes(messages, token.chat)
        self._world.reply_tokens.use(body["replyToken"])
        self._world.ledger.count(channel.channel_id, "reply", 1, call.at)
        shown = None if _is_blocked(token.chat) else token.chat
        return Answer(json={"sentMessages": self._put(shown, messages, call.at)})

    def _push(self, call: Call) -> Answer:
        channel, body = call.sender(), call.json()
        messages = _messages(body)
        _check_units(body)
        chat = self._recipient(channel, body.get("to"))
        self._check_quotes(messages, chat)
        reached = [chat] if chat is not None and chat.is_reachable(call.at) else []
        self._charge(channel, "push", len(reached), call.at)
        sent = self._put(reached[0] if reached else None, messages, call.at)
        return Answer(json={"sentMessages": sent})

    def _multicast(self, call: Call) -> Answer:
        channel, body = call.sender(), call.json()
        messages = _messages(body)
        _check_units(body)
        _refuse_quotes(messages)
        chats = self._recipients(channel, body)
        self._send_to_all(call, "multicast", chats, messages)
        return Answer()

    def _broadcast(self, call: Call) -> Answer:
        messages = _messages(call.json())
        _refuse_quotes(messages)
        self._send_to_all(call, "broadcast", self._world.chats_of(call.sender()), messages)
        return Answer()

    def _send_to_all(
        self, call: Call, kind: str, chats: Iterable[Chat], messages: Sequence[dict[str, Any]]
    ) -> None:
        if kind == "broadcast":
            reached = [chat for chat in chats if chat.friendship is Friendship.FRIEND]
        else:
            reached = [chat for chat in chats if chat.is_reachable(call.at)]
        self._charge(call.sender(), kind, len(reached), call.at)
        for chat in reached:
            self._put(chat, messages, call.at)

    def _recipient(self, channel: Channel, to: object) -> Chat | None:
        if isinstance(to, str) and _GROUP_ID.fullmatch(to):
            refuse(501, "linecs' LINE simulator has no groups and rooms to push to.")
        user_id = require_user_id(to, "to")
        if self._world.is_foreign(channel, user_id):
            refuse(400, "Failed to send messages")
        return self._world.find_chat(channel, user_id)

    def _recipients(self, channel: Channel, body: dict[str, Any]) -> list[Chat]:
        to = body.get("to")
        place = Place(value=body, within_message=False).at("to")
        if not isinstance(to, list) or not 1 <= len(to) <= 500:
            place.complain("Size must be between 1 and 500")
            invalid(place.problems)
        found = [self._recipient(channel, each) for each in dict.fromkeys(map(str, to))]
        return [chat for chat in found if chat is not None]

    def _check_quotes(self, messages: Sequence[dict[str, Any]], chat: Chat | None) -> None:
        for message in messages:
            token = message.get("quoteToken")
            if token is not None and self._world.quoted(token, chat) is None:
                refuse(400, "Invalid quote token")

    def _charge(self, channel: Channel, kind: str, recipients: int, now: int) -> None:
        used = self._world.used_this_month(channel, now)
        if channel.quota is not None and used + max(recipients, 1) > channel.quota:
            refuse(429, MONTHLY_LIMIT)
        self._world.ledger.count(channel.channel_id, kind, recipients, now)

    def _put(
        self, chat: Chat | None, messages: Sequence[dict[str, Any]], now: int
    ) -> list[dict[str, str]]:
        return [self._put_one(chat, message, now) for message in messages]

    def _put_one(self, chat: Chat | None, message: dict[str, Any], now: int) -> dict[str, str]:
        entry = Entry(
            sender=Sender.ACCOUNT,
            message=message,
            message_id=self._world.ids.message_id(),
            at=now,
            quoted_message_id=self._world.quoted(message.get("quoteToken"), chat),
        )
        if chat is not None:
            chat.add(entry)
        sent = {"id": entry.message_id}
        if message["type"] in _QUOTABLE:
            sent["quoteToken"] = self._world.issue_quote_token(chat, entry.message_id)
        return sent


def _is_blocked(chat: Chat | None) -> bool:
    return chat is not None and chat.friendship is Friendship.BLOCKED


def _messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    messages = body.get("messages")
    _refuse_coupons(messages)
    verdict = judge_messages(messages)
    if verdict.error is not None:
        raise Refusal(Answer(status=400, json=verdict.error))
    for remark in verdict.remarks:
        _logger.warning("let through what LINE refuses: %s", remark)
    return list(messages or ())


def _refuse_coupons(messages: object) -> None:
    listed = messages if isinstance(messages, list) else []
    if any(isinstance(each, dict) and each.get("type") == "coupon" for each in listed):
        refuse(501, "linecs' LINE simulator has no coupons.")


def _refuse_quotes(messages: Sequence[dict[str, Any]]) -> None:
    if any("quoteToken" in message for message in messages):
        refuse(400, "Invalid quote token")


def _check_units(body: dict[str, Any]) -> None:
    units = body.get("customAggregationUnits")
    if units is None:
        return
    place = Place(value=body, within_message=False).at("customAggregationUnits")
    if not isinstance(units, list) or len(units) > 1:
        place.complain("Size must be between 0 and 1")
    elif not all(isinstance(unit, str) and _UNIT.fullmatch(unit) for unit in units):
        place.complain("must match [A-Za-z0-9_]{1,30}")
    if place.problems:
        invalid(place.problems)
