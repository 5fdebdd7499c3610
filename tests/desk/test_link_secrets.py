"""No token, nonce or secret is ever in a log, an error, a repr, the feed or the audit trail."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from linecs.desk import Staff
from linecs.idlink import LinkRegistry
from linecs.model import AuditEntry, Author, FeedEntry, Job, Message, MessageState, StoredEvent
from linecs.model.link import LinkInvitation, LinkNonce
from linecs.routing import Role
from linecs.storage.ports import equal
from linecs.testing.simulator import Fault
from linked_shop import Shop, account_linking

if TYPE_CHECKING:
    from desks import MakeScene
    from linecs.model.link import Link
    from linecs.testing import LineSimulator


def test_a_whole_run_gives_no_secret_away(
    make: MakeScene, line: LineSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Link, fail, unlink and erase, with a hook that raises once; all is looked at."""
    caplog.set_level(logging.DEBUG)
    broken = [True]

    def on_linked(link: Link, _connection: object) -> None:
        if broken:
            broken.clear()
            raise OSError(f"the shop's own words about {link.line_user_id}")

    registry = LinkRegistry(on_linked=on_linked)
    shop = Shop(
        make(linking=account_linking(line, registry), staff=Staff(roles=lambda _name: Role.ADMIN))
    )
    scene, customer = shop.scene, line.customer("c1")
    shop.meets()
    urls = [shop.approves(member="MEMBER-77123") for _ in range(2)]
    customer.links_account(urls[0])
    scene.settle()
    line.customer("mallory").links_account(urls[1])
    scene.settle()
    link = shop.link()
    kept = [
        repr(each) for row in (LinkInvitation, LinkNonce, StoredEvent) for each in scene.rows(row)
    ]
    scene.desk.links.unlink(shop.customer_id(), actor="customer")
    scene.settle()
    scene.desk.privacy.erase(shop.customer_id(), actor="root")
    told = [repr(each) for row in (FeedEntry, AuditEntry, Job) for each in scene.rows(row)]
    secrets = [line.channel.secret, line.channel.access_token]
    for url in urls:
        query = parse_qs(urlsplit(url).query)
        secrets += [query["linkToken"][0], query["nonce"][0]]
    seen = "\n".join([caplog.text, *kept, *told, repr(scene.desk), repr(scene.desk.links)])
    assert link is not None
    assert [each for each in secrets if each in seen] == []
    personal = [customer.user_id, "MEMBER-77123"]
    assert [each for each in personal if each in "\n".join([caplog.text, *told])] == []


@pytest.fixture
def shop(make: MakeScene, line: LineSimulator) -> Shop:
    """A shop that links accounts, and knows the customer c1."""
    shop = Shop(make(linking=account_linking(line)))
    shop.meets()
    return shop


def secrets_of(url: str) -> list[str]:
    """Return the link token and the nonce of a dialog's address."""
    query = parse_qs(urlsplit(url).query)
    return [query["linkToken"][0], query["nonce"][0]]


@pytest.mark.parametrize("visitor", ["c1", "mallory"])
def test_no_row_gives_away_what_a_link_was_made_with(shop: Shop, visitor: str) -> None:
    """Once LINE took the bubble and settled the link, no column holds token or nonce."""
    url = shop.approves()
    shop.scene.line.customer(visitor).links_account(url)
    shop.scene.settle()
    assert shop.scene.desk.privacy.scan(secrets_of(url)) == []
    event = shop.scene.one(StoredEvent, equal("type", "accountLink"))
    assert '"nonce": ""' in event.raw


def test_a_bubble_that_line_was_slow_to_take_still_carries_its_token(shop: Shop) -> None:
    """The repeated call is the same to the letter; only what is kept afterwards has no token."""
    shop.scene.line.faults.add(Fault.accept_then_drop(), endpoint="/v2/bot/message/push", times=1)
    shop.scene.clock.advance(minutes=2)
    shop.scene.desk.links.invite(shop.customer_id())
    shop.scene.settle()
    (waiting,) = shop.scene.rows(Message, equal("author", Author.SYSTEM))
    assert "linkToken=" in waiting.content
    shop.scene.clock.advance(minutes=1)
    shop.scene.settle()
    (sent,) = shop.scene.rows(Message, equal("author", Author.SYSTEM))
    token = parse_qs(urlsplit(shop.invitation()).query)["linkToken"][0]
    assert sent.state is MessageState.SENT
    assert token in waiting.content
    assert sent.content == waiting.content.replace(token, "")


def test_a_bubble_that_line_refused_keeps_no_token(shop: Shop) -> None:
    """A person hears of the bubble, and cannot use what was in it."""
    for way in ("reply", "push"):
        refusal = Fault.refuse(403, {"message": "no"})
        shop.scene.line.faults.add(refusal, endpoint=f"/v2/bot/message/{way}")
    shop.scene.desk.links.invite(shop.customer_id())
    shop.scene.settle()
    (dead,) = shop.scene.rows(Message, equal("author", Author.SYSTEM))
    assert dead.state is MessageState.DEAD
    assert dead.content.endswith('linkToken="}]}}')


def test_an_export_holds_no_link_token(shop: Shop) -> None:
    """Not even of a bubble that still waits."""
    shop.scene.desk.links.invite(shop.customer_id())
    (waiting,) = shop.scene.rows(Message, equal("author", Author.SYSTEM))
    exported = shop.scene.desk.privacy.export(shop.customer_id(), actor="shop")
    assert "linkToken=" in exported
    token = waiting.content.partition("linkToken=")[2].partition('"')[0]
    assert token
    assert token not in exported
