"""The account link dialog: who may link, and what the account hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from linecs.testing.simulator import SimulationError

if TYPE_CHECKING:
    from linebot.v3.messaging import MessagingApi

    from linecs.testing import LineSimulator, VirtualClock
    from linecs.testing.simulator import Customer

NONCE = "n" * 22
DIALOG = "https://access.line.me/dialog/bot/accountLink"


def dialog(api: MessagingApi, customer: Customer, nonce: str = NONCE) -> str:
    """Return the address the shop redirects to, with a fresh link token."""
    token = api.issue_link_token(customer.user_id, _request_timeout=5).link_token
    return f"{DIALOG}?linkToken={token}&nonce={nonce}"


def test_the_right_visitor_links(line: LineSimulator, api: MessagingApi) -> None:
    """The account is told the nonce and who it was, and may reply."""
    customer = line.customer("c1")
    visit = customer.links_account(dialog(api, customer))
    assert (visit.result, visit.event is None) == ("ok", False)
    assert visit.event is not None
    assert visit.event.event["link"] == {"result": "ok", "nonce": NONCE}
    assert visit.event.event["source"]["userId"] == customer.user_id
    assert visit.event.reply_token is not None


def test_another_visitor_fails(line: LineSimulator, api: MessagingApi) -> None:
    """Who follows someone else's link is not linked, and is not named to the account."""
    victim, attacker = line.customer("victim"), line.customer("attacker")
    visit = victim.links_account(dialog(api, attacker))
    assert visit.event is not None
    assert visit.event.event["link"]["result"] == "failed"
    assert {"source", "replyToken"} & set(visit.event.event) == set()


def test_a_token_works_once(line: LineSimulator, api: MessagingApi) -> None:
    """The second visit is an error page, and the account hears nothing."""
    customer = line.customer("c1")
    url = dialog(api, customer)
    customer.links_account(url)
    visit = customer.links_account(url)
    assert (visit.result, visit.event, len(line.webhooks.sent)) == ("error_page", None, 1)


def test_a_token_dies_after_ten_minutes(
    line: LineSimulator, api: MessagingApi, clock: VirtualClock
) -> None:
    """Too late is an error page."""
    customer = line.customer("c1")
    url = dialog(api, customer)
    clock.advance(minutes=10)
    assert customer.links_account(url).result == "error_page"


@pytest.mark.parametrize("length", [9, 256])
def test_a_nonce_has_10_to_255_characters(
    line: LineSimulator, api: MessagingApi, length: int
) -> None:
    """A nonce of another length is an error page."""
    customer = line.customer("c1")
    assert customer.links_account(dialog(api, customer, "n" * length)).result == "error_page"


def test_another_address_is_no_dialog(line: LineSimulator) -> None:
    """The shop's own page is not where LINE links."""
    with pytest.raises(SimulationError):
        line.customer("c1").links_account("https://shop.example/link?linkToken=a")


class TestInABrowser:
    def visit(self, line: LineSimulator, url: str, **options: Any) -> requests.Response:
        """Open the dialog over HTTP."""
        return requests.get(url.replace("https://access.line.me", line.url), timeout=5, **options)

    def test_it_asks_who_visits(self, line: LineSimulator, api: MessagingApi) -> None:
        """Names are offered as text, whatever they contain."""
        customer = line.customer("c1", display_name="<b>花子</b>")
        page = self.visit(line, dialog(api, customer))
        assert ("&lt;b&gt;花子&lt;/b&gt;" in page.text, "<b>" in page.text) == (True, False)
        assert line.webhooks.sent == []

    def test_the_one_chosen_links(self, line: LineSimulator, api: MessagingApi) -> None:
        """The page does what the customer's own visit does."""
        customer = line.customer("c1")
        page = self.visit(line, dialog(api, customer) + "&as=c1")
        assert (page.status_code, "連携しました" in page.text) == (200, True)
        assert line.webhooks.sent[0].event["link"]["result"] == "ok"

    def test_a_cookie_says_who_visits(self, line: LineSimulator, api: MessagingApi) -> None:
        """A browser that was asked before is not asked again; the wrong one fails."""
        line.customer("c2")
        url = dialog(api, line.customer("c1"))
        page = self.visit(line, url, cookies={"line_simulator_visitor": "c2"})
        assert page.status_code == 400
        assert line.webhooks.sent[0].event["link"]["result"] == "failed"
