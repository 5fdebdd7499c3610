from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from desks import QUESTION
from linecs.desk import DeskSettings
from linecs.errors import ActRefusedError, LimitError
from linecs.model import (
    Author,
    Draft,
    Job,
    MessageState,
    OutboxItem,
    ReadMark,
    Ticket,
    TicketStatus,
)
from linecs.replies.templates import render_message
from linecs.storage.ports import equal
from linecs.testing.simulator import Fault

if TYPE_CHECKING:
    from desks import MakeScene, Scene
    from linecs.model import Conversation

PICTURE = {
    "type": "image",
    "originalContentUrl": "https://shop.example.jp/media/a",
    "previewImageUrl": "https://shop.example.jp/media/b",
}
VIDEO = {**PICTURE, "type": "video"}
STICKER = {"type": "sticker", "packageId": "446", "stickerId": "1988"}


def reply(scene: Scene, message: Any, *, actor: str = "hanako", **more: Any) -> Any:
    """Reply on what is there now."""
    at = scene.conversation
    return scene.desk.reply(
        at.id, message, actor=actor, version=at.version, seen=at.newest_message_id, **more
    )


@pytest.mark.parametrize("message", [PICTURE, VIDEO, STICKER], ids=lambda each: each["type"])
def test_pictures_video_and_stickers_are_sent_as_they_are(
    scene: Scene, asked: Conversation, message: dict[str, str]
) -> None:
    """Whatever LINE takes arrives unchanged."""
    reply(scene, message)
    scene.settle()
    assert scene.line.customer("c1").chat[-1].message == message


def test_a_template_is_filled_with_the_customers_name(scene: Scene, asked: Conversation) -> None:
    """What the template leaves open comes from the caller."""
    template = {"type": "text", "text": "{{ customer.name }}様、できます。"}
    reply(scene, render_message(template, {"customer": {"name": "山田"}}))
    scene.settle()
    assert scene.line.customer("c1").chat[-1].text == "山田様、できます。"


def test_a_reply_quotes_a_bubble_of_the_chat(scene: Scene, asked: Conversation) -> None:
    """The customer sees which of their words is meant."""
    scene.asks("二つ目の質問")
    first, _ = scene.messages()
    reply(scene, [PICTURE, {"type": "text", "text": "できます"}], quoting=first.id)
    scene.settle()
    picture, answer = scene.line.customer("c1").chat[-2:]
    assert (picture.quoted_message_id, answer.quoted_message_id) == (None, first.line_message_id)
    kept = scene.messages(equal("author", Author.OPERATOR))
    assert [each.quoted_line_message_id for each in kept] == ["", first.line_message_id]


def test_only_texts_and_stickers_quote(scene: Scene, asked: Conversation) -> None:
    """LINE would refuse the picture; the operator hears it before."""
    with pytest.raises(ActRefusedError) as refused:
        reply(scene, PICTURE, quoting=asked.newest_message_id)
    assert refused.value.reason == "cannot_quote"
    assert scene.rows(OutboxItem) == []


def test_a_bubble_of_another_customer_is_never_quoted(scene: Scene, asked: Conversation) -> None:
    """LINE refuses it, and it would disclose what somebody else wrote."""
    scene.line.customer("c2").says("別の客です")
    scene.desk.process(wait=0)
    other = next(each for each in scene.messages() if each.conversation_id != asked.id)
    with pytest.raises(ActRefusedError) as refused:
        scene.desk.reply(
            asked.id,
            "できます",
            actor="hanako",
            version=asked.version,
            seen=asked.newest_message_id,
            quoting=other.id,
        )
    assert refused.value.reason == "another_conversation"


def test_what_was_taken_back_cannot_be_quoted(scene: Scene) -> None:
    """Its token is gone with it."""
    written = scene.line.customer("c1").says(QUESTION)
    scene.asks("続きです")
    scene.line.customer("c1").unsends(written)
    scene.settle()
    (gone,) = scene.messages(equal("state", MessageState.UNSENT))
    with pytest.raises(ActRefusedError) as refused:
        reply(scene, "できます", quoting=gone.id)
    assert refused.value.reason == "no_quote_token"


@pytest.mark.parametrize("message", [[], "", {"type": "text", "text": "あ" * 5001}])
def test_a_reply_that_cannot_be_sent_changes_nothing(
    scene: Scene, asked: Conversation, message: Any
) -> None:
    """Neither ticket nor conversation moves, and the bot keeps its word."""
    before = scene.ticket
    with pytest.raises((ActRefusedError, LimitError)):
        reply(scene, message)
    assert (scene.ticket, scene.conversation) == (before, asked)


