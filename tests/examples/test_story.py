"""One story through the phone, the shop and the console, in a real browser.

Screenshots are kept under `test-artefacts/story`.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator, Page

    from demos import Demo

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ARTEFACTS = Path(__file__).parents[2] / "test-artefacts" / "story"
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WAIT = 20_000
QUESTION = "ドレスの返品したいんですけど"
ANSWER = "返品を承りました。タグはこちらの位置にあります。"


@pytest.fixture(scope="module")
def context_of(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Open a browser of one person; a complaint in its console fails the test."""
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def listen(page: Page) -> None:
        page.set_default_timeout(WAIT)
        page.on("console", lambda said: complaints.append(f"{said.text} {said.location['url']}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))

    def open_one(size: dict[str, Any]) -> BrowserContext:
        context = browser.new_context(**size)
        context.on("page", listen)
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()
    # Chromium reports the story's one refusal, and asks LINE's bare page for an icon.
    expected = ("/reply", "/favicon.ico")
    assert [each for each in complaints if not each.endswith(expected)] == []


def keep(page: Page, name: str) -> None:
    """Keep a screenshot."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png")


def picture() -> bytes:
    """Return a drawing of a dress with its tag, as an operator would attach it."""
    image = Image.new("RGB", (640, 480), "#e9eef7")
    draw = ImageDraw.Draw(image)
    draw.polygon([(260, 90), (380, 90), (360, 200), (470, 430), (170, 430), (280, 200)], "#2f4a7d")
    draw.rectangle((330, 96, 430, 150), fill="#ffffff", outline="#a34a4a", width=4)
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=88)
    return kept.getvalue()


def log_in(context: BrowserContext, demo: Demo, operator: str) -> Page:
    """Log an operator in."""
    page = context.new_page()
    page.goto(f"{demo.shop}/staff")
    page.get_by_label("担当者ID").fill(operator)
    page.get_by_label("パスワード").fill("demo")
    page.get_by_role("button", name="ログイン").click()
    page.get_by_role("heading", name="今日の対応").wait_for()
    return page


def says(screen: Locator, text: str) -> None:
    """Let the customer type and send."""
    screen.get_by_role("textbox", name="メッセージ").fill(text)
    screen.get_by_role("button", name="送信", exact=True).click()


def taps(screen: Locator, label: str) -> None:
    """Let the customer tap a quick reply as soon as it is offered."""
    offered = screen.get_by_role("group", name="クイックリプライ")
    offered.get_by_role("button", name=label).click()


def is_at_end(page: Page) -> bool:
    """Return whether the newest bubble is on the screen."""
    left = "e => e.scrollHeight - e.scrollTop - e.clientHeight"
    return bool(page.locator("#bubbles").evaluate(left) < 3)


def violations(page: Page) -> list[str]:
    """Return what axe finds that is serious or worse."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in serious]


@pytest.fixture(scope="module")
def told(demo: Demo, context_of: Callable[..., BrowserContext]) -> dict[str, Page]:
    """Tell the story; return the pages as it leaves them."""
    phone = context_of(DESKTOP).new_page()
    phone.goto(demo.phone)
    screen = phone.get_by_role("region", name="あおいさんの画面")
    says(screen, QUESTION)
    screen.get_by_text("もしかして").last.wait_for()
    keep(phone, "0-phone-offered")
    taps(screen, "オペレーターに相談")
    screen.get_by_text("担当者におつなぎします。").last.wait_for()
    keep(phone, "1-phone-asked")

    hanako, taro = (log_in(context_of(DESKTOP), demo, each) for each in ("hanako", "taro"))
    for operator in (hanako, taro):
        operator.get_by_role("link", name="あおい").first.click()
        operator.get_by_role("heading", name="あおいさん").wait_for()
    hanako.get_by_role("log").get_by_text("「オペレーターに相談」をタップ").wait_for()
    keep(hanako, "2-console-opened")
    hanako.get_by_role("button", name="担当する").click()
    hanako.get_by_role("button", name="担当を外れる").wait_for()

    taro.get_by_label("返信", exact=True).fill("返品ですね。ご注文番号を教えてください。")
    hanako.get_by_label("返信", exact=True).fill(ANSWER)
    dress = {"name": "dress.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    hanako.locator("#picture").set_input_files([dress])
    hanako.get_by_role("button", name="送信", exact=True).click()
    hanako.get_by_alt_text("こちらから送った画像").wait_for()
    taro.get_by_role("button", name="送信", exact=True).click()
    taro.get_by_role("alert").wait_for()
    keep(taro, "3-console-refused")
    screen.get_by_text(ANSWER).wait_for()

    hanako.get_by_role("button", name="連携の案内を送る").click()
    with phone.context.expect_page() as opened:
        screen.get_by_role("link", name="会員IDを連携する").click()
    shop = opened.value
    shop.get_by_label("メールアドレス").fill("aoi@example.com")
    shop.get_by_label("パスワード").fill("demo")
    shop.get_by_role("button", name="ログイン").click()
    keep(shop, "4-shop-link")
    shop.get_by_role("button", name="連携する").click()
    shop.get_by_role("heading", name="アカウントを連携しました").wait_for()
    keep(shop, "5-line-dialog")
    return {"phone": phone, "hanako": hanako, "taro": taro, "shop": shop}


def test_the_second_operators_late_reply_is_refused(told: dict[str, Page]) -> None:
    """The page names the colleague, and keeps what was written; the customer never gets it."""
    assert "花子さんが返信しました" in told["taro"].get_by_role("alert").inner_text()
    assert told["taro"].get_by_label("返信", exact=True).input_value().startswith("返品ですね")
    assert told["phone"].get_by_text("返品ですね").count() == 0


def test_the_picture_is_on_the_customers_phone(told: dict[str, Page]) -> None:
    """The phone shows what the operator attached, in full."""
    shown = told["phone"].get_by_role("region", name="あおいさんの画面").locator("a.photo img")
    shown.scroll_into_view_if_needed()
    told["phone"].wait_for_function("e => e.complete", arg=shown.element_handle())
    assert shown.evaluate("e => e.naturalWidth") > 100


def test_a_new_message_comes_to_the_open_page(
    told: dict[str, Page], demo: Demo, context_of: Callable[..., BrowserContext]
) -> None:
    """It shows at the end without a reload; the guard waits until the operator has seen it."""
    page = log_in(context_of(DESKTOP), demo, "taro")
    page.get_by_role("link", name="あおい").first.click()
    page.get_by_role("heading", name="あおいさん").wait_for()
    says(told["phone"].get_by_role("region", name="あおいさんの画面"), "タグがありました！")
    page.get_by_role("log").get_by_text("タグがありました！").wait_for()
    assert is_at_end(page)
    page.get_by_role("button", name="確認しました").click()
    page.keyboard.type("よかったです。")
    page.keyboard.press("Control+Enter")
    page.get_by_role("log").get_by_text("よかったです。").wait_for()
    assert page.get_by_role("alert").count() == 0


def test_the_console_shows_the_member_and_resolves(told: dict[str, Page], demo: Demo) -> None:
    """After the link the card and the orders stand beside the chat; the ticket ends."""
    page = told["hanako"]
    card = page.get_by_role("complementary")
    for _ in range(20):
        page.reload()
        if card.get_by_text("M1001").count():
            break
        page.wait_for_timeout(500)
    assert card.get_by_text("青井 葵").is_visible()
    assert card.get_by_text("サテンドレス ネイビー M").is_visible()
    assert is_at_end(page)
    keep(page, "6-console-member")
    page.get_by_role("button", name="対応完了にする").click()
    page.get_by_role("button", name="再開する").wait_for()
    page.goto(f"{demo.shop}/desk/?view=resolved")
    assert page.get_by_role("link", name="あおい").is_visible()


def test_the_customer_says_how_content_they_are(told: dict[str, Page], demo: Demo) -> None:
    """The question comes with the answer to their thanks, and the score stands on the ticket."""
    screen = told["phone"].get_by_role("region", name="あおいさんの画面")
    says(screen, "ありがとうございました")
    screen.get_by_text("今回の対応はいかがでしたか").last.wait_for()
    taps(screen, "とても満足")
    screen.get_by_text("ご回答ありがとうございます").last.wait_for()
    page = told["hanako"]
    page.goto(told["taro"].url.removesuffix("/reply"))
    page.get_by_role("complementary").get_by_text("5 / 5").wait_for()
    keep(page, "7-console-resolved")
    keep(told["phone"], "8-phone-answered")
    told["phone"].get_by_role("region", name="あおいさんの画面").screenshot(
        path=ARTEFACTS / "9-one-phone.png"
    )


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_every_page_is_accessible_and_fits(
    told: dict[str, Page], demo: Demo, context_of: Callable[..., BrowserContext], size: str
) -> None:
    """Axe finds nothing serious, and nothing is wider than the screen."""
    context = context_of(PHONE if size == "phone" else DESKTOP)
    page = log_in(context, demo, "taro")
    chat = told["taro"].url.removesuffix("/reply")
    pages = {
        "list": f"{demo.shop}/desk/",
        "empty": f"{demo.shop}/desk/?view=mine",
        "search": f"{demo.shop}/desk/search?q=ドレス",
        "chat": chat,
        "shop": f"{demo.shop}/",
        "login": f"{demo.shop}/login",
        "staff": f"{demo.shop}/staff",
    }
    found: dict[str, list[str]] = {}
    for name, address in pages.items():
        page.goto(address)
        if name == "chat":
            page.locator(".bubble summary").first.click()
            page.locator(".why pre").first.wait_for()
        keep(page, f"{size}-{name}")
        found[name] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert not any(found.values()), found
