from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from desks import QUESTION, make_scene
from linecs.desk import Queue, Receipts, Routing
from linecs.desk.tickets import TicketRules
from linecs.hours import DAY_MS, MINUTE_MS, BusinessCalendar
from linecs.model import (
    Attempt,
    Author,
    ChannelId,
    ConversationId,
    CustomerId,
    FeedEntry,
    HandOff,
    Route,
    Ticket,
    TicketId,
    TicketStatus,
)
from linecs.routing import NudgeSchedule, SlaClock, SlaPolicy, reply_within
from linecs.storage.ports import equal

if TYPE_CHECKING:
    from desks import MakeScene, Scene
    from linecs.model import Bubble, Inquiry

SATURDAY = 5
SHOP = BusinessCalendar(weekly={"mon-sun": "10:00-18:00"}, holidays=None)
ROUTING = Routing(
    calendar=SHOP,
    sla=SlaPolicy(
        calendar=SHOP, targets=reply_within(30 * MINUTE_MS, warn_before_ms=10 * MINUTE_MS)
    ),
)


def go_to(scene: Scene, text: str) -> None:
    """Let it be that time in Tokyo."""
    scene.clock.advance(seconds=(at(text) - scene.clock()) / 1000)


def at(text: str) -> int:
    """Return that time in Tokyo, epoch ms UTC."""
    return int(datetime.fromisoformat(f"{text}+09:00").timestamp() * 1000)


def receipts(scene: Scene) -> list[str]:
    """Return what the desk itself said, in order."""
    return [message.text for message in scene.messages(equal("author", Author.SYSTEM))]


def kinds(scene: Scene) -> list[str]:
    """Return what happened, in order."""
    return [entry.kind for entry in scene.rows(FeedEntry, order=("id",))]


def reply(scene: Scene, *, asks: bool = False) -> None:
    """Have a person reply to all there is."""
    now = scene.conversation
    scene.desk.reply(
        now.id,
        "承知しました。",
        actor="reika",
        version=now.version,
        seen=now.newest_message_id,
        asks=asks,
    )


@pytest.fixture
def shop(make: MakeScene) -> Scene:
    """A shop open from ten to six that answers within thirty minutes."""
    scene = make(routing=ROUTING)
    go_to(scene, "2026-06-01T19:00:00")
    return scene


def test_a_question_at_night_is_due_in_the_morning(shop: Scene) -> None:
    """The thirty minutes are minutes of the shop's opening hours."""
    shop.asks(QUESTION)
    assert (shop.ticket.due_at, shop.ticket.due_for) == (at("2026-06-02T10:30:00"), "first_reply")


def test_a_customer_at_night_is_told_when_somebody_answers(shop: Scene) -> None:
    """The out-of-hours receipt names the next opening, and the ticket keeps the promise."""
    shop.asks(QUESTION)
    assert receipts(shop) == ["ただいま営業時間外です。担当者より明日10時以降にご返信します。"]
    assert shop.ticket.promised_at == at("2026-06-02T10:30:00")


def test_the_receipt_goes_out_free_of_charge(shop: Scene) -> None:
    """It takes the reply token of the question it follows."""
    shop.asks(QUESTION)
    shop.settle()
    (sent,) = shop.messages(equal("author", Author.SYSTEM))
    assert sent.sent_at
    assert shop.one(Attempt).route is Route.REPLY


def test_a_promise_is_made_once_while_it_is_open(shop: Scene) -> None:
    """Writing on the same night brings no second receipt."""
    shop.asks(QUESTION)
    shop.asks("急いでいます")
    assert len(receipts(shop)) == 1


def test_a_customer_who_writes_on_the_next_night_is_told_again(shop: Scene) -> None:
    """A person answered by day; the new wait has a promise of its own."""
    shop.asks(QUESTION)
    go_to(shop, "2026-06-02T10:10:00")
    reply(shop)
    go_to(shop, "2026-06-02T21:00:00")
    shop.asks("もう一つ教えてください")
    assert len(receipts(shop)) == 2
    assert (shop.ticket.promise_kept, shop.ticket.promised_at) == (None, at("2026-06-03T10:30:00"))


def test_a_person_who_goes_on_after_hours_is_not_talked_over(shop: Scene) -> None:
    """A customer in the middle of a talk needs no receipt."""
    shop.asks(QUESTION)
    reply(shop)
    shop.asks("裾は三センチです")
    assert len(receipts(shop)) == 1


