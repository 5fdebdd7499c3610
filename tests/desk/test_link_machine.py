"""A machine over a whole desk: link, unlink, relink, withdraw, block, write and erase at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from databases import empty
from desks import Scene
from linecs.desk import Staff, SupportDesk
from linecs.idlink import (
    LinkChange,
    LinkPolicy,
    LinkRegistry,
    MemberCard,
    MemberCards,
    OnConflict,
    links,
    registry,
)
from linecs.model.link import LedgerEntry, Link
from linecs.routing import Role
from linecs.storage.memory import MemoryStorage
from linecs.storage.ports import equal
from linecs.testing import LineSimulator, VirtualClock, desk_channel
from linked_shop import Members, Shop, account_linking

if TYPE_CHECKING:
    from linecs.storage.ports import Storage

NAMES = ("c1", "c2", "c3")
MEMBERS = ("M1", "M2", "M3")
CARDS = {member: MemberCard(member_id=member) for member in MEMBERS}
who, what = st.sampled_from(NAMES), st.sampled_from(MEMBERS)


class LinkedDesk(RuleBasedStateMachine):
    """Whatever happens, no two links against policy, and no card without a link that holds."""

    def __init__(self, storage: Storage) -> None:
        """Play on a store."""
        super().__init__()
        self.storage = storage

    @initialize(policy=st.sampled_from(LinkPolicy), conflict=st.sampled_from(OnConflict))
    def open_shop(self, policy: LinkPolicy, conflict: OnConflict) -> None:
        """Start under one policy, with two accounts, and two processes that share a store."""
        self.policy = policy
        clock = VirtualClock()
        empty(self.storage)
        self.line = LineSimulator(clock=clock)
        self.line.start()
        self.branch = self.line.add_channel(name="別館")
        own = LinkRegistry(policy=policy, on_conflict=conflict)
        options: dict[str, Any] = {
            "storage": self.storage,
            "channels": [
                desk_channel(self.line),
                desk_channel(self.line, name="branch", channel=self.branch),
            ],
            "linking": account_linking(self.line, own),
            "members": Members(CARDS),
            "staff": Staff(roles=lambda _name: Role.ADMIN),
            "clock": clock,
        }
        self.other, desk = SupportDesk(**options), SupportDesk(**options)
        for channel in (self.line.channel, self.branch):
            channel.deliver_to(desk.receive)
        self.scene = Scene(desk=desk, storage=self.storage, line=self.line, clock=clock)
        self.shop = Shop(self.scene)
        self.blocked: set[str] = set()
        self.at_branch: set[str] = set()
        self.written: dict[str, LedgerEntry] = {}
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

    @rule(name=who, member=what)
    def links_at_the_branch(self, name: str, member: str) -> None:
        """The same person goes through with an invitation of the provider's other account."""
        customer = self.line.customer(name, channel=self.branch)
        customer.says("こんにちは")
        self.scene.settle()
        self.at_branch.add(name)
        self.scene.desk.links.invite(self.shop.customer_id(name, "branch"))
        self.scene.settle()
        token = parse_qs(urlsplit(customer.chat[-1].actions[0]["uri"]).query)["linkToken"][0]
        customer.links_account(self.scene.desk.links.approve(token, member))
        self.scene.settle()

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
            self.at_branch.discard(name)
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
            link = self.shop.link(name)
            for channel_id in ("main", *(["branch"] if name in self.at_branch else [])):
                customer_id = self.shop.customer_id(name, channel_id)
                for desk in (self.scene.desk, self.other):
                    assert shown(desk, customer_id) == (link.member_id if link else None)

    @invariant()
    def every_link_is_in_the_ledger(self) -> None:
        """What is, was written down; what was written stays as it is."""
        if not hasattr(self, "scene"):
            return
        ledger = {each.id: each for each in self.scene.rows(LedgerEntry)}
        assert {each.id for each in self.scene.rows(Link)} <= {
            each.link_id for each in ledger.values()
        }
        assert ledger.items() >= self.written.items()
        self.written = ledger


def shown(desk: SupportDesk, customer_id: str) -> str | None:
    """Return the member on an operator's card."""
    card = desk.members.card(customer_id, actor="tanaka")
    return card.member_id if card else None


def play(storage: Storage, **how: Any) -> None:
    """Play the machine on a store."""
    chosen = settings(max_examples=15, stateful_step_count=12, deadline=None)
    machine: Any = lambda: LinkedDesk(storage)  # noqa: E731 - hypothesis takes what makes one, too
    run_state_machine_as_test(machine, settings=settings(chosen, **how) if how else chosen)


def test_whatever_happens_links_follow_the_policy(storage: Storage) -> None:
    """On every kind of store."""
    play(storage)


def link_without_seats(*arguments: Any) -> Link:
    """Make a link that keeps nobody else out."""
    return evolve(NEW_LINK(*arguments), user_seat=None, member_seat=None)


def end_nothing(_links: object, **_how: object) -> LinkChange:
    """Forget to end links."""
    return LinkChange(outcome=None)


NEW_LINK = links._new_link
FIND = MemberCards.find


def find_what_was_found(self: MemberCards, current: Any, *, now: int) -> MemberCard | None:
    """Show the card of a link that holds no more."""
    seen: list[MemberCard] = self.__dict__.setdefault("seen", [])
    found = FIND(self, current, now=now)
    seen += [found] if found else []
    return found or (seen[-1] if seen else None)


@pytest.mark.parametrize(
    "planted",
    [
        [(links, "_new_link", link_without_seats), (links, "_is_rival", lambda *_: False)],
        [(registry, "end_links", end_nothing)],
        [(MemberCards, "find", find_what_was_found)],
    ],
    ids=["two links at once", "a link that does not end", "a card from the cache"],
)
def test_the_machine_finds_a_planted_bug(
    monkeypatch: pytest.MonkeyPatch, planted: list[tuple[object, str, object]]
) -> None:
    """Else its silence would prove nothing."""
    for place, name, bug in planted:
        monkeypatch.setattr(place, name, bug)
    with pytest.raises(AssertionError):
        play(
            MemoryStorage(),
            phases=[Phase.generate],
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
