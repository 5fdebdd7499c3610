"""What operators do commits and rolls back with the shop's own rows (Promise 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from databases import empty, scratch_database
from desks import QUESTION, make_scene
from linecs.desk import Staff, TicketChange
from linecs.hours import HOUR_MS
from linecs.model import Customer, Ticket
from linecs.routing import Role
from linecs.storage.sql import SqlStorage, migrate
from linecs.storage.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from desks import Scene
    from linecs.desk import SupportDesk
    from linecs.testing import LineSimulator, VirtualClock

Seen = Any
ACTS: dict[str, Callable[[SupportDesk, Seen], object]] = {
    "open_chat": lambda d, s: d.open_chat(s.at.id, actor="reika", seen=s.at.newest_message_id),
    "write_draft": lambda d, s: d.write_draft(s.at.id, "でき", actor="reika", version=0),
    "reply": lambda d, s: d.reply(
        s.at.id, "はい", actor="reika", version=s.at.version, seen=s.at.newest_message_id
    ),
    "claim": lambda d, s: d.claim(s.ticket.id, **s.who),
    "assign": lambda d, s: d.assign(s.ticket.id, "taro", **s.who),
    "hand_over": lambda d, s: d.hand_over(s.ticket.id, "taro", "至急", **s.who),
    "release": lambda d, s: d.release(s.ticket.id, **s.who),
    "note": lambda d, s: d.note(s.ticket.id, "常連", **s.who),
    "change": lambda d, s: d.change(s.ticket.id, TicketChange(mark="complaint"), **s.who),
    "bulk_change": lambda d, s: d.bulk_change(
        {s.ticket.id: s.ticket.version}, TicketChange(priority=1), actor="reika"
    ),
    "snooze": lambda d, s: d.snooze(s.ticket.id, s.now + HOUR_MS, **s.who),
    "resolve": lambda d, s: d.resolve(s.ticket.id, **s.who),
    "split": lambda d, s: d.split(s.ticket.id, [s.at.newest_message_id], **s.who),
    "open_ticket": lambda d, _: d.open_ticket("電話", actor="reika", name="山田様"),
    "tag": lambda d, s: d.tag(s.at.id, "常連", actor="reika", version=0),
    "mark_customer": lambda d, s: d.mark_customer(s.at.id, "complaint", actor="reika", version=0),
    "mark_message": lambda d, s: d.mark_message(
        s.at.newest_message_id, "complaint", actor="reika", version=0
    ),
    "set_owner": lambda d, s: d.set_owner(s.at.id, "taro", actor="reika", version=0),
}


class Shop:
    """A question that waits, and the shop's own transaction around an act."""

    def __init__(self, scene: Scene, storage: SqlStorage, url: str) -> None:
        self.scene = scene
        self.at = scene.asks(QUESTION, "それと、領収書を")
        self.ticket = scene.ticket
        self.now = scene.clock()
        self.who = {"actor": "reika", "version": self.ticket.version}
        self.storage = storage
        self.engine = sa.create_engine(url, poolclass=sa.NullPool)

    def rows(self) -> list[object]:
        """All that the desk keeps."""
        return [row for table in TABLES for row in self.scene.rows(table.row)]

    def acts(self, act: str, *, commits: bool) -> None:
        """Do an act inside the shop's transaction."""
        with self.engine.connect() as connection, connection.begin() as transaction:
            ACTS[act](self.scene.desk.using(self.storage.join(connection)), self)
            if not commits:
                transaction.rollback()


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[SqlStorage, str]]:
    """A store and its address."""
    with scratch_database(request.param, tmp_path_factory.mktemp("joined")) as url:
        migrate(url)
        storage = SqlStorage.connect(url, synchronous="NORMAL")
        yield storage, url
        storage.close()


@pytest.fixture
def shop(opened: tuple[SqlStorage, str], line: LineSimulator, clock: VirtualClock) -> Shop:
    """A shop on each database that can be joined by SQLAlchemy."""
    storage, url = opened
    empty(storage)
    staff = Staff(roles=lambda _: Role.ADMIN)
    return Shop(make_scene(line, clock, storage=storage, staff=staff), storage, url)


@pytest.mark.parametrize("act", ACTS)
def test_an_act_rolls_back_with_the_shops_transaction(shop: Shop, act: str) -> None:
    """Nothing of it is left, neither its rows nor its traces in feed and audit trail."""
    before = shop.rows()
    shop.acts(act, commits=False)
    assert shop.rows() == before


@pytest.mark.parametrize("act", ACTS)
def test_an_act_commits_with_the_shops_transaction(shop: Shop, act: str) -> None:
    """It is there once the shop commits."""
    before = shop.rows()
    shop.acts(act, commits=True)
    assert shop.rows() != before


def test_a_refused_ticket_of_a_bulk_change_leaves_the_shops_transaction_usable(
    shop: Shop,
) -> None:
    """What was changed commits, what was refused is named and untouched."""
    shop.scene.line.customer("c2").says(QUESTION)
    shop.scene.desk.process(wait=0)
    (other,) = [each for each in shop.scene.rows(Ticket) if each.id != shop.ticket.id]
    stale = {shop.ticket.id: shop.ticket.version + 7, other.id: other.version}
    with shop.engine.begin() as connection:
        desk = shop.scene.desk.using(shop.storage.join(connection))
        results = desk.bulk_change(stale, TicketChange(priority=5), actor="reika")
    assert [result.error is None for result in results] == [False, True]
    kept = {ticket.id: ticket.priority for ticket in shop.scene.rows(Ticket)}
    assert kept == {shop.ticket.id: 0, other.id: 5}
    assert len(shop.scene.rows(Customer)) == 2
