"""Accounts on the simulated platform, the people who use it, and what opens the API."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import define, field

from linecs.testing.simulator.ids import stable_hex

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AccessToken", "Channel", "Person", "WebhookReceiver"]

WebhookReceiver: TypeAlias = Callable[[bytes, str], object]


@define(eq=False, kw_only=True)
class Channel:
    """A Messaging API channel and the settings of its account.

    Attributes:
        channel_id: The channel's id.
        name: The account's display name.
        provider: The provider that owns the channel; user ids are valid within one.
        secret: The channel secret, which signs webhooks.
        access_token: A long-lived channel access token, as the console issues it.
        bot_user_id: The webhook's `destination`.
        basic_id: The account's basic id.
        chat_is_on: Whether chat is on in the account manager; when off, messages are read
            at once.
        is_premium: Whether the account is verified or premium, as the followers list asks.
        quota: Messages a month, free and paid; None for no limit.
        used_elsewhere: Messages sent this month from the account manager; they count too.
        standby: Whether a module channel holds the chats, so events come in standby mode.
        public_keys: The public keys registered in the console, by key id.
        default_rich_menu_id: The menu shown to who has none of their own.
        endpoint: The webhook URL.
        endpoint_is_active: Whether "Use webhook" is on.
    """

    channel_id: str
    name: str
    provider: str
    secret: str = field(repr=False)
    access_token: str = field(repr=False)
    bot_user_id: str
    basic_id: str
    chat_is_on: bool = True
    is_premium: bool = True
    quota: int | None = None
    used_elsewhere: int = 0
    standby: bool = False
    public_keys: dict[str, dict[str, Any]] = field(factory=dict, repr=False)
    default_rich_menu_id: str | None = None
    endpoint: str | None = None
    endpoint_is_active: bool = True
    receiver: WebhookReceiver | None = field(default=None, repr=False)

    @property
    def takes_webhooks(self) -> bool:
        """Whether there is somewhere to deliver to, and "Use webhook" is on."""
        return self.endpoint_is_active and bool(self.receiver or self.endpoint)

    def register_key(self, public_key: Mapping[str, Any]) -> str:
        """Register a public assertion signing key, a JWK, and return its key id."""
        key_id = str(uuid.UUID(hex=stable_hex("key", self.channel_id, public_key.get("n"))))
        self.public_keys[key_id] = {**public_key, "kid": key_id}
        return key_id

    def deliver_to(self, target: WebhookReceiver | str) -> None:
        """Send this channel's webhooks to a callable (body, signature) or to a URL."""
        self.receiver = None if isinstance(target, str) else target
        self.endpoint = target if isinstance(target, str) else None


@define(eq=False, kw_only=True)
class Person:
    """Someone with the LINE app.

    Attributes:
        name: What the test calls them.
        display_name: What they call themselves on LINE.
        picture_url: Their picture.
        status_message: Their status message.
        language: The app's language, BCP 47.
    """

    name: str
    display_name: str
    picture_url: str | None = None
    status_message: str | None = None
    language: str | None = "ja"

    def user_id(self, provider: str) -> str:
        """Return their LINE user id within a provider."""
        return "U" + stable_hex("user", provider, self.name)


@define(eq=False, kw_only=True)
class AccessToken:
    """A channel access token in force or expired.

    Attributes:
        channel_id: Whose it is.
        kind: `long-lived`, `short-lived`, `v2.1` or `stateless`.
        issued_at: When it was issued, epoch milliseconds.
        expires_at: When it expires, epoch milliseconds; None for never.
        key_id: What names a v2.1 token without giving it away.
    """

    channel_id: str
    kind: str
    issued_at: int
    expires_at: int | None = None
    key_id: str | None = None

    def is_expired(self, now: int) -> bool:
        """Say whether the token no longer opens anything."""
        return self.expires_at is not None and now >= self.expires_at
