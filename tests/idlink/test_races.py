"""Links made and ended at the same moment, by real threads on real servers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from attrs import evolve

from idlink.people import CHANNEL, NOW, PROVIDER, claim, subject
from linecs.desk.links import LinkTransaction
from linecs.idlink import (
    AccountLink,
    LinkOutcome,
    LinkPolicy,
    LinkRegistry,
    OnConflict,
    SettlementOutcome,
)
from linecs.idlink.secret import hash_secret
from linecs.model import LineUserId, MemberId, ProviderId, new_id
from linecs.model.link import LedgerEntry, LedgerKind, Link, LinkNonce, LoginAttempt, LoginFlow
from linecs.storage.ports import Query, equal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linecs.storage.sql import SqlStorage

pytestmark = pytest.mark.parametrize("database_url", ["postgresql", "mariadb"], indirect=True)
T = TypeVar("T")
TIMEOUT = 20


def together(works: Sequence[Callable[[], T]]) -> list[T]:
    """Start every work at once, each in its own thread, and return their results."""
    gate = threading.Barrier(len(works), timeout=TIMEOUT)

    def start(work: Callable[[], T]) -> T:
        gate.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return [each.result(TIMEOUT) for each in [pool.submit(start, work) for work in works]]


class Meeting:
    """Makes ids, and lets the first makers wait for each other inside their transactions.

    By then each has read that nothing stands in the way, which is when a race is lost.
    """

    def __init__(self, parties: int) -> None:
        """Wait for so many."""
        self._gate = threading.Barrier(parties, timeout=TIMEOUT)
        self._seen = threading.local()

    def __call__(self, now: int) -> str:
        """Return an id; the first time in a thread, wait for the others."""
        if not getattr(self._seen, "met", False):
            self._seen.met = True
            self._gate.wait()
        return new_id(now)


def current(storage: SqlStorage) -> list[Link]:
    """Return every current link."""
    query = Query(row=Link, where=(equal("ended_at", None),))
    return storage.read(lambda tx: tx.select(query))


def ledger(storage: SqlStorage) -> list[LedgerKind]:
    """Return what the ledger recorded, in no order."""
    return sorted(each.kind for each in storage.read(lambda tx: tx.select(Query(row=LedgerEntry))))


def linking(
    storage: SqlStorage, registry: LinkRegistry, name: str, member: str
) -> Callable[[], LinkOutcome | None]:
    """Return a work that links the two in its own transaction."""

    def work() -> LinkOutcome | None:
        return storage.run(
            lambda tx: registry.link(LinkTransaction(tx), claim(name, member))
        ).outcome

    return work


def test_two_browsers_race_for_the_same_member(sql_storage: SqlStorage) -> None:
    """Both proved the member; one LINE user is linked, the other is refused by policy."""
    registry = LinkRegistry(new_id=Meeting(2))
    names = ["hanako", "taro"]
    outcomes = together([linking(sql_storage, registry, each, "M1") for each in names])
    assert sorted(map(str, outcomes)) == ["linked", "member_taken"]
    assert len(current(sql_storage)) == 1
    assert ledger(sql_storage) == [LedgerKind.LINKED, LedgerKind.REFUSED]


def test_two_members_race_for_one_line_user(sql_storage: SqlStorage) -> None:
    """Both proved the LINE user; one member is linked, the other is refused by policy."""
    registry = LinkRegistry(new_id=Meeting(2))
    members = ["M1", "M2"]
    outcomes = together([linking(sql_storage, registry, "hanako", each) for each in members])
    assert sorted(map(str, outcomes)) == ["linked", "user_taken"]
    assert len(current(sql_storage)) == 1


def test_a_family_races_and_all_get_in(sql_storage: SqlStorage) -> None:
    """Four LINE users of one member at once are four links."""
    registry = LinkRegistry(policy=LinkPolicy.FAMILY, new_id=Meeting(4))
    names = ["hanako", "taro", "jiro", "saburo"]
    outcomes = together([linking(sql_storage, registry, each, "M1") for each in names])
    assert outcomes == [LinkOutcome.LINKED] * 4


@pytest.mark.parametrize("round_number", range(5))
def test_whoever_replaces_last_is_the_only_one(sql_storage: SqlStorage, round_number: int) -> None:
    """Where proof replaces, five racers leave one link, and a line for every link that ended."""
    registry = LinkRegistry(on_conflict=OnConflict.REPLACE)
    names = [f"racer-{round_number}-{number}" for number in range(5)]
    together([linking(sql_storage, registry, each, "M1") for each in names])
    (link,) = current(sql_storage)
    assert link.member_id == "M1"
    kinds = ledger(sql_storage)
    assert (kinds.count(LedgerKind.LINKED), kinds.count(LedgerKind.ENDED)) == (5, 4)


def test_linking_and_unlinking_at_once_ends_in_a_state_of_one_of_them(
    sql_storage: SqlStorage,
) -> None:
    """Whatever the order, the link and its ledger tell the same story."""
    registry = LinkRegistry()
    user = LineUserId("U-hanako")
    sql_storage.run(lambda tx: registry.link(LinkTransaction(tx), claim()))

    def unlink() -> LinkOutcome | None:
        return sql_storage.run(
            lambda tx: registry.unlink(LinkTransaction(tx), PROVIDER, user, at=NOW)
        ).outcome

    together([unlink, linking(sql_storage, registry, "hanako", "M1"), unlink])
    kinds = ledger(sql_storage)
    alive = kinds.count(LedgerKind.LINKED) - kinds.count(LedgerKind.ENDED)
    assert len(current(sql_storage)) == alive


def kept_nonce(storage: SqlStorage, member: str = "M1") -> str:
    """Keep an approval and return its nonce."""
    nonce = f"nonce for {member}"
    whose = subject()
    row = LinkNonce(
        nonce_hash=hash_secret(nonce),
        provider_id=whose.provider_id,
        channel_id=whose.channel_id,
        customer_id=whose.customer_id,
        line_user_id=whose.line_user_id,
        member_id=MemberId(member),
        issued_at=NOW,
        expires_at=NOW + 60_000,
    )
    storage.run(lambda tx: tx.insert(row))
    return nonce


def settling(storage: SqlStorage, nonce: str) -> Callable[[], SettlementOutcome]:
    """Return a work that settles an event with this nonce in its own transaction."""
    account_link = AccountLink(page_url="https://shop.example/link")
    event: dict[str, Any] = {
        "source": {"userId": "U-hanako"},
        "link": {"result": "ok", "nonce": nonce},
    }

    def settle(tx: Any) -> SettlementOutcome:
        links = LinkTransaction(tx)
        return account_link.settle(
            links, links, event, channel_id=CHANNEL, sender=subject(), now=NOW
        ).outcome

    return lambda: storage.run(settle)


def test_one_nonce_in_many_events_at_once_links_once(sql_storage: SqlStorage) -> None:
    """Of eight events with the same nonce one links and seven are replays."""
    nonce = kept_nonce(sql_storage)
    outcomes = together([settling(sql_storage, nonce)] * 8)
    assert sorted(map(str, outcomes)) == ["linked"] + ["replayed"] * 7
    assert ledger(sql_storage) == [LedgerKind.LINKED]


def test_one_callback_in_many_requests_at_once_logs_in_once(sql_storage: SqlStorage) -> None:
    """Of eight requests with the same cookie one gets the attempt."""
    attempt = LoginAttempt(
        browser_hash="b" * 64,
        state_hash="s" * 64,
        nonce="n",
        code_verifier="v" * 43,
        flow=LoginFlow.LOG_IN,
        issued_at=NOW,
        expires_at=NOW + 1,
    )
    sql_storage.run(lambda tx: LinkTransaction(tx).add_login_attempt(attempt))

    def take() -> LoginAttempt | None:
        return sql_storage.run(lambda tx: LinkTransaction(tx).take_login_attempt("b" * 64))

    taken = together([take] * 8)
    assert (taken.count(attempt), taken.count(None)) == (1, 7)


def test_two_approvals_of_one_line_user_at_once(sql_storage: SqlStorage) -> None:
    """Two members approved in two browsers; the events come together; one is linked."""
    nonces = [kept_nonce(sql_storage, member) for member in ("M1", "M2")]
    outcomes = together([settling(sql_storage, each) for each in nonces])
    assert sorted(map(str, outcomes)) == ["linked", "refused"]


def test_a_rolled_back_settlement_leaves_the_nonce_unused(sql_storage: SqlStorage) -> None:
    """Event and nonce are consumed together or not at all: the repeated delivery links."""
    nonce = kept_nonce(sql_storage)

    def crash(tx: Any) -> None:
        settling(_Open(tx), nonce)()  # type: ignore[arg-type]  # a storage that is one open transaction
        raise RuntimeError("before the event was marked done")

    with pytest.raises(RuntimeError):
        sql_storage.run(crash)
    assert settling(sql_storage, nonce)() is SettlementOutcome.LINKED


class _Open:
    """A storage whose only transaction is open already."""

    def __init__(self, tx: Any) -> None:
        """Keep the transaction."""
        self._tx = tx

    def run(self, work: Callable[[Any], T]) -> T:
        """Do the work in it."""
        return work(self._tx)


@pytest.mark.parametrize("round_number", range(5))
def test_a_member_who_withdraws_while_linking_keeps_no_link(
    sql_storage: SqlStorage, round_number: int
) -> None:
    """Whichever comes first: the approval goes with the member, or the link made by it does."""
    nonce = kept_nonce(sql_storage)
    registry = LinkRegistry()

    def withdraw() -> SettlementOutcome | None:
        def work(tx: Any) -> None:
            links = LinkTransaction(tx)
            registry.withdraw_member(links, links, PROVIDER, "M1", at=NOW)

        sql_storage.run(work)
        return None

    works = [settling(sql_storage, nonce), withdraw]
    together(works if round_number % 2 else works[::-1])
    assert current(sql_storage) == []
    assert settling(sql_storage, nonce)() is not SettlementOutcome.LINKED


def test_seats_of_one_provider_do_not_block_another(sql_storage: SqlStorage) -> None:
    """The same ids under two providers are linked at once."""
    registry = LinkRegistry(new_id=Meeting(2))
    elsewhere = evolve(claim(), subject=evolve(subject(), provider_id=ProviderId("other")))
    works = [
        lambda: sql_storage.run(lambda tx: registry.link(LinkTransaction(tx), claim())).outcome,
        lambda: sql_storage.run(lambda tx: registry.link(LinkTransaction(tx), elsewhere)).outcome,
    ]
    assert together(works) == [LinkOutcome.LINKED, LinkOutcome.LINKED]
