"""LINE Login's pages in a real browser, by hand as it were."""

from __future__ import annotations

import os
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from linecs.testing import LineSimulator
    from linecs.testing.simulator import LoginChannel

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE = {"width": 390, "height": 844}


@define
class Shop:
    """A shop's callback page, and what came to it."""

    url: str
    seen: list[dict[str, list[str]]] = field(factory=list)


@pytest.fixture
def shop() -> Iterator[Shop]:
    """Give a shop's server with a callback that answers anything."""

    class Callback(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.seen.append(parse_qs(urlsplit(self.path).query))
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.end_headers()
            self.wfile.write("ようこそ".encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Callback)
    made = Shop(f"http://127.0.0.1:{server.server_port}/callback")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page() -> Iterator[Page]:
    """Give a page of a headless Chromium, the size of a phone."""
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        reason = "there is no Chromium here; apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=PHONE, locale="ja-JP")
        page.set_default_timeout(10_000)
        yield page
        browser.close()


@pytest.fixture
def channel(line: LineSimulator, shop: Shop) -> LoginChannel:
    """Give a LINE Login channel whose callback is the shop's."""
    line.customer("c1", display_name="山田 花子")
    line.customer("c2", display_name="佐藤 太郎", friend=False)
    return line.add_login_channel(name="森の雑貨店", callbacks=[shop.url])


def authorize(line: LineSimulator, channel: LoginChannel, shop: Shop, **more: str) -> str:
    """Return an authorization URL."""
    query = {
        "response_type": "code",
        "client_id": channel.channel_id,
        "redirect_uri": shop.url,
        "state": "s",
        "scope": "profile openid email",
        **more,
    }
    return f"{line.url}/oauth2/v2.1/authorize?{urlencode(query)}"


def test_a_person_logs_in_by_hand(
    line: LineSimulator, channel: LoginChannel, shop: Shop, page: Page, tmp_path: Path
) -> None:
    """Choose who, untick the email, add the account, allow: the shop gets code and state."""
    page.goto(authorize(line, channel, shop, bot_prompt="normal"))
    page.get_by_label("佐藤 太郎").check()
    page.screenshot(path=tmp_path / "login.png")
    page.get_by_role("button", name="ログイン").click()
    page.get_by_label("メールアドレス").uncheck()
    page.get_by_label("友だち追加する").check()
    page.screenshot(path=tmp_path / "consent.png")
    page.get_by_role("button", name="許可する").click()
    page.get_by_text("ようこそ").wait_for()
    (fields,) = [each for each in shop.seen if "state" in each]
    assert (fields["state"], fields["friendship_status_changed"]) == (["s"], ["true"])
    assert line.world.login.codes[fields["code"][0]].scopes == {"profile", "openid"}
    assert line.customer("c2").friendship == "friend"


def test_a_person_declines_by_hand(
    line: LineSimulator, channel: LoginChannel, shop: Shop, page: Page
) -> None:
    """Cancelling leads back with ACCESS_DENIED."""
    page.goto(authorize(line, channel, shop))
    page.get_by_role("button", name="ログイン").click()
    page.get_by_role("button", name="キャンセル").click()
    page.get_by_text("ようこそ").wait_for()
    assert shop.seen[0]["error"] == ["ACCESS_DENIED"]


def test_a_browser_remembers_who_logged_in(
    line: LineSimulator, channel: LoginChannel, shop: Shop, page: Page
) -> None:
    """The second login asks nothing: logged in by single sign-on, consent given before."""
    page.goto(authorize(line, channel, shop, scope="openid"))
    page.get_by_role("button", name="ログイン").click()
    page.get_by_role("button", name="許可する").click()
    page.get_by_text("ようこそ").wait_for()
    page.goto(authorize(line, channel, shop, scope="openid", state="again"))
    page.get_by_text("ようこそ").wait_for()
    codes = [line.world.login.codes[each["code"][0]] for each in shop.seen if "code" in each]
    assert [each.method for each in codes] == ["pwd", "linesso"]


def test_the_pages_fit_a_phone(
    line: LineSimulator, channel: LoginChannel, shop: Shop, page: Page
) -> None:
    """Nothing is wider than the screen, and the name of an app is text, not markup."""
    channel.name = "<b>とても長い名前のお店</b>" * 6
    page.goto(authorize(line, channel, shop))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.locator("b").count() == 0
