"""Notices pass whoever holds the conversation; campaigns wait (Promise 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from desks import QUESTION
from linecs.errors import ActRefusedError
from linecs.model import Message, MessageState, OutboxItem, Ticket, TicketStatus
from linecs.replies.keyword import Triggers
from linecs.replies.scenario import EndStep, Scenario, ScenarioResponder, TextStep
from linecs.storage.ports import equal

if TYPE_CHECKING:
    from desks import MakeScene, Scene

SALE = {"type": "text", "text": "今週の新着です。"}
DAY = 86_400_000


def advertise(scene: Scene, *, days: int = 3) -> None:
    """Queue a campaign for the customer c1."""
    customer = scene.conversation.customer_id
    scene.desk.campaign(customer, SALE, source="new-in", until=scene.clock() + days * DAY)


def heard(scene: Scene) -> list[Any]:
    """Return what the customer c1 was told."""
    return [b.text for b in scene.line.customer("c1").chat if b.sender == "account"]


def claimed(scene: Scene) -> Scene:
    """Have reika take the customer's question."""
    scene.asks(QUESTION)
    scene.desk.claim(scene.ticket.id, actor="reika", version=scene.ticket.version)
    return scene


def resolve(scene: Scene) -> None:
    """Have reika end it."""
    scene.desk.resolve(scene.ticket.id, actor="reika", version=scene.ticket.version)


def wait_and_settle(scene: Scene) -> None:
    """Let a minute pass, and the worker do what is due."""
    scene.clock.advance(seconds=61)
    scene.settle()


def test_a_campaign_waits_while_a_person_holds_the_conversation(scene: Scene) -> None:
    """It goes out when the person is done, and a notice does not wait."""
    claimed(scene)
    advertise(scene)
    scene.desk.notify(scene.conversation.customer_id, {"type": "text", "text": "発送しました。"})
    wait_and_settle(scene)
    assert heard(scene) == ["発送しました。"]
    resolve(scene)
    wait_and_settle(scene)
    assert heard(scene) == ["発送しました。", "今週の新着です。"]
    assert scene.desk.orphans() == []


def test_a_claim_stops_a_campaign_that_has_not_gone_out_yet(scene: Scene) -> None:
    """Between queueing and sending it is not too late."""
    scene.asks("営業時間")
    scene.clock.advance(hours=1)
    scene.settle()
    said = len(heard(scene))
    advertise(scene)
    scene.asks(QUESTION)
    scene.settle()
    assert len(heard(scene)) == said


def test_a_waiting_campaign_makes_no_draft_stale(scene: Scene) -> None:
    """Nobody has said anything yet."""
    claimed(scene)
    before = scene.conversation
    advertise(scene)
    wait_and_settle(scene)
    scene.desk.reply(
        before.id, "はい。", actor="reika", version=before.version, seen=before.newest_message_id
    )
    scene.settle()
    assert heard(scene) == ["はい。"]


def test_what_went_out_makes_drafts_stale_and_stands_last_in_the_chat(scene: Scene) -> None:
    """The campaign's place is where the customer saw it."""
    claimed(scene)
    advertise(scene)
    now = scene.conversation
    scene.clock.advance(minutes=5)
    scene.desk.reply(
        now.id, "はい。", actor="reika", version=now.version, seen=now.newest_message_id
    )
    resolve(scene)
    before = scene.conversation.version
    wait_and_settle(scene)
    assert [m.text for m in scene.messages()][-2:] == ["はい。", "今週の新着です。"]
    assert scene.conversation.version == before + 1


def test_a_campaign_waits_for_a_form_to_be_filled_in(make: MakeScene) -> None:
    """A question of ours is on the customer's screen."""
    ask = TextStep(id="height", messages=({"type": "text", "text": "身長は?"},), go="end")
    form = Scenario(
        id="form",
        title="採寸",
        start=Triggers(exact=("採寸",)),
        steps={"height": ask, "end": EndStep(id="end", messages=(SALE,))},
    )
    scene = make(responder=ScenarioResponder([form]))
    scene.asks("採寸")
    scene.settle()
    advertise(scene)
    wait_and_settle(scene)
    assert heard(scene) == ["身長は?"]


def test_a_campaign_whose_time_is_over_is_not_said(scene: Scene) -> None:
    """Nobody wants to hear of last week's sale."""
    claimed(scene)
    advertise(scene, days=1)
    scene.clock.advance(days=1)
    scene.settle()
    resolve(scene)
    wait_and_settle(scene)
    assert heard(scene) == []
    assert scene.rows(OutboxItem) == []
    assert scene.one(Message, equal("author_id", "new-in")).state is MessageState.CANCELLED
    assert "message.cancelled" in [entry.kind for entry in scene.desk.feed()]


def test_a_campaign_over_the_reserve_opens_no_ticket(scene: Scene) -> None:
    """A thousand customers are no thousand matters."""
    scene.asks("営業時間")
    scene.clock.advance(hours=1)
    scene.settle()
    scene.line.channel.quota = 0
    scene.clock.advance(hours=1)
    scene.settle()
    advertise(scene)
    scene.settle()
    assert scene.one(Message, equal("author_id", "new-in")).state is MessageState.PARKED
    assert [ticket.status for ticket in scene.rows(Ticket)] == [TicketStatus.RESOLVED]


def test_a_campaign_to_who_blocked_the_account_is_not_queued(scene: Scene) -> None:
    """LINE would take it and deliver nothing."""
    scene.asks("営業時間")
    scene.line.customer("c1").blocks()
    scene.settle()
    advertise(scene)
    assert scene.rows(OutboxItem) == []


def test_a_campaign_that_is_over_already_is_refused(scene: Scene) -> None:
    """Its end is a time to come."""
    scene.asks("営業時間")
    with pytest.raises(ActRefusedError):
        advertise(scene, days=0)
