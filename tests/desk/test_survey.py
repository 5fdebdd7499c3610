from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desks import QUESTION
from linecs.desk import Receipts, Routing, Survey
from linecs.limits import check_messages
from linecs.model import (
    Attempt,
    Author,
    Customer,
    FeedEntry,
    Message,
    Route,
    Ticket,
    TicketId,
    TicketStatus,
)
from linecs.replies import KeywordResponder, KeywordRule
from linecs.storage.ports import equal, unequal

if TYPE_CHECKING:
    from desks import MakeScene, Scene

ASKED = "今回の対応はいかがでしたか?"
ASKED_LATER = "前回のお問い合わせの対応はいかがでしたか?"


def end(scene: Scene, *, replies: bool = True) -> Ticket:
    """Have a person answer and resolve the customer's question."""
    now = scene.asks(QUESTION)
    if replies:
        scene.desk.reply(
            now.id, "はい。", actor="reika", version=now.version, seen=now.newest_message_id
        )
    scene.desk.resolve(scene.ticket.id, actor="reika", version=scene.ticket.version)
    scene.settle()
    return scene.ticket


def tap(scene: Scene, score: int, ticket: Ticket, name: str = "c1") -> None:
    """Show a customer the buttons of a ticket's question, and have them tap that score."""
    survey = Survey()
    (who,) = [
        c for c in scene.rows(Customer) if c.line_user_id == scene.line.customer(name).user_id
    ]
    scene.desk.notify(who.id, survey.message(ticket.id))
    scene.settle()
    scene.line.customer(name).taps(survey.labels[-score])
    scene.settle()


def said(scene: Scene) -> list[str]:
    """Return what the desk itself said, in order."""
    return [message.text for message in scene.messages(equal("author", Author.SYSTEM))]


@pytest.fixture
def caring(make: MakeScene) -> Scene:
    """A shop that asks how content its customers are."""
    return make(routing=Routing(survey=Survey()))


def test_the_question_rides_along_with_the_customers_thanks(caring: Scene) -> None:
    """It takes the thanks' reply token and costs nothing."""
    end(caring)
    assert said(caring) == []
    caring.asks("ありがとうございました")
    caring.settle()
    assert said(caring) == [ASKED]
    last = caring.rows(Attempt, order=("created_at", "id"))[-1]
    assert last.route is Route.REPLY


def test_it_is_asked_once_a_ticket(caring: Scene) -> None:
    """More thanks bring no second question."""
    end(caring)
    for _ in range(2):
        caring.asks("ありがとうございました")
        caring.settle()
    assert said(caring) == [ASKED]


def test_the_question_may_ride_along_with_a_later_answer_of_the_bot(caring: Scene) -> None:
    """Whoever comes back with something new after three days is asked beside its answer."""
    ended = end(caring)
    caring.clock.advance(days=4)
    caring.asks("営業時間")
    caring.settle()
    assert said(caring) == [ASKED_LATER]
    assert caring.one(Ticket, equal("id", ended.id)).surveyed_at
    assert caring.rows(Attempt, order=("created_at", "id"))[-1].route is Route.REPLY


def test_who_comes_back_with_the_same_matter_is_asked_when_it_has_ended_again(
    caring: Scene,
) -> None:
    """Nobody is asked how content they are while they are not; nor twice for two ends."""
    end(caring)
    end(caring)
    assert said(caring) == []
    caring.asks("ありがとうございました")
    caring.settle()
    caring.asks("ありがとうございました")
    caring.settle()
    assert said(caring) == [ASKED]
    assert len(caring.rows(FeedEntry, equal("kind", "ticket.surveyed"))) == 1


def test_the_question_may_ride_along_with_a_receipt(make: MakeScene) -> None:
    """A new matter that waits for a person says which one is meant."""
    scene = make(routing=Routing(survey=Survey(), receipts=Receipts.ALWAYS))
    ended = end(scene)
    receipts = len(said(scene))
    scene.clock.advance(days=4)
    scene.asks(QUESTION)
    scene.settle()
    assert said(scene)[receipts + 1 :] == [ASKED_LATER]
    last = scene.rows(Attempt, order=("created_at", "id"))[-1]
    assert (last.route, len(last.message_ids)) == (Route.REPLY, 2)
    assert scene.one(Ticket, equal("id", ended.id)).surveyed_at
    assert scene.desk.orphans() == []


