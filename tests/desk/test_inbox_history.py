"""One customer's history: all of it, readable, and nothing that was taken back."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from linecs.desk.changes import Changes
from linecs.model import CustomerId, Note, NoteId
from linecs.storage.ports import RowMissingError

if TYPE_CHECKING:
    from desks import Scene
    from linecs.desk.inbox import CustomerHistory

ATTACK = "<script>alert('1')</script> & \"裾上げ\""


@pytest.fixture
def served(scene: Scene) -> Scene:
    """A customer asked, a person noted, replied and resolved."""
    scene.line.customer("c1").says(ATTACK)
    scene.desk.process(wait=0)
    conversation = scene.conversation
    note = Note(
        id=NoteId("n1"),
        channel_id=conversation.channel_id,
        conversation_id=conversation.id,
        ticket_id=scene.ticket.id,
        author_id="taro",
        text="<b>常連</b>のお客様",
        at=scene.clock.advance(minutes=1),
    )
    changes = Changes()
    changes.add(note)
    scene.storage.run(changes.write)
    scene.clock.advance(minutes=1)
    scene.desk.reply(
        conversation.id,
        "できます",
        actor="hanako",
        version=conversation.version,
        seen=conversation.newest_message_id,
    )
    scene.settle()
    scene.clock.advance(days=1)
    scene.desk.resolve(scene.ticket.id, actor="hanako", version=scene.ticket.version)
    return scene


def history_of(scene: Scene) -> CustomerHistory:
    """Return the only customer's history."""
    return scene.desk.inbox.history(CustomerId(scene.conversation.id))


def test_a_history_says_who_did_what_when(served: Scene) -> None:
    """Messages, notes and tickets are there, and what happened is told once each, in order."""
    history = history_of(served)
    assert [message.text for message in history.messages] == [ATTACK, "できます"]
    assert [note.author_id for note in history.notes] == ["taro"]
    assert history.tickets == (served.ticket,)
    acts = [(each.kind, each.actor) for each in history.happenings]
    assert acts.count(("ticket.replied", "hanako")) == 1
    assert {("ticket.opened", "customer"), ("inquiry.handoff", "bot")} == set(acts[:2])
    assert acts[-1] == ("ticket.resolved", "hanako")
    assert [each.at for each in history.happenings] == sorted(
        each.at for each in history.happenings
    )


class Reader(HTMLParser):
    """Reads a page: which elements it has, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.addresses: list[str | None] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.addresses += [value for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_record_is_one_page_with_all_text_escaped(served: Scene) -> None:
    """What customers and staff wrote is shown as they wrote it, and does nothing."""
    page = history_of(served).to_html()
    reader = Reader()
    reader.feed(page)
    assert ATTACK in reader.text
    assert "<b>常連</b>のお客様" in reader.text
    assert not reader.elements & {"script", "b", "img", "link", "a", "iframe"}
    assert reader.addresses == []
    assert 'lang="ja"' in page
    assert "担当者 hanako" in reader.text


def test_a_record_as_json_holds_no_token(served: Scene) -> None:
    """Everything is there with its time in Japan, but for what only LINE should see."""
    text = history_of(served).to_json()
    record = json.loads(text)
    assert [each["text"] for each in record["messages"]] == [ATTACK, "できます"]
    assert record["messages"][1]["author_id"] == "hanako"
    assert record["tickets"][0]["opened_at"].endswith("+09:00")
    assert record["tickets"][0]["status"] == "resolved"
    assert "token" not in text


def test_what_was_taken_back_is_in_no_record(scene: Scene) -> None:
    """The record says that there was something, not what."""
    customer = scene.line.customer("c1")
    written = customer.says("裾上げはできますか")
    scene.settle()
    customer.unsends(written)
    scene.settle()
    history = history_of(scene)
    assert "裾上げ" not in history.to_html() + history.to_json()
    assert "送信取消" in history.to_html()


def test_nobody_has_no_history(scene: Scene) -> None:
    """A customer who is not there is refused."""
    with pytest.raises(RowMissingError):
        scene.desk.inbox.history(CustomerId("nobody"))