def test_a_reply_in_time_keeps_the_promise(shop: Scene) -> None:
    """The ticket and the feed say so."""
    shop.asks(QUESTION)
    go_to(shop, "2026-06-02T10:29:00")
    reply(shop)
    assert shop.ticket.promise_kept is True
    told = shop.one(FeedEntry, equal("kind", "ticket.replied"))
    assert told.facts["promise_kept"] is True


def test_a_promise_that_passes_unanswered_is_broken(shop: Scene) -> None:
    """It stays broken when the reply comes at last."""
    shop.asks(QUESTION)
    shop.settle()
    go_to(shop, "2026-06-02T10:31:00")
    shop.settle()
    assert "promise.broken" in kinds(shop)
    reply(shop)
    assert shop.ticket.promise_kept is False


def test_staff_hear_of_a_reply_before_it_is_due_and_when_it_is_overdue(shop: Scene) -> None:
    """Each is said once."""
    shop.asks(QUESTION)
    shop.settle()
    version = shop.ticket.version
    for time in ("10:19", "10:20", "10:21", "10:30", "10:31"):
        go_to(shop, f"2026-06-02T{time}:01")
        shop.settle()
    said = [kind for kind in kinds(shop) if kind in {"ticket.due_soon", "ticket.overdue"}]
    assert said == ["ticket.due_soon", "ticket.overdue"]
    assert shop.ticket.version == version


def test_a_receipt_may_name_the_deadline(make: MakeScene) -> None:
    """A shop that dares says by when."""
    scene = make(routing=evolve(ROUTING, names_deadline=True))
    go_to(scene, "2026-06-01T19:00:00")
    scene.asks(QUESTION)
    assert receipts(scene) == ["ただいま営業時間外です。担当者より明日10時30分までにご返信します。"]


def test_in_opening_hours_nothing_is_said_by_default(make: MakeScene) -> None:
    """A person is about to answer."""
    scene = make(routing=ROUTING)
    scene.asks(QUESTION)
    assert receipts(scene) == []


def test_a_receipt_in_opening_hours_names_the_place_where_somebody_serves(
    make: MakeScene,
) -> None:
    """The place in the queue is told only while people are on duty."""
    scene = make(routing=evolve(ROUTING, receipts=Receipts.ALWAYS))
    scene.line.customer("c0").says("返品したいです")
    scene.desk.process(wait=0)
    scene.desk.go_on_duty("reika")
    scene.clock.advance(seconds=1)
    scene.line.customer("c2").says("交換したいです")
    scene.desk.process(wait=0)
    assert receipts(scene) == [
        "担当者におつなぎします。順番にご返信します。",
        "担当者におつなぎします。ただいま2番目のご案内です。順番にご返信します。",
    ]


def test_each_queue_has_hours_of_its_own(make: MakeScene) -> None:
    """The queue that a hand-off names decides the due time."""

    class ToReturns:
        name = "returns"

        def respond(self, _inquiry: Inquiry) -> HandOff:
            return HandOff(reason="returns", source="returns", queue="returns")

        def waits(self, _bubble: Bubble) -> bool:
            return True

    afternoons = BusinessCalendar(weekly={"mon-sun": "13:00-15:00"}, holidays=None)
    routing = evolve(ROUTING, queues={"returns": Queue(calendar=afternoons)})
    scene = make(routing=routing, responder=ToReturns())
    scene.asks(QUESTION)
    assert scene.ticket.due_at == at("2026-06-01T13:30:00")
    assert "13時以降" in receipts(scene)[0]


def test_a_late_closure_moves_what_is_due(shop: Scene) -> None:
    """A desk with the new hours counts open deadlines anew; what was told stays told."""
    shop.asks(QUESTION)
    closed = evolve(SHOP, closures=["2026-06-02"])
    routing = evolve(ROUTING, calendar=closed, sla=evolve(ROUTING.sla, calendar=closed))
    after = make_scene(shop.line, shop.clock, storage=shop.storage, routing=routing)
    assert after.desk.recompute_deadlines() == 1
    assert after.desk.recompute_deadlines() == 0
    assert after.ticket.due_at == at("2026-06-03T10:30:00")
    assert after.ticket.promised_at == at("2026-06-02T10:30:00")


