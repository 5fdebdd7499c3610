"""Every place that keeps links keeps the ports' promises alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from attrs import evolve

from idlink.people import CHANNEL, NOW, PROVIDER, claim, counted_ids, subject
from linecs.desk.links import LinkTransaction
from linecs.idlink import LinkOutcome, LinkRegistry, MemoryLinks
from linecs.model import CustomerId, FeedEntry, Job, LineUserId, MemberId, OperatorId
from linecs.model.link import (
    KeptTokens,
    LedgerEntry,
    LinkCode,
    LinkFlow,
    LinkId,
    LinkInvitation,
    LinkNonce,
    LoginAttempt,
    LoginFlow,
)
from linecs.storage.memory import MemoryStorage
from linecs.storage.ports import Query

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.model.link import (
        Link,
    )
    from linecs.storage.sql import SqlStorage

T = TypeVar("T")
LATER = NOW + 60_000


class Kept:
    """A place that keeps links, whose transactions are short functions."""

    def __init__(self, storage: MemoryLinks | MemoryStorage | SqlStorage) -> None:
        """Keep what keeps."""
        self.storage = storage

    def run(self, work: Callable[[Any], T]) -> T:
        """Do work in one transaction."""
        if isinstance(self.storage, MemoryLinks):
            with self.storage.transaction() as links:
                return work(links)
        return self.storage.run(lambda tx: work(LinkTransaction(tx)))


@pytest.fixture
def registry() -> LinkRegistry:
    """Give a registry whose ids count up."""
    return LinkRegistry(new_id=counted_ids())


def link_of(name: str, member: str, number: int = 1) -> Link:
    """Return a current link."""
    made = LinkRegistry(new_id=lambda _: f"link-{number}").link(MemoryLinks(), claim(name, member))
    assert made.link is not None
    return made.link


def nonce_of(member: str = "M1") -> LinkNonce:
    """Return an unused nonce."""
    return LinkNonce(
        nonce_hash="a" * 64,
        provider_id=PROVIDER,
        channel_id=CHANNEL,
        customer_id=CustomerId("customer-hanako"),
        line_user_id=LineUserId("U-hanako"),
        member_id=MemberId(member),
        issued_at=NOW,
        expires_at=LATER,
    )


def code_of(member: str = "M1") -> LinkCode:
    """Return an unused code."""
    return LinkCode(
        code_hash="b" * 64,
        provider_id=PROVIDER,
        member_id=MemberId(member),
        issued_by=OperatorId("staff"),
        issued_at=NOW,
        expires_at=LATER,
    )


class LinkStores:
    """What every store must do; a subclass gives `kept`."""

    def test_a_link_comes_back_as_it_was(self, kept: Kept) -> None:
        """By its LINE user and by its member, and by nobody else."""
        link = link_of("hanako", "M1")
        kept.run(lambda store: store.add_link(link))
        find = kept.run
        assert find(lambda s: s.current_links(PROVIDER, line_user_id=link.line_user_id)) == [link]
        assert find(lambda s: s.current_links(PROVIDER, member_id=link.member_id, lock=True)) == [
            link
        ]
        assert find(lambda s: s.current_links(PROVIDER, member_id=MemberId("m1"))) == []

    @pytest.mark.parametrize(
        ("other", "added"),
        [
            (("hanako", "M2"), False),
            (("taro", "M1"), False),
            (("taro", "M2"), True),
            (("HANAKO", "m1"), True),
        ],
    )
    def test_seats_are_held_alone(self, kept: Kept, other: tuple[str, str], added: bool) -> None:  # noqa: FBT001 - a table of cases
        """A current link's LINE user and member are taken, compared to the letter."""
        kept.run(lambda store: store.add_link(link_of("hanako", "M1", 1)))
        assert kept.run(lambda store: store.add_link(link_of(*other, 2))) is added

    def test_a_seat_is_free_once_the_link_ended(self, kept: Kept, registry: LinkRegistry) -> None:
        """Unlink, then link anew: the old link stays in history."""
        kept.run(lambda store: registry.link(store, claim()))
        kept.run(lambda s: registry.unlink(s, PROVIDER, LineUserId("U-hanako"), at=LATER))
        change = kept.run(lambda store: registry.link(store, claim(member="M2", at=LATER)))
        past = kept.run(lambda store: store.past_links(PROVIDER, LineUserId("U-hanako")))
        assert change.outcome is LinkOutcome.LINKED
        assert [(each.member_id, each.ended_at) for each in past] == [("M1", LATER)]

    def test_a_family_has_no_member_seat(self, kept: Kept) -> None:
        """Several links without a member seat live side by side."""
        one = evolve(link_of("hanako", "M1", 1), member_seat=None)
        two = evolve(link_of("taro", "M1", 2), member_seat=None)
        assert kept.run(lambda store: [store.add_link(one), store.add_link(two)]) == [True, True]

    def test_a_stale_link_is_not_written(self, kept: Kept) -> None:
        """The second change of the same version loses."""
        link = link_of("hanako", "M1")
        kept.run(lambda store: store.add_link(link))
        first = evolve(link, proven_at=LATER, version=2)
        second = evolve(link, proven_at=LATER + 1, version=2)
        assert kept.run(lambda store: store.change_link(link, first)) is True
        assert kept.run(lambda store: store.change_link(link, second)) is False

    def test_an_invitation_comes_back(self, kept: Kept) -> None:
        """By the hash of its token."""
        invitation = LinkInvitation(
            token_hash="c" * 64,
            provider_id=PROVIDER,
            channel_id=CHANNEL,
            customer_id=CustomerId("customer-hanako"),
            line_user_id=LineUserId("U-hanako"),
            issued_at=NOW,
            expires_at=LATER,
        )
        kept.run(lambda store: store.add_invitation(invitation))
        assert kept.run(lambda store: store.find_invitation("c" * 64)) == invitation
        assert kept.run(lambda store: store.find_invitation("d" * 64)) is None
        assert invitation.subject == subject()

    def test_a_nonce_is_used_once(self, kept: Kept) -> None:
        """The first use wins, and the nonce stays known as used."""
        kept.run(lambda store: store.add_nonce(nonce_of()))
        uses = [kept.run(lambda store: store.use_nonce("a" * 64, LATER)) for _ in range(2)]
        assert uses == [True, False]
        assert kept.run(lambda store: store.find_nonce("a" * 64)).used_at == LATER
        assert kept.run(lambda store: store.use_nonce("e" * 64, LATER)) is False

    def test_a_code_is_used_once(self, kept: Kept) -> None:
        """The first use wins, and the code stays known as used."""
        kept.run(lambda store: store.add_code(code_of()))
        uses = [kept.run(lambda store: store.use_code("b" * 64, LATER)) for _ in range(2)]
        assert uses == [True, False]
        assert kept.run(lambda store: store.find_code("b" * 64)).used_at == LATER

    def test_a_members_open_approvals_are_forgotten(self, kept: Kept) -> None:
        """Unused nonces and codes of that member go; others and used ones stay."""
        kept.run(lambda store: store.add_nonce(nonce_of("M1")))
        kept.run(lambda store: store.add_code(code_of("M2")))
        kept.run(lambda store: store.forget_approvals(PROVIDER, MemberId("M1")))
        assert kept.run(lambda store: store.find_nonce("a" * 64)) is None
        assert kept.run(lambda store: store.find_code("b" * 64)) is not None

    def test_a_login_attempt_is_taken_once(self, kept: Kept) -> None:
        """With everything it needs, and then it is gone."""
        attempt = LoginAttempt(
            browser_hash="f" * 64,
            state_hash="0" * 64,
            nonce="n",
            code_verifier="v" * 43,
            flow=LoginFlow.LINK,
            member_id=MemberId("M1"),
            return_to="/検索?q=傘",
            auto_login=False,
            issued_at=NOW,
            expires_at=LATER,
        )
        kept.run(lambda store: store.add_login_attempt(attempt))
        taken = [kept.run(lambda store: store.take_login_attempt("f" * 64)) for _ in range(2)]
        assert taken == [attempt, None]

    def test_kept_tokens_are_replaced_and_forgotten(self, kept: Kept) -> None:
        """A link has one set of tokens, the newest."""
        tokens = KeptTokens(link_id=LinkId("link-1"), sealed="s" * 2000, usable_until=LATER)
        newer = evolve(tokens, sealed="t" * 2000)
        kept.run(lambda store: store.keep_tokens(tokens))
        kept.run(lambda store: store.keep_tokens(newer))
        assert kept.run(lambda store: store.find_tokens(LinkId("link-1"))) == newer
        kept.run(lambda store: store.forget_tokens(LinkId("link-1")))
        assert kept.run(lambda store: store.find_tokens(LinkId("link-1"))) is None

    def test_what_fails_leaves_nothing(self, kept: Kept, registry: LinkRegistry) -> None:
        """A transaction that raises undoes link, ledger and work to do."""

        def fail(store: Any) -> None:
            registry.link(store, claim())
            raise RuntimeError("after the link")

        with pytest.raises(RuntimeError):
            kept.run(fail)
        assert kept.run(lambda s: s.current_links(PROVIDER, member_id=MemberId("M1"))) == []


