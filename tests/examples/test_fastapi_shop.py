"""The FastAPI shop: LINE's views, its pages, and orders that ship with their message."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from databases import scratch_database
from linecs.storage.sql import migrate
from linecs.testing import settle
from linecs.testing.host_contract import CommonHostTests

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from fastapi import FastAPI

    from linecs import SupportDesk
    from linecs.testing import LineSimulator
    from linecs.testing.host_contract import Host
    from linecs.testing.simulator import Customer

FOLDER = Path(__file__).parents[2] / "examples" / "fastapi_shop"
PASSWORD = "a password of the tests"
STAFF_TOKEN = "a token of the tests"
STAFF = {"Authorization": f"Bearer {STAFF_TOKEN}"}
PARCEL = {"carrier": "ヤマト運輸", "tracking": "4000-240611"}
SHIPPED = "ご注文 240611 を発送しました。\nヤマト運輸　お問い合わせ番号 4000-240611"


@pytest.fixture(scope="module", autouse=True)
def _package() -> Iterator[None]:
    """The shop's package, found as it is when it runs."""
    sys.path.insert(0, str(FOLDER))
    yield
    sys.path.remove(str(FOLDER))


class TestFastapiShop(CommonHostTests):
    """The adapter passes the host contract inside the whole application."""

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.url = f"sqlite:///{tmp_path / 'shop.sqlite3'}"

    def create_host(self, desk: SupportDesk) -> Host:
        app = create(desk, self.url)

        async def ask(method: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
            async with browser_of(app) as browser:
                answer = await browser.request(
                    method, "/line/webhook", content=body, headers=dict(headers)
                )
                return answer.status_code, answer.content

        return lambda *request: asyncio.run(ask(*request))


def create(desk: SupportDesk, url: str) -> FastAPI:
    """Return the application around a desk."""
    from mimosa.app import create_app  # noqa: PLC0415 - importable once the fixtures have run
    from mimosa.database import Database  # noqa: PLC0415 - same

    return create_app(
        desk, Database(url), secret="of the tests", staff_token=STAFF_TOKEN, is_https=False
    )


def browser_of(app: FastAPI) -> httpx.AsyncClient:
    """Return a browser that keeps its cookies, as somebody outside sees the application."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="https://shop.example")


class Shop:
    """The shop on a database of its own, with LINE, its members and its answers."""

    def __init__(self, url: str, line: LineSimulator, folder: Path) -> None:
        from mimosa.database import Database  # noqa: PLC0415 - importable once the fixtures have run
        from mimosa.support import create_desk  # noqa: PLC0415 - same

        self.line = line
        self.settings = {
            "PUBLIC_URL": "https://shop.example",
            "MEDIA_FOLDER": str(folder / "media"),
            "LINE_API_URL": line.url,
            "LINE_DIALOG_URL": f"{line.url}/dialog/bot/accountLink",
            "LINE_BOT_USER_ID": line.channel.bot_user_id,
            "LINE_CHANNEL_SECRET": line.channel.secret,
            "LINE_ACCESS_TOKEN": line.channel.access_token,
        }
        self.database = Database(url)
        self.desk = create_desk(self.database, self.settings)
        line.deliver_to(self.desk.receive)

    def run(self, act: Callable[[httpx.AsyncClient], Awaitable[object]]) -> None:
        """Let somebody act in a browser, on a database with members and orders."""
        from mimosa.app import create_app  # noqa: PLC0415 - importable once the fixtures have run
        from mimosa.install import add_shop  # noqa: PLC0415 - same

        app = create_app(
            self.desk, self.database, secret="s", staff_token=STAFF_TOKEN, is_https=False
        )

        async def go() -> None:
            async with app.router.lifespan_context(app):
                await add_shop(self.database, password=PASSWORD, now=1)
                async with browser_of(app) as browser:
                    await act(browser)

        asyncio.run(go())

    async def invite(self, browser: httpx.AsyncClient, customer: Customer) -> str:
        """Let a customer write, invite them, and return the address in the invitation."""
        customer.says("会員IDを連携したい")
        await asyncio.to_thread(settle, self.desk)
        listed = (await browser.get("/back-office/tickets", headers=STAFF)).json()
        (conversation,) = [each["conversation"] for each in listed]
        address = f"/back-office/conversations/{conversation}/invitation"
        assert (await browser.post(address, headers=STAFF)).json() == {"told": 1}
        await asyncio.to_thread(settle, self.desk)
        return str(customer.chat[-1].message["template"]["actions"][0]["uri"])

    async def link(self, browser: httpx.AsyncClient, customer: Customer) -> None:
        """Let a customer log in as a member from an invitation, and link."""
        invitation = await self.invite(browser, customer)
        sent_to = (await browser.get(invitation)).headers["location"]
        assert sent_to == "/login"
        back = await log_in(browser)
        page = await browser.get(back.headers["location"])
        form = {"csrf": token_in(page), "linkToken": value_in(page, "linkToken")}
        approved = await browser.post("/line/link", data=form)
        customer.links_account(approved.headers["location"])
        await asyncio.to_thread(settle, self.desk)


def value_in(page: httpx.Response, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return found[1]


def token_in(page: httpx.Response) -> str:
    """Return the token of a page's forms."""
    return value_in(page, "csrf")


async def log_in(browser: httpx.AsyncClient, password: str = PASSWORD) -> httpx.Response:
    """Log the first member in."""
    form = {"email": "aoi@example.com", "password": password}
    form["csrf"] = token_in(await browser.get("/login"))
    return await browser.post("/login", data=form)


async def shipped(browser: httpx.AsyncClient) -> httpx.Response:
    """Say that the first member's order has left."""
    address = "/back-office/orders/240611/shipped"
    return await browser.post(address, json=PARCEL, headers=STAFF)


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, line: LineSimulator, tmp_path: Path) -> Iterator[Shop]:
    """The shop on SQLite (aiosqlite) and on PostgreSQL (psycopg, asynchronous)."""
    with scratch_database(request.param, tmp_path) as url:
        migrate(url)
        yield Shop(url, line, tmp_path)


