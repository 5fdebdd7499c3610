"""The phone page in a real browser; its screenshots are kept under `test-artefacts/`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from linecs.desk import SupportDesk
from linecs.model import Answer
from linecs.storage.memory import MemoryStorage
from linecs.testing import desk_channel, settle
from linecs.testing.simulator.content import plain_png

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator, Page

    from linecs.model import Bubble, Inquiry
    from linecs.testing import LineSimulator

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ARTEFACTS = Path(__file__).parents[2] / "test-artefacts" / "phone"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZES = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    },
    "desktop": {"viewport": {"width": 1280, "height": 800}},
}


def _message(label: str) -> dict[str, str]:
    return {"type": "message", "label": label, "text": label}


QUICK = {
    "type": "text",
    "text": "どちらのご用件ですか。",
    "quickReply": {
        "items": [
            {"type": "action", "action": _message("返品したい")},
            {"type": "action", "action": _message("期間を延ばしたい")},
        ]
    },
}
CAROUSEL = {
    "type": "template",
    "altText": "ご注文をお選びください",
    "template": {
        "type": "carousel",
        "columns": [
            {
                "title": name,
                "text": "6月12日返却予定",
                "actions": [
                    {"type": "postback", "label": f"{name}を返す", "data": f"return={number}"},
                    {"type": "uri", "label": "商品ページ", "uri": "https://shop.example/"},
                ],
            }
            for number, name in enumerate(["青いドレス", "赤いドレス"])
        ],
    },
}
ANSWERS = {"こんにちは": QUICK, "返品したい": CAROUSEL}
PICTURE = plain_png(320, 240, b"\x3c\x50\x82")
THANKS = {"type": "text", "text": "<b>返品</b>を承りました。"}


class Shop:
    """Answers by the table above; thanks for a tap on the carousel."""

    name = "shop"

    def respond(self, inquiry: Inquiry) -> Answer | None:
        message = ANSWERS.get(inquiry.text) or (THANKS if inquiry.postback_data else None)
        return Answer(messages=(message,), source="shop") if message else None

    def waits(self, bubble: Bubble) -> bool:
        return False


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window, or a skip that says what is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium fonts-noto-cjk")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def desk(line: LineSimulator) -> SupportDesk:
    """A desk that answers by the table."""
    made = SupportDesk(
        storage=MemoryStorage(),
        channels=[desk_channel(line)],
        responder=Shop(),
        clock=line.clock,
    )
    line.deliver_to(made.receive)
    return made


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    """A phone's screen, and a desktop's."""
    return str(request.param)


@pytest.fixture
def page(browser: Browser, line: LineSimulator, size: str) -> Iterator[Page]:
    """The page, open, with two customers; an error in its console fails the test."""
    line.channel.name = "ドレスの店"
    line.customer("あおい")
    line.customer("はると").says("こちらは別のお客様です")
    context = browser.new_context(**SIZES[size])
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(line.phone_url)
    yield opened
    context.close()
    assert complaints == []


@pytest.fixture
def screen(page: Page) -> Locator:
    """The first customer's screen."""
    return page.get_by_role("region", name="あおいさんの画面")


def write(screen: Locator, text: str) -> None:
    """Type a message and press the send button."""
    screen.get_by_role("textbox", name="メッセージ").fill(text)
    screen.get_by_role("button", name="送信", exact=True).click()


def options_of(screen: Locator, text: str) -> None:
    """Open what can be done with a message."""
    screen.get_by_role("listitem").filter(has_text=text).last.click(button="right")


