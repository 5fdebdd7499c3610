"""A member links their LINE account behind Django's log-in, and ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from forms import opened, send
from scene import PASSWORD

from linecs.testing import settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs import SupportDesk
    from linecs.desk.inbox import ListedTicket
    from linecs.testing import LineSimulator


@pytest.fixture
def page_of_shop(desk: SupportDesk, ticket: ListedTicket, line: LineSimulator) -> str:
    """The path that 「会員IDを連携する」 opens."""
    desk.links.invite(ticket.customer.id)
    settle(desk)
    opened_page = urlsplit(line.customer("あおい").taps("会員IDを連携する").uri or "")
    return f"{opened_page.path}?{opened_page.query}"


def test_a_member_logs_in_approves_and_is_linked(
    desk: SupportDesk, ticket: ListedTicket, line: LineSimulator, page_of_shop: str
) -> None:
    """LINE's dialog comes after the shop's own log-in and a button pressed on the shop's page."""
    browser = Client(enforce_csrf_checks=True)
    to_login = browser.get(page_of_shop).headers["Location"]
    typed = {"username": "aoi@example.com", "password": PASSWORD}
    back = send(browser, opened(browser, to_login), "", at=to_login, **typed)
    assert back.headers["Location"] == page_of_shop
    approved = send(browser, opened(browser, page_of_shop), "", at=page_of_shop)
    assert desk.links.of_customer(ticket.customer.id) is None
    line.customer("あおい").links_account(approved.headers["Location"])
    settle(desk)
    link = desk.links.of_customer(ticket.customer.id)
    assert link is not None
    assert link.member_id == "M1001"
    card = desk.members.card(ticket.customer.id, actor=hanako_id())
    assert card is not None
    assert card.orders[0].title == "カラーコンタクト ワンデー グレー"

    assert send(browser, opened(browser, "/"), "/account/unlink").status_code == 302
    assert desk.links.of_customer(ticket.customer.id) is None


def test_a_wrong_password_lets_nobody_in(page_of_shop: str) -> None:
    """The page says the same whether the address or the password is wrong."""
    browser = Client(enforce_csrf_checks=True)
    to_login = browser.get(page_of_shop).headers["Location"]
    for username in ("aoi@example.com", "nobody@example.com"):
        typed = {"username": username, "password": "a guess"}
        answer = send(browser, opened(browser, to_login), "", at=to_login, **typed)
        assert "メールアドレスかパスワードが違います。" in answer.content.decode()
    assert browser.get(page_of_shop).status_code == 302


def test_another_sites_form_links_nobody(
    page_of_shop: str, browser_of: Callable[[str], Client]
) -> None:
    """A form without the page's token is refused, though the member is logged in."""
    token = parse_qs(urlsplit(page_of_shop).query)["linkToken"][0]
    browser = browser_of("aoi@example.com")
    assert browser.post("/account/link", {"linkToken": token}).status_code == 403
    assert browser.post("/account/unlink").status_code == 403


def test_nobody_is_sent_elsewhere_after_the_log_in(desk: SupportDesk) -> None:
    """An address of another site in `next` is not followed."""
    browser = Client(enforce_csrf_checks=True)
    address = "/login?next=https://evil.example/"
    typed = {"username": "aoi@example.com", "password": PASSWORD}
    answer = send(browser, opened(browser, address), "", at=address, **typed)
    assert answer.headers["Location"] == "/"


def test_an_old_invitation_says_so(browser_of: Callable[[str], Client]) -> None:
    """A token that LINE never gave us shows a page, not an error."""
    member = browser_of("aoi@example.com")
    assert "この案内は使えません" in opened(member, "/account/link?linkToken=old")


def test_staff_are_no_members(browser_of: Callable[[str], Client]) -> None:
    """An operator's log-in approves no link."""
    assert browser_of("hanako").get("/account/link?linkToken=x").status_code == 403


def hanako_id() -> str:
    """Return what the desk calls her."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - Django is ready by now

    return str(get_user_model().objects.get(username="hanako").pk)
