"""A store, a registry, and a simulated LINE for the tests of the links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from databases import database_url, open_storage, sql_storage
from idlink.backend import Backend
from idlink.people import PROVIDER, counted_ids
from idlink.shop import CALLBACK, Shop
from linecs.idlink import AccountLink, LineKeys, LineLogin, LinkRegistry, MemoryLinks
from linecs.testing import LineSimulator, VirtualClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.testing.simulator import Customer, LoginChannel

__all__ = ["database_url", "open_storage", "sql_storage"]


@pytest.fixture
def store() -> MemoryLinks:
    """Give an empty store."""
    return MemoryLinks()


@pytest.fixture
def registry() -> LinkRegistry:
    """Give a registry under the default policy."""
    return LinkRegistry(new_id=counted_ids())


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
def login_channel(line: LineSimulator) -> LoginChannel:
    """Give the shop's LINE Login channel."""
    return line.add_login_channel(name="森の雑貨店", callbacks=[CALLBACK])


@pytest.fixture
def login(line: LineSimulator, login_channel: LoginChannel) -> LineLogin:
    """Give the shop's side of LINE Login."""
    return LineLogin(
        channel_id=login_channel.channel_id,
        channel_secret=login_channel.secret,
        redirect_uri=CALLBACK,
        provider_id=PROVIDER,
        authorize_url=f"{line.url}/oauth2/v2.1/authorize",
        api_url=line.url,
    )


@pytest.fixture
def keys(line: LineSimulator) -> LineKeys:
    """Give LINE's published keys."""
    return LineKeys(url=f"{line.url}/oauth2/v2.1/certs")


@pytest.fixture
def shop(login: LineLogin, store: MemoryLinks, clock: VirtualClock) -> Shop:
    """Give a shop's backend as far as LINE Login needs one."""
    return Shop(login, store, clock)


@pytest.fixture
def hanako(line: LineSimulator) -> Customer:
    """Give a customer who is a friend of the account."""
    return line.customer("hanako", display_name="花子")


@pytest.fixture
def backend(line: LineSimulator, store: MemoryLinks) -> Backend:
    """Give a shop's backend that hears the default channel's webhooks."""
    account_link = AccountLink(
        page_url="https://shop.example/link",
        dialog_url=f"{line.url}/dialog/bot/accountLink",
    )
    made = Backend(line, account_link, store)
    line.deliver_to(made.receive)
    return made


@pytest.fixture
def mallory(line: LineSimulator) -> Customer:
    """Give the attacker, a customer like any other."""
    return line.customer("mallory")
