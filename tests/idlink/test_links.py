"""Which links may be, and what the ledger says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from idlink.people import CHANNEL, NOW, PROVIDER, claim, counted_ids, subject
from linecs.errors import ConfigurationError
from linecs.idlink import (
    LinkBusyError,
    LinkOutcome,
    LinkPolicy,
    LinkRegistry,
    MemoryLinks,
    OnConflict,
)
from linecs.model import LineUserId, MemberId, ProviderId
from linecs.model.link import LedgerKind, LinkEnd, LinkFlow

if TYPE_CHECKING:
    from linecs.model.link import LedgerEntry, Link


def of_user(store: MemoryLinks, name: str) -> list[str]:
    """Return the members a LINE user is linked to now."""
    links = store.current_links(PROVIDER, line_user_id=LineUserId(f"U-{name}"))
    return [each.member_id for each in links]


def of_member(store: MemoryLinks, member: str) -> list[str]:
    """Return the LINE users a member is linked to now."""
    links = store.current_links(PROVIDER, member_id=MemberId(member))
    return [each.line_user_id for each in links]


def test_a_proof_becomes_a_link(registry: LinkRegistry, store: MemoryLinks) -> None:
    """Where nothing stands in the way the two are linked, and the ledger says how and when."""
    change = registry.link(store, claim())
    assert change.outcome is LinkOutcome.LINKED
    assert of_user(store, "hanako") == ["M1"]
    (entry,) = store.ledger
    assert (entry.kind, entry.flow, entry.at, entry.channel_id, entry.customer_id) == (
        LedgerKind.LINKED,
        LinkFlow.ACCOUNT_LINK,
        NOW,
        CHANNEL,
        "customer-hanako",
    )


def test_a_second_proof_of_the_same_two_confirms_the_link(
    registry: LinkRegistry, store: MemoryLinks
) -> None:
    """The link stays the same one, newly proven, and stale cards of it are not shown again."""
    first = registry.link(store, claim()).link
    change = registry.link(store, claim(at=NOW + 1))
    assert change.outcome is LinkOutcome.CONFIRMED
    assert first is not None
    assert change.link == evolve(first, proven_at=NOW + 1, version=2)


def test_a_linked_customer_cannot_take_a_second_member(
    registry: LinkRegistry, store: MemoryLinks
) -> None:
    """By default the current link stays, and the refusal is in the ledger."""
    registry.link(store, claim(member="M1"))
    assert registry.link(store, claim(member="M2")).outcome is LinkOutcome.USER_TAKEN
    assert of_user(store, "hanako") == ["M1"]
    assert (store.ledger[-1].kind, store.ledger[-1].reason) == (LedgerKind.REFUSED, "user_taken")


def test_a_linked_member_cannot_take_a_second_customer(
    registry: LinkRegistry, store: MemoryLinks
) -> None:
    """One to one: the member's current LINE user stays."""
    registry.link(store, claim("hanako"))
    assert registry.link(store, claim("taro")).outcome is LinkOutcome.MEMBER_TAKEN
    assert of_member(store, "M1") == ["U-hanako"]


def test_a_family_shares_a_member(store: MemoryLinks) -> None:
    """Under the family policy many LINE users are one member, each by their own proof."""
    registry = LinkRegistry(policy=LinkPolicy.FAMILY, new_id=counted_ids())
    registry.link(store, claim("hanako"))
    registry.link(store, claim("taro"))
    assert of_member(store, "M1") == ["U-hanako", "U-taro"]


def test_a_family_member_is_one_member_only(store: MemoryLinks) -> None:
    """Also in a family a LINE user has one member at most."""
    registry = LinkRegistry(policy=LinkPolicy.FAMILY, new_id=counted_ids())
    registry.link(store, claim(member="M1"))
    assert registry.link(store, claim(member="M2")).outcome is LinkOutcome.USER_TAKEN


def test_proof_of_both_sides_replaces(store: MemoryLinks) -> None:
    """Where the shop allows it, a link with both sides proven ends every link in its way."""
    registry = LinkRegistry(on_conflict=OnConflict.REPLACE, new_id=counted_ids())
    registry.link(store, claim("hanako", "M1"))
    registry.link(store, claim("taro", "M2"))
    change = registry.link(store, claim("hanako", "M2"))
    assert change.outcome is LinkOutcome.REPLACED
    assert {each.ended_because for each in change.ended} == {LinkEnd.REPLACED}
    assert (of_user(store, "hanako"), of_user(store, "taro")) == (["M2"], [])


