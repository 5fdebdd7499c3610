"""What LINE Login knows: its channels, who consented to what, codes and tokens."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from linecs.testing.simulator.accounts import Channel, Person
from linecs.testing.simulator.ids import stable_hex
from linecs.testing.simulator.login_id_tokens import IdTokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.testing.simulator.ids import Ids


__all__ = [
    "ACCESS_LIFE",
    "CODE_LIFE",
    "REFRESH_LIFE",
    "AuthorizationRequest",
    "AutoLogin",
    "Code",
    "LoginChannel",
    "LoginState",
    "UserToken",
    "Visit",
]

_SECOND = 1000
_MINUTE = 60 * _SECOND
_DAY = 24 * 60 * _MINUTE
CODE_LIFE = 10 * _MINUTE
ACCESS_LIFE = 30 * _DAY
REFRESH_LIFE = 90 * _DAY


class AutoLogin(StrEnum):
    """How LINE's auto login fares in a customer's browser."""

    WORKS = "works"
    UNAVAILABLE = "unavailable"
    """As on a computer: LINE asks for a login."""
    FAILS = "fails"
    """As in private browsing: the browser returns with an invalid code and another state."""


@define(eq=False, kw_only=True)
class LoginChannel:
    """A LINE Login channel (also of a LIFF app or LINE MINI App).

    Attributes:
        channel_id: The channel's id, OAuth's `client_id`.
        name: The app's name on the consent screen.
        provider: User ids are the same as in the Messaging API channels of this provider.
        secret: The channel secret.
        callbacks: The registered callback URLs.
        linked_channel: The account offered by `bot_prompt`.
        may_ask_email: Whether the email permission was granted to the channel.
        is_published: While not, only `testers` may log in.
        testers: Names of the people with a role in the channel.
    """

    channel_id: str
    name: str
    provider: str
    secret: str = field(repr=False)
    callbacks: tuple[str, ...] = ()
    linked_channel: Channel | None = None
    may_ask_email: bool = True
    is_published: bool = True
    testers: frozenset[str] = frozenset()


@frozen(kw_only=True)
class AuthorizationRequest:
    """A checked authorization request.

    Attributes:
        scopes: Of `profile`, `openid` and `email`.
        prompt: `consent`, `none`, `login` or empty.
        max_age: In seconds; None where it was not given.
        bot_prompt: `normal`, `aggressive` or empty.
        challenge: PKCE's S256 code challenge; None where PKCE is not used.
        response_mode: `query`, `form_post`, or either with `.jwt`.
    """

    channel: LoginChannel
    redirect_uri: str
    state: str
    scopes: frozenset[str]
    nonce: str | None = None
    prompt: str = ""
    max_age: int | None = None
    bot_prompt: str = ""
    challenge: str | None = None
    response_mode: str = "query"
    auto_login: bool = True


@define(eq=False, kw_only=True)
class Visit:
    """A browser on LINE's login pages.

    Attributes:
        request: What the app asked for.
        person: Who logged in; None before.
        method: How, as the id token's `amr` names it.
        at: When the visit began, epoch ms.
        asks_to_add: Whether the consent is given and only adding the account is open.
    """

    request: AuthorizationRequest
    person: Person | None = None
    method: str = ""
    at: int
    authenticated_at: int = 0
    granted: frozenset[str] = frozenset()
    asks_to_add: bool = False


@frozen(kw_only=True)
class Code:
    """An authorization code not yet redeemed."""

    request: AuthorizationRequest
    person: Person
    scopes: frozenset[str]
    method: str
    issued_at: int
    authenticated_at: int


@define(eq=False, kw_only=True)
class UserToken:
    """A user's access token, and the refresh token that came with it.

    Attributes:
        expires_at: The access token's end, epoch ms.
        refresh: The refresh token; empty for LIFF.
        refresh_until: The refresh token's end, epoch ms.
    """

    channel: LoginChannel
    person: Person
    scopes: frozenset[str]
    expires_at: int
    refresh: str = ""
    refresh_until: int = 0


class LoginState:
    """Everything LINE Login keeps; the world's lock guards it.

    Args:
        ids: Where channel ids, codes and tokens come from.
    """

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self.id_tokens = IdTokens(ids.seed)
        self.channels: dict[str, LoginChannel] = {}
        self.visits: dict[str, Visit] = {}
        self.codes: dict[str, Code] = {}
        self.tokens: dict[str, UserToken] = {}
        self.channel_tokens: dict[str, tuple[LoginChannel, int]] = {}
        self.grants: dict[tuple[str, str], frozenset[str]] = {}
        self.sessions: dict[str, tuple[Person, int]] = {}
        self.server_errors = 0

    def add_channel(self, name: str, provider: str, callbacks: tuple[str, ...]) -> LoginChannel:
        """Create a channel with its id and secret."""
        number = len(self.channels)
        key = (self._ids.seed, "login", provider, name, number)
        channel = LoginChannel(
            channel_id=str(2_000_000_000 + int(stable_hex(*key)[:6], 16) * 10 + number % 10),
            name=name,
            provider=provider,
            secret=stable_hex("secret", *key),
            callbacks=callbacks,
        )
        self.channels[channel.channel_id] = channel
        return channel

    def fresh(self, kind: str) -> str:
        """Return a new unguessable-looking token."""
        return self._ids.token(kind)

    def granted(self, channel: LoginChannel, person: Person) -> frozenset[str]:
        """Return what a person allowed an app so far."""
        return self.grants.get((channel.channel_id, person.name), frozenset())

    def grant(self, channel: LoginChannel, person: Person, scopes: frozenset[str]) -> None:
        """Remember what a person allowed an app."""
        self.grants[channel.channel_id, person.name] = self.granted(channel, person) | scopes

    def revoke_grant(self, channel: LoginChannel, person: Person) -> None:
        """Take back what a person allowed an app; every token of theirs dies."""
        self.grants.pop((channel.channel_id, person.name), None)
        for token in [*self._tokens_of(channel, person)]:
            del self.tokens[token]

    def live_token(self, token: str, now: int) -> UserToken | None:
        """Return what an access token stands for, or None where it opens nothing."""
        known = self.tokens.get(token)
        return known if known is not None and now < known.expires_at else None

    def by_refresh(self, refresh: str, now: int) -> UserToken | None:
        """Return the newest token a live refresh token belongs to, or None."""
        found = [each for each in self.tokens.values() if refresh and each.refresh == refresh]
        return found[-1] if found and now < found[-1].refresh_until else None

    def _tokens_of(self, channel: LoginChannel, person: Person) -> Iterator[str]:
        for token, known in self.tokens.items():
            if known.channel is channel and known.person is person:
                yield token
