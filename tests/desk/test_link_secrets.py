"""No token, nonce or secret is ever in a log, an error, a repr, the feed or the audit trail."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from linecs.desk import Staff
from linecs.idlink import LinkRegistry
from linecs.model import AuditEntry, FeedEntry, Job, StoredEvent
from linecs.model.link import LinkInvitation, LinkNonce
from linecs.routing import Role
from linked_shop import Shop, account_linking

if TYPE_CHECKING:
    import pytest

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
