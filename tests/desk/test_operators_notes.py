from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desks import QUESTION
from linecs.desk.operators.quoting import TAKEN_BACK
from linecs.errors import ActRefusedError
from linecs.model import Draft, HandOff, MessageState, Note, NoteKind
from linecs.storage.ports import equal

if TYPE_CHECKING:
    from desks import MakeScene, Scene
    from linecs.model import Conversation, Inquiry, MessageId


class Form:
    """A scenario that has gathered a name and hands over to a person."""

    name = "form"

    def respond(self, inquiry: Inquiry) -> HandOff:
        return HandOff(reason="form_done", source="form", note=f"お名前: {inquiry.text[:2]}")

    def waits(self, bubble: object) -> bool:
        return False


def note(scene: Scene, text: str, *, quotes: tuple[MessageId, ...] = ()) -> None:
    """Write a note on the only ticket."""
    ticket = scene.ticket
    scene.desk.note(ticket.id, text, actor="hanako", version=ticket.version, quotes=quotes)


def unsend(scene: Scene, text: str) -> None:
    """Have the customer take back the bubble with this text."""
    customer = scene.line.customer("c1")
    (bubble,) = [each for each in customer.chat if each.text == text]
    customer.unsends(bubble)
    scene.settle()


def test_a_note_is_kept_on_the_ticket_and_never_sent(scene: Scene, asked: Conversation) -> None:
    """The customer's screen shows nothing of it."""
    note(scene, "常連のお客様です")
    scene.settle()
    kept = scene.one(Note)
    assert (kept.ticket_id, kept.author_id, kept.kind) == (
        scene.ticket.id,
        "hanako",
        NoteKind.NOTE,
    )
    assert [bubble.text for bubble in scene.line.customer("c1").chat] == [QUESTION]


def test_whom_a_note_calls_is_told_by_the_feed(scene: Scene, asked: Conversation) -> None:
    """`@taro` in the text, and whom the caller names besides; an address is no call."""
    ticket = scene.ticket
    scene.desk.note(
        ticket.id,
        "@taro 採寸お願い。連絡先 a@example.jp、@山田 も",
        actor="hanako",
        version=ticket.version,
        mentions=["reika", "taro"],
    )
    (entry,) = [each for each in scene.desk.feed() if each.kind == "ticket.noted"]
    assert entry.facts == {"mentions": ["taro", "山田", "reika"]}
    assert scene.one(Note).mentions == ("taro", "山田", "reika")


def test_an_empty_note_is_refused(scene: Scene, asked: Conversation) -> None:
    """There is nothing to read in it."""
    with pytest.raises(ActRefusedError) as refused:
        note(scene, " \n")
    assert refused.value.reason == "no_text"


def test_a_note_that_quotes_an_unsent_message_is_emptied(scene: Scene, asked: Conversation) -> None:
    """Whatever the operator made of the words, they go with them."""
    assert asked.newest_message_id
    note(scene, "裾を上げたいとのこと", quotes=(asked.newest_message_id,))
    unsend(scene, QUESTION)
    assert scene.one(Note).text == TAKEN_BACK


def test_what_a_note_repeats_word_for_word_goes_and_the_rest_stays(
    scene: Scene, asked: Conversation
) -> None:
    """Nobody has to say that they quote."""
    note(scene, f"「{QUESTION}」要確認。常連です")
    unsend(scene, QUESTION)
    assert scene.one(Note).text == f"「{TAKEN_BACK}」要確認。常連です"


def test_notes_that_quote_nothing_of_it_stay(scene: Scene, asked: Conversation) -> None:
    """A short はい is in many notes without being quoted."""
    scene.asks("はい")
    note(scene, "はい、常連です")
    unsend(scene, "はい")
    assert scene.one(Note).text == "はい、常連です"


def test_drafts_that_quote_an_unsent_message_are_emptied(scene: Scene, asked: Conversation) -> None:
    """A draft is kept by us too, and its author could still send it."""
    assert asked.newest_message_id
    desk, quotes = scene.desk, (asked.newest_message_id,)
    desk.write_draft(asked.id, "裾上げですが", actor="a", version=0, quotes=quotes)
    desk.write_draft(asked.id, f"> {QUESTION}\nできます", actor="b", version=0)
    desk.write_draft(asked.id, "できます", actor="c", version=0)
    unsend(scene, QUESTION)
    assert {draft.operator_id: draft.text for draft in scene.rows(Draft)} == {
        "a": TAKEN_BACK,
        "b": f"> {TAKEN_BACK}\nできます",
        "c": "できます",
    }


def test_a_message_already_taken_back_is_quoted_no_more(scene: Scene, asked: Conversation) -> None:
    """A screen may still show it; the desk no longer keeps it."""
    unsend(scene, QUESTION)
    (gone,) = scene.messages(equal("state", MessageState.UNSENT))
    with pytest.raises(ActRefusedError) as refused:
        note(scene, "裾を上げたいとのこと", quotes=(gone.id,))
    assert refused.value.reason == "taken_back"
    assert scene.rows(Note) == []


def test_a_message_of_another_customer_is_not_quoted(scene: Scene, asked: Conversation) -> None:
    """Its unsend would not reach this conversation's notes."""
    scene.line.customer("c2").says("別の客です")
    scene.desk.process(wait=0)
    (other,) = [each for each in scene.messages() if each.conversation_id != asked.id]
    with pytest.raises(ActRefusedError) as refused:
        scene.desk.write_draft(asked.id, "", actor="hanako", version=0, quotes=[other.id])
    assert refused.value.reason == "another_conversation"


def test_what_a_scenario_collected_becomes_a_note_in_the_same_commit(make: MakeScene) -> None:
    """The person who takes over sees it, and who gathered it."""
    scene = make(responder=Form())
    scene.asks("山田です")
    collected = scene.one(Note)
    assert (collected.kind, collected.text) == (NoteKind.COLLECTED, "お名前: 山田")
    assert (collected.ticket_id, collected.author_id) == (scene.ticket.id, "form")


def test_what_was_collected_goes_with_any_message_it_was_collected_from(make: MakeScene) -> None:
    """Nobody knows which answer a note was made of, so each counts; later ones do not."""
    scene = make(responder=Form())
    scene.asks("山田です")
    scene.asks("よろしく")
    unsend(scene, "よろしく")
    assert scene.one(Note).text == "お名前: 山田"
    unsend(scene, "山田です")
    assert scene.one(Note).text == TAKEN_BACK
