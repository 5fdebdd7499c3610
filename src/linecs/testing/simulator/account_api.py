"""What an account may ask about itself: bot info, quota, counts, insight, its webhook.

Source: LINE Developers, "Messaging API reference"; line-openapi, insight.yml.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from linecs.testing.simulator.chats import Friendship
from linecs.testing.simulator.ledger import end_of_day
from linecs.testing.simulator.places import Place
from linecs.testing.simulator.webhooks import post_verification
from linecs.testing.simulator.wire import Answer, Route, invalid, refuse

if TYPE_CHECKING:
    from linecs.testing.simulator.chats import Chat
    from linecs.testing.simulator.wire import Call
    from linecs.testing.simulator.world import World

__all__ = ["AccountApi"]

_logger = logging.getLogger("linecs.testing")

_KINDS = ("reply", "push", "multicast", "broadcast")
_INSIGHT = {
    "reply": "apiReply",
    "push": "apiPush",
    "multicast": "apiMulticast",
    "broadcast": "apiBroadcast",
}


class AccountApi:
    """The endpoints about the account itself."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """Return the endpoints of this subject."""
        counts = [
            Route("GET", f"/v2/bot/message/delivery/{kind}", self._delivery) for kind in _KINDS
        ]
        return [
            *counts,
            Route("GET", "/v2/bot/info", self._info),
            Route("GET", "/v2/bot/message/quota", self._quota),
            Route("GET", "/v2/bot/message/quota/consumption", self._consumption),
            Route("GET", "/v2/bot/insight/message/delivery", self._insight_delivery),
            Route("GET", "/v2/bot/insight/followers", self._insight_followers),
            Route("GET", "/v2/bot/channel/webhook/endpoint", self._get_endpoint),
            Route("PUT", "/v2/bot/channel/webhook/endpoint", self._set_endpoint),
            Route("POST", "/v2/bot/channel/webhook/test", self._test_endpoint, waits=True),
        ]

    def _info(self, call: Call) -> Answer:
        channel = call.sender()
        info = {
            "userId": channel.bot_user_id,
            "basicId": channel.basic_id,
            "displayName": channel.name,
            "chatMode": "chat" if channel.chat_is_on else "bot",
            "markAsReadMode": "manual" if channel.chat_is_on else "auto",
        }
        return Answer(json=info)

    def _quota(self, call: Call) -> Answer:
        quota = call.sender().quota
        if quota is None:
            return Answer(json={"type": "none"})
        return Answer(json={"type": "limited", "value": quota})

    def _consumption(self, call: Call) -> Answer:
        return Answer(json={"totalUsage": self._world.used_this_month(call.sender(), call.at)})

    def _delivery(self, call: Call) -> Answer:
        day, is_ready = _day(call)
        if not is_ready:
            return Answer(json={"status": "unready"})
        kind = call.endpoint.rpartition("/")[2]
        count = self._world.ledger.on_day(call.sender().channel_id, kind, day)
        return Answer(json={"status": "ready", "success": count})

    def _insight_delivery(self, call: Call) -> Answer:
        day, is_ready = _day(call)
        if not is_ready:
            return Answer(json={"status": "unready"})
        channel_id = call.sender().channel_id
        counts = {
            name: self._world.ledger.on_day(channel_id, kind, day)
            for kind, name in _INSIGHT.items()
        }
        return Answer(json={"status": "ready", **{k: n for k, n in counts.items() if n}})

    def _insight_followers(self, call: Call) -> Answer:
        day, is_ready = _day(call)
        if not is_ready:
            return Answer(json={"status": "unready"})
        chats = list(self._world.chats_of(call.sender()))
        states = [_friendship_at(chat, end_of_day(day)) for chat in chats]
        ever = sum(_was_ever_friend(chat, end_of_day(day)) for chat in chats)
        blocks = states.count(Friendship.BLOCKED)
        reached = ever - blocks
        body = {"status": "ready", "followers": ever, "targetedReaches": reached, "blocks": blocks}
        return Answer(json=body)

    def _get_endpoint(self, call: Call) -> Answer:
        channel = call.sender()
        if channel.endpoint is None:
            refuse(404, "Webhook endpoint not found")
        body = {"endpoint": channel.endpoint, "active": channel.endpoint_is_active}
        return Answer(json=body)

    def _set_endpoint(self, call: Call) -> Answer:
        place = Place(value=call.json(), within_message=False)
        place.media_url("endpoint", most=500)
        if place.problems:
            invalid(place.problems)
        for remark in place.remarks:
            _logger.warning("let through what LINE refuses: %s", remark)
        call.sender().deliver_to(place.value["endpoint"])
        return Answer()

    def _test_endpoint(self, call: Call) -> Answer:
        channel = call.sender()
        body = call.json() if call.body else {}
        endpoint = body.get("endpoint", channel.endpoint)
        if not isinstance(endpoint, str) or urlsplit(endpoint).scheme not in ("http", "https"):
            refuse(400, "Invalid webhook endpoint URL")
        status, reason = post_verification(channel, endpoint)
        result = {
            "success": reason == "OK",
            "timestamp": _timestamp(call.at),
            "statusCode": status or 0,
            "reason": reason,
            "detail": str(status or ""),
        }
        return Answer(json=result)


def _timestamp(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, tz=UTC).isoformat(timespec="milliseconds")


def _day(call: Call) -> tuple[str, bool]:
    """Return the day asked for, and whether its numbers are ready a day later."""
    day = call.query.get("date", "")
    try:
        end = end_of_day(day)
    except ValueError:
        refuse(400, "The value for the 'date' parameter is invalid")
    return day, call.at >= end


def _friendship_at(chat: Chat, moment: int) -> Friendship | None:
    past = [friendship for at, friendship in chat.history if at < moment]
    return past[-1] if past else None


def _was_ever_friend(chat: Chat, moment: int) -> bool:
    return any(at < moment and was is Friendship.FRIEND for at, was in chat.history)
