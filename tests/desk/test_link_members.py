"""Member facts reach responders and operators while a link is proven now, and not after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linecs.desk import Staff
from linecs.errors import NotPermittedError
from linecs.idlink import MemberCard
from linecs.model import Answer, AuditEntry
from linecs.storage.ports import equal
from linked_shop import Members, Shop, account_linking

if TYPE_CHECKING:
    from collections.abc import Callable

    from desks import MakeScene
    from linecs.model import Bubble, Decision, Inquiry
    from linecs.testing import LineSimulator

CARD = MemberCard(member_id="M1", name="花子", rank="ゴールド", variables={"point": "120"})


class Greeter:
    """Answers members by name, and does something while it thinks where a test says so."""

    name = "greeter"

    def __init__(self) -> None:
        self.asked: list[Inquiry] = []
        self.meanwhile: Callable[[], object] | None = None

    def respond(self, inquiry: Inquiry) -> Decision | None:
        self.asked.append(inquiry)
        if self.meanwhile is not None:
            act, self.meanwhile = self.meanwhile, None
            act()
        name = inquiry.customer.member.get("name", "お客")
        return Answer(messages=({"type": "text", "text": f"{name}さま"},), source="greeter")

    def waits(self, bubble: Bubble) -> bool:
        return bubble.kind == "text"


@pytest.fixture
def greeter() -> Greeter:
    """What answers."""
    return Greeter()


@pytest.fixture
def members() -> Members:
    """The shop's members."""
    return Members({"M1": CARD})


@pytest.fixture
def shop(make: MakeScene, line: LineSimulator, greeter: Greeter, members: Members) -> Shop:
    """A shop that knows its members, and the customer c1."""
    shop = Shop(make(responder=greeter, linking=account_linking(line), members=members))
    shop.meets()
    return shop


def test_a_stranger_is_no_member(shop: Shop, greeter: Greeter, members: Members) -> None:
    """Without a link nothing is known, and the directory is not even asked."""
    facts = greeter.asked[-1].customer
    assert (facts.is_member, dict(facts.member)) == (False, {})
    assert members.asked == []


def test_responders_know_a_linked_member(shop: Shop, greeter: Greeter) -> None:
    """Name, rank and what else the shop lets be said."""
    shop.links()
    shop.meets()
    facts = greeter.asked[-1].customer
    assert facts.is_member
    assert facts.member == {"name": "花子", "rank": "ゴールド", "point": "120"}
    assert shop.heard()[-1] == "花子さま"


def test_an_ended_link_tells_responders_nothing(shop: Shop, greeter: Greeter) -> None:
    """The next question after the unlink is a stranger's, whatever the cache holds."""
    shop.links()
    shop.meets()
    shop.scene.desk.links.unlink(shop.customer_id(), actor="customer")
    shop.meets()
    assert not greeter.asked[-1].customer.is_member
    assert shop.heard()[-1] == "お客さま"


def test_what_was_thought_under_an_ended_link_is_never_said(shop: Shop, greeter: Greeter) -> None:
    """A link that ends while the responder thinks has the answer thought again."""
    shop.links()
    customer_id = shop.customer_id()
    greeter.meanwhile = lambda: shop.scene.desk.links.unlink(customer_id, actor="customer")
    shop.meets()
    assert [each.customer.is_member for each in greeter.asked[-2:]] == [True, False]
    assert "花子さま" not in shop.heard()


def test_a_directory_that_fails_leaves_a_member_without_a_card(
    make: MakeScene, line: LineSimulator, greeter: Greeter
) -> None:
    """The customer is answered all the same."""

    class Broken:
        def card(self, _member_id: str) -> MemberCard:
            raise OSError("the member system is away")

    shop = Shop(make(responder=greeter, linking=account_linking(line), members=Broken()))
    shop.meets()
    shop.links()
    shop.meets()
    facts = greeter.asked[-1].customer
    assert (facts.is_member, dict(facts.member)) == (True, {})


def test_tags_reach_responders(shop: Shop, greeter: Greeter) -> None:
    """What operators put on a customer, rules may ask for."""
    shop.scene.desk.tag(shop.customer_id(), "常連", actor="tanaka", version=0)
    shop.meets()
    assert greeter.asked[-1].customer.tags == {"常連"}


def test_an_operator_sees_the_card_and_is_kept_for_the_audit(shop: Shop) -> None:
    """Who looked at whose card is remembered, with no member id."""
    shop.links()
    assert shop.scene.desk.members.card(shop.customer_id(), actor="tanaka") == CARD
    seen = shop.scene.one(AuditEntry, equal("kind", "member.seen"))
    assert (seen.actor, seen.customer_id, seen.subject_id) == ("tanaka", shop.customer_id(), "")


def test_an_operator_sees_no_card_after_the_link_ended(shop: Shop) -> None:
    """Also another process's desk, with a warm cache of its own, shows nothing."""
    shop.links()
    desk = shop.scene.desk
    assert desk.members.card(shop.customer_id(), actor="tanaka") == CARD
    desk.links.withdraw_member("M1")
    assert desk.members.card(shop.customer_id(), actor="tanaka") is None


def test_who_may_not_read_sees_no_card(
    make: MakeScene, line: LineSimulator, members: Members
) -> None:
    """A role that reads nothing reads no card either."""
    staff = Staff(roles=lambda _name: "nobody")
    shop = Shop(make(linking=account_linking(line), members=members, staff=staff))
    shop.meets()
    shop.links()
    with pytest.raises(NotPermittedError):
        shop.scene.desk.members.card(shop.customer_id(), actor="tanaka")
