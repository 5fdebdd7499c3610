"""Both flows through a real Flask host and a real browser, from the bubble to the operator."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from attrs import frozen

from desks import make_scene
from linecs.desk import Linking
from linecs.idlink import (
    AccountLink,
    LineLogin,
    LinkTexts,
    MemberCard,
    Order,
)
from linecs.model.link import LinkFlow
from linecs.storage.memory import MemoryStorage
from linecs.testing.simulator.chats import Sender
from linked_host import add_linking, add_login, create_host, serving
from linked_shop import Members, Shop

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

    from flask import Flask
    from playwright.sync_api import Page

    from linecs.testing import LineSimulator, VirtualClock

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ARTEFACTS = Path(__file__).parents[2] / "test-artefacts" / "links"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
ORDER = Order(number="A-1042", placed_at=0, status="発送済み", title="青いドレス")
CARD = MemberCard(member_id="M1042", name="山田 花子", orders=(ORDER,))


@frozen
class Site:
    """The shop's site, its desk, and its customers."""

    url: str
    shop: Shop


@pytest.fixture
def site(line: LineSimulator, clock: VirtualClock) -> Iterator[Site]:
    """A shop on a web server of its own, which LINE sends its webhooks to."""
    apps: list[Flask] = []

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return apps[0](environ, start)

    with serving(answer) as url:
        linking = Linking(
            account_link=AccountLink(
                page_url=f"{url}/line/link", dialog_url=f"{line.url}/dialog/bot/accountLink"
            )
        )
        scene = make_scene(
            line,
            clock,
            storage=MemoryStorage(),
            linking=linking,
            members=Members({"M1042": CARD}),
        )
        apps.append(create_host(scene.desk))
        add_linking(apps[0], scene.desk)
        channel = line.add_login_channel(name="森の雑貨店", callbacks=[f"{url}/line/callback"])
        login = LineLogin(
            channel_id=channel.channel_id,
            channel_secret=channel.secret,
            redirect_uri=f"{url}/line/callback",
            authorize_url=f"{line.url}/oauth2/v2.1/authorize",
            api_url=line.url,
        )
        add_login(apps[0], scene.desk, login, linking.registry, clock)
        line.deliver_to(f"{url}/line/webhook")
        line.customer("c1", display_name="山田 花子")
        yield Site(url, Shop(scene))


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a headless Chromium, the size of a phone."""
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        reason = "there is no Chromium here; apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    with playwright.sync_playwright() as running:
        # Without a GPU of its own, Chromium's first picture sometimes fails unless told so.
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = running.chromium.launch(executable_path=chromium, args=arguments)
        page = browser.new_page(viewport=PHONE, locale="ja-JP")
        page.set_default_timeout(10_000)
        yield page
        browser.close()


def logs_in(page: Page, member: str = "M1042") -> None:
    """Fill in the shop's log-in page."""
    page.get_by_label("会員ID").fill(member)
    page.get_by_role("button", name="ログイン").click()


def sees_operator(page: Page, site: Site, name: str) -> str:
    """Open the operator's page on a desktop and return what it says."""
    page.set_viewport_size(DESKTOP)
    page.goto(f"{site.url}/operator/{site.shop.customer_id()}")
    page.screenshot(path=ARTEFACTS / f"{name}.png")
    return page.inner_text("body")


def test_an_account_is_linked_from_the_bubble_to_the_operators_page(
    site: Site, page: Page, line: LineSimulator
) -> None:
    """Invitation, log-in, confirmation, LINE's dialog, the notice, and member and orders."""
    site.shop.meets()
    site.shop.scene.desk.links.invite(site.shop.customer_id())
    site.shop.scene.settle()
    bubble = [each for each in line.customer("c1").chat if each.sender is Sender.ACCOUNT][-1]
    page.goto(bubble.actions[0]["uri"])
    page.screenshot(path=ARTEFACTS / "log-in.png")
    logs_in(page)
    page.screenshot(path=ARTEFACTS / "confirm.png")
    page.get_by_role("button", name="連携する").click()
    page.get_by_text("山田 花子").click()
    assert "アカウントを連携しました" in page.inner_text("body")
    site.shop.scene.settle()
    assert site.shop.heard()[-1] == LinkTexts().linked
    said = sees_operator(page, site, "operator")
    assert "M1042" in said
    assert "青いドレス（発送済み）" in said


def test_the_operators_page_is_empty_once_the_customer_unlinks(
    site: Site, page: Page, line: LineSimulator
) -> None:
    """連携解除 in the chat closes the page with the commit."""
    site.shop.meets()
    url = site.shop.approves(member="M1042")
    page.goto(f"{url}&as={quote('c1')}")
    site.shop.scene.settle()
    assert "M1042" in sees_operator(page, site, "linked")
    line.customer("c1").says("連携解除")
    site.shop.scene.settle()
    assert "会員連携はありません" in sees_operator(page, site, "unlinked")


def test_a_member_links_by_line_login_with_pkce(site: Site, page: Page) -> None:
    """The shop's log-in, LINE's consent, the callback; the operator sees the same member."""
    site.shop.meets()
    page.goto(f"{site.url}/login")
    logs_in(page)
    page.get_by_role("button", name="LINEと連携する").click()
    assert "code_challenge_method=S256" in page.url
    page.get_by_label("山田 花子").check()
    page.get_by_role("button", name="ログイン").click()
    page.screenshot(path=ARTEFACTS / "consent.png")
    page.get_by_role("button", name="許可する").click()
    page.wait_for_url("**/line/callback**")
    assert "LINEと連携しました" in page.inner_text("body")
    link = site.shop.link()
    assert link is not None
    assert link.flow is LinkFlow.LOGIN
    assert "M1042" in sees_operator(page, site, "operator-login")


def test_a_form_from_elsewhere_links_nobody(site: Site, page: Page) -> None:
    """The host's own protection against forgery stands before the approval."""
    site.shop.meets()
    token = site.shop.invites()
    page.goto(f"{site.url}/login")
    logs_in(page)
    answer = page.request.post(f"{site.url}/line/link?linkToken={quote(token)}", form={})
    assert answer.status == 403
    assert site.shop.link() is None
