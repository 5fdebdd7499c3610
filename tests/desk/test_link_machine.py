"""A machine over a whole desk: link, unlink, relink, withdraw, block, write and erase at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from desks import make_scene
from linecs.desk import Staff
from linecs.idlink import LinkPolicy, LinkRegistry, MemberCard, OnConflict
from linecs.model.link import LedgerEntry, Link
from linecs.routing import Role
from linecs.storage.memory import MemoryStorage
from linecs.storage.ports import equal
from linecs.testing import LineSimulator, VirtualClock
from linked_shop import Members, Shop, account_linking

if TYPE_CHECKING:
    from linecs.desk import SupportDesk

NAMES = ("c1", "c2", "c3")
MEMBERS = ("M1", "M2", "M3")
CARDS = {member: MemberCard(member_id=member) for member in MEMBERS}
who, what = st.sampled_from(NAMES), st.sampled_from(MEMBERS)


class LinkedDesk(RuleBasedStateMachine):
    """Whatever happens, no two links against policy, and no card without a link that holds."""

    @initialize(policy=st.sampled_from(LinkPolicy), conflict=st.sampled_from(OnConflict))
    def open_shop(self, policy: LinkPolicy, conflict: OnConflict) -> None:
        """Start under one policy, with two processes that share a store."""
        self.policy = policy
        clock, storage = VirtualClock(), MemoryStorage()
        self.line = LineSimulator(clock=clock)
        self.line.start()
        registry = LinkRegistry(policy=policy, on_conflict=conflict)
        more = {
            "linking": account_linking(self.line, registry),
            "members": Members(CARDS),
            "staff": Staff(roles=lambda _name: Role.ADMIN),
        }
        self.other = make_scene(self.line, clock, storage=storage, **more).desk
        self.scene = make_scene(self.line, clock, storage=storage, **more)
        self.shop = Shop(self.scene)
        self.blocked: set[str] = set()
        for name in NAMES:
            self.shop.meets(name)

    def teardown(self) -> None:
        """Close LINE."""
        if hasattr(self, "line"):
            self.line.stop()

    @rule(name=who, member=what)
    def links(self, name: str, member: str) -> None:
        """A customer who is a friend goes through with an invitation."""
        if name not in self.blocked:
            self.line.customer(name).links_account(self.shop.approves(name, member))
            self.scene.settle()

    @rule(name=who, guest=who, member=what)
    def opens_an_invitation_of(self, name: str, guest: str, member: str) -> None:
        """Somebody opens the address that was made for another: it links nobody else."""
        if name not in self.blocked:
            before = self.shop.link(guest)
            self.line.customer(guest).links_account(self.shop.approves(name, member))
            self.scene.settle()
            assert guest == name or self.shop.link(guest) == before

    @rule(name=who)
    def unlinks_in_the_chat(self, name: str) -> None:
        """A customer writes 連携解除, and is no member any more."""
        if name not in self.blocked:
            self.line.customer(name).says("連携解除")
            self.scene.settle()
            assert self.shop.link(name) is None

    @rule(name=who)
    def is_unlinked_by_the_shop(self, name: str) -> None:
        """From another process."""
        self.other.links.unlink(self.shop.customer_id(name), actor="shop")

    @rule(member=what)
    def member_withdraws(self, member: str) -> None:
        """From another process."""
        self.other.links.withdraw_member(member)
        assert self.scene.desk.links.of_member(member) == []

    @rule(name=who)
    def blocks_or_comes_back(self, name: str) -> None:
        """A friendship says nothing about a link."""
        before, customer = self.shop.link(name), self.line.customer(name)
        if name in self.blocked:
            customer.unblocks()
        else:
            customer.blocks()
        self.blocked ^= {name}
        self.scene.settle()
        assert self.shop.link(name) == before

    @rule(name=who)
    def is_erased(self, name: str) -> None:
        """And writes again, as somebody new."""
        if name not in self.blocked:
            old = self.shop.customer_id(name)
            self.other.privacy.erase(old, actor="shop")
            assert self.shop.meets(name) != old

    @invariant()
    def no_two_links_stand_against_the_policy(self) -> None:
        """One member a LINE user; and one LINE user a member, unless families share."""
        if not hasattr(self, "scene"):
            return
        links = self.scene.rows(Link, equal("ended_at", None))
        users, members = (
            [getattr(each, name) for each in links] for name in ("line_user_id", "member_id")
        )
        assert len(set(users)) == len(users)
        assert self.policy is LinkPolicy.FAMILY or len(set(members)) == len(members)

    @invariant()
    def no_card_is_shown_without_a_link(self) -> None:
        """In no process, whatever its cache holds."""
        if not hasattr(self, "scene"):
            return
        for name in NAMES:
            customer_id, link = self.shop.customer_id(name), self.shop.link(name)
            for desk in (self.scene.desk, self.other):
                assert shown(desk, customer_id) == (link.member_id if link else None)

    @invariant()
    def every_link_is_in_the_ledger(self) -> None:
        """What is, was written down."""
        if not hasattr(self, "scene"):
            return
        known = {each.link_id for each in self.scene.rows(LedgerEntry)}
        assert {each.id for each in self.scene.rows(Link)} <= known


def shown(desk: SupportDesk, customer_id: str) -> str | None:
    """Return the member on an operator's card."""
    card = desk.members.card(customer_id, actor="tanaka")
    return card.member_id if card else None


TestLinkedDesk = LinkedDesk.TestCase
TestLinkedDesk.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
