"""Tickets and links in the admin: who sees them, and that what changes them is the desk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.test import Client
from forms import opened, send
from scene import QUESTION

from linecs.desk.inbox import InboxFilter
from linecs.model import TicketStatus
from linecs.storage.sql import build_tables
from linecs.testing import settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs import SupportDesk
    from linecs.desk.inbox import ListedTicket
    from linecs.model import Ticket
    from linecs.testing import LineSimulator

LIST = "/admin/support/ticket/"
LINKS = "/admin/support/link/"


def page_of(ticket: ListedTicket) -> str:
    """Return the address of a ticket's page."""
    return f"{LIST}{ticket.ticket.id}/change/"


def current(desk: SupportDesk, ticket: ListedTicket) -> Ticket:
    """Return the ticket as it is now."""
    found = desk.inbox.conversation(ticket.conversation.id).ticket
    assert found is not None
    return found


def after(browser: Client, page: str, action: str) -> str:
    """Do an action on all rows of a list; return what the list says then."""
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    chosen = re.findall(r'name="_selected_action" value="([^"]+)"', page)
    form = {**hidden, "action": action, "_selected_action": chosen}
    answer = browser.post(LIST, form, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def linked(desk: SupportDesk, ticket: ListedTicket, line: LineSimulator) -> str:
    """あおい is the member M1001; the customer's id."""
    desk.links.invite(ticket.customer.id)
    settle(desk)
    token = (line.customer("あおい").taps("会員IDを連携する").uri or "").partition("linkToken=")[2]
    line.customer("あおい").links_account(desk.links.approve(token, "M1001"))
    settle(desk)
    return ticket.customer.id


def test_the_list_says_who_waits_for_whom(
    hanako: Client, desk: SupportDesk, ticket: ListedTicket, linked: str
) -> None:
    """Customer, status, owner, due time and member stand in one line."""
    page = opened(hanako, LIST)
    for said in ("あおい", "未対応", "担当なし", "M1001", "期限"):
        assert said in page
    send(hanako, opened(hanako, page_of(ticket)), "act/claim/")
    page = opened(hanako, f"{LIST}?whose=mine")
    assert "花子" in page
    assert "対応中" in page
    assert "あおい" not in opened(hanako, f"{LIST}?whose=nobody")
    assert "あおい" in opened(hanako, f"{LIST}?q=M1001")
    assert "あおい" not in opened(hanako, f"{LIST}?q=M9999")


def test_a_reply_reaches_the_customer(
    taro: Client, desk: SupportDesk, line: LineSimulator, ticket: ListedTicket
) -> None:
    """What is sent from the page is what the customer's LINE shows, by that operator."""
    page = opened(taro, page_of(ticket))
    assert QUESTION in page
    assert send(taro, page, "act/reply/", text="交換いたします。", asks="yes").status_code == 302
    settle(desk)
    assert line.customer("あおい").chat[-1].text == "交換いたします。"
    assert current(desk, ticket).status is TicketStatus.WAITING
    assert "太郎 <time>" in opened(taro, page_of(ticket))


def test_a_late_reply_is_refused_and_names_the_colleague(
    hanako: Client, taro: Client, desk: SupportDesk, line: LineSimulator, ticket: ListedTicket
) -> None:
    """The second of two replies is not sent; its words stay, and the new page can send them."""
    before = opened(taro, page_of(ticket))
    send(hanako, opened(hanako, page_of(ticket)), "act/reply/", text="交換いたします。")
    refused = send(taro, before, "act/reply/", text="返品でよろしいですか。")
    assert refused.status_code == 409
    assert "花子さんが返信しました" in refused.content.decode()
    assert "返品でよろしいですか。</textarea>" in refused.content.decode()
    settle(desk)
    assert line.customer("あおい").chat[-1].text == "交換いたします。"
    again = send(taro, refused.content.decode(), "act/reply/", text="返品もできます。")
    assert again.status_code == 302


def test_a_reply_waits_for_what_the_writer_has_not_seen(
    hanako: Client, desk: SupportDesk, line: LineSimulator, ticket: ListedTicket
) -> None:
    """A message that came while the reply was written is shown first."""
    before = opened(hanako, page_of(ticket))
    line.customer("あおい").says("写真も送ります")
    settle(desk)
    refused = send(hanako, before, "act/reply/", text="写真をお願いします。")
    assert refused.status_code == 409
    assert "写真も送ります" in refused.content.decode()


@pytest.mark.parametrize(
    ("acts", "status"),
    [
        (["claim"], TicketStatus.IN_PROGRESS),
        (["claim", "release"], TicketStatus.OPEN),
        (["claim", "resolve"], TicketStatus.RESOLVED),
        (["claim", "resolve", "reopen"], TicketStatus.OPEN),
    ],
)
def test_a_button_moves_the_ticket(
    taro: Client, desk: SupportDesk, ticket: ListedTicket, acts: list[str], status: TicketStatus
) -> None:
    """Each does its one act, and Django's own history says who did it."""
    for act in acts:
        sent = send(taro, opened(taro, page_of(ticket)), f"act/{act}/")
        assert sent.status_code == 302
    assert current(desk, ticket).status is status
    assert [entry.user.username for entry in LogEntry.objects.all()] == ["taro"] * len(acts)


def test_a_stale_button_is_refused_and_leaves_no_trace(
    hanako: Client, taro: Client, desk: SupportDesk, ticket: ListedTicket
) -> None:
    """Where a colleague was first nothing is done, in the desk or in Django's history."""
    before = opened(taro, page_of(ticket))
    send(hanako, opened(hanako, page_of(ticket)), "act/note/", text="写真待ち")
    refused = send(taro, before, "act/claim/")
    assert refused.status_code == 409
    assert "ほかの担当者がこのチケットを更新しました" in refused.content.decode()
    assert "写真待ち" in refused.content.decode()
    assert current(desk, ticket).assignee_id is None
    assert LogEntry.objects.count() == 1


def test_an_action_of_the_list_carries_the_versions_it_showed(
    hanako: Client, taro: Client, desk: SupportDesk, line: LineSimulator, ticket: ListedTicket
) -> None:
    """Of two tickets the one that changed meanwhile is refused by name, the other is done."""
    line.customer("みお").says("カラコンの度数を間違えました")
    line.customer("みお").says("オペレーターに相談")
    settle(desk)
    before = opened(taro, LIST)
    send(hanako, opened(hanako, page_of(ticket)), "act/claim/")
    said = after(taro, before, "claim")
    assert "あおいさん: ほかの担当者がこのチケットを更新しました" in said
    assert "担当する: 1件" in said
    by = {each.customer.display_name: each.ticket.assignee_id for each in listed(desk)}
    assert by == {"あおい": id_of("hanako"), "みお": id_of("taro")}
    assert "対応完了にする: 1件" in after(taro, opened(taro, f"{LIST}?whose=mine"), "resolve")
    assert [each.customer.display_name for each in listed(desk)] == ["あおい"]


def listed(desk: SupportDesk) -> tuple[ListedTicket, ...]:
    """Return what is not resolved."""
    return desk.inbox.list(InboxFilter()).items


def id_of(username: str) -> str:
    """Return what the desk calls a user."""
    return str(get_user_model().objects.get(username=username).pk)


def test_an_action_without_a_version_is_refused(
    taro: Client, desk: SupportDesk, ticket: ListedTicket
) -> None:
    """What a page did not show cannot be acted on."""
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', opened(taro, LIST))
    assert token
    send(taro, opened(taro, page_of(ticket)), "act/note/", text="版を進める")
    form = {"action": "claim", "_selected_action": [ticket.ticket.id]}
    taro.post(LIST, {**form, "csrfmiddlewaretoken": token[1]})
    assert current(desk, ticket).assignee_id is None


@pytest.mark.parametrize("where", [LIST, "{page}", "{page}../act/claim/", LINKS])
def test_staff_without_the_permission_get_403(
    desk: SupportDesk, ticket: ListedTicket, where: str
) -> None:
    """Whoever may enter the admin does not thereby read customers' messages."""
    user = get_user_model().objects.create_user("kei", is_staff=True)
    browser = Client()
    browser.force_login(user)
    address = where.format(page=page_of(ticket)).replace("change/../", "")
    assert browser.get(address).status_code == 403
    assert browser.post(address).status_code == 403
    assert "LINEサポート" not in opened(browser, "/admin/")


def test_a_role_that_is_taken_away_ends_at_once(
    taro: Client, desk: SupportDesk, ticket: ListedTicket
) -> None:
    """The page that is still open acts no more."""
    before = opened(taro, page_of(ticket))
    get_user_model().objects.get(username="taro").groups.clear()
    assert send(taro, before, "act/claim/").status_code == 403
    assert current(desk, ticket).assignee_id is None


@pytest.mark.parametrize("address", [LIST, "{page}", LINKS])
def test_nobody_else_gets_in(
    browser_of: Callable[[str], Client], ticket: ListedTicket, address: str
) -> None:
    """Members and strangers are sent to log in."""
    for browser in (Client(), browser_of("aoi@example.com")):
        answer = browser.get(address.format(page=page_of(ticket)))
        assert answer.headers["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("form", ["", "add/", "{id}/delete/"])
def test_django_itself_changes_no_row(
    hanako: Client, desk: SupportDesk, ticket: ListedTicket, form: str
) -> None:
    """There is no page that adds, edits or deletes what the desk keeps."""
    address = f"{LIST}{form.format(id=ticket.ticket.id)}"
    if form:
        assert hanako.get(address).status_code == 403
    assert "delete_selected" not in opened(hanako, LIST)
    assert 'name="_save"' not in opened(hanako, page_of(ticket))


def test_a_form_without_the_token_does_nothing(
    hanako: Client, desk: SupportDesk, ticket: ListedTicket
) -> None:
    """Another site's form, sent with the operator's cookies, is refused."""
    form = {"ticket_version": ticket.ticket.version}
    for what in ("act/claim/", "invite/"):
        answer = hanako.post(f"{LIST}{ticket.ticket.id}/{what}", form)
        assert answer.status_code == 403
    assert current(desk, ticket) == ticket.ticket


def test_what_a_customer_writes_is_never_markup(
    hanako: Client, desk: SupportDesk, line: LineSimulator
) -> None:
    """A name or text with tags shows as it was written."""
    evil = "<script>alert(1)</script>"
    line.customer(evil).says(f"{evil} ドレス")
    settle(desk)
    (found,) = listed(desk)
    for address in (LIST, page_of(found)):
        assert "&lt;script&gt;alert(1)" in opened(hanako, address)
        assert "<script>alert(1)" not in opened(hanako, address)


def test_an_unknown_ticket_or_act_is_no_failure_of_ours(
    hanako: Client, ticket: ListedTicket
) -> None:
    """What is not there is 404, what cannot be done is 400."""
    assert hanako.get(f"{LIST}nothing/change/").status_code == 404
    assert hanako.get(f"{page_of(ticket)}?before=nothing").status_code == 404
    page = opened(hanako, page_of(ticket)).replace("act/claim/", "act/dance/")
    assert send(hanako, page, "act/dance/").status_code == 400


def test_the_page_sends_an_invitation(
    taro: Client, desk: SupportDesk, line: LineSimulator, ticket: ListedTicket
) -> None:
    """「連携の案内を送る」 gives the customer a button to link."""
    send(taro, opened(taro, page_of(ticket)), "invite/")
    settle(desk)
    assert line.customer("あおい").taps("会員IDを連携する").uri


def test_the_page_shows_the_member(hanako: Client, ticket: ListedTicket, linked: str) -> None:
    """Name and orders stand beside the chat while the link holds."""
    page = opened(hanako, page_of(ticket))
    for said in ("M1001", "青井 葵", "カラーコンタクト ワンデー グレー"):
        assert said in page


def test_a_link_is_ended_by_the_desk(
    hanako: Client, desk: SupportDesk, line: LineSimulator, linked: str
) -> None:
    """The row stays as evidence, the ledger says who, and the customer is told."""
    page = opened(hanako, LINKS)
    assert "M1001" in page
    chosen = re.findall(r'name="_selected_action" value="([^"]+)"', page)
    token = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    hanako.post(LINKS, {**token, "action": "unlink", "_selected_action": chosen})
    settle(desk)
    assert desk.links.of_customer(linked) is None
    assert desk.links.history(linked)[-1].actor == id_of("hanako")
    assert "解除" in (line.customer("あおい").chat[-1].text or "")
    assert "M1001" not in opened(hanako, LINKS)
    assert "お店が解除" in opened(hanako, f"{LINKS}?holds=ended")


def test_an_operator_cannot_end_a_link(taro: Client, desk: SupportDesk, linked: str) -> None:
    """The action takes the role; it is not offered, and a form that was made up does nothing."""
    page = opened(taro, LINKS)
    assert "連携を解除する" not in page
    link = desk.links.of_customer(linked)
    assert link is not None
    browser = Client()
    browser.force_login(get_user_model().objects.get(username="taro"))
    browser.post(LINKS, {"action": "unlink", "_selected_action": [link.id]})
    assert desk.links.of_customer(linked) == link


def test_the_models_fit_the_tables(desk: SupportDesk) -> None:
    """What the admin reads is there under that name, in this release's tables."""
    tables = build_tables().tables
    for model in apps.get_app_config("support").get_models():
        columns = {field.column for field in model._meta.fields}
        assert columns <= set(tables[model._meta.db_table].columns.keys())
        assert not model._meta.managed
