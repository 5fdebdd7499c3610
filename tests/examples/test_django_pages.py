"""The Django shop's pages in a real browser, as `manage.py demo` opens them.

Screenshots are kept under `test-artefacts/django`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from demos import demo_environment, start_demo
from django_shops import MANAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from demos import Demo

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ARTEFACTS = Path(__file__).parents[2] / "test-artefacts" / "django"
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
WIDTHS = {"phone": 390, "desktop": 1280}
WAIT = 30_000


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demonstration, as the README starts it."""
    folder = tmp_path_factory.mktemp("django-demo")
    environment = demo_environment(folder) | {"SHOP_FOLDER": str(folder)}
    with start_demo(environment, program=[MANAGE, "demo"]) as running:
        yield running


@pytest.fixture(scope="module")
def told(demo: Demo, browser: Browser) -> Page:
    """A conversation with a reply, a note and a linked member; the operator's page of it."""
    phone = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    phone.set_default_timeout(WAIT)
    phone.goto(demo.phone)
    screen = phone.get_by_role("region", name="あおいさんの画面")
    for text in ("先日のドレスですが", "オペレーターに相談"):
        screen.get_by_role("textbox", name="メッセージ").fill(text)
        screen.get_by_role("button", name="送信", exact=True).click()
    screen.get_by_text("担当者におつなぎします。").last.wait_for()

    page = log_in(browser, demo)
    page.get_by_role("link", name="あおい").click()
    page.get_by_role("button", name="担当する").click()
    page.get_by_text("担当する: 完了しました。").wait_for()
    page.get_by_label("返信", exact=True).fill("お調べします。ご注文番号を教えていただけますか？")
    page.get_by_role("button", name="送信", exact=True).click()
    page.get_by_text("返信: 完了しました。").wait_for()
    page.get_by_label("メモ").fill("サイズ交換の在庫を確認中")
    page.get_by_role("button", name="メモを残す").click()
    page.get_by_role("button", name="連携の案内を送る").click()
    page.get_by_text("連携の案内を送りました。").wait_for()
    with phone.context.expect_page() as opened:
        screen.get_by_role("link", name="会員IDを連携する").click()
    shop = opened.value
    shop.get_by_label("メールアドレス").fill("aoi@example.com")
    shop.get_by_label("パスワード").fill("demo")
    shop.get_by_role("button", name="ログイン").click()
    shop.get_by_role("button", name="連携する").click()
    shop.get_by_role("heading", name="アカウントを連携しました").wait_for()
    for _ in range(20):
        page.reload()
        if page.get_by_text("M1001").count():
            return page
        page.wait_for_timeout(500)
    raise AssertionError("The link did not show on the ticket's page.")


def log_in(browser: Browser, demo: Demo, width: int = 1280) -> Page:
    """Log the operator in; return the ticket list."""
    is_phone = width < 600
    size = {"width": width, "height": 844 if is_phone else 900}
    page = browser.new_context(viewport=size, is_mobile=is_phone, has_touch=is_phone).new_page()
    page.set_default_timeout(WAIT)
    page.goto(f"{demo.shop}/admin/support/ticket/")
    page.get_by_label("ユーザー名").fill("hanako")
    page.get_by_label("パスワード").fill("demo")
    page.get_by_role("button", name="ログイン").click()
    page.get_by_role("link", name="さくら").wait_for()
    return page


def violations(page: Page) -> list[str]:
    """Return what axe finds that is serious or worse."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    return [f"{each['id']}: {node['html']}" for each in serious for node in each["nodes"]]


@pytest.mark.parametrize("size", WIDTHS)
def test_every_page_is_accessible_and_fits(
    told: Page, demo: Demo, browser: Browser, size: str
) -> None:
    """Axe finds nothing serious, and nothing is wider than the screen."""
    page = log_in(browser, demo, WIDTHS[size])
    admin = f"{demo.shop}/admin"
    pages = {
        "list": f"{admin}/support/ticket/",
        "ticket": told.url,
        "links": f"{admin}/support/link/",
        "shop": f"{demo.shop}/",
        "login": f"{demo.shop}/login",
    }
    found: dict[str, list[str]] = {}
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    for name, address in pages.items():
        page.goto(address)
        page.screenshot(path=ARTEFACTS / f"{size}-{name}.png", full_page=True)
        found[name] = violations(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[name].append("wider than the screen")
    assert not any(found.values()), found


def test_a_refusal_shows_on_the_page(told: Page, demo: Demo, browser: Browser) -> None:
    """What was typed for an older look stays in the box, under the reason."""
    late = log_in(browser, demo)
    late.goto(told.url)
    told.reload()
    told.get_by_label("返信", exact=True).fill("在庫がございました。")
    told.get_by_role("button", name="送信", exact=True).click()
    told.get_by_text("返信: 完了しました。").wait_for()
    late.get_by_label("返信", exact=True).fill("確認いたします。")
    late.get_by_role("button", name="送信", exact=True).click()
    late.get_by_role("alert").wait_for()
    late.screenshot(path=ARTEFACTS / "desktop-refused.png")
    assert "花子さんが返信しました" in late.get_by_role("alert").inner_text()
    assert late.get_by_label("返信", exact=True).input_value() == "確認いたします。"
