"""The console's page of proposals: for leads alone, decided once, and readable by everybody."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from werkzeug.serving import make_server

from linecs.desk.inbox import InboxFilter
from linecs.testing import settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, Page

    from linecs import SupportDesk
    from linecs.testing import LineSimulator

PASSWORD = "a password of the tests"
ARTEFACTS = Path(__file__).parents[2] / "test-artefacts" / "proposals"
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
ANSWER = "お名前の刺繍は、一点1,100円で承ります。"
ASKED = {"あおい": "名入れ刺繍はお願いできますか", "さくら": "名入れ刺繍をお願いできますか"}


@pytest.fixture
def proposed(desk: SupportDesk, line: LineSimulator) -> str:
    """Two customers asked what only a person could answer; the proposal's id."""
    for name, question in ASKED.items():
        line.customer(name).says(question)
        settle(desk)
        listed = desk.inbox.list(InboxFilter()).items
        (mine,) = [each for each in listed if each.ticket.status == "open"]
        now = mine.conversation
        reply = f"{name}様、お問い合わせありがとうございます。{ANSWER}"
        acted = desk.reply(
            now.id, reply, actor="taro", version=now.version, seen=now.newest_message_id
        )
        desk.resolve(mine.ticket.id, actor="taro", version=acted.ticket_version)
        settle(desk)
    (proposal,) = desk.knowledge.propose()
    return proposal.id


@pytest.fixture
def logged_in(app: Flask) -> Callable[[str], FlaskClient]:
    """Return a browser in which this operator is logged in."""

    def log_in(operator: str) -> FlaskClient:
        browser = app.test_client()
        form = {"operator": operator, "password": PASSWORD}
        form["csrf_token"] = token_in(browser.get("/staff").text)
        browser.post("/staff", data=form)
        return browser

    return log_in


def token_in(page: str) -> str:
    """Return the CSRF token of a page's first form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_lead_reads_and_accepts_in_own_words(
    desk: SupportDesk, proposed: str, logged_in: Callable[[str], FlaskClient]
) -> None:
    """The page says where it comes from and what it would change; the lead's text goes out."""
    hanako = logged_in("hanako")
    page = hanako.get("/desk/proposals").text
    assert "もとのお問い合わせ <b>2件</b>" in page
    assert f">{ANSWER}</textarea>" in page
    assert all(question in page for question in ASKED.values())
    form = {
        "csrf_token": token_in(page),
        "text": "名入れ刺繍はできますか？",
        "answer": ANSWER,
        "entry_id": "embroidery",
    }
    answer = hanako.post(f"/desk/proposals/{proposed}/accept", data=form)
    assert answer.location == "/desk/proposals?done=accepted"
    assert "FAQを公開しました" in hanako.get(answer.location).text
    entry = desk.knowledge.current("faq")[-1]
    assert (entry.id, entry.question, entry.answer) == (
        "embroidery",
        "名入れ刺繍はできますか？",
        ANSWER,
    )
    assert desk.knowledge.versions("faq")[0].published_by == "hanako"


def test_what_a_colleague_decided_is_said(
    desk: SupportDesk, proposed: str, logged_in: Callable[[str], FlaskClient]
) -> None:
    """The page is old by then; nothing is published."""
    hanako = logged_in("hanako")
    form = {"csrf_token": token_in(hanako.get("/desk/proposals").text)}
    address = f"/desk/proposals/{proposed}"
    assert hanako.post(f"{address}/reject", data=form).location.endswith("?done=rejected")
    late = hanako.post(f"{address}/accept", data=form)
    assert (late.status_code, "採用か却下を決めました" in late.text) == (409, True)
    gone = hanako.post("/desk/proposals/nothing/accept", data=form)
    assert (gone.status_code, "もうありません" in gone.text) == (409, True)
    assert len(desk.knowledge.versions("faq")) == 1


def test_the_page_is_for_leads_alone(
    desk: SupportDesk, proposed: str, logged_in: Callable[[str], FlaskClient]
) -> None:
    """An operator sees no link, gets nothing there, and decides nothing; nor does a forger."""
    taro, hanako = logged_in("taro"), logged_in("hanako")
    page = taro.get("/desk/").text
    assert ("FAQへの提案" in page, "FAQへの提案" in hanako.get("/desk/").text) == (False, True)
    assert taro.get("/desk/proposals").status_code == 403
    form = {"csrf_token": token_in(page)}
    assert taro.post(f"/desk/proposals/{proposed}/accept", data=form).status_code == 403
    assert hanako.post(f"/desk/proposals/{proposed}/accept").status_code == 400
    assert len(desk.knowledge.proposals()) == 1


@pytest.fixture
def served(app: Flask, proposed: str) -> Iterator[str]:
    """The application on loopback."""
    assert proposed
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_reads_well(served: str, browser: Browser, width: int) -> None:
    """Nothing is cut off, axe finds nothing serious, and a lead decides with a few taps."""
    context = browser.new_context(viewport={"width": width, "height": 844}, locale="ja-JP")
    page = context.new_page()
    page.goto(f"{served}/staff")
    page.get_by_label("担当者ID").fill("hanako")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログイン").click()
    page.get_by_role("link", name="FAQへの提案").click()
    page.get_by_role("heading", name="FAQへの提案").wait_for()
    page.get_by_text("もとのお問い合わせを見る").click()
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"proposals-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    page.get_by_role("button", name="却下").click()
    page.get_by_text("却下しました。").wait_for()
    page.screenshot(path=ARTEFACTS / f"proposals-none-{width}.png", full_page=True)
    assert violations(page) == []
    context.close()


def violations(page: Page) -> list[str]:
    """Return what axe finds that is serious or worse."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in serious]
