"""Attacks on the pages of a real host: what a browser or an attacker's link can send it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from attrs import frozen
from flask import Flask

from desks import make_scene
from linecs.desk import Linking
from linecs.idlink import AccountLink, LineLogin
from linecs.storage.memory import MemoryStorage
from linked_host import COOKIE, add_linking, add_login, create_host
from linked_shop import Members, Shop

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from linecs.testing import LineSimulator, VirtualClock
    from linecs.testing.simulator import Customer

SITE = "http://localhost"
CALLBACK = f"{SITE}/line/callback"


@frozen
class Site:
    """A shop's site, and what stands behind it."""

    app: Flask
    shop: Shop

    def browser(self, member: str = "") -> FlaskClient:
        """Return a browser, in which a member may be logged in at the shop."""
        browser = self.app.test_client()
        with browser.session_transaction() as session:
            session["csrf"] = "of this browser"
            if member:
                session["member"] = member
        return browser


@pytest.fixture
def site(line: LineSimulator, clock: VirtualClock) -> Site:
    """A site with every way to link."""
    linking = Linking(
        account_link=AccountLink(
            page_url=f"{SITE}/line/link", dialog_url=f"{line.url}/dialog/bot/accountLink"
        )
    )
    scene = make_scene(line, clock, storage=MemoryStorage(), linking=linking, members=Members())
    channel = line.add_login_channel(name="森の雑貨店", callbacks=[CALLBACK])
    login = LineLogin(
        channel_id=channel.channel_id,
        channel_secret=channel.secret,
        redirect_uri=CALLBACK,
        authorize_url=f"{line.url}/oauth2/v2.1/authorize",
        api_url=line.url,
    )
    app = create_host(scene.desk)
    add_linking(app, scene.desk)
    add_login(app, scene.desk, login, linking.registry, clock)
    shop = Shop(scene)
    for name in ("hanako", "mallory"):
        shop.meets(name)
    return Site(app, shop)


@pytest.fixture
def hanako(line: LineSimulator) -> Customer:
    """The victim."""
    return line.customer("hanako")


@pytest.fixture
def mallory(line: LineSimulator) -> Customer:
    """The attacker."""
    return line.customer("mallory")


def posts(browser: FlaskClient, path: str) -> TestResponse:
    """Press a button of the site."""
    return browser.post(path, data={"csrf": "of this browser"})


def at_line(browser: FlaskClient, customer: Customer, path: str = "/line/login") -> str:
    """Press the LINE button, log in at LINE, and stop before the callback; return its path."""
    back = customer.logs_in(posts(browser, path).headers["Location"]).url
    return back.removeprefix(SITE)


def with_fields(path: str, **fields: str | None) -> str:
    """Return an address with other fields; None leaves one out."""
    parts = urlsplit(path)
    query = {**dict(parse_qsl(parts.query)), **fields}
    kept = {name: value for name, value in query.items() if value is not None}
    return parts._replace(query=urlencode(kept)).geturl()


def member_of(browser: FlaskClient) -> str:
    """Return who is logged in at the shop."""
    with browser.session_transaction() as session:
        return str(session.get("member", ""))


def test_the_honest_way_works(site: Site, hanako: Customer) -> None:
    """Link while logged in, then log in by LINE. Without this the rest proves nothing."""
    browser = site.browser("M1")
    assert "連携しました" in browser.get(at_line(browser, hanako)).text
    stranger = site.browser()
    assert stranger.get(at_line(stranger, hanako, "/line/login?next=/orders")).location == "/orders"
    assert member_of(stranger) == "M1"


@pytest.mark.parametrize("state", [None, "guessed"])
def test_a_callback_without_the_browsers_state_logs_nobody_in(
    site: Site, hanako: Customer, state: str | None
) -> None:
    """Missing or foreign: refused, and the attempt is used up."""
    browser = site.browser()
    back = at_line(browser, hanako)
    assert browser.get(with_fields(back, state=state)).status_code == 400
    assert browser.get(back).status_code == 400
    assert member_of(browser) == ""


