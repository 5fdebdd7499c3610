"""The authorization endpoint and the pages behind it.

Source: LINE Developers, "Integrating LINE Login with your web app", "Add a LINE Official
Account as a friend when logged in" and "How to handle auto login failure". Two screens of
LINE's are left out: logging in by QR code, and the confirmation of a single sign-on.
"""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import unquote

from linecs.testing.simulator import events
from linecs.testing.simulator.chats import Friendship
from linecs.testing.simulator.login_pages import (
    add_friend_page,
    consent_page,
    error_page,
    login_page,
)
from linecs.testing.simulator.login_requests import (
    RequestError,
    answer_to_app,
    callback_of,
    read_request,
)
from linecs.testing.simulator.login_state import AutoLogin, Code, Visit
from linecs.testing.simulator.visitors import visitor_of
from linecs.testing.simulator.wire import Answer, Route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs.testing.simulator.chats import Chat
    from linecs.testing.simulator.login_state import LoginChannel, LoginState
    from linecs.testing.simulator.webhooks import Webhooks
    from linecs.testing.simulator.wire import Call
    from linecs.testing.simulator.world import World

__all__ = ["AUTO_LOGIN_HEADER", "PERSON_HEADER", "AuthorizeApi"]

PERSON_HEADER = "X-Line-Simulator-Person"
"""Whose LINE app the browser runs beside; percent-encoded."""
AUTO_LOGIN_HEADER = "X-Line-Simulator-Auto-Login"
_SESSION = "line_session"
_DENIED = {
    "error": "ACCESS_DENIED",
    "error_description": "The resource owner denied the request.",
}


