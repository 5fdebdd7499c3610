"""A shop whose desk links LINE users to members, and customers who go through with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from attrs import field, frozen

from desks import Scene
from linecs.desk import Linking
from linecs.idlink import AccountLink, LinkRegistry, MemberCard
from linecs.model import Customer
from linecs.storage.ports import equal
from linecs.testing.simulator.chats import Sender

if TYPE_CHECKING:
    from linecs.model import MemberId
    from linecs.model.link import Link
    from linecs.testing import LineSimulator
    from linecs.testing.simulator.chats import Bubble

__all__ = ["Members", "Shop", "account_linking"]


@frozen
class Members:
    """A shop's members; remembers who was asked for."""

    cards: dict[str, MemberCard] = field(factory=dict)
    asked: list[str] = field(factory=list)

    def card(self, member_id: MemberId) -> MemberCard | None:
        """Return the member's card."""
        self.asked.append(member_id)
        return self.cards.get(member_id)


def account_linking(
    line: LineSimulator, registry: LinkRegistry | None = None, **more: Any
) -> Linking:
    """Return a shop's choices, with LINE's dialog at the simulator."""
    account_link = AccountLink(
        page_url="https://shop.example/link",
        dialog_url=f"{line.url}/dialog/bot/accountLink",
        registry=registry or LinkRegistry(),
    )
    return Linking(account_link=account_link, **more)


@frozen
class Shop:
    """What happens around a desk that links."""

    scene: Scene

    def meets(self, name: str = "c1") -> str:
        """Have a customer write, so that the desk knows them; return our id."""
        customer = self.scene.line.customer(name)
        customer.says("こんにちは")
        self.scene.settle()
        return self.customer_id(name)

    def customer_id(self, name: str = "c1", channel_id: str = "main") -> str:
        """Return our id of a customer."""
        user = self.scene.line.customer(name).user_id
        theirs = (equal("line_user_id", user), equal("channel_id", channel_id))
        return self.scene.one(Customer, *theirs).id

    def invites(self, name: str = "c1") -> str:
        """Invite a customer and return the link token of the bubble that reached the phone."""
        self.scene.desk.links.invite(self.customer_id(name))
        self.scene.settle()
        return str(parse_qs(urlsplit(self.invitation(name)).query)["linkToken"][0])

    def invitation(self, name: str = "c1") -> str:
        """Return the address in the newest bubble on a customer's phone."""
        return str(self._received(name)[-1].message["template"]["actions"][0]["uri"])

    def approves(self, name: str = "c1", member: str = "M1") -> str:
        """Have a customer open the invitation as a member; return LINE's dialog's address."""
        return self.scene.desk.links.approve(self.invites(name), member)

    def links(self, name: str = "c1", member: str = "M1") -> Link:
        """Have a customer link to a member, all the way."""
        self.scene.line.customer(name).links_account(self.approves(name, member))
        self.scene.settle()
        link = self.link(name)
        assert link is not None
        return link

    def link(self, name: str = "c1") -> Link | None:
        """Return a customer's current link."""
        return self.scene.desk.links.of_customer(self.customer_id(name))

    def heard(self, name: str = "c1") -> list[str]:
        """Return the texts that reached a customer's phone."""
        return [each.message["text"] for each in self._received(name) if "text" in each.message]

    def _received(self, name: str) -> list[Bubble]:
        chat = self.scene.line.customer(name).chat
        return [each for each in chat if each.sender is Sender.ACCOUNT]
