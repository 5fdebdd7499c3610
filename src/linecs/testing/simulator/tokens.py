"""Channel access tokens: issuing, verifying and revoking every kind.

Source: LINE Developers, "Channel access token"; line-openapi, channel-access-token.yml.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from linecs.testing.simulator.accounts import AccessToken
from linecs.testing.simulator.assertions import ASSERTION_TYPE, read_assertion, refuse_client
from linecs.testing.simulator.wire import Answer, Route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs.testing.simulator.accounts import Channel
    from linecs.testing.simulator.assertions import Assertion
    from linecs.testing.simulator.wire import Call
    from linecs.testing.simulator.world import World

__all__ = ["TokenApi"]

_MONTH = 30 * 24 * 3600
_STATELESS = 15 * 60
_MOST = 30
_INVALID = "access token is invalid or expired"


class TokenApi:
    """The endpoints that issue, verify and revoke channel access tokens.

    LINE Login shares some of them; calls that are not about channel access tokens are
    passed on.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """Return the endpoints of this subject."""
        return [
            Route("POST", "/v2/oauth/accessToken", self._issue_short_lived, authorized=False),
            Route("POST", "/v2/oauth/verify", self._verify, authorized=False),
            Route("POST", "/v2/oauth/revoke", self._revoke, authorized=False),
            Route("POST", "/oauth2/v2.1/token", self._issue_by_assertion, authorized=False),
            Route("GET", "/oauth2/v2.1/tokens/kid", self._key_ids, authorized=False),
            Route("GET", "/oauth2/v2.1/verify", self._verify_v21, authorized=False),
            Route("POST", "/oauth2/v2.1/revoke", self._revoke_v21, authorized=False),
            Route("POST", "/oauth2/v3/token", self._issue_stateless, authorized=False),
        ]

    def _issue_short_lived(self, call: Call) -> Answer:
        form = call.form()
        _require_client_credentials(form)
        channel = self._client(form)
        live = self._live(channel, "short-lived", call.at)
        for token in live[: max(0, len(live) - _MOST + 1)]:
            del self._world.access_tokens[token]
        return self._issued(channel, "short-lived", _MONTH, call.at)

    def _issue_by_assertion(self, call: Call) -> Answer | None:
        form = call.form()
        if form.get("grant_type") != "client_credentials":
            return None
        assertion = self._assertion(form, call.at)
        if len(self._live(assertion.channel, "v2.1", call.at)) >= _MOST:
            refuse_client("The number of issued tokens has reached the limit", "invalid_request")
        seconds = assertion.token_seconds or _MONTH
        return self._issued(assertion.channel, "v2.1", seconds, call.at)

    def _issue_stateless(self, call: Call) -> Answer | None:
        form = call.form()
        if form.get("client_id") in self._world.login.channels:
            return None
        _require_client_credentials(form)
        if form.get("client_assertion"):
            channel = self._assertion(form, call.at).channel
        else:
            channel = self._client(form)
        return self._issued(channel, "stateless", _STATELESS, call.at)

    def _key_ids(self, call: Call) -> Answer:
        channel = self._assertion(call.query, call.at).channel
        live = self._live(channel, "v2.1", call.at)
        return Answer(json={"kids": [self._world.access_tokens[token].key_id for token in live]})

    def _verify(self, call: Call) -> Answer:
        return self._verified(call.form(), ("short-lived", "long-lived"), call.at)

    def _verify_v21(self, call: Call) -> Answer | None:
        known = self._world.access_tokens.get(call.query.get("access_token", ""))
        return self._verified(call.query, ("v2.1",), call.at) if known else None

    def _verified(self, fields: Mapping[str, str], kinds: tuple[str, ...], now: int) -> Answer:
        known = self._world.access_tokens.get(fields.get("access_token", ""))
        if known is None or known.kind not in kinds or known.is_expired(now):
            refuse_client(_INVALID, "invalid_request")
        left = _MONTH if known.expires_at is None else (known.expires_at - now) // 1000
        return Answer(json={"client_id": known.channel_id, "expires_in": left, "scope": ""})

    def _revoke(self, call: Call) -> Answer:
        token = call.form().get("access_token", "")
        known = self._world.access_tokens.get(token)
        if known is not None and known.kind != "stateless":
            del self._world.access_tokens[token]
        return Answer(body=b"")

    def _revoke_v21(self, call: Call) -> Answer | None:
        form = call.form()
        known = self._world.access_tokens.get(form.get("access_token", ""))
        if known is None and form.get("client_id") not in self._world.channels:
            return None
        channel = self._client(form)
        if known is not None and known.kind == "v2.1" and known.channel_id == channel.channel_id:
            del self._world.access_tokens[form["access_token"]]
        return Answer(body=b"")

    def _issued(self, channel: Channel, kind: str, seconds: int, now: int) -> Answer:
        token = self._world.ids.token(kind)
        key_id = self._world.ids.token("key")[:22] if kind == "v2.1" else None
        self._world.access_tokens[token] = AccessToken(
            channel_id=channel.channel_id,
            kind=kind,
            issued_at=now,
            expires_at=now + seconds * 1000,
            key_id=key_id,
        )
        left = seconds - 1 if kind == "stateless" else seconds
        body = {"access_token": token, "expires_in": left, "token_type": "Bearer"}
        return Answer(json=body if key_id is None else {**body, "key_id": key_id})

    def _live(self, channel: Channel, kind: str, now: int) -> list[str]:
        return [
            token
            for token, known in self._world.access_tokens.items()
            if known.channel_id == channel.channel_id
            and known.kind == kind
            and not known.is_expired(now)
        ]

    def _client(self, fields: Mapping[str, str]) -> Channel:
        channel = self._world.channels.get(fields.get("client_id", ""))
        secret = fields.get("client_secret", "")
        if channel is None or not hmac.compare_digest(secret.encode(), channel.secret.encode()):
            refuse_client("invalid client_id or client_secret")
        return channel

    def _assertion(self, fields: Mapping[str, str], now: int) -> Assertion:
        if fields.get("client_assertion_type") != ASSERTION_TYPE:
            refuse_client("Invalid client_assertion_type")
        return read_assertion(self._world, fields.get("client_assertion", ""), now)


def _require_client_credentials(form: Mapping[str, str]) -> None:
    if form.get("grant_type") != "client_credentials":
        refuse_client("Invalid grant_type", "unsupported_grant_type")