def test_an_import_never_replaces(store: MemoryLinks) -> None:
    """A file proves nothing, so it ends no link whatever the policy."""
    registry = LinkRegistry(on_conflict=OnConflict.REPLACE, new_id=counted_ids())
    registry.link(store, claim(member="M1"))
    change = registry.link(store, claim(member="M2", flow=LinkFlow.IMPORT))
    assert change.outcome is LinkOutcome.USER_TAKEN


def test_providers_do_not_meet(registry: LinkRegistry, store: MemoryLinks) -> None:
    """The same ids under another provider are other people."""
    registry.link(store, claim())
    elsewhere = evolve(subject(), provider_id=ProviderId("other"))
    change = registry.link(store, evolve(claim(member="M2"), subject=elsewhere))
    assert change.outcome is LinkOutcome.LINKED


def test_a_customer_unlinks(registry: LinkRegistry, store: MemoryLinks) -> None:
    """Either side ends the link at any time, and the ledger says who."""
    registry.link(store, claim())
    change = registry.unlink(store, PROVIDER, LineUserId("U-hanako"), at=NOW + 5)
    assert of_user(store, "hanako") == []
    (ended,) = change.ended
    assert (ended.ended_at, ended.ended_because) == (NOW + 5, LinkEnd.UNLINKED_BY_CUSTOMER)
    assert (store.ledger[-1].kind, store.ledger[-1].actor) == (LedgerKind.ENDED, "customer")


def test_unlinking_nobody_changes_nothing(registry: LinkRegistry, store: MemoryLinks) -> None:
    """A second unlink is no error and no evidence."""
    registry.link(store, claim())
    registry.unlink(store, PROVIDER, LineUserId("U-hanako"), at=NOW + 1)
    before = list(store.ledger)
    registry.unlink(store, PROVIDER, LineUserId("U-hanako"), at=NOW + 2)
    assert store.ledger == before


def test_a_withdrawn_member_loses_every_link(store: MemoryLinks) -> None:
    """All of a family's links end when the member leaves the shop."""
    registry = LinkRegistry(policy=LinkPolicy.FAMILY, new_id=counted_ids())
    registry.link(store, claim("hanako"))
    registry.link(store, claim("taro"))
    registry.withdraw_member(store, store, PROVIDER, "M1", at=NOW + 1)
    assert of_member(store, "M1") == []


def test_relinking_is_a_new_link_with_the_old_one_in_history(
    registry: LinkRegistry, store: MemoryLinks
) -> None:
    """A link that ended stays as it was; the next proof makes another."""
    first = registry.link(store, claim()).link
    registry.unlink(store, PROVIDER, LineUserId("U-hanako"), at=NOW + 1)
    second = registry.link(store, claim(at=NOW + 2)).link
    (past,) = store.past_links(PROVIDER, LineUserId("U-hanako"))
    assert first is not None
    assert second is not None
    assert (past.id, second.id != first.id) == (first.id, True)


def test_the_ledger_holds_no_outside_ids(registry: LinkRegistry, store: MemoryLinks) -> None:
    """Evidence speaks of our own customer id, never of a LINE or member id."""
    registry.link(store, claim())
    registry.link(store, claim(member="M2"))
    registry.unlink(store, PROVIDER, LineUserId("U-hanako"), at=NOW + 1)
    assert "U-hanako" not in repr(store.ledger)
    assert "M1" not in repr(store.ledger)
    assert "M2" not in repr(store.ledger)


def test_hooks_see_the_link_in_the_same_transaction(store: MemoryLinks) -> None:
    """What a hook raises undoes the link it was called for."""

    def refuse(link: Link, _connection: object) -> None:
        raise RuntimeError(link.member_id)

    registry = LinkRegistry(on_linked=refuse, new_id=counted_ids())
    with pytest.raises(RuntimeError, match="M1"), store.transaction():
        registry.link(store, claim())
    assert (of_user(store, "hanako"), store.ledger, store.happenings) == ([], [], [])


