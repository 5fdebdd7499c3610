"""A simulator, a clock and the SDK's client for every test of the testing kit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from linebot.v3.messaging import ApiClient, Configuration, MessagingApi

from linecs.testing import LineSimulator, VirtualClock

if TYPE_CHECKING:
    from collections.abc import Iterator


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
def configuration(line: LineSimulator) -> Configuration:
    """Give the SDK's configuration for the default channel, without its hidden retries."""
    configuration = Configuration(host=line.url, access_token=line.channel.access_token)
    configuration.retries = False
    return configuration


@pytest.fixture
def api(configuration: Configuration) -> Iterator[MessagingApi]:
    """Give the SDK's synchronous client."""
    with ApiClient(configuration) as client:
        yield MessagingApi(client)
        client.rest_client.pool_manager.clear()
