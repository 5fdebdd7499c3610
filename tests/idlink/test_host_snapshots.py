"""Links inside a host's own transaction that looked at the database before they changed.

MySQL and MariaDB read at REPEATABLE READ unless a host says otherwise: what a plain SELECT gives
there is what was committed when the transaction first looked.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from desks import make_scene
from idlink.people import NOW, PROVIDER, claim
from idlink.test_races import current, kept_nonce, ledger, linking, settling, together
from linecs.desk import Staff
from linecs.desk.links import LinkTransaction
from linecs.idlink import (
    LinkOutcome,
    LinkRegistry,
    LoginProof,
    MemberCard,
    OnConflict,
    SettlementOutcome,
    linked_member,
)
from linecs.model import LineUserId
from linecs.model.link import LedgerKind, Link, LoginFlow
from linecs.routing import Role
from linecs.storage.ports import Query, StorageBusyError
from linecs.testing import LineSimulator, VirtualClock
from linked_shop import Members, Shop, account_linking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.idlink import LinkChange
    from linecs.storage.sql import SqlStorage
    from linecs.storage.sql.joined import JoinedStorage

pytestmark = pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)
REGISTRY = LinkRegistry()
HANAKO = LineUserId("U-hanako")


@contextmanager
def old_snapshot(url: str, storage: SqlStorage) -> Iterator[JoinedStorage]:
    """Give a host's transaction at REPEATABLE READ that has looked already; commit it."""
    engine = sa.create_engine(url, isolation_level="REPEATABLE READ", poolclass=sa.NullPool)
    with engine.begin() as connection:
        joined = storage.join(connection)
        joined.read(lambda tx: tx.select(Query(row=Link)))
        yield joined


def links(storage: SqlStorage, name: str = "hanako", member: str = "M1") -> None:
    """Link the two in a transaction of its own."""
    assert linking(storage, REGISTRY, name, member)() is LinkOutcome.LINKED


def unlinks(storage: Any) -> LinkChange:
    """End hanako's link."""

    def work(tx: Any) -> LinkChange:
        return REGISTRY.unlink(LinkTransaction(tx), PROVIDER, HANAKO, at=NOW + 1)

    return storage.run(work)  # type: ignore[no-any-return]  # any storage


def test_a_link_made_meanwhile_is_in_the_way(database_url: str, sql_storage: SqlStorage) -> None:
    """The member is taken, said as such, though the snapshot knows of no link."""
    with old_snapshot(database_url, sql_storage) as joined:
        links(sql_storage, "taro")
        change = joined.run(lambda tx: REGISTRY.link(LinkTransaction(tx), claim()))
    assert change.outcome is LinkOutcome.MEMBER_TAKEN
    assert ledger(sql_storage) == [LedgerKind.LINKED, LedgerKind.REFUSED]


def test_a_link_made_meanwhile_is_replaced(database_url: str, sql_storage: SqlStorage) -> None:
    """Where proof replaces, it replaces what is there by now."""
    registry = LinkRegistry(on_conflict=OnConflict.REPLACE)
    with old_snapshot(database_url, sql_storage) as joined:
        links(sql_storage, "taro")
        change = joined.run(lambda tx: registry.link(LinkTransaction(tx), claim()))
    assert change.outcome is LinkOutcome.REPLACED
    assert [each.line_user_id for each in current(sql_storage)] == [HANAKO]


def test_a_link_that_ended_meanwhile_is_not_in_the_way(
    database_url: str, sql_storage: SqlStorage
) -> None:
    """Whose link ended may link anew, though the snapshot still shows the old one."""
    links(sql_storage)
    with old_snapshot(database_url, sql_storage) as joined:
        unlinks(sql_storage)
        change = joined.run(lambda tx: REGISTRY.link(LinkTransaction(tx), claim("hanako", "M2")))
    assert change.outcome is LinkOutcome.LINKED
    assert [each.member_id for each in current(sql_storage)] == ["M2"]


def test_a_link_made_meanwhile_is_unlinked(database_url: str, sql_storage: SqlStorage) -> None:
    """Who unlinks is unlinked."""
    with old_snapshot(database_url, sql_storage) as joined:
        links(sql_storage)
        assert len(unlinks(joined).ended) == 1
    assert current(sql_storage) == []


