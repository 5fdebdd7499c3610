"""Our limits beside the simulator's, which were written apart from them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from limits.test_messages import REFUSED, TAKEN
from linecs.delivery.gateway import LineGateway
from linecs.model import Channel, Route
from linecs.testing import LineSimulator

if TYPE_CHECKING:
    from collections.abc import Iterator

# Newer than the simulator, not simulated, or simulated less strictly than LINE's reference.
NEWER = {name for name in TAKEN if "unknown" in name} | {"a coupon"}
LESS_STRICT = {
    "a substitution that is a list",
    "a title in one column only",
    "an address that is no address",
    "21 mentions",
}


@pytest.fixture(scope="module")
def gateway() -> Iterator[LineGateway]:
    """Give a gateway to a simulator."""
    with LineSimulator() as line:
        channel = Channel(
            id="main",
            bot_user_id="U0",
            secrets="secret",
            access_token=line.channel.access_token,
            api_url=line.url,
        )
        gateway = LineGateway(channel)
        yield gateway
        gateway.close()


@pytest.mark.parametrize("name", sorted(set(TAKEN) - NEWER))
def test_what_we_pass_the_simulator_takes(gateway: LineGateway, name: str) -> None:
    """A message that passes is not refused after it was queued."""
    assert gateway.validate(Route.PUSH, json.dumps([TAKEN[name]])) is None


@pytest.mark.parametrize("name", sorted(set(REFUSED) - LESS_STRICT))
def test_what_we_refuse_the_simulator_refuses(gateway: LineGateway, name: str) -> None:
    """No message is refused that could have been sent, and the same message is blamed."""
    message: Any = REFUSED[name][0]
    refused = gateway.validate(Route.PUSH, json.dumps([message]))
    assert refused is not None
    assert refused.named == (0,)
