"""LINE Login v2.1 for the web: there and back again.

Source: LINE Developers, "Integrating LINE Login with your web app", "PKCE support for LINE
Login", "How to handle auto login failure".
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from linecs.errors import ConfigurationError
from linecs.idlink.addresses import checked_address, safe_return_path, with_query
from linecs.idlink.errors import IdTokenError, LineLoginError
from linecs.idlink.http import Http, LineHttp
from linecs.idlink.id_tokens import verify_web_id_token
from linecs.idlink.links import checked_member_id
from linecs.idlink.login_calls import LoginCalls
from linecs.idlink.login_refusals import reason_of, refusal_before_calling, refused
from linecs.idlink.login_values import (
    BotPrompt,
    LoginProof,
    LoginRefusal,
    StartedLogin,
)
from linecs.idlink.secret import fresh_secret, hash_secret
from linecs.idlink.vault import LoginTokens, TokenVault
from linecs.model.ids import ProviderId
from linecs.model.link import LoginAttempt, LoginFlow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from attrs import Attribute

    from linecs.idlink.http import HttpAnswer
    from linecs.idlink.id_tokens import IdClaims
    from linecs.idlink.login_values import (
        LoginRefused,
    )
    from linecs.idlink.ports import LoginStore
    from linecs.model.link import KeptTokens

__all__ = ["LineLogin"]

_SECOND = 1000
_MINUTE = 60 * _SECOND
_REFRESH_LIFE = 90 * 24 * 60 * _MINUTE
"""LINE: a refresh token is valid for 90 days after the login, and refreshing adds none."""
_OF_A_MEMBER = frozenset({LoginFlow.LINK, LoginFlow.IN_STORE})


def _checked_url(_instance: object, attribute: Attribute[Any], value: str) -> None:
    checked_address(f"LineLogin.{attribute.name}", value)


def _not_empty(_instance: object, attribute: Attribute[Any], value: str) -> None:
    if not value.strip():
        msg = f"LineLogin.{attribute.name} must not be empty."
        raise ConfigurationError(msg)


def _scopes(value: Iterable[str]) -> frozenset[str]:
    return frozenset(value)


def _with_openid(_instance: object, _attribute: object, scopes: frozenset[str]) -> None:
    if "openid" not in scopes:
        msg = "LineLogin.scopes needs openid: without an id token nobody is proven."
        raise ConfigurationError(msg)


@frozen(kw_only=True)
class LineLogin:
    """One LINE Login channel of a shop's web site.

    It must be under the same provider as the Messaging API channel, or LINE gives the same
    person another user id.

    Attributes:
        channel_id: LINE's number of the channel, OAuth's `client_id`.
        channel_secret: Signs web id tokens and proves us to LINE.
        redirect_uri: The shop's callback, as registered with LINE.
        provider_id: As in the desk's channels.
        scopes: `openid`, and of `profile` and `email` what is needed.
        bot_prompt: Whether LINE offers to add the account.
        attempt_life: How long a browser may stay away, in ms.
        vault: Keeps the tokens for a later deauthorize; None drops them after use.
        authorize_url: LINE's authorization endpoint; a simulator's in tests.
        api_url: Where LINE's API is; a simulator's in tests.
        http: Makes the calls.
        new_secret: Makes state, nonce, verifier and browser keys: 43 URL-safe characters or
            more, as PKCE asks.

    Raises:
        ConfigurationError: A setting cannot work.
    """

    channel_id: str = field(validator=_not_empty)
    channel_secret: str = field(repr=False, validator=_not_empty)
    redirect_uri: str = field(validator=_checked_url)
    provider_id: ProviderId = field(default=ProviderId("default"), converter=ProviderId)
    scopes: frozenset[str] = field(
        default=frozenset({"openid", "profile"}), converter=_scopes, validator=_with_openid
    )
    bot_prompt: BotPrompt | None = None
    attempt_life: int = 10 * _MINUTE
    vault: TokenVault | None = field(default=None, repr=False)
    authorize_url: str = field(
        default="https://access.line.me/oauth2/v2.1/authorize", validator=_checked_url
    )
    api_url: str = field(default="https://api.line.me", validator=_checked_url)
    http: Http = field(factory=LineHttp)
    new_secret: Callable[[], str] = field(default=fresh_secret, repr=False)

    def authorization_url(
        self,
        flow: LoginFlow,
        *,
        now: int,
        member_id: str | None = None,
        return_to: str | None = None,
        auto_login: bool = True,
    ) -> StartedLogin:
        """Return where to send the browser, and what to keep until it is back.

        Args:
            flow: What the login is for; it will serve nothing else.
            now: Epoch ms UTC.
            member_id: The member of the session, or of a store's code; only in those flows.
            return_to: Where the shop goes on afterwards; anything but a path on the shop's
                own site becomes `/`.
            auto_login: Off after auto login failed.

        Raises:
            ConfigurationError: The flow needs a member and has none, or the other way round.
        """
        if (flow in _OF_A_MEMBER) is not (member_id is not None):
            msg = f"The flow {flow} takes a member id if and only if it links one."
            raise ConfigurationError(msg)
        state, browser_key = self.new_secret(), self.new_secret()
        attempt = LoginAttempt(
            browser_hash=hash_secret(browser_key),
            state_hash=hash_secret(state),
            nonce=self.new_secret(),
            code_verifier=self.new_secret(),
            flow=flow,
            member_id=None if member_id is None else checked_member_id(member_id),
            return_to=safe_return_path(return_to),
            auto_login=auto_login,
            issued_at=now,
            expires_at=now + self.attempt_life,
        )
        url = self._url(attempt, state)
        return StartedLogin(url=url, browser_key=browser_key, attempt=attempt)

    def retry(self, attempt: LoginAttempt, *, now: int) -> StartedLogin:
        """Return the same login anew, without auto login, after a refusal that may be retried.

        Args:
            attempt: The one that was refused.
            now: Epoch ms UTC.
        """
        return self.authorization_url(
            attempt.flow,
            now=now,
            member_id=attempt.member_id,
            return_to=attempt.return_to,
            auto_login=False,
        )

    def take_attempt(self, store: LoginStore, browser_key: str | None) -> LoginAttempt | None:
        """Return this browser's attempt and remove it, so that a callback works once.

        Commit before calling `callback`, which speaks to LINE.

        Args:
            store: The open transaction.
            browser_key: The cookie's value; None where the browser sent none.
        """
        return store.take_login_attempt(hash_secret(browser_key)) if browser_key else None

    def callback(
        self, query: Mapping[str, str], attempt: LoginAttempt | None, *, now: int
    ) -> LoginProof | LoginRefused:
        """Return who logged in, or why nobody did.

        Calls LINE: open no transaction around it. Nothing that comes from outside raises.

        Args:
            query: The callback's parameters, each once.
            attempt: What `take_attempt` gave for the browser's cookie.
            now: Epoch ms UTC.
        """
        refusal = refusal_before_calling(query, attempt, now)
        if refusal is not None or attempt is None:
            return refused(refusal or LoginRefusal.NO_ATTEMPT, attempt, query)
        try:
            answer = self._calls.exchange(query["code"], self.redirect_uri, attempt.code_verifier)
            claims = self._claims(answer, attempt, now)
        except LineLoginError as error:
            return refused(reason_of(error), attempt, query, error)
        except IdTokenError:
            return refused(LoginRefusal.IDENTITY_REFUSED, attempt, query)
        return self._proof(query, attempt, claims, answer.json(), now)

    def deauthorize(self, kept: KeptTokens, *, now: int) -> None:
        """Take back what a customer allowed the app, as LINE asks when a link ends.

        Calls LINE: open no transaction around it; afterwards forget the tokens.

        Args:
            kept: The ended link's tokens.
            now: Epoch ms UTC.

        Raises:
            ConfigurationError: This login keeps no tokens.
            TokenVaultError: The vault lacks the key.
            LineLoginError: LINE did not do it; try again until the tokens end.
        """
        if self.vault is None:
            raise ConfigurationError("LineLogin.vault is needed to open kept tokens.")
        tokens = self.vault.open(kept.sealed)
        if now >= tokens.access_until:
            tokens = self._calls.refresh(tokens, now=now)
        self._calls.deauthorize(tokens.access_token)

    @property
    def _calls(self) -> LoginCalls:
        return LoginCalls(
            channel_id=self.channel_id,
            channel_secret=self.channel_secret,
            api_url=self.api_url,
            http=self.http,
        )

    def _url(self, attempt: LoginAttempt, state: str) -> str:
        parameters = {
            "response_type": "code",
            "client_id": self.channel_id,
            "redirect_uri": self.redirect_uri,
            "state": state,
            "scope": " ".join(sorted(self.scopes)),
            "nonce": attempt.nonce,
            "code_challenge": _challenge(attempt.code_verifier),
            "code_challenge_method": "S256",
        }
        if self.bot_prompt is not None:
            parameters["bot_prompt"] = self.bot_prompt
        if not attempt.auto_login:
            parameters["disable_auto_login"] = "true"
        return with_query(self.authorize_url, **parameters)

    def _claims(self, answer: HttpAnswer, attempt: LoginAttempt, now: int) -> IdClaims:
        token = answer.json().get("id_token")
        if not isinstance(token, str):
            raise IdTokenError("missing")
        return verify_web_id_token(
            token,
            channel_id=self.channel_id,
            channel_secret=self.channel_secret,
            nonce=attempt.nonce,
            now=now,
        )

    def _proof(
        self,
        query: Mapping[str, str],
        attempt: LoginAttempt,
        claims: IdClaims,
        body: Mapping[str, Any],
        now: int,
    ) -> LoginProof:
        tokens = _tokens(claims, body, now)
        changed = query.get("friendship_status_changed")
        return LoginProof(
            flow=attempt.flow,
            provider_id=self.provider_id,
            line_user_id=claims.line_user_id,
            member_id=attempt.member_id,
            return_to=attempt.return_to,
            at=now,
            display_name=claims.display_name,
            picture_url=claims.picture_url,
            email=claims.email,
            methods=claims.methods,
            is_friend=self._is_friend(tokens),
            friendship_changed=None if changed is None else changed == "true",
            sealed_tokens=self.vault.seal(tokens) if self.vault and tokens else None,
            tokens_until=tokens.refresh_until if self.vault and tokens else 0,
            deauthorized=self._takes_back(attempt, tokens),
        )

    def _is_friend(self, tokens: LoginTokens | None) -> bool | None:
        if tokens is None or "profile" not in self.scopes:
            return None
        return self._calls.is_friend(tokens.access_token)

    def _takes_back(self, attempt: LoginAttempt, tokens: LoginTokens | None) -> bool:
        if attempt.flow is not LoginFlow.DEAUTHORIZE or tokens is None:
            return False
        try:
            self._calls.deauthorize(tokens.access_token)
        except LineLoginError:
            return False
        return True


def _challenge(code_verifier: str) -> str:
    digest = hashlib.sha256(code_verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _tokens(claims: IdClaims, body: Mapping[str, Any], now: int) -> LoginTokens | None:
    access_token, seconds = body.get("access_token"), body.get("expires_in")
    if not isinstance(access_token, str) or not isinstance(seconds, int):
        return None
    refresh_token = body.get("refresh_token")
    return LoginTokens(
        line_user_id=claims.line_user_id,
        access_token=access_token,
        access_until=now + seconds * _SECOND,
        refresh_token=refresh_token if isinstance(refresh_token, str) else "",
        refresh_until=now + _REFRESH_LIFE,
    )