def test_a_login_the_attacker_began_does_not_end_in_the_victims_browser(
    site: Site, mallory: Customer, hanako: Customer
) -> None:
    """The victim opens the attacker's callback, with or without a login of their own under way."""
    attack = at_line(site.browser(), mallory)
    victim = site.browser("M-hanako")
    assert victim.get(attack).status_code == 400
    at_line(victim, hanako)
    attack = at_line(site.browser(), mallory)
    assert victim.get(attack).status_code == 400
    assert (site.shop.link("mallory"), site.shop.link("hanako")) == (None, None)


def test_a_callback_works_once(site: Site, hanako: Customer) -> None:
    """Whoever sees the address in a log comes too late, also with the cookie."""
    browser = site.browser("M1")
    back = at_line(browser, hanako)
    cookie = browser.get_cookie(COOKIE)
    assert cookie is not None
    assert browser.get(back).status_code == 200
    thief = site.browser("M-thief")
    thief.set_cookie(COOKIE, cookie.value)
    assert thief.get(back).status_code == 400
    assert site.shop.scene.desk.links.of_member("M-thief") == []


def test_a_stolen_code_is_worth_nothing_in_another_login(
    site: Site, hanako: Customer, mallory: Customer
) -> None:
    """The thief's own login has another verifier, so that LINE refuses the code."""
    code = dict(parse_qsl(urlsplit(at_line(site.browser(), hanako)).query))["code"]
    thief = site.browser("M-thief")
    assert thief.get(with_fields(at_line(thief, mallory), code=code)).status_code == 400
    assert site.shop.scene.desk.links.of_member("M-thief") == []


@pytest.mark.parametrize("name", ["userId", "user_id", "sub", "line_user_id", "member_id"])
def test_a_user_id_in_the_address_is_not_looked_at(
    site: Site, hanako: Customer, mallory: Customer, name: str
) -> None:
    """Neither the callback nor the link page takes anybody's word for who somebody is."""
    browser = site.browser("M-mallory")
    browser.get(with_fields(at_line(browser, mallory), **{name: hanako.user_id}))
    assert site.shop.link("hanako") is None
    link = site.shop.link("mallory")
    assert link is not None
    site.shop.scene.desk.links.unlink(link.customer_id, actor="shop")
    token = site.shop.invites("mallory")
    page = f"/line/link?linkToken={quote(token)}&{name}={hanako.user_id}"
    dialog = posts(browser, page).headers["Location"]
    assert hanako.user_id not in dialog
    mallory.links_account(dialog)
    site.shop.scene.settle()
    assert site.shop.link("hanako") is None


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example"]
)
def test_nobody_is_sent_elsewhere_after_a_login(site: Site, hanako: Customer, target: str) -> None:
    """Whatever the return address says, the browser stays on the shop's site."""
    browser = site.browser("M1")
    browser.get(at_line(browser, hanako))
    stranger = site.browser()
    back = at_line(stranger, hanako, f"/line/login?next={quote(target)}")
    assert stranger.get(back).location == "/"


def test_an_approval_needs_the_members_own_click(site: Site, mallory: Customer) -> None:
    """A form posted from elsewhere has no token of this browser's; a stranger has to log in."""
    page = f"/line/link?linkToken={quote(site.shop.invites('mallory'))}"
    assert site.browser("M-hanako").post(page, data={}).status_code == 403
    assert posts(site.browser(), page).location == "/login"


def test_an_invitation_of_the_attackers_links_no_victim(
    site: Site, hanako: Customer, mallory: Customer
) -> None:
    """The victim logs in and approves on the attacker's invitation: LINE sees who visits."""
    page = f"/line/link?linkToken={quote(site.shop.invites('mallory'))}"
    dialog = posts(site.browser("M-hanako"), page).headers["Location"]
    hanako.links_account(dialog)
    site.shop.scene.settle()
    assert site.shop.scene.desk.links.of_member("M-hanako") == []
    mallory.links_account(dialog)
    site.shop.scene.settle()
    assert site.shop.scene.desk.links.of_member("M-hanako") == []