def test_each_happening_is_reported_once(store: MemoryLinks) -> None:
    """Hooks and post-commit work see one link made and one ended, nothing for a confirmation."""
    seen: list[str] = []
    registry = LinkRegistry(
        on_linked=lambda link, _: seen.append(f"linked {link.member_id}"),
        on_unlinked=lambda link, _: seen.append(f"ended {link.member_id}"),
        new_id=counted_ids(),
    )
    registry.link(store, claim())
    registry.link(store, claim())
    registry.unlink(store, PROVIDER, LineUserId("U-hanako"), at=NOW)
    assert seen == ["linked M1", "ended M1"]
    assert [each[0] for each in store.happenings] == ["linked", "ended"]


class TakenMeanwhile(MemoryLinks):
    """A store where another transaction takes the seat between reading and writing."""

    def __init__(self, rival: Link) -> None:
        """Keep the rival until the first `add_link`."""
        super().__init__()
        self.rivals = [rival]

    def add_link(self, link: Link) -> bool:
        """Let the rival in first."""
        if self.rivals:
            super().add_link(self.rivals.pop())
        return super().add_link(link)


def rival_of(name: str, member: str) -> Link:
    """Return a link somebody else is making."""
    registry = LinkRegistry(new_id=lambda _: f"rival-{name}")
    link = registry.link(MemoryLinks(), claim(name, member)).link
    assert link is not None
    return link


def test_a_lost_race_is_decided_anew(registry: LinkRegistry) -> None:
    """Whoever comes second sees the first one's link and is refused by policy."""
    store = TakenMeanwhile(rival_of("taro", "M1"))
    assert registry.link(store, claim("hanako", "M1")).outcome is LinkOutcome.MEMBER_TAKEN
    assert of_member(store, "M1") == ["U-taro"]


def test_a_lost_race_keeps_the_evidence_of_what_ended() -> None:
    """A link that had ended before the seat was lost is in the ledger and in the answer."""
    store = TakenMeanwhile(rival_of("taro", "M2"))
    registry = LinkRegistry(on_conflict=OnConflict.REPLACE, new_id=counted_ids())
    rivals, store.rivals = store.rivals, []
    registry.link(store, claim("hanako", "M1"))
    store.rivals = rivals
    change = registry.link(store, claim("hanako", "M2"))
    assert change.outcome is LinkOutcome.REPLACED
    assert [each.member_id for each in change.ended] == ["M1", "M2"]
    kinds = [each.kind for each in store.ledger]
    assert kinds == [LedgerKind.LINKED, LedgerKind.ENDED, LedgerKind.ENDED, LedgerKind.LINKED]


def test_a_race_lost_again_and_again_is_said() -> None:
    """After a few tries the caller is told to roll back and come again."""

    class Full(MemoryLinks):
        def add_link(self, link: Link) -> bool:
            return False

    with pytest.raises(LinkBusyError):
        LinkRegistry(new_id=counted_ids()).link(Full(), claim())


def test_a_link_that_moved_on_is_not_overwritten(registry: LinkRegistry) -> None:
    """A store without row locks says busy instead of losing somebody's change."""

    class Moving(MemoryLinks):
        def change_link(self, before: Link, after: Link) -> bool:
            return before.ended_at == after.ended_at

    store = Moving()
    registry.link(store, claim())
    with pytest.raises(LinkBusyError):
        registry.unlink(store, PROVIDER, LineUserId("U-hanako"), at=NOW)


@pytest.mark.parametrize("member", ["", " M1", "M1 ", "M\n1", "M" * 256])
def test_member_ids_that_databases_would_bend_are_refused(member: str) -> None:
    """An id that is empty, padded, too long or not printable names no member."""
    with pytest.raises(ConfigurationError):
        claim(member=member)


def test_ledger_entries_cannot_be_rewritten(registry: LinkRegistry, store: MemoryLinks) -> None:
    """Evidence is a frozen value, and the port has no way to change one."""
    registry.link(store, claim())
    entry: LedgerEntry = store.ledger[0]
    with pytest.raises(AttributeError):
        entry.kind = LedgerKind.ENDED  # type: ignore[misc]  # the point of the test