def test_the_clocks_of_a_ticket_are_counted_from_what_happened(shop: Scene) -> None:
    """Receipt, first reply, and a resolution that stands still while the customer has the word."""
    go_to(shop, "2026-06-02T10:00:00")
    shop.asks(QUESTION)
    go_to(shop, "2026-06-02T10:20:00")
    reply(shop, asks=True)
    go_to(shop, "2026-06-02T12:00:00")
    shop.asks("三センチです")
    go_to(shop, "2026-06-02T12:05:00")
    reply(shop)
    shop.desk.resolve(shop.ticket.id, actor="reika", version=shop.ticket.version)
    shown = {each.clock: each for each in shop.desk.clocks(shop.ticket.id)}
    assert shown[SlaClock.FIRST_REPLY].elapsed_ms == 20 * MINUTE_MS
    assert shown[SlaClock.NEXT_REPLY].elapsed_ms == 5 * MINUTE_MS
    assert shown[SlaClock.RESOLUTION].elapsed_ms == 25 * MINUTE_MS
    assert not shown[SlaClock.NEXT_REPLY].breached


@pytest.fixture
def patient(make: MakeScene) -> Scene:
    """A shop that asks silent customers again on Mondays at ten, twice."""
    scene = make(routing=evolve(ROUTING, nudges=NudgeSchedule(calendar=SHOP)))
    go_to(scene, "2026-06-03T11:00:00")
    scene.asks(QUESTION)
    reply(scene, asks=True)
    scene.settle()
    return scene


def test_a_silent_customer_is_asked_again_on_mondays_at_ten(patient: Scene) -> None:
    """返信待ち: once a week, twice."""
    assert (patient.ticket.due_at, patient.ticket.due_for) == (at("2026-06-08T10:00:00"), "nudge")
    for day in ("08", "15"):
        go_to(patient, f"2026-06-{day}T10:00:01")
        patient.settle()
    assert receipts(patient) == ["お返事はいかがでしょうか?"] * 2
    assert patient.ticket.status is TicketStatus.WAITING


def test_silence_after_the_nudges_ends_the_ticket(patient: Scene) -> None:
    """It is resolved with reason no_answer, by nobody of the staff."""
    for day in ("08", "15", "22"):
        go_to(patient, f"2026-06-{day}T10:00:05")
        patient.settle()
    ticket = patient.ticket
    assert (ticket.status, ticket.reason) == (TicketStatus.RESOLVED, "no_answer")
    assert ticket.resolved_by == "system"
    assert patient.desk.orphans() == []


def test_an_answer_ends_the_nudging(patient: Scene) -> None:
    """The next question of the shop's is nudged from the beginning."""
    go_to(patient, "2026-06-08T10:00:01")
    patient.settle()
    patient.asks("三センチです")
    assert patient.ticket.due_for == "next_reply"
    reply(patient, asks=True)
    assert (patient.ticket.due_for, patient.ticket.nudges_sent) == ("nudge", 0)


def test_nudges_a_worker_slept_through_are_not_made_up_for(patient: Scene) -> None:
    """After three weeks one nudge goes out, and the customer has a whole week to answer."""
    go_to(patient, "2026-06-25T12:00:00")
    patient.settle()
    assert len(receipts(patient)) == 1
    assert patient.ticket.due_at == patient.clock() + 7 * DAY_MS


@given(
    minutes=st.integers(0, 14 * 24 * 60),
    opens=st.integers(0, 12),
    hours=st.integers(1, 11),
    within=st.integers(1, 600),
)
def test_the_due_time_equals_a_count_of_open_minutes(
    minutes: int, opens: int, hours: int, within: int
) -> None:
    """The desk's due time is what counting open minutes one by one gives."""
    calendar = BusinessCalendar(
        weekly={"mon-fri": f"{opens:02}:00-{opens + hours:02}:00"}, holidays=None
    )
    routing = Routing(
        calendar=calendar,
        sla=SlaPolicy(calendar=calendar, targets=reply_within(within * MINUTE_MS)),
    )
    since = at("2026-06-01T00:00:00") + minutes * MINUTE_MS
    ticket = Ticket(
        id=TicketId("t1"),
        channel_id=ChannelId("main"),
        conversation_id=ConversationId("c1"),
        customer_id=CustomerId("c1"),
        status=TicketStatus.OPEN,
        opened_at=since,
        waiting_since=since,
    )
    left, now = within, since
    while left:
        local = datetime.fromtimestamp(now / 1000, tz=timezone(timedelta(hours=9)))
        left -= local.weekday() < SATURDAY and opens <= local.hour < opens + hours
        now += MINUTE_MS
    assert TicketRules(routing=routing).with_due(ticket, since).due_at == now