def test_a_link_made_meanwhile_goes_with_the_member(
    database_url: str, sql_storage: SqlStorage
) -> None:
    """Who leaves the shop leaves no link behind."""
    with old_snapshot(database_url, sql_storage) as joined:
        links(sql_storage)

        def withdraw(tx: Any) -> LinkChange:
            store = LinkTransaction(tx)
            return REGISTRY.withdraw_member(store, store, PROVIDER, "M1", at=NOW + 1)

        assert len(joined.run(withdraw).ended) == 1
    assert current(sql_storage) == []


def test_nobody_is_logged_in_by_a_link_that_ended_meanwhile(
    database_url: str, sql_storage: SqlStorage
) -> None:
    """Nor kept out where one was made."""
    proof = LoginProof(
        flow=LoginFlow.LOG_IN,
        provider_id=PROVIDER,
        line_user_id=HANAKO,
        member_id=None,
        return_to="/",
        at=NOW,
    )

    def member(tx: Any) -> Link | None:
        return linked_member(REGISTRY, LinkTransaction(tx), proof, now=NOW)

    links(sql_storage)
    with old_snapshot(database_url, sql_storage) as joined:
        unlinks(sql_storage)
        assert joined.run(member) is None
    with old_snapshot(database_url, sql_storage) as joined:
        links(sql_storage, "hanako", "M2")
        found = joined.run(member)
    assert found is not None
    assert found.member_id == "M2"


def test_no_card_is_shown_for_a_link_that_ended_meanwhile(
    database_url: str, sql_storage: SqlStorage
) -> None:
    """Also where the host's page reads it inside its own transaction."""
    clock = VirtualClock()
    with LineSimulator(clock=clock) as line:
        scene = make_scene(
            line,
            clock,
            storage=sql_storage,
            linking=account_linking(line),
            members=Members({"M1": MemberCard(member_id="M1")}),
            staff=Staff(roles=lambda _name: Role.LEAD),
        )
        shop = Shop(scene)
        customer_id = shop.meets()
        shop.links()
        with old_snapshot(database_url, sql_storage) as joined:
            own = scene.desk.using(joined)
            assert own.members.card(customer_id, actor="reika") is not None
        with old_snapshot(database_url, sql_storage) as joined:
            scene.desk.links.unlink(customer_id, actor="shop")
            assert scene.desk.using(joined).members.card(customer_id, actor="reika") is None


def test_a_nonce_used_meanwhile_is_a_replay(database_url: str, sql_storage: SqlStorage) -> None:
    """The event settles in a transaction that saw the nonce unused."""
    nonce = kept_nonce(sql_storage)
    with old_snapshot(database_url, sql_storage) as joined:
        assert settling(sql_storage, nonce)() is SettlementOutcome.LINKED
        assert settling(joined, nonce)() is SettlementOutcome.REPLAYED  # type: ignore[arg-type]  # any storage
    assert ledger(sql_storage) == [LedgerKind.LINKED]


@pytest.mark.parametrize("round_number", range(5))
def test_two_hosts_race_for_one_member(
    database_url: str, sql_storage: SqlStorage, round_number: int
) -> None:
    """Whoever loses hears that it is taken, or is told to start again; never are there two."""
    names = [f"racer-{round_number}-{number}" for number in range(2)]

    def race(name: str) -> LinkOutcome | str | None:
        try:
            with old_snapshot(database_url, sql_storage) as joined:
                return linking(joined, REGISTRY, name, "M1")()  # type: ignore[arg-type]  # as above
        except (StorageBusyError, sa.exc.OperationalError):
            return "busy"

    outcomes = together([lambda name=name: race(name) for name in names])  # type: ignore[misc]
    assert [each.line_user_id for each in current(sql_storage)] in [[f"U-{each}"] for each in names]
    assert set(outcomes) <= {LinkOutcome.LINKED, LinkOutcome.MEMBER_TAKEN, "busy"}
    assert outcomes.count(LinkOutcome.LINKED) == 1
