"""LINE Login's API: tokens issued, refreshed, verified and revoked; who the user is.

Source: LINE Developers, "LINE Login v2.1 API reference". LINE documents the errors of
verifying, refreshing and deauthorizing; where it documents none, the error is the one
RFC 6749, 5.2 and RFC 7636, 4.6 name.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import TYPE_CHECKING, NoReturn

from linecs.testing.simulator.assertions import refuse_client
from linecs.testing.simulator.chats import Friendship
from linecs.testing.simulator.login_id_tokens import ISSUER, profile_claims
from linecs.testing.simulator.login_state import (
    ACCESS_LIFE,
    CODE_LIFE,
    REFRESH_LIFE,
    UserToken,
)
from linecs.testing.simulator.wire import UNAUTHORIZED, Answer, Route, refuse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from linecs.testing.simulator.login_state import Code, LoginChannel, LoginState
    from linecs.testing.simulator.wire import Call
    from linecs.testing.simulator.world import World

__all__ = ["LoginTokenApi"]

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_STATELESS_LIFE = 15 * 60 * 1000


class LoginTokenApi:
    """The endpoints of LINE Login at `api.line.me`.

    It shares some with channel access tokens, whose endpoints come first and pass on what
    is not about them.

    Args:
        world: The platform's state.
        state: What LINE Login keeps.
    """

    def __init__(self, world: World, state: LoginState) -> None:
        self._world = world
        self._state = state

    def routes(self) -> list[Route]:
        """Return the endpoints of this subject."""
        served = {
            ("POST", "/oauth2/v2.1/token"): self._token,
            ("GET", "/oauth2/v2.1/verify"): self._verify_access_token,
            ("POST", "/oauth2/v2.1/verify"): self._verify_id_token,
            ("POST", "/oauth2/v2.1/revoke"): self._revoke,
            ("GET", "/oauth2/v2.1/userinfo"): self._userinfo,
            ("POST", "/oauth2/v2.1/userinfo"): self._userinfo,
            ("GET", "/oauth2/v2.1/certs"): self._certs,
            ("GET", "/.well-known/openid-configuration"): self._discovery,
            ("GET", "/v2/profile"): self._profile,
            ("GET", "/friendship/v1/status"): self._friendship,
            ("POST", "/oauth2/v3/token"): self._channel_token,
            ("POST", "/user/v1/deauthorize"): self._deauthorize,
        }
        return [Route(*key, handle, authorized=False) for key, handle in served.items()]

    def _token(self, call: Call) -> Answer:
        form = call.form()
        grant = form.get("grant_type")
        if grant == "authorization_code":
            return self._redeem(form, call.at)
        if grant != "refresh_token":
            refuse_client("Invalid grant_type", "unsupported_grant_type")
        return self._refresh(form, call.at)

    def _redeem(self, form: Mapping[str, str], now: int) -> Answer:
        # Taken out first: LINE uses a code up even where the exchange fails.
        code = self._state.codes.pop(form.get("code", ""), None)
        channel = self._client(form)
        if code is None or code.request.channel is not channel or now >= code.issued_at + CODE_LIFE:
            refuse_client("invalid authorization code", "invalid_grant")
        if form.get("redirect_uri") != code.request.redirect_uri:
            refuse_client("redirect_uri does not match", "invalid_grant")
        _check_verifier(code.request.challenge, form.get("code_verifier"))
        token, known = self._issue(channel, code, now, refresh=self._state.fresh("refresh"))
        body = _token_body(token, known, now)
        if "openid" in code.scopes:
            body["id_token"] = self._id_token(code, now)
        return Answer(json=body)

    def _id_token(self, code: Code, now: int) -> str:
        request = code.request
        with_time = request.max_age is not None
        return self._state.id_tokens.web(
            request.channel,
            code.person,
            code.scopes,
            now,
            nonce=request.nonce,
            auth_time=code.authenticated_at // 1000 if with_time else None,
            amr=[code.method],
        )

    def _refresh(self, form: Mapping[str, str], now: int) -> Answer:
        channel = self._client(form)
        before = self._state.by_refresh(form.get("refresh_token", ""), now)
        if before is None or before.channel is not channel:
            refuse_client("invalid refresh token", "invalid_grant")
        token, known = self._issue(channel, before, now, refresh=before.refresh)
        known.refresh_until = before.refresh_until
        return Answer(json=_token_body(token, known, now))

    def _issue(
        self, channel: LoginChannel, user: Code | UserToken, now: int, *, refresh: str
    ) -> tuple[str, UserToken]:
        token = self._state.fresh("access")
        known = UserToken(
            channel=channel,
            person=user.person,
            scopes=user.scopes,
            expires_at=now + ACCESS_LIFE,
            refresh=refresh,
            refresh_until=now + REFRESH_LIFE if refresh else 0,
        )
        self._state.tokens[token] = known
        return token, known

    def _verify_access_token(self, call: Call) -> Answer:
        token = call.query.get("access_token", "")
        if token not in self._state.tokens:
            refuse_client("access token is invalid", "invalid_request")
        known = self._state.live_token(token, call.at)
        if known is None:
            refuse_client("access token expired", "invalid_request")
        left = (known.expires_at - call.at) // 1000
        body = {
            "scope": _scope(known.scopes),
            "client_id": known.channel.channel_id,
            "expires_in": left,
        }
        return Answer(json=body)

    def _verify_id_token(self, call: Call) -> Answer:
        form = call.form()
        channel = self._state.channels.get(form.get("client_id", ""))
        claims = self._read_by_anyone(form.get("id_token", ""))
        if claims is None:
            _invalid_id_token("Invalid IdToken.")
        if claims["iss"] != ISSUER:
            _invalid_id_token("Invalid IdToken Issuer.")
        if call.at // 1000 >= claims["exp"]:
            _invalid_id_token("IdToken expired.")
        if channel is None or claims["aud"] != channel.channel_id:
            _invalid_id_token("Invalid IdToken Audience.")
        if "nonce" in form and claims.get("nonce") != form["nonce"]:
            _invalid_id_token("Invalid IdToken Nonce.")
        if "user_id" in form and claims["sub"] != form["user_id"]:
            _invalid_id_token("Invalid IdToken Subject Identifier.")
        return Answer(json=dict(claims))

    def _read_by_anyone(self, token: str) -> Mapping[str, Any] | None:
        for channel in self._state.channels.values():
            claims = self._state.id_tokens.read(token, channel)
            if claims is not None:
                return claims
        return None

    def _revoke(self, call: Call) -> Answer:
        form = call.form()
        channel = self._client(form)
        token = form.get("access_token", "")
        known = self._state.tokens.get(token)
        if known is not None and known.channel is channel:
            del self._state.tokens[token]
        return Answer(body=b"")

    def _userinfo(self, call: Call) -> Answer:
        known = self._user(call, "openid")
        claims = profile_claims(known.person, known.scopes - {"email"})
        return Answer(json={"sub": known.person.user_id(known.channel.provider), **claims})

    def _profile(self, call: Call) -> Answer:
        known = self._user(call, "profile")
        person = known.person
        optional = {"pictureUrl": person.picture_url, "statusMessage": person.status_message}
        body = {
            "userId": person.user_id(known.channel.provider),
            "displayName": person.display_name,
            **{name: value for name, value in optional.items() if value},
        }
        return Answer(json=body)

    def _friendship(self, call: Call) -> Answer:
        known = self._user(call, "profile")
        account = known.channel.linked_channel
        if account is None:
            refuse(400, "There is no linked LINE Official Account.")
        chat = self._world.chat(account, known.person)
        is_friend = chat is not None and chat.friendship is Friendship.FRIEND
        return Answer(json={"friendFlag": is_friend})

    def _certs(self, _call: Call) -> Answer:
        return Answer(json=self._state.id_tokens.public_keys())

    def _discovery(self, call: Call) -> Answer:
        here = f"http://{call.headers.get('host', '')}"
        body = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{here}/oauth2/v2.1/authorize",
            "token_endpoint": f"{here}/oauth2/v2.1/token",
            "revocation_endpoint": f"{here}/oauth2/v2.1/revoke",
            "userinfo_endpoint": f"{here}/oauth2/v2.1/userinfo",
            "jwks_uri": f"{here}/oauth2/v2.1/certs",
            "scopes_supported": ["openid", "profile", "email"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "form_post", "jwt", "query.jwt", "form_post.jwt"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256", "HS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }
        return Answer(json=body)

    def _channel_token(self, call: Call) -> Answer:
        form = call.form()
        channel = self._client(form)
        if form.get("grant_type") != "client_credentials":
            refuse_client("Invalid grant_type", "unsupported_grant_type")
        token = self._state.fresh("stateless")
        self._state.channel_tokens[token] = (channel, call.at + _STATELESS_LIFE)
        return Answer(json={"access_token": token, "expires_in": 899, "token_type": "Bearer"})

    def _deauthorize(self, call: Call) -> Answer:
        channel, until = self._state.channel_tokens.get(call.bearer(), (None, 0))
        if channel is None or call.at >= until:
            refuse(401, UNAUTHORIZED.format(reason="invalid token"))
        token = call.json().get("userAccessToken")
        known = self._state.live_token(token, call.at) if isinstance(token, str) else None
        if known is None or known.channel is not channel:
            refuse(400, "invalid token")
        self._state.revoke_grant(channel, known.person)
        return Answer(status=204, body=b"")

    def _client(self, form: Mapping[str, str]) -> LoginChannel:
        channel = self._state.channels.get(form.get("client_id", ""))
        secret = form.get("client_secret", "")
        if channel is None or not hmac.compare_digest(secret.encode(), channel.secret.encode()):
            refuse_client("invalid client_id or client_secret")
        return channel

    def _user(self, call: Call, scope: str) -> UserToken:
        known = self._state.live_token(call.bearer(), call.at)
        if known is None:
            refuse(401, "The access token is invalid or expired")
        if scope not in known.scopes:
            refuse(403, f"The access token lacks the {scope} scope")
        return known


def _check_verifier(challenge: str | None, verifier: str | None) -> None:
    if challenge is None:
        return
    if verifier is None or not _VERIFIER.fullmatch(verifier):
        refuse_client("code_verifier is missing or malformed", "invalid_request")
    digest = hashlib.sha256(verifier.encode()).digest()
    computed = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    if not hmac.compare_digest(computed, challenge):
        refuse_client("code_verifier does not match", "invalid_grant")


def _token_body(token: str, known: UserToken, now: int) -> dict[str, object]:
    return {
        "access_token": token,
        "expires_in": (known.expires_at - now) // 1000,
        "refresh_token": known.refresh,
        "scope": _scope(known.scopes),
        "token_type": "Bearer",
    }


def _scope(scopes: frozenset[str]) -> str:
    return " ".join(sorted(scopes - {"email"}, reverse=True))


def _invalid_id_token(description: str) -> NoReturn:
    refuse_client(description, "invalid_request")
