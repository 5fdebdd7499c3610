"""A simulated LINE platform, gateways to it, and a server that answers as a test says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from delivery.server import ScriptedServer
from linecs.delivery.gateway import LineGateway
from linecs.model import Channel
from linecs.testing import LineSimulator, VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linecs.model import AccessTokenSource


@pytest.fixture
def clock() -> VirtualClock:
    """Give the clock the simulator runs on."""
    return VirtualClock()


@pytest.fixture
def line(clock: VirtualClock) -> Iterator[LineSimulator]:
    """Give a running simulator."""
    with LineSimulator(clock=clock) as simulator:
        yield simulator


@pytest.fixture
def gateways() -> Iterator[Callable[..., LineGateway]]:
    """Give a function that makes gateways and closes their connections afterwards."""
    made: list[LineGateway] = []

    def make(
        url: str, token: str | Callable[[], str] | AccessTokenSource, **options: float
    ) -> LineGateway:
        channel = Channel(
            id="main", bot_user_id="U0", secrets="secret", access_token=token, api_url=url
        )
        made.append(LineGateway(channel, **options))
        return made[-1]

    yield make
    for gateway in made:
        gateway.close()


@pytest.fixture
def gateway(line: LineSimulator, gateways: Callable[..., LineGateway]) -> LineGateway:
    """Give a gateway to the simulator's default channel."""
    return gateways(line.url, line.channel.access_token, timeout=5)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Give a server that answers as the test says, byte for byte."""
    with ScriptedServer() as running:
        yield running
