"""A channel: one LINE Official Account's Messaging API channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from attrs import field, frozen

from linecs.errors import ConfigurationError
from linecs.model.ids import ChannelId, ProviderId

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["AccessTokenSource", "Channel"]


class AccessTokenSource(Protocol):
    """Where a channel's access token comes from."""

    def token(self) -> str:
        """Return a token that should work now.

        Called by the gateway before every call to LINE, from any thread. Must be quick while
        the last token is good.
        """
        ...

    def renew(self) -> str:
        """Return a fresh token, or the same one where there is no fresher.

        Called by the gateway once after LINE answered 401.
        """
        ...


def _check_secrets(_channel: object, _attribute: Attribute[Any], secrets: tuple[str, ...]) -> None:
    # An empty secret would let anyone forge a signature; the SDK accepts it.
    if not secrets or not all(secret.strip() for secret in secrets):
        msg = "Channel.secrets needs at least one channel secret, and none may be empty."
        raise ConfigurationError(msg)


def _secrets(value: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


@frozen(kw_only=True)
class Channel:
    """One LINE Official Account as this desk serves it.

    Attributes:
        id: The shop's short name for it, such as `main`; every row carries it.
        bot_user_id: The webhook's `destination`, as `GET /v2/bot/info` says it.
        secrets: One channel secret, or several while one is being replaced (LINE drops the old
            one at once, so list the new one before reissuing).
        access_token: A long-lived token, a callable that returns one, or a source that renews.
        provider_id: LINE user ids and links are valid within one provider.
        api_url: Where LINE's API is; a simulator's address in tests.
        data_url: Where message content is; follows `api_url` where that was changed.

    Raises:
        ConfigurationError: A secret is empty or missing.
    """

    id: ChannelId = field(converter=ChannelId)
    bot_user_id: str
    secrets: tuple[str, ...] = field(converter=_secrets, validator=_check_secrets, repr=False)
    access_token: str | Callable[[], str] | AccessTokenSource = field(repr=False)
    provider_id: ProviderId = field(default=ProviderId("default"), converter=ProviderId)
    api_url: str = "https://api.line.me"
    data_url: str = ""
