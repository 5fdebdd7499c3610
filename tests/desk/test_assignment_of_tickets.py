from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from desks import QUESTION
from linecs.desk import Queue, Routing
from linecs.hours import BusinessCalendar
from linecs.model import FeedEntry, OperatorId, Speaker, Ticket, TicketStatus
from linecs.routing import AssignmentRule, Pick, Roster
from linecs.storage.ports import equal

if TYPE_CHECKING:
    from desks import MakeScene, Scene

ITO, SATO = OperatorId("ito"), OperatorId("sato")
EVERYBODY = Routing(assignment=AssignmentRule())
ROSTER = Roster(
    people={
        SATO: BusinessCalendar(weekly={"mon-sun": "10:00-14:00"}, holidays=None),
        ITO: BusinessCalendar(weekly={"mon-sun": "12:00-18:00"}, holidays=None),
    }
)


def ask(scene: Scene, *names: str) -> None:
    """Have customers ask, one after another, and the desk do what is due."""
    for name in names:
        scene.line.customer(name).says(QUESTION)
        scene.clock.advance(seconds=1)
        scene.settle()


def assignees(scene: Scene) -> list[str | None]:
    """Return whose the tickets are, in the order they came."""
    return [ticket.assignee_id for ticket in scene.rows(Ticket, order=("opened_at", "id"))]


def hour(scene: Scene, clock: str) -> None:
    """Let it be that hour of the first day."""
    at = datetime.fromisoformat(f"2026-06-01T{clock}+09:00").timestamp()
    scene.clock.advance(seconds=at - scene.clock() / 1000)


def test_a_waiting_ticket_goes_to_who_is_there(make: MakeScene) -> None:
    """The person has it and holds the conversation; the feed says why."""
    scene = make(routing=EVERYBODY)
    scene.desk.go_on_duty(SATO)
    ask(scene, "c1")
    assert (scene.ticket.assignee_id, scene.ticket.status) == (SATO, TicketStatus.IN_PROGRESS)
    assert scene.ticket.due_for == "first_reply"
    assert (scene.conversation.speaker, scene.conversation.speaker_id) == (Speaker.OPERATOR, SATO)
    told = scene.one(FeedEntry, equal("kind", "ticket.assigned"))
    assert told.facts == {"to": SATO, "why": Pick.LONGEST_IDLE}


def test_without_a_rule_everyone_picks(make: MakeScene) -> None:
    """By default nothing is given to anybody."""
    scene = make()
    scene.desk.go_on_duty(SATO)
    ask(scene, "c1")
    assert assignees(scene) == [None]


def test_nobody_gets_more_than_they_can_have_at_once(make: MakeScene) -> None:
    """What is too much waits in the queue, first come first served."""
    scene = make(routing=evolve(EVERYBODY, concurrency=2, limits={ITO: 1}))
    scene.desk.go_on_duty(SATO)
    scene.desk.go_on_duty(ITO)
    ask(scene, "c1", "c2", "c3", "c4")
    assert sorted(filter(None, assignees(scene))) == [ITO, SATO, SATO]
    assert assignees(scene)[3] is None


def test_a_place_that_comes_free_is_filled(make: MakeScene) -> None:
    """The next in the queue goes to who resolved one."""
    scene = make(routing=evolve(EVERYBODY, concurrency=1))
    scene.desk.go_on_duty(SATO)
    ask(scene, "c1", "c2")
    first, second = scene.rows(Ticket, order=("opened_at", "id"))
    assert second.assignee_id is None
    scene.desk.resolve(first.id, actor=SATO, version=first.version)
    scene.settle()
    assert assignees(scene) == [SATO, SATO]


def test_a_queue_asks_for_skills(make: MakeScene) -> None:
    """A ticket waits rather than go to somebody who cannot help."""
    routing = evolve(
        EVERYBODY, queues={"": Queue(skills=["en"])}, skills_of={ITO: ["en", "returns"]}
    )
    scene = make(routing=routing)
    scene.desk.go_on_duty(SATO)
    ask(scene, "c1")
    assert assignees(scene) == [None]
    scene.desk.go_on_duty(ITO)
    scene.settle()
    assert assignees(scene) == [ITO]


def test_who_went_home_gives_back_whoever_waits(make: MakeScene) -> None:
    """Waiting customers go to a colleague at once; the bot stays silent."""
    scene = make(routing=EVERYBODY)
    scene.desk.go_on_duty(SATO)
    ask(scene, "c1")
    scene.desk.go_on_duty(ITO)
    assert scene.desk.go_off_duty(SATO) == 1
    assert (scene.ticket.assignee_id, scene.ticket.status) == (None, TicketStatus.OPEN)
    scene.settle()
    assert assignees(scene) == [ITO]
    assert scene.desk.orphans() == []


def test_who_waits_for_the_customer_keeps_the_ticket(make: MakeScene) -> None:
    """返信待ち stays with its person until the customer writes."""
    scene = make(routing=EVERYBODY)
    scene.desk.go_on_duty(SATO)
    ask(scene, "c1")
    now = scene.conversation
    scene.desk.reply(
        now.id, "何センチですか", actor=SATO, version=now.version, seen=now.newest_message_id,
        asks=True,
    )  # fmt: skip
    assert scene.desk.go_off_duty(SATO) == 0
    scene.desk.go_on_duty(ITO)
    scene.settle()
    assert assignees(scene) == [SATO]
    ask(scene, "c1")
    assert assignees(scene) == [ITO]


def test_the_roster_decides_who_gets_tickets(make: MakeScene) -> None:
    """In the morning it is sato's hours, in the afternoon ito's."""
    scene = make(routing=evolve(EVERYBODY, roster=ROSTER))
    ask(scene, "c1")
    hour(scene, "15:00:00")
    ask(scene, "c2")
    assert assignees(scene) == [ITO, ITO]


def test_nobody_there_leaves_tickets_with_their_person(make: MakeScene) -> None:
    """At night nobody is told that they lost their customers."""
    scene = make(routing=evolve(EVERYBODY, roster=ROSTER))
    hour(scene, "17:00:00")
    ask(scene, "c1")
    hour(scene, "22:00:00")
    ask(scene, "c2")
    assert assignees(scene) == [ITO, None]


def test_who_leaves_early_is_back_with_their_next_shift(make: MakeScene) -> None:
    """Going off duty holds until the roster's next hours begin."""
    scene = make(routing=evolve(EVERYBODY, roster=ROSTER))
    scene.desk.go_off_duty(SATO)
    ask(scene, "c1")
    assert assignees(scene) == [None]
    scene.clock.advance(seconds=24 * 3600)
    scene.settle()
    assert assignees(scene) == [SATO]


def test_the_customers_owner_comes_first(make: MakeScene) -> None:
    """Whoever looks after a customer gets their tickets while they can."""
    scene = make(routing=EVERYBODY)
    scene.asks(QUESTION)
    customer = scene.conversation.customer_id
    assert customer is not None
    scene.desk.set_owner(customer, ITO, actor="reika", version=0)
    for name in (SATO, ITO):
        scene.desk.go_on_duty(name)
    scene.settle()
    assert assignees(scene) == [ITO]


@pytest.mark.parametrize("presence", ["away", "offline"])
def test_the_absent_get_nothing(make: MakeScene, presence: str) -> None:
    """Neither who is back soon nor who went home."""
    scene = make(routing=EVERYBODY)
    scene.desk.go_on_duty(SATO)
    if presence == "away":
        scene.desk.go_away(SATO)
    else:
        scene.desk.go_off_duty(SATO)
    ask(scene, "c1")
    assert assignees(scene) == [None]
