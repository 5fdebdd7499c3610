"""A simulator, a clock and the SDK's clients for every test of the testing kit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest
from attrs import frozen
from linebot.v3.messaging import ApiClient, Configuration, MessagingApi, MessagingApiBlob
from linebot.v3.messaging.exceptions import OpenApiException
from linebot.v3.oauth.exceptions import OpenApiException as TokenException

from linecs.testing import LineSimulator, VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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
def client(configuration: Configuration) -> Iterator[ApiClient]:
    """Give the SDK's synchronous HTTP client."""
    with ApiClient(configuration) as client:
        yield client
        client.rest_client.pool_manager.clear()


@pytest.fixture
def api(client: ApiClient) -> MessagingApi:
    """Give the SDK's synchronous Messaging API."""
    return MessagingApi(client)


@pytest.fixture
def blobs(client: ApiClient) -> MessagingApiBlob:
    """Give the SDK's synchronous API for contents."""
    return MessagingApiBlob(client)


@frozen
class Refused:
    """What the SDK raised."""

    status: int
    body: Any
    headers: Mapping[str, str]


@pytest.fixture
def refusal() -> Callable[..., Refused]:
    """Give a function that makes a call, which must be refused, and returns the refusal."""

    def refuse(call: Callable[..., object], *arguments: object, **options: object) -> Refused:
        with pytest.raises((OpenApiException, TokenException)) as raised:
            call(*arguments, **options, _request_timeout=5)
        error: Any = raised.value
        return Refused(error.status, json.loads(error.body), error.headers)

    return refuse
