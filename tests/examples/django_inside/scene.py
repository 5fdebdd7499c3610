"""The Django shop as its own process sees it: `pytest -p scene`, in the shop's environment."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

import django
import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fashion.settings")
os.environ.setdefault("DJANGO_SECRET_KEY", secrets.token_hex())
os.environ["DEMO_PASSWORD"] = PASSWORD = "a password of the tests"
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - Django is ready by now
from django.core.management import call_command  # noqa: E402 - same
from django.db import connections  # noqa: E402 - same
from django.test import Client, override_settings  # noqa: E402 - same
from django.test.utils import setup_test_environment  # noqa: E402 - same
from support import desk as support_desk  # noqa: E402 - same

from databases import empty  # noqa: E402 - same
from linecs import SqlStorage  # noqa: E402 - same
from linecs.desk.inbox import InboxFilter  # noqa: E402 - same
from linecs.testing import LineSimulator, settle  # noqa: E402 - same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linecs import SupportDesk
    from linecs.desk.inbox import ListedTicket

QUESTION = "ファスナーが壊れました"


@pytest.fixture(scope="session", autouse=True)
def tables() -> None:
    """The shop's tables and ours, made as a deployment makes them."""
    setup_test_environment()
    call_command("migrate", verbosity=0)


@pytest.fixture
def line() -> Iterator[LineSimulator]:
    """LINE on this machine."""
    with LineSimulator() as simulator:
        yield simulator


@pytest.fixture
def desk(tables: None, line: LineSimulator) -> Iterator[SupportDesk]:
    """The shop's desk, over a shop that was just filled."""
    channel = {
        "bot_user_id": line.channel.bot_user_id,
        "secrets": line.channel.secret,
        "access_token": line.channel.access_token,
        "api_url": line.url,
    }
    dialog = f"{line.url}/dialog/bot/accountLink"
    # A password that is dear to try is dear to make, too.
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(LINE=channel, LINE_DIALOG_URL=dialog, PASSWORD_HASHERS=quick):
        support_desk.desk.cache_clear()
        call_command("seed_shop")
        made = support_desk.desk()
        line.deliver_to(made.receive)
        yield made
    call_command("flush", interactive=False, verbosity=0)
    storage = SqlStorage.connect_django()
    empty(storage)
    storage.close()
    support_desk.desk.cache_clear()
    connections.close_all()


@pytest.fixture
def browser_of(desk: SupportDesk) -> Callable[[str], Client]:
    """Return a browser in which this user is logged in; forms need their token."""

    def log_in(username: str) -> Client:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(get_user_model().objects.get(username=username))
        return browser

    return log_in


@pytest.fixture
def hanako(browser_of: Callable[[str], Client]) -> Client:
    """An operator who may do everything."""
    return browser_of("hanako")


@pytest.fixture
def taro(browser_of: Callable[[str], Client]) -> Client:
    """An operator who may answer."""
    return browser_of("taro")


@pytest.fixture
def ticket(desk: SupportDesk, line: LineSimulator) -> ListedTicket:
    """A ticket that waits for a person."""
    line.customer("あおい").says(QUESTION)
    line.customer("あおい").says("オペレーターに相談")
    settle(desk)
    (listed,) = desk.inbox.list(InboxFilter()).items
    return listed
