"""How a shop wants its messages delivered."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen, validators

__all__ = ["DeliveryPolicy", "OnUnknown"]

_SECOND = 1_000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_RETRY_KEY_LIFE = 24 * _HOUR


class OnUnknown(StrEnum):
    """What becomes of a message whose outcome cannot be known."""

    HOLD = "hold"
    """A person decides."""
    PUSH = "push"
    """It is sent again, which may double it."""


@frozen(kw_only=True)
class DeliveryPolicy:
    """When to call LINE again, and who may still send. All times are milliseconds.

    Attributes:
        first_wait: The wait after a first call that did not settle; each later one doubles.
        longest_wait: No wait is longer.
        give_up_after: From the first call on; LINE keeps a retry key for 24 hours, and a key
            used after that is a new message.
        on_unknown: What becomes of a reply whose outcome cannot be known.
        reserve: The share of the month's messages that only people may push, 0 to 1.
        token_margin: A reply token that ends sooner than this is left alone.
    """

    first_wait: int = field(default=_SECOND, validator=validators.gt(0))
    longest_wait: int = field(default=30 * _MINUTE, validator=validators.gt(0))
    give_up_after: int = field(
        default=20 * _HOUR, validator=[validators.gt(0), validators.le(_RETRY_KEY_LIFE - _HOUR)]
    )
    on_unknown: OnUnknown = field(default=OnUnknown.HOLD, converter=OnUnknown)
    reserve: float = field(default=0.2, validator=[validators.ge(0), validators.le(1)])
    token_margin: int = field(default=2 * _SECOND, validator=validators.ge(0))
