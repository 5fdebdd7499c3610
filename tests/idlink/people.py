"""People and ids the link tests speak of."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from linecs.idlink import LinkClaim
from linecs.model import ChannelId, CustomerId, LineUserId, MemberId, ProviderId
from linecs.model.link import LinkFlow, LinkSubject

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = 1_780_000_000_000
PROVIDER = ProviderId("default")
CHANNEL = ChannelId("main")


def subject(name: str = "hanako") -> LinkSubject:
    """Return a LINE user as the desk knows them."""
    return LinkSubject(
        provider_id=PROVIDER,
        channel_id=CHANNEL,
        customer_id=CustomerId(f"customer-{name}"),
        line_user_id=LineUserId(f"U-{name}"),
    )


def claim(
    name: str = "hanako",
    member: str = "M1",
    *,
    flow: LinkFlow = LinkFlow.ACCOUNT_LINK,
    at: int = NOW,
) -> LinkClaim:
    """Return a proof that a LINE user is a member."""
    return LinkClaim(subject=subject(name), member_id=MemberId(member), flow=flow, at=at)


def counted_ids() -> Callable[[int], str]:
    """Return a maker of ids 1, 2, 3."""
    count = itertools.count(1)
    return lambda _now: f"id-{next(count):04d}"
