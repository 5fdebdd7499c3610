"""Authorization requests: checked, and refused in LINE's words.

Source: LINE Developers, "Integrating LINE Login with your web app" and "PKCE support for
LINE Login".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from linecs.testing.simulator.login_id_tokens import signed_response
from linecs.testing.simulator.login_pages import form_post_page
from linecs.testing.simulator.login_state import AuthorizationRequest
from linecs.testing.simulator.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs.testing.simulator.login_state import LoginChannel

__all__ = ["RequestError", "answer_to_app", "callback_of", "read_request"]

_SCOPES = frozenset({"profile", "openid", "email"})
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_CHOICES = {
    "prompt": {"", "consent", "none", "login"},
    "bot_prompt": {"", "normal", "aggressive"},
    "response_mode": {"", "query", "form_post", "query.jwt", "form_post.jwt", "jwt"},
    "disable_auto_login": {"", "true", "false"},
    "disable_ios_auto_login": {"", "true", "false"},
    "switch_amr": {"", "true", "false"},
    "initial_amr_display": {"", "lineqr"},
}


class RequestError(Exception):
    """An authorization request LINE answers with an error at the callback."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


def callback_of(channel: LoginChannel, query: Mapping[str, str]) -> str | None:
    """Return the callback URL where it is registered, query aside; None where it is not."""
    wanted = query.get("redirect_uri", "")
    registered = {_without_query(each) for each in channel.callbacks}
    return wanted if _without_query(wanted) in registered else None


def read_request(
    channel: LoginChannel, redirect_uri: str, query: Mapping[str, str]
) -> AuthorizationRequest:
    """Return what an app asked for.

    Raises:
        RequestError: LINE would send this error to the callback.
    """
    _check_required(query)
    _check_choices(query)
    return AuthorizationRequest(
        channel=channel,
        redirect_uri=redirect_uri,
        state=query["state"],
        scopes=_scopes(channel, query.get("scope", "")),
        nonce=query.get("nonce"),
        prompt=query.get("prompt", ""),
        max_age=_max_age(query.get("max_age")),
        bot_prompt=query.get("bot_prompt", ""),
        challenge=_challenge(query),
        response_mode=query.get("response_mode") or "query",
        auto_login=query.get("disable_auto_login") != "true",
    )


def answer_to_app(
    channel: LoginChannel, redirect_uri: str, mode: str, fields: Mapping[str, str], now: int
) -> Answer:
    """Return what sends the browser back to the app with these fields."""
    if mode.endswith("jwt"):
        fields = {"response": signed_response(channel, fields, now)}
    if mode.startswith("form_post"):
        return form_post_page(redirect_uri, fields)
    parts = urlsplit(redirect_uri)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *fields.items()])
    location = urlunsplit(parts._replace(query=query))
    return Answer(status=302, body=b"", headers={"Location": location})


def _check_required(query: Mapping[str, str]) -> None:
    if not query.get("response_type"):
        raise RequestError("INVALID_REQUEST", "'response_type' is missing.")
    if query["response_type"] != "code":
        raise RequestError("UNSUPPORTED_RESPONSE_TYPE", "'response_type' must be 'code'.")
    if not query.get("state"):
        raise RequestError("INVALID_REQUEST", "'state' is missing.")


def _check_choices(query: Mapping[str, str]) -> None:
    for name, choices in _CHOICES.items():
        if query.get(name, "") not in choices:
            raise RequestError("INVALID_REQUEST", f"'{name}' has an unknown value.")


def _scopes(channel: LoginChannel, text: str) -> frozenset[str]:
    scopes = frozenset(text.split())
    if not scopes & {"profile", "openid"} or scopes - _SCOPES:
        raise RequestError("INVALID_SCOPE", "'scope' needs 'profile' or 'openid'.")
    if "email" in scopes and ("openid" not in scopes or not channel.may_ask_email):
        raise RequestError("INVALID_SCOPE", "'email' needs 'openid' and LINE's permission.")
    return scopes


def _max_age(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal():
        raise RequestError("INVALID_REQUEST", "'max_age' must be a number of seconds.")
    return int(text)


def _challenge(query: Mapping[str, str]) -> str | None:
    challenge, method = query.get("code_challenge"), query.get("code_challenge_method")
    if challenge is None and method is None:
        return None
    if method != "S256" or not _CHALLENGE.fullmatch(challenge or ""):
        raise RequestError("INVALID_REQUEST", "PKCE takes 'S256' and its challenge only.")
    return challenge


def _without_query(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(query="", fragment=""))
