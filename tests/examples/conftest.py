"""The example shop over the simulator, as `make demo` puts it together."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from werkzeug.security import generate_password_hash

from demos import SHOP, demo_environment, start_demo
from linecs.testing import LineSimulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Browser

    from demos import Demo
    from linecs import SupportDesk

PASSWORD = "a password of the tests"
STAFF = {"hanako": "花子", "taro": "太郎"}


@pytest.fixture(scope="session", autouse=True)
def _importable() -> Iterator[None]:
    """The example's modules, found as they are when it runs: beside each other."""
    sys.path.insert(0, str(SHOP))
    yield
    sys.path.remove(str(SHOP))


@pytest.fixture(scope="session")
def staff() -> dict[str, tuple[str, str]]:
    """Two operators with one password."""
    hashed = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1000")
    return {each: (name, hashed) for each, name in STAFF.items()}


@pytest.fixture
def line() -> Iterator[LineSimulator]:
    """LINE, on the computer's clock as a browser has it."""
    with LineSimulator() as simulator:
        yield simulator


@pytest.fixture
def settings(line: LineSimulator, tmp_path: Path) -> dict[str, str]:
    """What the shop's environment would say."""
    return {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'desk.sqlite3'}",
        "DATA_FOLDER": str(tmp_path),
        "PUBLIC_URL": "https://shop.example",
        "LINE_API_URL": line.url,
        "LINE_DIALOG_URL": f"{line.url}/dialog/bot/accountLink",
        "LINE_BOT_USER_ID": line.channel.bot_user_id,
        "LINE_CHANNEL_SECRET": line.channel.secret,
        "LINE_ACCESS_TOKEN": line.channel.access_token,
    }


@pytest.fixture
def desk(settings: dict[str, str], line: LineSimulator) -> SupportDesk:
    """The shop's desk, with its content published."""
    from shop_desk import create_desk, publish_content  # noqa: PLC0415 - importable by now

    made = create_desk(settings)
    publish_content(made, by="lead")
    line.deliver_to(made.receive)
    return made


@pytest.fixture
def app(desk: SupportDesk, settings: dict[str, str], staff: dict[str, tuple[str, str]]) -> Flask:
    """The whole application, CSRF checks on."""
    from app import create_app  # noqa: PLC0415 - importable by now
    from storefront import Shop  # noqa: PLC0415 - same

    shop = Shop(Path(settings["DATA_FOLDER"]) / "shop.sqlite3")
    shop.install(time.time_ns() // 1_000_000, password=PASSWORD)
    return create_app(desk, shop, staff=staff, secret_key="for tests")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demonstration as `make demo` starts it."""
    with start_demo(demo_environment(tmp_path_factory.mktemp("demo"))) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window, or a skip that says what is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium fonts-noto-cjk")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    arguments += ["--disable-background-networking", "--disable-component-update"]
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=[*arguments, "--disable-sync"])
        yield opened
        opened.close()