def test_a_customer_who_only_waits_for_a_person_is_asked_nothing(caring: Scene) -> None:
    """A question of ours is no answer to theirs; it goes with the next thing that is said."""
    end(caring)
    caring.clock.advance(hours=73)
    caring.asks(QUESTION)
    caring.settle()
    assert said(caring) == []
    (second,) = caring.rows(Ticket, equal("status", TicketStatus.OPEN))
    caring.desk.resolve(second.id, actor="reika", version=second.version)
    caring.clock.advance(hours=73)
    caring.asks("営業時間")
    caring.settle()
    assert said(caring) == [ASKED_LATER]


def test_only_the_newest_end_is_asked_about(caring: Scene) -> None:
    """One question about what has just been, not a list of what was."""
    end(caring)
    caring.clock.advance(days=4)
    now = caring.asks(QUESTION)
    caring.desk.reply(
        now.id, "はい。", actor="reika", version=now.version, seen=now.newest_message_id
    )
    (second,) = caring.rows(Ticket, unequal("status", TicketStatus.RESOLVED))
    caring.desk.resolve(second.id, actor="reika", version=second.version)
    for _ in range(2):
        caring.asks("ありがとうございました")
        caring.settle()
    assert said(caring) == [ASKED]
    assert caring.one(Ticket, equal("id", second.id)).surveyed_at


def test_a_matter_that_goes_on_in_another_ticket_is_asked_about_at_its_end(
    caring: Scene,
) -> None:
    """Merging is no end; what was answered before it counts as answered there."""
    now = caring.asks(QUESTION)
    caring.desk.reply(
        now.id, "はい。", actor="reika", version=now.version, seen=now.newest_message_id
    )
    caring.settle()
    first = caring.ticket
    filed = caring.desk.open_ticket("電話でも", actor="reika", customer_id=now.customer_id)
    merged = caring.desk.merge(
        first.id,
        filed.ticket_id,
        actor="reika",
        version=first.version,
        into_version=filed.ticket_version,
    )
    caring.line.customer("c1").blocks()
    caring.line.customer("c1").unblocks()
    caring.settle()
    assert said(caring) == []
    caring.desk.resolve(merged.ticket_id, actor="reika", version=merged.ticket_version)
    caring.asks("ありがとうございました")
    caring.settle()
    assert said(caring) == [ASKED]
    assert caring.one(Ticket, equal("id", filed.ticket_id)).surveyed_at


def test_the_question_takes_no_buttons_away(make: MakeScene) -> None:
    """LINE forgets quick replies once anything is said after them."""
    tap_me = {"type": "action", "action": {"type": "message", "label": "はい", "text": "はい"}}
    buttons = ({"type": "text", "text": "どちらの店舗ですか", "quickReply": {"items": [tap_me]}},)
    rules = [
        KeywordRule(id="shops", exact=("店舗",), messages=buttons),
        KeywordRule(id="hours", exact=("営業時間",), texts=("10時からです。",)),
    ]
    scene = make(routing=Routing(survey=Survey()), responder=KeywordResponder(rules))
    end(scene)
    scene.clock.advance(days=4)
    scene.asks("店舗")
    scene.settle()
    assert said(scene) == []
    scene.asks("営業時間")
    scene.settle()
    assert said(scene) == [ASKED_LATER]


def test_who_comes_back_to_the_account_is_asked(caring: Scene) -> None:
    """Any reply token will do where nobody is owed an answer."""
    end(caring)
    caring.line.customer("c1").blocks()
    caring.line.customer("c1").unblocks()
    caring.settle()
    assert said(caring) == [ASKED]


def test_a_reply_token_that_has_run_out_asks_nothing(caring: Scene) -> None:
    """A worker that slept costs no push; the question waits for the next token."""
    end(caring)
    caring.line.customer("c1").says("ありがとうございました")
    caring.clock.advance(minutes=5)
    caring.settle()
    assert said(caring) == []
    caring.asks("ありがとうございました")
    caring.settle()
    assert said(caring) == [ASKED]


