"""A machine that links, unlinks, relinks, withdraws and blocks at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from idlink.people import NOW, PROVIDER, claim, counted_ids
from linecs.idlink import (
    LinkOutcome,
    LinkPolicy,
    LinkRegistry,
    MemberCard,
    MemberCards,
    MemoryLinks,
    OnConflict,
)
from linecs.model import LineUserId, MemberId
from linecs.model.link import LedgerKind, LinkFlow

if TYPE_CHECKING:
    from linecs.model.link import Link

NAMES = ["hanako", "taro", "jiro"]
MEMBERS = ["M1", "M2", "M3"]


class Directory:
    """A shop where every member has a card."""

    def card(self, member_id: MemberId) -> MemberCard:
        """Return the card."""
        return MemberCard(member_id=member_id)


class Links(RuleBasedStateMachine):
    """Compares the registry with a plain set of pairs."""

    @initialize(policy=st.sampled_from(LinkPolicy), conflict=st.sampled_from(OnConflict))
    def open_shop(self, policy: LinkPolicy, conflict: OnConflict) -> None:
        """Start under one policy."""
        self.policy = policy
        self.conflict = conflict
        self.now = NOW
        self.pairs: set[tuple[str, str]] = set()
        self.blocked: set[str] = set()
        self.store = MemoryLinks()
        self.hooks: list[tuple[str, str]] = []
        self.registry = LinkRegistry(
            policy=policy,
            on_conflict=conflict,
            on_linked=lambda link, _: self.hooks.append(("linked", link.id)),
            on_unlinked=lambda link, _: self.hooks.append(("ended", link.id)),
            new_id=counted_ids(),
        )
        self.directory = Directory()
        self.cards = MemberCards(self.directory, deadline=5_000)

    @rule(
        name=st.sampled_from(NAMES),
        member=st.sampled_from(MEMBERS),
        flow=st.sampled_from(LinkFlow),
    )
    def link(self, name: str, member: str, flow: LinkFlow) -> None:
        """A proof links, confirms, replaces or is refused, as policy says."""
        self.now += 1
        rivals = {
            pair
            for pair in self.pairs
            if (pair[0] == name and pair[1] != member)
            or (self.policy is LinkPolicy.ONE_TO_ONE and pair[1] == member and pair[0] != name)
        }
        change = self.registry.link(self.store, claim(name, member, flow=flow, at=self.now))
        if (name, member) in self.pairs:
            assert change.outcome is LinkOutcome.CONFIRMED
        elif not rivals:
            assert change.outcome is LinkOutcome.LINKED
            self.pairs.add((name, member))
        elif self.conflict is OnConflict.REPLACE and flow is not LinkFlow.IMPORT:
            assert change.outcome is LinkOutcome.REPLACED
            self.pairs = (self.pairs - rivals) | {(name, member)}
        else:
            assert change.outcome in {LinkOutcome.USER_TAKEN, LinkOutcome.MEMBER_TAKEN}

    @rule(name=st.sampled_from(NAMES), actor=st.sampled_from(["customer", "shop"]))
    def unlink(self, name: str, actor: str) -> None:
        """Either side ends a link at any time, also a blocked customer's."""
        self.now += 1
        self.registry.unlink(
            self.store, PROVIDER, LineUserId(f"U-{name}"), at=self.now, actor=actor
        )
        self.pairs = {pair for pair in self.pairs if pair[0] != name}

    @rule(member=st.sampled_from(MEMBERS))
    def withdraw(self, member: str) -> None:
        """A member who leaves takes every link along."""
        self.now += 1
        self.registry.withdraw_member(self.store, self.store, PROVIDER, member, at=self.now)
        self.pairs = {pair for pair in self.pairs if pair[1] != member}

    @rule(name=st.sampled_from(NAMES))
    def block(self, name: str) -> None:
        """Blocking the account is no unlink: LINE still knows who is who."""
        self.blocked ^= {name}

    @rule(name=st.sampled_from(NAMES))
    def look(self, name: str) -> None:
        """A card is shown for a current proven link, of that member, and for nothing else."""
        user = LineUserId(f"U-{name}")
        card = self.cards.find(lambda: self.registry.current(self.store, PROVIDER, user), now=NOW)
        members = [member for linked, member in self.pairs if linked == name]
        assert ([card.member_id] if card else []) == members

    def teardown(self) -> None:
        """Stop the cards' threads."""
        if hasattr(self, "cards"):
            self.cards.close()

    @invariant()
    def current_links_are_the_proven_pairs(self) -> None:
        """What is linked is what was proven and not ended since."""
        assert {(each.line_user_id[2:], each.member_id) for each in self.current()} == (self.pairs)

    @invariant()
    def policy_holds(self) -> None:
        """A LINE user has one member; one to one, a member has one LINE user."""
        users = [each.line_user_id for each in self.current()]
        members = [each.member_id for each in self.current()]
        assert len(users) == len(set(users))
        if self.policy is LinkPolicy.ONE_TO_ONE:
            assert len(members) == len(set(members))

    @invariant()
    def the_ledger_explains_every_link(self) -> None:
        """Links made minus links ended, by the ledger and by the hooks, are the current ones."""
        current = {each.id for each in self.current()}
        made = {each.link_id for each in self.store.ledger if each.kind is LedgerKind.LINKED}
        over = {each.link_id for each in self.store.ledger if each.kind is LedgerKind.ENDED}
        assert made - over == current
        hooked = {link for what, link in self.hooks if what == "linked"}
        assert hooked - {link for what, link in self.hooks if what == "ended"} == current

    def current(self) -> list[Link]:
        """Return every current link."""
        return [
            each
            for member in MEMBERS
            for each in self.store.current_links(PROVIDER, member_id=MemberId(member))
        ]


Links.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestLinks = Links.TestCase
