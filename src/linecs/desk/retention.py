"""How long each kind of data is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from linecs.errors import ConfigurationError

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["Retention"]


def _days(_instance: object, attribute: Attribute[Any], value: int | None) -> None:
    if value is not None and value < 1:
        msg = f"Retention.{attribute.name} is 1 day or more, or None."
        raise ConfigurationError(msg)


@frozen(kw_only=True)
class Retention:
    """How long each kind is kept, in days; None for as long as the customer.

    Attributes:
        events: What LINE sent, as it came; the messages made of it stay.
        attempts: Calls to LINE whose outcome is known.
        traces: Why the bot answered as it did.
        messages: What was said, with its pictures and its place in the search index.
        media: Pictures, video and files that customers sent.
        notes: What staff wrote beside it.
        proposals: What was proposed for the FAQ of what customers wrote, decided or not; one
            that was rejected may come back after that.
        feed: What happened, for hosts that follow.
        audit: Who saw and did what.
        link_secrets: Hashes of invitations, nonces and codes after they expired: so long a
            replay is known as one.

    Raises:
        ConfigurationError: An age is less than a day.
    """

    events: int | None = field(default=30, validator=_days)
    attempts: int | None = field(default=90, validator=_days)
    traces: int | None = field(default=180, validator=_days)
    messages: int | None = field(default=None, validator=_days)
    media: int | None = field(default=None, validator=_days)
    notes: int | None = field(default=None, validator=_days)
    proposals: int | None = field(default=365, validator=_days)
    feed: int | None = field(default=None, validator=_days)
    audit: int | None = field(default=None, validator=_days)
    link_secrets: int = field(default=1, validator=_days)
