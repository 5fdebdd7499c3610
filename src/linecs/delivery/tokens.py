"""Channel access tokens: fixed, from a callable, or issued and renewed here.

Source: LINE Developers, "Channel access token" and "Issue channel access token v2.1".
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from attrs import field, frozen

from linecs.delivery.per_process import PerProcess
from linecs.errors import ConfigurationError, LinecsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs.model import AccessTokenSource

__all__ = [
    "AccessTokenError",
    "CallableToken",
    "FixedToken",
    "StatelessTokenSource",
    "V21TokenSource",
    "as_source",
]

_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_LIFE = 5 * 60
_LONGEST_LIFE = 30 * 24 * 60 * 60
_FRESH = 10_000
_RENEWED_AFTER = 0.8


class AccessTokenError(LinecsError):
    """No channel access token could be had.

    Attributes:
        transient: Whether the same may work later, such as when LINE did not answer.
    """

    def __init__(self, problem: str, *, transient: bool) -> None:
        super().__init__(f"No channel access token: {problem}")
        self.transient = transient


def as_source(value: str | Callable[[], str] | AccessTokenSource) -> AccessTokenSource:
    """Return a source for what a channel was given as its access token.

    Raises:
        ConfigurationError: An empty or malformed token.
    """
    if isinstance(value, str):
        return FixedToken(value)
    if callable(value) and not hasattr(value, "renew"):
        return CallableToken(value)
    return cast("AccessTokenSource", value)


def checked(token: object) -> str:
    """Return a token that may stand in an HTTP header.

    Raises:
        ConfigurationError: It is no text, empty, or has characters no token has.
    """
    if not isinstance(token, str) or not token or not (token.isascii() and token.isprintable()):
        raise ConfigurationError(
            "A channel access token must be a non-empty text of printable ASCII characters; "
            "look for a stray line feed."
        )
    return token


def _stripped(token: str) -> str:
    return checked(token.strip())


@frozen
class FixedToken:
    """A long-lived token from the console."""

    _token: str = field(repr=False, converter=_stripped)

    def token(self) -> str:
        """Return the token."""
        return self._token

    def renew(self) -> str:
        """Return the same token; only the console can issue another."""
        return self._token


@frozen
class CallableToken:
    """A token the shop's own code provides, asked for at every call to LINE."""

    _provide: Callable[[], str] = field(repr=False)

    def token(self) -> str:
        """Return what the callable returns."""
        return self._provide()

    def renew(self) -> str:
        """Ask the callable again."""
        return self._provide()


@frozen
class _IssuedToken:
    token: str = field(repr=False)
    issued_at: int
    expires_at: int

    @property
    def renew_at(self) -> int:
        return self.issued_at + round((self.expires_at - self.issued_at) * _RENEWED_AFTER)


def _system_clock() -> int:
    return time.time_ns() // 1_000_000


class _IssuedTokenSource:
    """Keeps an issued token and has another issued before it ends. Safe between threads.

    A forked process inherits the token, which is as good there, but not the lock and sockets.
    """

    _path: str

    def __init__(
        self, channel_number: str, *, api_url: str, timeout: float, clock: Callable[[], int]
    ) -> None:
        self._channel_number = channel_number
        self._api_url = api_url.rstrip("/")
        self._timeout = timeout
        self._clock = clock
        self._held: _IssuedToken | None = None
        self._locks = PerProcess(threading.Lock)
        self._pools = PerProcess(_new_pool)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(channel_number={self._channel_number!r})"

    def token(self) -> str:
        """Return a token that is good for a while yet.

        Raises:
            AccessTokenError: LINE issued none.
        """
        held = self._held
        if held is not None and self._clock() < held.renew_at:
            return held.token
        lock = self._locks.get()
        still_good = held is not None and self._clock() < held.expires_at
        if not lock.acquire(blocking=not still_good) and held is not None:
            return held.token
        try:
            return self._renewed_early(held)
        finally:
            lock.release()

    def renew(self) -> str:
        """Return another token than before, also to threads that ask at the same time.

        Raises:
            AccessTokenError: LINE issued none.
        """
        with self._locks.get():
            held = self._held
            if held is None or self._clock() >= held.issued_at + _FRESH:
                held = self._held = self._issue()
            return held.token

    def _renewed_early(self, seen: _IssuedToken | None) -> str:
        held = self._held
        if held is None or held is seen:
            try:
                held = self._issue()
            except AccessTokenError as error:
                if seen is None or not error.transient or self._clock() >= seen.expires_at:
                    raise
                return seen.token
            self._held = held
        return held.token

    def _form(self, now: int) -> Mapping[str, str]:
        raise NotImplementedError

    def _issue(self) -> _IssuedToken:
        from linecs.delivery.wire import Deadline, NoAnswerError, exchange  # noqa: PLC0415 - urllib3

        now = self._clock()
        try:
            answer = exchange(
                self._pools.get(),
                "POST",
                self._api_url + self._path,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                body=urlencode(self._form(now)).encode(),
                deadline=Deadline(self._timeout),
            )
        except NoAnswerError as error:
            raise AccessTokenError(error.problem, transient=True) from error
        return _read_issued(answer.status, answer.body, now)