@pytest.fixture
def on_sqlite(line: LineSimulator, tmp_path: Path) -> Shop:
    """The shop on SQLite."""
    return Shop(f"sqlite:///{tmp_path / 'shop.sqlite3'}", line, tmp_path)


def test_an_order_ships_in_one_commit_with_its_message(shop: Shop) -> None:
    """A linked member hears of it once; a second call changes nothing and says so."""
    aoi = shop.line.customer("あおい")

    async def act(browser: httpx.AsyncClient) -> None:
        await shop.link(browser, aoi)
        assert (await shipped(browser)).json() == {"told": 1}
        assert (await shipped(browser)).status_code == 409
        await asyncio.to_thread(settle, shop.desk)
        assert "発送済み" in (await browser.get("/")).text

    shop.run(act)
    assert [each.text for each in aoi.chat].count(SHIPPED) == 1


def test_an_order_that_is_rolled_back_tells_nobody(shop: Shop) -> None:
    """Where the shop's transaction fails after the message was queued, both are gone."""
    aoi = shop.line.customer("あおい")

    async def act(browser: httpx.AsyncClient) -> None:
        from mimosa.shipping import ship  # noqa: PLC0415 - importable once the fixtures have run

        await shop.link(browser, aoi)
        async with shop.database.sessions() as session:
            told = await ship(session, shop.desk, shop.database.desk_storage, "240611", **PARCEL)
            assert told == 1
            await session.rollback()
        await asyncio.to_thread(settle, shop.desk)
        assert "発送済み" not in (await browser.get("/")).text

    shop.run(act)
    assert SHIPPED not in [each.text for each in aoi.chat]


def test_who_linked_nothing_is_told_nothing(on_sqlite: Shop) -> None:
    """The order ships all the same."""

    async def act(browser: httpx.AsyncClient) -> None:
        assert (await shipped(browser)).json() == {"told": 0}

    on_sqlite.run(act)