def test_after_its_time_it_is_not_asked_any_more(caring: Scene) -> None:
    """Nobody remembers how they were served last month."""
    end(caring)
    caring.clock.advance(days=8)
    caring.asks("営業時間")
    caring.settle()
    assert said(caring) == []


def test_a_question_is_not_pushed_from_the_reserve(make: MakeScene) -> None:
    """It would wait for next month; the customer's next token asks instead."""
    scene = make(routing=Routing(survey=Survey(pushes=True)))
    scene.line.channel.quota = 0
    scene.desk.run_jobs()
    end(scene)
    assert said(scene) == []
    scene.asks("ありがとうございました")
    scene.settle()
    assert said(scene) == [ASKED]


def test_a_shop_may_push_the_question(make: MakeScene) -> None:
    """It then goes out with the end itself."""
    scene = make(routing=Routing(survey=Survey(pushes=True)))
    ended = end(scene)
    assert said(scene) == [ASKED]
    assert ended.surveyed_at


def test_nobody_is_asked_about_what_no_person_answered(make: MakeScene) -> None:
    """A ticket that was closed unanswered is no occasion."""
    scene = make(routing=Routing(survey=Survey(pushes=True)))
    end(scene, replies=False)
    assert said(scene) == []


def test_a_score_is_kept_on_the_ticket(caring: Scene) -> None:
    """It opens nothing, and the customer is thanked."""
    ended = end(caring)
    caring.asks("ありがとうございました")
    tap(caring, 4, ended)
    ticket = caring.ticket
    assert (ticket.score, ticket.status) == (4, TicketStatus.RESOLVED)
    assert said(caring)[-1].startswith("ご回答ありがとうございます。")
    assert caring.one(FeedEntry, equal("kind", "ticket.scored")).facts == {"score": 4}
    assert caring.desk.orphans() == []


def test_the_first_score_counts(caring: Scene) -> None:
    """A second tap changes nothing."""
    ended = end(caring)
    tap(caring, 4, ended)
    tap(caring, 1, ended)
    assert caring.ticket.score == 4


def test_a_customer_scores_only_their_own_ticket(caring: Scene) -> None:
    """Another's tap with the ticket's id is worth nothing."""
    ended = end(caring)
    caring.line.customer("c2").says("営業時間")
    caring.settle()
    tap(caring, 1, ended, name="c2")
    assert caring.one(Ticket, equal("id", ended.id)).score == 0


def test_words_after_a_score_are_its_comment_and_reach_a_person(caring: Scene) -> None:
    """What a customer adds is kept with the score, and nobody is forgotten over it."""
    ended = end(caring)
    tap(caring, 1, ended)
    caring.clock.advance(seconds=60)
    caring.asks("説明が分かりにくかったです")
    ticket = caring.ticket
    assert ticket.comment_message_id is not None
    comment = caring.one(Message, equal("id", ticket.comment_message_id))
    assert comment.text == "説明が分かりにくかったです"
    assert ticket.status is TicketStatus.OPEN


def test_a_comment_stays_with_the_matter_that_was_scored(caring: Scene) -> None:
    """Also where the customer has begun another one meanwhile."""
    ended = end(caring)
    caring.clock.advance(days=4)
    caring.asks("営業時間")
    caring.settle()
    caring.line.customer("c1").taps("不満")
    caring.settle()
    caring.asks("返事が遅かったです")
    caring.settle()
    scored = caring.one(Ticket, equal("id", ended.id))
    assert (scored.score, scored.status) == (2, TicketStatus.RESOLVED)
    assert scored.comment_message_id is not None
    comment = caring.one(Message, equal("id", scored.comment_message_id))
    assert comment.text == "返事が遅かったです"
    assert [t.id for t in caring.rows(Ticket) if t.comment_message_id] == [ended.id]


def test_the_buttons_hold_scores_from_the_best_to_one() -> None:
    """Five labels are 5 to 1, and fit LINE's quick replies."""
    message = Survey().message(TicketId("t-1"))
    data = [item["action"]["data"] for item in message["quickReply"]["items"]]
    assert data == [f"linecs:survey:t-1:{score}" for score in (5, 4, 3, 2, 1)]
    check_messages([message])
