"""The Flask shop: LINE's views, who gets in, and what the operators' console shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from linecs.desk.inbox import InboxFilter
from linecs.model import CustomerId
from linecs.testing import settle
from linecs.testing.host_contract import CommonHostTests

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from linecs import SupportDesk
    from linecs.testing import LineSimulator
    from linecs.testing.host_contract import Host

PASSWORD = "a password of the tests"
QUESTION = "ファスナーが壊れました"


class TestFlaskShop(CommonHostTests):
    """The adapter passes the host contract inside the whole application, CSRF checks on."""

    @pytest.fixture(autouse=True)
    def _shop(self, tmp_path: Path, staff: dict[str, tuple[str, str]]) -> None:
        self.folder, self.staff = tmp_path, staff

    def create_host(self, desk: SupportDesk) -> Host:
        from app import create_app  # noqa: PLC0415 - importable once the fixtures have run
        from storefront import Shop  # noqa: PLC0415 - same

        app = create_app(desk, Shop(self.folder / "shop.sqlite3"), staff=self.staff)
        client = app.test_client()

        def send(method: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
            answer = client.open("/line/webhook", method=method, data=body, headers=dict(headers))
            return answer.status_code, answer.data

        return send


def token_in(page: TestResponse) -> str:
    """Return the CSRF token of a page's first form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    return found[1]


