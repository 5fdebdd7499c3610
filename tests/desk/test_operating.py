from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desks import HOURS_ANSWER, QUESTION
from linecs.errors import StaleReplyError, StaleTicketError, UnreachableError, UnseenMessageError
from linecs.model import Author, Message, MessageState, OutboxItem, Speaker, TicketStatus
from linecs.storage.ports import equal

if TYPE_CHECKING:
    from desks import Scene
    from linecs.model import Conversation


def test_a_reply_is_queued_and_makes_it_the_customers_turn(
    scene: Scene, asked: Conversation
) -> None:
    """The ticket is 返信待ち, in the replying operator's hands, with nobody waiting."""
    seen = asked.newest_message_id
    scene.desk.reply(asked.id, "できます", actor="hanako", version=asked.version, seen=seen)
    assert (scene.ticket.status, scene.ticket.assignee_id) == (TicketStatus.WAITING, "hanako")
    assert scene.ticket.first_replied_at == scene.clock()
    assert scene.one(OutboxItem).author is Author.OPERATOR


def test_a_colleagues_reply_refuses_a_second_one_and_says_whose(
    scene: Scene, asked: Conversation
) -> None:
    """A draft written for an older version is refused with the colleague's name."""
    seen = asked.newest_message_id
    scene.desk.reply(asked.id, "できます", actor="hanako", version=asked.version, seen=seen)
    with pytest.raises(StaleReplyError) as refused:
        scene.desk.reply(asked.id, "無理です", actor="taro", version=asked.version, seen=seen)
    assert (refused.value.by, refused.value.version) == ("hanako", asked.version + 1)
    assert len(scene.messages(equal("author", Author.OPERATOR))) == 1


def test_an_unsend_refuses_a_draft(scene: Scene) -> None:
    """What the customer took back since makes the draft stale."""
    customer = scene.line.customer("c1")
    written = customer.says(QUESTION)
    scene.desk.process(wait=0)
    before = scene.conversation
    customer.unsends(written)
    scene.desk.process(wait=0)
    with pytest.raises(StaleReplyError) as refused:
        scene.desk.reply(
            before.id,
            "できます",
            actor="hanako",
            version=before.version,
            seen=before.newest_message_id,
        )
    assert refused.value.by == "customer"


def test_new_customer_text_warns_and_may_be_overruled_by_having_seen_it(
    scene: Scene, asked: Conversation
) -> None:
    """A bubble the writer has not seen stops the reply once, with that bubble's id."""
    seen = asked.newest_message_id
    scene.clock.advance(seconds=5)
    scene.line.customer("c1").says("急いでいます")
    scene.desk.process(wait=0)
    with pytest.raises(UnseenMessageError) as warned:
        scene.desk.reply(asked.id, "できます", actor="hanako", version=asked.version, seen=seen)
    newest = warned.value.newest
    scene.desk.reply(asked.id, "できます", actor="hanako", version=asked.version, seen=newest)
    assert len(scene.rows(OutboxItem)) == 1


def test_a_reply_cancels_what_the_bot_had_queued(scene: Scene) -> None:
    """A person's reply silences the bot in the same commit."""
    scene.line.customer("c1").says("営業時間")
    scene.desk.process()
    at = scene.conversation
    scene.desk.reply(
        at.id, "本日は19時までです", actor="hanako", version=at.version, seen=at.newest_message_id
    )
    (answer,) = scene.messages(equal("author", Author.BOT))
    assert (answer.text, answer.state) == (HOURS_ANSWER, MessageState.CANCELLED)
    assert [item.author for item in scene.rows(OutboxItem)] == [Author.OPERATOR]


def test_the_bot_is_silent_while_a_person_holds_the_conversation(
    scene: Scene, asked: Conversation
) -> None:
    """A keyword asked of a person's conversation is left to the person."""
    ticket = scene.ticket
    scene.desk.claim(ticket.id, actor="hanako", version=ticket.version)
    scene.line.customer("c1").says("営業時間")
    scene.desk.process(wait=0)
    assert scene.conversation.speaker is Speaker.OPERATOR
    assert scene.messages(equal("author", Author.BOT)) == []
    assert scene.ticket.status is TicketStatus.IN_PROGRESS


def test_the_bot_returns_when_the_ticket_is_resolved(scene: Scene, asked: Conversation) -> None:
    """After 対応完了 and the time for reopening, a keyword is the bot's again."""
    ticket = scene.ticket
    scene.desk.resolve(ticket.id, actor="hanako", version=ticket.version)
    scene.clock.advance(days=4)
    scene.line.customer("c1").says("営業時間")
    scene.desk.process()
    assert [m.text for m in scene.messages(equal("author", Author.BOT))] == [HOURS_ANSWER]


def test_a_customer_who_writes_soon_after_a_persons_end_reopens(
    scene: Scene, asked: Conversation
) -> None:
    """Within 72 hours of a person's end the same ticket is open again."""
    before = scene.ticket
    scene.desk.resolve(before.id, actor="hanako", version=before.version)
    scene.clock.advance(hours=71)
    scene.line.customer("c1").says("まだ届きません")
    scene.desk.process(wait=0)
    assert (scene.ticket.id, scene.ticket.status) == (before.id, TicketStatus.OPEN)


def test_two_claims_of_one_version_have_one_winner(scene: Scene, asked: Conversation) -> None:
    """The second operator is told that the ticket has moved on."""
    ticket = scene.ticket
    scene.desk.claim(ticket.id, actor="hanako", version=ticket.version)
    with pytest.raises(StaleTicketError):
        scene.desk.claim(ticket.id, actor="taro", version=ticket.version)
    assert scene.ticket.assignee_id == "hanako"


def test_a_customer_who_blocked_us_is_refused_at_queueing(
    scene: Scene, asked: Conversation
) -> None:
    """LINE would take and drop it, so the operator is told before."""
    scene.line.customer("c1").blocks()
    scene.desk.process()
    at = scene.conversation
    with pytest.raises(UnreachableError):
        scene.desk.reply(
            at.id, "できます", actor="hanako", version=at.version, seen=at.newest_message_id
        )
    assert scene.rows(Message, equal("author", Author.OPERATOR)) == []
