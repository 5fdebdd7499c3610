from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from desks import QUESTION
from linecs.desk import Routing
from linecs.hours import BusinessCalendar
from linecs.model import (
    Answer,
    Author,
    Choice,
    Choices,
    FeedEntry,
    HandOff,
    Message,
    Speaker,
    TicketStatus,
)
from linecs.replies import KeywordResponder, KeywordRule
from linecs.routing import BOT_OUTSIDE_HOURS, BOT_WHEN_QUEUE_IS_LONG, Answerer, Answering
from linecs.storage.ports import equal
from linecs.storage.tables import Trace

if TYPE_CHECKING:
    from desks import MakeScene, Scene
    from linecs.model import Bubble, Decision, Inquiry

SHOP = BusinessCalendar(weekly={"mon-sun": "10:00-19:00"}, holidays=None)
NOTICE = {"type": "text", "text": "ご注文の品を発送しました。"}


class Always:
    """Decides the same for whatever is asked."""

    name = "always"

    def __init__(self, decision: Decision | None) -> None:
        self._decision = decision

    def respond(self, _inquiry: Inquiry) -> Decision | None:
        """Decide."""
        return self._decision

    def waits(self, bubble: Bubble) -> bool:
        """Let text go on."""
        return bubble.kind == "text"


ANSWER = Answer(messages=({"type": "text", "text": "はい。"},), source="always")
CHOICES = Choices(
    messages=({"type": "text", "text": "どちらですか"},),
    choices=(Choice(id="a", title="返品", label="返品"),),
    source="always",
)


def steps(scene: Scene) -> list[dict[str, Any]]:
    """Return why the newest inquiry went where it went."""
    found: list[dict[str, Any]] = json.loads(scene.rows(Trace, order=("until",))[-1].content)
    return found


def hour(scene: Scene, clock: str) -> None:
    """Let it be that hour of the first day."""
    at = datetime.fromisoformat(f"2026-06-01T{clock}+09:00").timestamp()
    scene.clock.advance(seconds=at - scene.clock() / 1000)


def test_a_person_may_come_first_and_the_bot_at_night(make: MakeScene) -> None:
    """The first rule that holds decides; by day nothing is answered by itself."""
    answering = Answering(rules=[BOT_OUTSIDE_HOURS], otherwise=Answerer.PERSON)
    scene = make(routing=Routing(calendar=SHOP, answering=answering), responder=Always(ANSWER))
    hour(scene, "18:59:00")
    scene.asks(QUESTION)
    assert (scene.ticket.status, scene.ticket.reason) == (TicketStatus.OPEN, "person_first")
    scene.desk.resolve(scene.ticket.id, actor="reika", version=scene.ticket.version)
    hour(scene, "19:00:00")
    scene.line.customer("c2").says(QUESTION)
    scene.desk.process(wait=0)
    assert [m.text for m in scene.messages(equal("author", Author.BOT))] == ["はい。"]


def test_the_bot_helps_out_when_more_wait_than_the_staff_can_take(make: MakeScene) -> None:
    """The threshold is people on duty times the tickets each can have."""
    answering = Answering(rules=[BOT_WHEN_QUEUE_IS_LONG], otherwise=Answerer.PERSON)
    routing = Routing(answering=answering, concurrency=1)
    scene = make(routing=routing, responder=Always(ANSWER))
    scene.desk.go_on_duty("reika")
    for name in ("c1", "c2", "c3"):
        scene.line.customer(name).says(QUESTION)
        scene.desk.process(wait=0)
    assert len(scene.messages(equal("author", Author.BOT))) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [("オペレーターにつないでください", "asked_for_person"), ("いい加減にしてください", "angry")],
)
def test_who_wants_or_needs_a_person_gets_one(make: MakeScene, text: str, reason: str) -> None:
    """The bot lets go at once, and the trace says for which word of the shop's list."""
    scene = make(responder=Always(ANSWER))
    scene.asks(text)
    assert (scene.ticket.status, scene.ticket.reason) == (TicketStatus.OPEN, reason)
    assert not scene.messages(equal("author", Author.BOT))
    assert steps(scene)[-1]["name"] == "escalation"
    assert text not in json.dumps(steps(scene), ensure_ascii=False)