def test_only_the_assignee_sends_where_the_shop_says_so(make: MakeScene) -> None:
    """A colleague takes the ticket over first."""
    scene = make(settings=DeskSettings(only_assignee_replies=True))
    scene.asks(QUESTION)
    scene.desk.claim(scene.ticket.id, actor="hanako", version=scene.ticket.version)
    with pytest.raises(ActRefusedError) as refused:
        reply(scene, "できます", actor="taro")
    assert refused.value.reason == "not_the_assignee"
    reply(scene, "できます", actor="hanako")
    assert scene.one(OutboxItem).author is Author.OPERATOR


def test_a_reply_to_an_older_ticket_makes_it_the_current_one(led: Scene) -> None:
    """The customer's answer belongs to the matter it answers."""
    led.asks("それと、領収書をください")
    second = led.messages()[1]
    split = led.desk.split(led.ticket.id, [second.id], actor="reika", version=led.ticket.version)
    reply(led, "宛名は?", ticket_id=split.new_ticket_id)
    led.asks("株式会社山田です")
    assert led.conversation.ticket_id == split.new_ticket_id
    assert led.messages()[-1].ticket_id == split.new_ticket_id
    answered = led.one(Ticket, equal("id", split.new_ticket_id))
    assert answered.status is TicketStatus.IN_PROGRESS


def test_a_ticket_of_another_customer_is_not_replied_to(scene: Scene, asked: Conversation) -> None:
    """The reply would go to one customer and close the matter of another."""
    scene.line.customer("c2").says("別の客です")
    scene.desk.process(wait=0)
    other = next(each for each in scene.rows(Ticket) if each.conversation_id != asked.id)
    with pytest.raises(ActRefusedError) as refused:
        scene.desk.reply(
            asked.id,
            "できます",
            actor="hanako",
            version=asked.version,
            seen=asked.newest_message_id,
            ticket_id=other.id,
        )
    assert refused.value.reason == "another_conversation"


def test_a_draft_is_kept_and_shows_colleagues_that_somebody_writes(
    scene: Scene, asked: Conversation
) -> None:
    """It stops nobody, and it is forgotten when the keys rest."""
    desk, version = scene.desk, asked.version
    assert desk.write_draft(asked.id, "でき", actor="hanako", version=version) == ()
    (seen,) = desk.write_draft(asked.id, "", actor="taro", version=version)
    assert (seen.operator_id, seen.text) == ("hanako", "でき")
    scene.clock.advance(seconds=15)
    assert desk.write_draft(asked.id, "む", actor="taro", version=version) == ()
    assert {draft.text for draft in desk.drafts(asked.id)} == {"でき", "む"}


def test_a_reply_uses_up_the_writers_draft_and_nobody_elses(
    scene: Scene, asked: Conversation
) -> None:
    """What a colleague has typed is not lost."""
    for actor in ("hanako", "taro"):
        scene.desk.write_draft(asked.id, "できます", actor=actor, version=asked.version)
    reply(scene, "できます")
    assert [draft.operator_id for draft in scene.rows(Draft)] == ["taro"]
    scene.desk.drop_draft(asked.id, actor="taro")
    assert scene.rows(Draft) == []


def test_opening_a_chat_marks_it_read_for_that_operator_and_for_the_customer(
    scene: Scene, asked: Conversation
) -> None:
    """既読 appears once the operator has the bubble before them; colleagues have not read it."""
    assert not scene.line.customer("c1").chat[0].read
    mark = scene.desk.open_chat(asked.id, actor="hanako", seen=asked.newest_message_id)
    scene.settle()
    assert mark.until == asked.newest_at
    assert scene.line.customer("c1").chat[0].read
    assert {each.operator_id for each in scene.rows(ReadMark)} == {"hanako", ""}


def test_a_bubble_that_came_after_the_screen_was_drawn_stays_unread(
    scene: Scene, asked: Conversation
) -> None:
    """Only what was on the screen counts as seen."""
    scene.asks("急いでいます")
    scene.desk.open_chat(asked.id, actor="hanako", seen=asked.newest_message_id)
    scene.settle()
    assert [bubble.read for bubble in scene.line.customer("c1").chat] == [True, False]
    mark = scene.one(ReadMark, equal("operator_id", "hanako"))
    assert mark.until < scene.conversation.newest_at