class AuthorizeApi:
    """What a browser meets at `access.line.me` to log in.

    Args:
        world: The platform's state.
        webhooks: Tells an account that it was added.
        state: What LINE Login keeps.
    """

    def __init__(self, world: World, webhooks: Webhooks, state: LoginState) -> None:
        self._world = world
        self._webhooks = webhooks
        self._state = state

    def routes(self) -> list[Route]:
        """Return the endpoints of this subject."""
        return [
            Route("GET", "/oauth2/v2.1/authorize", self._authorize, authorized=False),
            Route("POST", "/simulator/login", self._submit, authorized=False, waits=True),
        ]

    def _authorize(self, call: Call) -> Answer:
        channel = self._state.channels.get(call.query.get("client_id", ""))
        if channel is None:
            return error_page("client_id が正しくありません。")
        redirect_uri = callback_of(channel, call.query)
        if redirect_uri is None:
            return error_page("redirect_uri がコールバックURLとして登録されていません。")
        try:
            self._may_fail()
            visit = Visit(request=read_request(channel, redirect_uri, call.query), at=call.at)
            return self._arrive(visit, call)
        except RequestError as error:
            return _refused(channel, redirect_uri, call.query.get("state"), call.at, error)

    def _may_fail(self) -> None:
        if self._state.server_errors:
            self._state.server_errors -= 1
            raise RequestError("SERVER_ERROR", "An unexpected error occurred.")

    def _arrive(self, visit: Visit, call: Call) -> Answer:
        request = visit.request
        if _auto_login(visit, call) is AutoLogin.FAILS:
            fields = {"code": self._state.fresh("code"), "state": self._state.fresh("state")}
            return self._return(visit, fields, call.at)
        self._recognise(visit, call)
        if visit.person is None:
            if request.prompt == "none":
                raise RequestError("LOGIN_REQUIRED", "Nobody is logged in.")
            people = [*self._world.people.values()]
            return login_page(self._keep(visit), request.channel, people)
        return self._logged_in(visit, call.at)

    def _recognise(self, visit: Visit, call: Call) -> None:
        if visit.request.prompt == "login":
            return
        name = call.headers.get(PERSON_HEADER.lower(), "")
        if _auto_login(visit, call) is AutoLogin.WORKS and name:
            visit.person = self._world.people.get(unquote(name))
            visit.method, visit.authenticated_at = "lineautologin", call.at
            return
        stranger = (visitor_of(self._world, call), 0)
        person, since = self._state.sessions.get(_session_of(call), stranger)
        age = visit.request.max_age
        if person is not None and (age is None or call.at - since <= age * 1000):
            visit.person, visit.method, visit.authenticated_at = person, "linesso", since

    def _logged_in(self, visit: Visit, now: int) -> Answer:
        request, person = visit.request, visit.person
        assert person is not None
        channel = request.channel
        if not channel.is_published and person.name not in channel.testers:
            return error_page("このチャネルは開発中のため、ログインできません。")
        missing = request.scopes - self._state.granted(channel, person)
        if not missing and request.prompt != "consent":
            visit.granted = request.scopes
            return self._return(visit, self._success(visit, now), now)
        if request.prompt == "none":
            raise RequestError("INTERACTION_REQUIRED", "The consent screen is needed.")
        option = self._bot_option(visit) if request.bot_prompt == "normal" else ""
        return consent_page(self._keep(visit), channel, person, request.scopes, option)

    def _submit(self, call: Call) -> Answer:
        form = call.form()
        with self._world.lock:
            visit = self._state.visits.pop(form.get("visit", ""), None)
            if visit is None:
                return error_page("この画面の有効期限が切れました。")
            answer, chat = self._act(visit, form, call.at)
        if chat is not None:
            self._tell_account(chat)
        return answer

    def _act(self, visit: Visit, form: Mapping[str, str], now: int) -> tuple[Answer, Chat | None]:
        action = form.get("action")
        if action == "login":
            return self._log_in(visit, form.get("person", ""), now), None
        if action == "allow" and visit.person is not None:
            return self._allow(visit, form, now)
        if action in {"add", "skip"} and visit.asks_to_add:
            return self._finish(visit, now, adds=action == "add")
        return self._return(visit, {**_DENIED, "state": visit.request.state}, now), None

    def _log_in(self, visit: Visit, name: str, now: int) -> Answer:
        person = self._world.people.get(name)
        if person is None:
            return login_page(
                self._keep(visit), visit.request.channel, [*self._world.people.values()]
            )
        visit.person, visit.method, visit.authenticated_at = person, "pwd", now
        session = self._state.fresh("session")
        self._state.sessions[session] = (person, now)
        answer = self._logged_in(visit, now)
        cookie = f"{_SESSION}={session}; Path=/; HttpOnly; SameSite=Lax"
        headers = {**answer.headers, "Set-Cookie": cookie}
        return Answer(status=answer.status, body=answer.payload(), headers=headers)

    def _allow(self, visit: Visit, form: Mapping[str, str], now: int) -> tuple[Answer, Chat | None]:
        refused = frozenset[str]() if form.get("scope") == "email" else frozenset({"email"})
        visit.granted = visit.request.scopes - refused
        if visit.request.bot_prompt == "aggressive" and self._bot_option(visit):
            visit.asks_to_add = True
            option = self._bot_option(visit)
            return add_friend_page(self._keep(visit), visit.request.channel, option), None
        return self._finish(visit, now, adds=form.get("add_friend") == "yes")

    def _finish(self, visit: Visit, now: int, *, adds: bool) -> tuple[Answer, Chat | None]:
        chat = self._chat(visit)
        changed = adds and chat is not None and chat.friendship is not Friendship.FRIEND
        fields = self._success(visit, now)
        if visit.request.bot_prompt and chat is not None:
            fields["friendship_status_changed"] = "true" if changed else "false"
        return self._return(visit, fields, now), chat if changed else None

    def _success(self, visit: Visit, now: int) -> dict[str, str]:
        assert visit.person is not None
        self._state.grant(visit.request.channel, visit.person, visit.granted)
        code = self._state.fresh("code")
        self._state.codes[code] = Code(
            request=visit.request,
            person=visit.person,
            scopes=visit.granted,
            method=visit.method,
            issued_at=now,
            authenticated_at=visit.authenticated_at,
        )
        return {"code": code, "state": visit.request.state}

    def _return(self, visit: Visit, fields: Mapping[str, str], now: int) -> Answer:
        request = visit.request
        return answer_to_app(
            request.channel, request.redirect_uri, request.response_mode, fields, now
        )

    def _keep(self, visit: Visit) -> str:
        visit_id = self._state.fresh("visit")
        self._state.visits[visit_id] = visit
        return visit_id

    def _chat(self, visit: Visit) -> Chat | None:
        account, person = visit.request.channel.linked_channel, visit.person
        if account is None or person is None:
            return None
        return self._world.open_chat(account, person, friend=False)

    def _bot_option(self, visit: Visit) -> str:
        chat = self._chat(visit)
        if chat is None or chat.friendship is Friendship.FRIEND:
            return ""
        if chat.friendship is Friendship.BLOCKED:
            return f"「{chat.channel.name}」のブロックを解除する"
        return f"「{chat.channel.name}」を友だち追加する"

    def _tell_account(self, chat: Chat) -> None:
        with self._world.lock:
            was_blocked = chat.friendship is Friendship.BLOCKED
            chat.become(Friendship.FRIEND, self._world.clock())
        event = events.follow(is_unblocked=was_blocked)
        self._webhooks.send(chat.channel, event, chat=chat)


def _refused(
    channel: LoginChannel, redirect_uri: str, state: str | None, now: int, error: RequestError
) -> Answer:
    fields = {"error": error.error, "error_description": error.description}
    if state is not None:
        fields["state"] = state
    return answer_to_app(channel, redirect_uri, "query", fields, now)


def _auto_login(visit: Visit, call: Call) -> AutoLogin:
    wanted = call.headers.get(AUTO_LOGIN_HEADER.lower())
    if wanted is None or not visit.request.auto_login or visit.request.prompt == "login":
        return AutoLogin.UNAVAILABLE
    return AutoLogin(wanted)


def _session_of(call: Call) -> str:
    cookie = SimpleCookie(call.headers.get("cookie", "")).get(_SESSION)
    return cookie.value if cookie is not None else ""