def test_a_reply_of_the_back_office_arrives_and_a_late_one_is_refused(on_sqlite: Shop) -> None:
    """The second is written for what the list showed before the first."""
    aoi = on_sqlite.line.customer("あおい")

    async def act(browser: httpx.AsyncClient) -> None:
        aoi.says("ファスナーが壊れました")
        await asyncio.to_thread(settle, on_sqlite.desk)
        (ticket,) = (await browser.get("/back-office/tickets", headers=STAFF)).json()
        address = f"/back-office/conversations/{ticket['conversation']}/replies"
        form = {name: ticket[name] for name in ("version", "seen")}
        for operator, status in (("hanako", 200), ("taro", 409)):
            reply = {**form, "text": f"{operator}です。", "operator": operator}
            assert (await browser.post(address, json=reply, headers=STAFF)).status_code == status
        await asyncio.to_thread(settle, on_sqlite.desk)

    on_sqlite.run(act)
    assert aoi.chat[-1].text == "hanakoです。"
    assert "taroです。" not in [each.text for each in aoi.chat]


def test_a_member_ends_the_link(on_sqlite: Shop) -> None:
    """After that the shop's messages go nowhere."""
    aoi = on_sqlite.line.customer("あおい")

    async def act(browser: httpx.AsyncClient) -> None:
        await on_sqlite.link(browser, aoi)
        home = await browser.get("/")
        assert "連携済みです" in home.text
        await browser.post("/line/unlink", data={"csrf": token_in(home)})
        assert "まだ連携していません" in (await browser.get("/")).text
        assert (await shipped(browser)).json() == {"told": 0}

    on_sqlite.run(act)


@pytest.mark.parametrize("token", [None, "Bearer a guess", "Bearer あ"])
def test_the_back_office_is_for_staff_alone(on_sqlite: Shop, token: str | None) -> None:
    """Whoever does not know the token sees and does nothing."""

    async def act(browser: httpx.AsyncClient) -> None:
        headers = {b"Authorization": (token or "").encode()}
        assert (await browser.get("/back-office/tickets", headers=headers)).status_code == 401
        address = "/back-office/orders/240611/shipped"
        answer = await browser.post(address, json=PARCEL, headers=headers)
        assert answer.status_code == 401

    on_sqlite.run(act)


@pytest.mark.parametrize("address", ["/login", "/logout", "/line/link", "/line/unlink"])
@pytest.mark.parametrize("csrf", ["", "a guess", "あ"])
def test_a_form_of_another_site_does_nothing(on_sqlite: Shop, address: str, csrf: str) -> None:
    """Sent with the member's cookies, without the page's token."""

    async def act(browser: httpx.AsyncClient) -> None:
        await log_in(browser)
        answer = await browser.post(address, data={"csrf": csrf, "email": "x", "linkToken": "x"})
        assert answer.status_code == 400
        assert "青井 葵さん" in (await browser.get("/")).text

    on_sqlite.run(act)


def test_a_wrong_password_lets_nobody_in(on_sqlite: Shop) -> None:
    """The page does not say which of the two was wrong."""

    async def act(browser: httpx.AsyncClient) -> None:
        answer = await log_in(browser, password="a guess")
        assert "メールアドレスかパスワードが違います。" in answer.text
        assert "ログイン" in (await browser.get("/")).text

    on_sqlite.run(act)


def test_an_invitation_that_nobody_gave_is_too_old(on_sqlite: Shop) -> None:
    """A made-up link token opens no dialog."""

    async def act(browser: httpx.AsyncClient) -> None:
        await log_in(browser)
        assert "期限が切れました" in (await browser.get("/line/link?linkToken=x")).text

    on_sqlite.run(act)


def test_an_operator_sees_the_card_of_a_linked_member(on_sqlite: Shop) -> None:
    """The desk asks the same database, from a thread of its own."""
    aoi = on_sqlite.line.customer("あおい")

    async def act(browser: httpx.AsyncClient) -> None:
        await on_sqlite.link(browser, aoi)
        (ticket,) = (await browser.get("/back-office/tickets", headers=STAFF)).json()
        card = await asyncio.to_thread(
            on_sqlite.desk.members.card, ticket["conversation"], actor="hanako"
        )
        assert card is not None
        assert (card.name, card.rank) == ("青井 葵", "ゴールド")
        assert {each.number for each in card.orders} == {"240611", "240630"}

    on_sqlite.run(act)