def keep(page: Page, size: str, name: str) -> None:
    """Keep a screenshot."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{size}-{name}.png")


def shown(screen: Locator, text: str) -> Locator:
    """Wait for a bubble with these words and return it."""
    bubble = screen.get_by_role("listitem").filter(has_text=text).last
    bubble.wait_for(timeout=5_000)
    return bubble


def gone(found: Locator) -> None:
    """Wait until it is not on the screen."""
    found.wait_for(state="detached", timeout=5_000)


def test_a_conversation_by_hand(
    page: Page, screen: Locator, desk: SupportDesk, line: LineSimulator, size: str
) -> None:
    """Type, send, receive, tap a quick reply, tap a carousel's button, unsend."""
    customer = line.customer("あおい")
    write(screen, "こんにちは")
    shown(screen, "こんにちは")
    settle(desk)
    shown(screen, "どちらのご用件ですか。")
    keep(page, size, "1-quick-replies")

    quick_replies = screen.get_by_role("group", name="クイックリプライ")
    quick_replies.get_by_role("button", name="返品したい").click()
    gone(quick_replies.get_by_role("button").first)
    assert customer.chat[-1].text == "返品したい"
    settle(desk)
    shown(screen, "青いドレス")
    keep(page, size, "2-carousel")

    with page.expect_response("**/acts"):
        screen.get_by_role("button", name="青いドレスを返す").click()
    settle(desk)
    thanks = shown(screen, "<b>返品</b>を承りました。")
    assert thanks.locator("b").count() == 0
    keep(page, size, "3-answered")

    write(screen, "まちがえました")
    shown(screen, "まちがえました")
    options_of(screen, "まちがえました")
    screen.get_by_role("menuitem", name="送信取消").click()
    shown(screen, "メッセージの送信を取り消しました")
    gone(screen.get_by_text("まちがえました"))
    keep(page, size, "4-unsent")
    assert [each.event["type"] for each in line.webhooks.sent[1:]] == [
        "message",
        "message",
        "postback",
        "message",
        "unsend",
    ]


def test_stickers_pictures_and_read_marks(
    page: Page, screen: Locator, line: LineSimulator, size: str
) -> None:
    """The palette and the picture chooser send; a read message says so."""
    customer = line.customer("あおい")
    screen.get_by_role("button", name="スタンプ", exact=True).click()
    screen.get_by_role("button", name="スタンプ「ありがとう」").click()
    screen.get_by_role("img", name="スタンプ「ありがとう」").wait_for()
    with page.expect_file_chooser() as chosen:
        screen.get_by_role("button", name="送るものを選ぶ").click()
        screen.get_by_role("menuitem", name="写真・動画").click()
    chosen.value.set_files({"name": "dress.png", "mimeType": "image/png", "buffer": PICTURE})
    screen.get_by_role("img", name="写真・動画").wait_for()
    assert [bubble.kind for bubble in customer.chat] == ["sticker", "image"]
    customer._chat.mark_read(customer.chat[0].sender)
    shown(screen, "既読")
    keep(page, size, "5-stickers")


def test_blocking_and_coming_back(screen: Locator, line: LineSimulator) -> None:
    """Who blocks cannot write; the banner offers the way back."""
    customer = line.customer("あおい")
    screen.get_by_role("button", name="トークの設定").click()
    screen.get_by_role("menuitem", name="ブロック").click()
    screen.get_by_text("ブロックしています").wait_for()
    assert customer.friendship == "blocked"
    screen.get_by_role("button", name="ブロック解除").click()
    screen.get_by_text("ブロックしています").wait_for(state="hidden")
    assert customer.friendship == "friend"


def test_links_open_beside_the_chat(
    screen: Locator, line: LineSimulator, desk: SupportDesk
) -> None:
    """An address opens in a tab that cannot reach back; other schemes are no links."""
    line.customer("あおい").says("返品したい")
    settle(desk)
    link = screen.get_by_role("link", name="商品ページ").first
    link.wait_for()
    assert link.get_attribute("target") == "_blank"
    assert link.get_attribute("rel") == "noopener noreferrer"


def test_a_new_customer_takes_up_a_phone(page: Page, line: LineSimulator) -> None:
    """The dialog adds a customer whose screen appears at once."""
    page.get_by_role("button", name="お客様を追加").click()
    page.get_by_role("textbox", name="お客様の名前").fill("ひまり")
    page.get_by_role("button", name="決定").click()
    page.get_by_role("region", name="ひまりさんの画面").wait_for()
    assert line.webhooks.sent[-1].event["type"] == "follow"


def test_the_keyboard_reaches_everything(page: Page, screen: Locator, line: LineSimulator) -> None:
    """Enter sends, and a message's menu opens, moves and closes by keys."""
    field = screen.get_by_role("textbox", name="メッセージ")
    field.focus()
    page.keyboard.type("キーボードから")
    screen.get_by_role("button", name="送信", exact=True).focus()
    page.keyboard.press("Enter")
    bubble = shown(screen, "キーボードから")
    bubble.get_by_role("button", name="メッセージの操作").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    screen.get_by_text("リプライ先 キーボードから").wait_for()
    assert screen.get_by_role("log").get_attribute("aria-live") == "polite"
