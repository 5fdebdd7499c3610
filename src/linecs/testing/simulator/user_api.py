"""What an account may ask and do about one user: profile, read marks, link tokens.

Source: LINE Developers, "Messaging API reference", Users and Chat; "User account linking";
"Mark messages as read"; "Display a loading animation".
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from linecs.testing.simulator.chats import Friendship, Sender
from linecs.testing.simulator.links import LinkToken
from linecs.testing.simulator.places import Place
from linecs.testing.simulator.sending import require_user_id
from linecs.testing.simulator.wire import Answer, Route, invalid, refuse

if TYPE_CHECKING:
    from linecs.testing.simulator.chats import Chat
    from linecs.testing.simulator.wire import Call
    from linecs.testing.simulator.world import World

__all__ = ["UserApi"]

_NO_ACCESS = "Access to this API is not available for your account"
_LINK_TOKEN_LIFETIME = 10 * 60 * 1000
_START_LIFETIME = 24 * 3600 * 1000


class UserApi:
    """The endpoints about one user, and the list of all."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """Return the endpoints of this subject."""
        return [
            Route("GET", "/v2/bot/profile/{userId}", self._profile),
            Route("GET", "/v2/bot/followers/ids", self._followers),
            Route("POST", "/v2/bot/user/{userId}/linkToken", self._link_token),
            Route("POST", "/v2/bot/chat/loading/start", self._start_loading),
            Route("POST", "/v2/bot/chat/markAsRead", self._mark_as_read),
            Route("POST", "/v2/bot/message/markAsRead", self._mark_as_read_by_user),
        ]

    def _profile(self, call: Call) -> Answer:
        chat = self._chat(call)
        if chat is None or not chat.has_profile():
            refuse(404, "Not found")
        person = chat.person
        profile = {
            "userId": chat.user_id,
            "displayName": person.display_name,
            "pictureUrl": person.picture_url,
            "statusMessage": person.status_message,
            "language": person.language,
        }
        return Answer(json={name: value for name, value in profile.items() if value is not None})

    def _followers(self, call: Call) -> Answer:
        channel = call.sender()
        if not channel.is_premium:
            refuse(403, _NO_ACCESS)
        limit = _limit(call.query.get("limit", "300"))
        start = _read_start(call.query.get("start"), call.at)
        friends = [
            chat.user_id
            for chat in self._world.chats_of(channel)
            if chat.friendship is Friendship.FRIEND
        ]
        page = {"userIds": friends[start : start + limit]}
        if start + limit >= len(friends):
            return Answer(json=page)
        return Answer(json={**page, "next": _write_start(start + limit, call.at)})

    def _link_token(self, call: Call) -> Answer:
        chat = self._chat(call)
        if chat is None or chat.friendship is not Friendship.FRIEND:
            refuse(404, "Not found")
        token = self._world.ids.token("link")
        self._world.link_tokens[token] = LinkToken(chat, call.at + _LINK_TOKEN_LIFETIME)
        return Answer(json={"linkToken": token})

    def _start_loading(self, call: Call) -> Answer:
        body = call.json()
        user_id = require_user_id(body.get("chatId"), "chatId")
        seconds = body.get("loadingSeconds", 20)
        if seconds not in range(5, 61, 5):
            place = Place(value=body, within_message=False).at("loadingSeconds")
            place.complain("must be a multiple of 5 between 5 and 60")
            invalid(place.problems)
        chat = self._world.find_chat(call.sender(), user_id)
        if chat is not None and chat.friendship is Friendship.FRIEND:
            chat.loading_until = call.at + seconds * 1000
        return Answer(status=202)

    def _mark_as_read(self, call: Call) -> Answer:
        token = call.json().get("markAsReadToken")
        known = self._world.mark_as_read_tokens.get(token) if isinstance(token, str) else None
        if known is None or known[0].channel is not call.sender():
            refuse(400, "Invalid markAsReadToken")
        chat, message_id = known
        chat.mark_read(Sender.CUSTOMER, message_id)
        return Answer()

    def _mark_as_read_by_user(self, _call: Call) -> Answer:
        refuse(403, _NO_ACCESS)

    def _chat(self, call: Call) -> Chat | None:
        user_id = require_user_id(call.parameters["userId"], "userId")
        return self._world.find_chat(call.sender(), user_id)


def _limit(value: str) -> int:
    limit = int(value) if value.isdecimal() else 0
    if not 1 <= limit <= 1000:
        refuse(400, "The value for the 'limit' parameter is invalid")
    return limit


def _write_start(position: int, now: int) -> str:
    return base64.urlsafe_b64encode(f"{position}/{now + _START_LIFETIME}".encode()).decode()


def _read_start(start: str | None, now: int) -> int:
    if start is None:
        return 0
    try:
        position, until = base64.urlsafe_b64decode(start).decode().split("/")
        fresh = now < int(until)
    except ValueError:
        fresh = False
    if not fresh:
        refuse(400, "The value for the 'start' parameter is invalid")
    return int(position)