def test_choices_are_offered_once(make: MakeScene) -> None:
    """A customer who took none of them gets a person in place of more."""
    scene = make(responder=Always(CHOICES))
    scene.asks(QUESTION)
    assert scene.ticket.status is TicketStatus.BOT
    scene.asks("そうではなくて")
    assert (scene.ticket.status, scene.ticket.reason) == (TicketStatus.OPEN, "repeated_misses")


def test_a_shops_own_keyword_comes_before_escalation(make: MakeScene) -> None:
    """A whole keyword has the shop's own answer, even オペレーター."""
    rule = KeywordRule(id="person", exact=("オペレーター",), texts=("ご用件をどうぞ。",))
    scene = make(responder=KeywordResponder([rule]))
    scene.asks("オペレーター")
    assert [m.text for m in scene.messages(equal("author", Author.BOT))] == ["ご用件をどうぞ。"]


def test_a_responders_own_hand_off_keeps_its_queue(make: MakeScene) -> None:
    """Who hands off to the leads is not overruled by an angry word."""
    scene = make(responder=Always(HandOff(reason="complaint", source="always", queue="leads")))
    scene.asks("いい加減にしてください")
    assert (scene.ticket.reason, scene.ticket.queue) == ("complaint", "leads")


def test_thanks_after_the_bots_answer_settle_the_matter(make: MakeScene) -> None:
    """ありがとう confirms; the bot says nothing to it."""
    scene = make(responder=Always(ANSWER))
    scene.asks(QUESTION)
    scene.settle()
    scene.asks("ありがとうございます!")
    assert (scene.ticket.status, scene.ticket.resolved_by) == (TicketStatus.RESOLVED, "bot")
    assert len(scene.messages(equal("author", Author.BOT))) == 1
    assert scene.desk.orphans() == []


def test_thanks_after_a_persons_end_reopen_nothing(scene: Scene) -> None:
    """They stay visible, with reason courtesy."""
    asked = scene.asks(QUESTION)
    scene.desk.reply(
        asked.id, "はい。", actor="reika", version=asked.version, seen=asked.newest_message_id
    )
    scene.desk.resolve(scene.ticket.id, actor="reika", version=scene.ticket.version)
    scene.asks("ありがとうございました")
    assert (scene.ticket.status, scene.ticket.reason) == (TicketStatus.RESOLVED, "courtesy")
    assert scene.rows(FeedEntry, equal("kind", "ticket.thanked"))
    assert scene.messages()[-1].answered
    assert scene.desk.orphans() == []


def test_a_notice_passes_a_person_who_holds_the_conversation(scene: Scene) -> None:
    """A shipping notice goes out, and neither word nor ticket changes hands."""
    asked = scene.asks(QUESTION)
    scene.desk.claim(scene.ticket.id, actor="reika", version=scene.ticket.version)
    before = scene.ticket
    assert asked.customer_id is not None
    (sent,) = scene.desk.notify(asked.customer_id, NOTICE, source="shipping")
    scene.settle()
    message = scene.one(Message, equal("id", sent))
    assert (message.author, message.author_id) == (Author.SYSTEM, "shipping")
    assert message.sent_at
    assert scene.ticket == before
    assert scene.conversation.speaker is Speaker.OPERATOR


def test_a_blocked_customer_gets_no_notice(scene: Scene) -> None:
    """LINE would count it and deliver nothing."""
    asked = scene.asks(QUESTION)
    scene.line.customer("c1").blocks()
    scene.desk.process(wait=0)
    assert asked.customer_id is not None
    assert scene.desk.notify(asked.customer_id, NOTICE) == ()