def _new_pool() -> Any:  # noqa: ANN401 - urllib3 is imported when first needed
    import urllib3  # noqa: PLC0415

    return urllib3.PoolManager()


def _read_issued(status: int, body: bytes, now: int) -> _IssuedToken:
    try:
        content = json.loads(body)
        if status == HTTPStatus.OK:
            token = checked(content["access_token"])
            return _IssuedToken(token, now, now + int(content["expires_in"]) * 1000)
        explanation = f"{content['error']}: {content.get('error_description', '')}"
    except (ValueError, KeyError, TypeError, AttributeError):
        explanation = "an answer of another form"
    transient = status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    raise AccessTokenError(f"HTTP {status}, {explanation}", transient=transient)


class StatelessTokenSource(_IssuedTokenSource):
    """Stateless tokens: 15 minutes each, as many as wanted, not to be revoked.

    The kind to use where several processes serve a channel.

    Args:
        channel_number: The channel id of the console.
        secret: The channel secret.
        api_url: Where LINE's API is.
        timeout: How long issuing may take, in seconds.
        clock: Returns epoch ms UTC.
    """

    _path = "/oauth2/v3/token"

    def __init__(
        self,
        *,
        channel_number: str,
        secret: str,
        api_url: str = "https://api.line.me",
        timeout: float = 5,
        clock: Callable[[], int] = _system_clock,
    ) -> None:
        super().__init__(channel_number, api_url=api_url, timeout=timeout, clock=clock)
        self._secret = secret

    def _form(self, now: int) -> Mapping[str, str]:  # noqa: ARG002 - the secret has no date
        return {
            "grant_type": "client_credentials",
            "client_id": self._channel_number,
            "client_secret": self._secret,
        }


class V21TokenSource(_IssuedTokenSource):
    """Channel access tokens v2.1, by an assertion signed with the channel's private key.

    LINE allows 30 such tokens at a time and refuses the next; every process has its own, and
    one of the past life too while it lasts. Hence the short default life.

    Args:
        channel_number: The channel id of the console.
        private_key: The assertion signing key, an RSA private JWK.
        key_id: The `kid` that the console gave when the public key was registered.
        lifetime: How long a token lives, in seconds; at most 30 days.
        api_url: Where LINE's API is.
        timeout: How long issuing may take, in seconds.
        clock: Returns epoch ms UTC.

    Raises:
        ConfigurationError: The lifetime is out of range.
    """

    _path = "/oauth2/v2.1/token"

    def __init__(
        self,
        *,
        channel_number: str,
        private_key: Mapping[str, Any],
        key_id: str,
        lifetime: int = 60 * 60,
        api_url: str = "https://api.line.me",
        timeout: float = 5,
        clock: Callable[[], int] = _system_clock,
    ) -> None:
        super().__init__(channel_number, api_url=api_url, timeout=timeout, clock=clock)
        if not 0 < lifetime <= _LONGEST_LIFE:
            raise ConfigurationError("V21TokenSource.lifetime must be 1 second to 30 days.")
        self._private_key = dict(private_key)
        self._key_id = key_id
        self._lifetime = lifetime

    def _form(self, now: int) -> Mapping[str, str]:
        return {
            "grant_type": "client_credentials",
            "client_assertion_type": _JWT_BEARER,
            "client_assertion": self._assertion(now // 1000),
        }

    def _assertion(self, now: int) -> str:
        try:
            from joserfc import jwk, jwt  # noqa: PLC0415 - in the extra `login`
        except ImportError as error:
            raise ConfigurationError(
                "V21TokenSource needs joserfc: pip install 'linecs[login]'."
            ) from error
        claims = {
            "iss": self._channel_number,
            "sub": self._channel_number,
            # LINE's documents name this audience whatever the address.
            "aud": "https://api.line.me/",
            "exp": now + _ASSERTION_LIFE,
            "token_exp": self._lifetime,
        }
        header = {"alg": "RS256", "typ": "JWT", "kid": self._key_id}
        return jwt.encode(header, claims, jwk.RSAKey.import_key(self._private_key))