def test_line_is_told_once_of_each_newest_bubble(scene: Scene, asked: Conversation) -> None:
    """Colleagues who open the same chat, or look again, cost no further calls."""
    for actor in ("hanako", "taro", "hanako"):
        scene.desk.open_chat(asked.id, actor=actor, seen=asked.newest_message_id)
        scene.settle()
    calls = [call for call in scene.line.calls if call.endpoint == "/v2/bot/chat/markAsRead"]
    assert len(calls) == 1


def test_no_chat_is_marked_read_on_line_where_the_settings_say_so(make: MakeScene) -> None:
    """Some shops do not want customers to know when they looked."""
    scene = make(settings=DeskSettings(marks_read=False))
    asked = scene.asks(QUESTION)
    scene.desk.open_chat(asked.id, actor="hanako", seen=asked.newest_message_id)
    scene.settle()
    assert not scene.line.customer("c1").chat[0].read
    assert [each.operator_id for each in scene.rows(ReadMark)] == ["hanako"]


def test_a_line_that_refuses_to_show_it_is_not_asked_again(
    scene: Scene, asked: Conversation
) -> None:
    """Where the account's chat is switched off LINE answers 400, and always will."""
    scene.line.faults.add(Fault.refuse(400), endpoint="/v2/bot/chat/markAsRead", nth=1)
    scene.desk.open_chat(asked.id, actor="hanako", seen=asked.newest_message_id)
    scene.settle()
    scene.clock.advance(days=1)
    scene.settle()
    calls = [call for call in scene.line.calls if call.endpoint == "/v2/bot/chat/markAsRead"]
    assert [call.status for call in calls] == [400]


def test_a_mark_that_comes_while_line_is_being_told_is_told_too(
    scene: Scene, asked: Conversation
) -> None:
    """The job that runs has read the older mark, so it runs once more."""
    scene.desk.open_chat(asked.id, actor="hanako", seen=asked.newest_message_id)
    later = scene.asks("急いでいます")
    before = scene.one(Job, equal("kind", "chat.mark_read"))
    scene.clock.advance(seconds=1)
    scene.desk.open_chat(asked.id, actor="hanako", seen=later.newest_message_id)
    after = scene.one(Job, equal("kind", "chat.mark_read"))
    assert after.id == before.id
    assert after.due_at > before.due_at
    scene.settle()
    assert [bubble.read for bubble in scene.line.customer("c1").chat] == [True, True]


def test_a_ticket_that_came_back_from_a_lost_reply_is_replied_to_like_any(
    scene: Scene, asked: Conversation
) -> None:
    """What the desk itself put back is kept as well as what a person moved."""
    reply(scene, "できます")
    scene.line.faults.add(Fault.accept_then_drop(), endpoint="/v2/bot/message/reply", nth=1)
    scene.settle()
    scene.clock.advance(minutes=10)
    scene.settle()
    lost = scene.messages(equal("author", Author.OPERATOR))
    assert [message.state for message in lost] == [MessageState.UNKNOWN]
    reply(scene, "届きましたか")
    assert scene.ticket.status is TicketStatus.WAITING


@pytest.mark.parametrize("odd", ["a\0b", "\ud83c"], ids=["NUL", "half a pair"])
def test_a_reply_with_half_a_character_is_refused_by_name_and_nothing_is_kept(
    scene: Scene, asked: Conversation, odd: str
) -> None:
    """Its writer learns which field it is; LINE and the databases would all see something else."""
    with pytest.raises(LimitError) as caught:
        scene.desk.reply(
            asked.id, odd, actor="hanako", version=asked.version, seen=asked.newest_message_id
        )
    assert caught.value.field == "messages[0].text"
    assert scene.conversation == asked
    assert scene.messages(equal("author", Author.OPERATOR)) == []


@pytest.mark.parametrize("odd", ["a\0b", "\ud83c"], ids=["NUL", "half a pair"])
def test_a_customers_half_character_is_kept_and_shown_as_one_that_is_missing(
    scene: Scene, odd: str
) -> None:
    """What LINE sent must not be lost for what it holds."""
    scene.asks(f"はい{odd}")
    (bubble,) = scene.messages(equal("author", Author.CUSTOMER))
    assert bubble.text == "はい" + odd.replace("\0", "\ufffd").replace("\ud83c", "\ufffd")
    assert json.dumps(odd)[1:-1] in bubble.content