def value_in(page: TestResponse, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found
    return found[1]


@pytest.fixture
def logged_in(app: Flask) -> Callable[[str], FlaskClient]:
    """Return a browser in which this operator is logged in."""

    def log_in(operator: str) -> FlaskClient:
        browser = app.test_client()
        form = {"operator": operator, "password": PASSWORD}
        form["csrf_token"] = token_in(browser.get("/staff"))
        assert browser.post("/staff", data=form).location == "/desk/"
        return browser

    return log_in


@pytest.fixture
def hanako(logged_in: Callable[[str], FlaskClient]) -> FlaskClient:
    """The first operator's browser."""
    return logged_in("hanako")


@pytest.fixture
def taro(logged_in: Callable[[str], FlaskClient]) -> FlaskClient:
    """The second operator's browser."""
    return logged_in("taro")


@pytest.fixture
def chat(desk: SupportDesk, line: LineSimulator) -> str:
    """The address of a conversation that waits for a person."""
    line.customer("あおい").says(QUESTION)
    line.customer("あおい").says("オペレーターに相談")
    settle(desk)
    (listed,) = desk.inbox.list(InboxFilter()).items
    return f"/desk/c/{listed.conversation.id}"


def reply_to(browser: FlaskClient, page: TestResponse, chat: str, text: str) -> TestResponse:
    """Send a reply from a page as it stood when it was opened."""
    names = ("csrf_token", "version", "seen")
    form = {name: value_in(page, name) for name in names}
    return browser.post(f"{chat}/reply", data={**form, "text": text, "asks": "yes"})


@pytest.mark.parametrize(
    "address", ["", "rows", "today", "search", "news", "c/x", "why/x", "media/x"]
)
def test_the_console_is_for_operators_alone(app: Flask, address: str) -> None:
    """Whoever is not logged in is sent to log in, whichever page they ask for."""
    answer = app.test_client().get(f"/desk/{address}")
    assert (answer.status_code, answer.location) == (302, "/staff")


def test_a_member_is_no_operator(app: Flask) -> None:
    """A customer's session opens no page of the console."""
    browser = app.test_client()
    form = {"email": "aoi@example.com", "password": PASSWORD}
    form["csrf_token"] = token_in(browser.get("/login"))
    assert browser.post("/login", data=form).location == "/"
    assert "青井 葵さん" in browser.get("/").text
    assert browser.get("/desk/").location == "/staff"


@pytest.mark.parametrize("operator", ["hanako", "nobody", ""])
def test_a_wrong_password_lets_nobody_in(app: Flask, operator: str) -> None:
    """The page says the same whether the name or the password is wrong."""
    browser = app.test_client()
    form = {"operator": operator, "password": "a guess"}
    form["csrf_token"] = token_in(browser.get("/staff"))
    answer = browser.post("/staff", data=form)
    assert "担当者IDかパスワードが違います。" in answer.text
    assert browser.get("/desk/").location == "/staff"


def test_logging_out_ends_the_session(hanako: FlaskClient) -> None:
    """After 「ログアウト」 the console is closed."""
    token = token_in(hanako.get("/desk/"))
    assert hanako.post("/staff/logout", data={"csrf_token": token}).location == "/staff"
    assert hanako.get("/desk/").location == "/staff"


@pytest.mark.parametrize("what", ["reply", "claim", "resolve", "invite", "draft"])
def test_a_form_without_the_token_does_nothing(
    hanako: FlaskClient, chat: str, desk: SupportDesk, what: str
) -> None:
    """Another site's form, sent with the operator's cookies, is refused."""
    before = desk.inbox.conversation(chat.rpartition("/")[2])
    answer = hanako.post(f"{chat}/{what}", data={"text": "x", "ticket": before.ticket.id})
    assert answer.status_code == 400
    assert desk.inbox.conversation(chat.rpartition("/")[2]) == before


def test_a_wrong_conversation_or_act_is_no_page(hanako: FlaskClient, chat: str) -> None:
    """What is not there is 404, what cannot be done is 400; neither is a failure of ours."""
    token = token_in(hanako.get(chat))
    assert hanako.get("/desk/c/nobody").status_code == 404
    assert hanako.get("/desk/?view=nothing").status_code == 404
    assert hanako.get("/desk/?after=nonsense").status_code == 404
    assert hanako.post(f"{chat}/dance", data={"csrf_token": token}).status_code == 400


def test_what_a_customer_writes_is_never_markup(
    hanako: FlaskClient, desk: SupportDesk, line: LineSimulator
) -> None:
    """A name or text with tags shows as it was written, in each page that has it."""
    evil = "<script>alert(1)</script>"
    line.customer(evil).says(f"{evil} ドレス")
    settle(desk)
    (listed,) = desk.inbox.list(InboxFilter()).items
    for address in ("", f"c/{listed.conversation.id}", "search?q=ドレス", "rows"):
        page = hanako.get(f"/desk/{address}")
        assert "&lt;script&gt;alert(1)" in page.text
        assert "<script>alert(1)" not in page.text


def test_pages_carry_headers_that_guard_them(hanako: FlaskClient, chat: str) -> None:
    """A browser runs only the console's own script, frames it nowhere, and keeps no page."""
    for address in ("/desk/", chat, f"{chat}/bubbles"):
        headers = hanako.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in hanako.get("/login").headers["Content-Security-Policy"]


def test_a_reply_reaches_the_customer(
    hanako: FlaskClient, chat: str, desk: SupportDesk, line: LineSimulator
) -> None:
    """What an operator sends from the page is what the customer's LINE shows."""
    answer = reply_to(hanako, hanako.get(chat), chat, "交換いたします。")
    assert (answer.status_code, answer.location) == (303, chat)
    settle(desk)
    assert line.customer("あおい").chat[-1].text == "交換いたします。"
    assert "返信待ち" in hanako.get(chat).text


def test_a_late_reply_is_refused_and_names_the_colleague(
    hanako: FlaskClient, taro: FlaskClient, chat: str, desk: SupportDesk, line: LineSimulator
) -> None:
    """The second of two replies is not sent; its words stay, and the new page can send them."""
    opened = taro.get(chat)
    reply_to(hanako, hanako.get(chat), chat, "交換いたします。")
    refused = reply_to(taro, opened, chat, "返品でよろしいですか。")
    assert refused.status_code == 409
    assert "花子さんが返信しました" in refused.text
    assert "返品でよろしいですか。</textarea>" in refused.text
    settle(desk)
    assert line.customer("あおい").chat[-1].text == "交換いたします。"
    assert reply_to(taro, refused, chat, "返品もできます。").status_code == 303


def test_a_reply_waits_for_what_the_writer_has_not_seen(
    hanako: FlaskClient, chat: str, desk: SupportDesk, line: LineSimulator
) -> None:
    """A message that came while the reply was written is shown first."""
    opened = hanako.get(chat)
    line.customer("あおい").says("写真も送ります")
    settle(desk)
    refused = reply_to(hanako, opened, chat, "写真をお願いします。")
    assert refused.status_code == 409
    assert "お客様の新しいメッセージがあります" in refused.text
    assert "写真も送ります" in refused.text


def test_a_draft_is_kept_and_colleagues_see_who_writes(
    hanako: FlaskClient, taro: FlaskClient, chat: str
) -> None:
    """What was typed is there again after a reload, and only its writer reads it."""
    token = token_in(hanako.get(chat))
    kept = hanako.post(f"{chat}/draft", data={"csrf_token": token, "text": "書きかけ"})
    assert kept.status_code == 204
    assert "書きかけ</textarea>" in hanako.get(chat).text
    of_colleague = taro.get(chat).text
    assert "花子さんが入力中です" in of_colleague
    assert "書きかけ" not in of_colleague


@pytest.mark.parametrize(
    ("acts", "status"),
    [
        (["claim"], "対応中"),
        (["claim", "release"], "未対応"),
        (["claim", "resolve"], "対応完了"),
        (["claim", "resolve", "reopen"], "未対応"),
    ],
)
def test_a_button_moves_the_ticket(
    hanako: FlaskClient, chat: str, acts: list[str], status: str
) -> None:
    """Each button does its one act and shows the conversation again."""
    for act in acts:
        page = hanako.get(chat)
        names = ("csrf_token", "ticket", "ticket_version")
        form = {name: value_in(page, name) for name in names}
        assert hanako.post(f"{chat}/{act}", data=form).status_code == 303
    badge = r'<header class="subject">.*?class="badge[^>]*>([^<]+)<'
    shown = re.search(badge, hanako.get(chat).text, re.DOTALL)
    assert shown
    assert shown[1] == status


def test_a_note_and_a_mark_stay_with_the_team(
    hanako: FlaskClient, chat: str, desk: SupportDesk, line: LineSimulator
) -> None:
    """Both show in the console; nothing of them goes to the customer."""
    said = len(line.customer("あおい").chat)
    sorting = {"mark": "complaint", "category": "returns", "priority": "1"}
    for act, more in (("note", {"text": "在庫を確認中"}), ("sort", sorting)):
        page = hanako.get(chat)
        names = ("csrf_token", "ticket", "ticket_version")
        form = {name: value_in(page, name) for name in names}
        assert hanako.post(f"{chat}/{act}", data={**form, **more}).status_code == 303
    settle(desk)
    assert "在庫を確認中" in hanako.get(chat).text
    assert "クレーム" in hanako.get("/desk/rows").text
    for view, shown in (("mark:complaint", 200), ("category:restock", 200), ("colour:red", 404)):
        rows = hanako.get(f"/desk/rows?view={view}")
        assert rows.status_code == shown
        assert ("クレーム" in rows.text) is (view == "mark:complaint")
    assert len(line.customer("あおい").chat) == said


def test_an_answer_of_the_bot_says_why(
    hanako: FlaskClient, desk: SupportDesk, line: LineSimulator
) -> None:
    """The trace opens from the bubble."""
    line.customer("みお").says("営業時間")
    settle(desk)
    (listed,) = desk.inbox.list(InboxFilter()).items
    page = hanako.get(f"/desk/c/{listed.conversation.id}").text
    address = re.search(r'hx-get="(/desk/why/[^"]+)"', page)
    assert address
    why = hanako.get(address[1]).text
    assert "rule:hours" in why
    assert "「営業時間」が完全一致「営業時間」に一致 → これで応答" in why


def test_a_tag_is_put_on_and_taken_off(hanako: FlaskClient, chat: str) -> None:
    """The list can be narrowed to it meanwhile."""
    for act, views in (("tag", 1), ("untag", 0)):
        page = hanako.get(chat)
        form = {name: value_in(page, name) for name in ("csrf_token", "customer")}
        assert hanako.post(f"{chat}/{act}", data={**form, "tag": "VIP"}).status_code == 303
        assert hanako.get("/desk/").text.count('value="tag:VIP"') == views


def test_an_open_page_reads_what_comes(
    hanako: FlaskClient, chat: str, desk: SupportDesk, line: LineSimulator
) -> None:
    """A message that the browser fetched is no longer unread; what nobody fetched is."""
    hanako.get(chat)
    line.customer("あおい").says("もう一つあります")
    settle(desk)
    assert desk.inbox.list(actor="hanako").items[0].unread
    hanako.get(f"{chat}/bubbles")
    assert not desk.inbox.list(actor="hanako").items[0].unread
    assert desk.inbox.list(actor="taro").items[0].unread


def test_what_fits_the_question_is_ready(hanako: FlaskClient, chat: str) -> None:
    """The FAQ's nearest entries come first, canned replies after them."""
    page = hanako.get(chat).text
    groups = re.findall(r"<section><h3>([^<]+)</h3>", page)
    assert groups[:2] == ["この質問に近いFAQ", "定型文"]
    first = re.search(r'<button type="button" data-text="[^"]+"><b>([^<]+)</b>', page)
    assert first
    assert first[1] == "届いた商品が不良品でした"


def test_the_whole_record_opens_as_a_page_of_its_own(
    hanako: FlaskClient, chat: str, desk: SupportDesk
) -> None:
    """It brings its style and may run nothing, and the audit trail has who looked."""
    before = len(desk.inbox.history(CustomerId(chat.rpartition("/")[2])).happenings)
    record = hanako.get(chat.replace("/c/", "/record/"))
    seen = desk.inbox.history(CustomerId(chat.rpartition("/")[2])).happenings[before:]
    assert [(each.kind, each.actor) for each in seen] == [("conversation.seen", "hanako")]
    assert "対応記録" in record.text
    assert "script" not in record.headers["Content-Security-Policy"]
    assert hanako.get("/desk/record/nobody").status_code == 404


def test_an_unchanged_part_is_not_sent_again(hanako: FlaskClient, chat: str) -> None:
    """The browser that has a part already hears 204, until it changes."""
    first = hanako.get(f"{chat}/bubbles")
    known = first.headers["X-Print"]
    assert hanako.get(f"{chat}/bubbles?known={known}").status_code == 204
    reply_to(hanako, hanako.get(chat), chat, "お調べします。")
    assert hanako.get(f"{chat}/bubbles?known={known}").status_code == 200


def test_pages_are_small(hanako: FlaskClient, chat: str) -> None:
    """A page with all its files weighs less than 300 KB."""
    page = hanako.get(chat)
    files = re.findall(r'(?:src|href)="(/desk/static/[^"]+)"', page.text)
    assert len(files) == 3
    weight = len(page.data)
    for each in files:
        with hanako.get(each) as served:
            weight += len(served.data)
    assert weight < 300_000


def test_the_days_numbers_keep_no_page_waiting(hanako: FlaskClient, chat: str) -> None:
    """The list comes without them first; asked for on their own, they are there for all pages."""
    first = "<dt>お問い合わせ</dt><dd>{}</dd>".format
    assert first("–") in hanako.get("/desk/").text
    assert first(1) in hanako.get("/desk/today").text
    assert first(1) in hanako.get("/desk/").text