class TestInProcess(LinkStores):
    """Links in dictionaries."""

    @pytest.fixture
    def kept(self) -> Kept:
        """Give an empty store."""
        return Kept(MemoryLinks())


class TestInMemory(LinkStores):
    """Links in linecs' store in memory."""

    @pytest.fixture
    def kept(self) -> Kept:
        """Give an empty store."""
        return Kept(MemoryStorage())


class TestInSql(LinkStores):
    """Links in a database of each kind."""

    @pytest.fixture
    def kept(self, sql_storage: SqlStorage) -> Kept:
        """Give an empty store."""
        return Kept(sql_storage)


def test_the_stores_feed_and_jobs_hear_of_links(
    sql_storage: SqlStorage, registry: LinkRegistry
) -> None:
    """Each ledger line is in the feed, each link made or ended is a job, in the same commit."""
    kept = Kept(sql_storage)
    kept.run(lambda store: registry.link(store, claim(member="member-1")))
    kept.run(lambda store: registry.link(store, claim("taro", "member-1")))
    kept.run(lambda s: registry.unlink(s, PROVIDER, LineUserId("U-hanako"), at=LATER))
    feed = sql_storage.read(lambda tx: tx.select(Query(row=FeedEntry, order=("at", "id"))))
    jobs = sql_storage.read(lambda tx: tx.select(Query(row=Job, order=("kind",))))
    ledger = sql_storage.read(lambda tx: tx.select(Query(row=LedgerEntry)))
    assert sorted(each.kind for each in feed) == ["link.ended", "link.linked", "link.refused"]
    assert [each.kind for each in jobs] == ["link.ended", "link.linked"]
    assert len(ledger) == 3
    assert "U-hanako" not in repr((feed, jobs, ledger))
    assert "member-1" not in repr((feed, jobs, ledger))


def test_what_expired_goes_and_evidence_stays(
    sql_storage: SqlStorage, registry: LinkRegistry
) -> None:
    """Nonces, codes and the like are removed after their time; links and ledger are not."""
    kept = Kept(sql_storage)
    kept.run(lambda store: registry.link(store, claim()))
    kept.run(lambda store: store.add_nonce(nonce_of()))
    kept.run(lambda store: store.add_code(code_of()))
    early = kept.run(lambda store: store.forget_expired(LATER))
    late = kept.run(lambda store: store.forget_expired(LATER + 1))
    assert (early, late) == (0, 2)
    assert len(kept.run(lambda s: s.current_links(PROVIDER, member_id=MemberId("M1")))) == 1
    assert len(sql_storage.read(lambda tx: tx.select(Query(row=LedgerEntry)))) == 1


def test_hooks_write_through_the_hosts_connection(sql_storage: SqlStorage) -> None:
    """`on_linked` gets the connection of the transaction that makes the link."""
    seen: list[object] = []
    registry = LinkRegistry(on_linked=lambda _, connection: seen.append(connection))
    Kept(sql_storage).run(lambda store: registry.link(store, claim(flow=LinkFlow.LIFF)))
    assert seen[0] is not None
