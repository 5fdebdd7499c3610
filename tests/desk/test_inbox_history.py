"""One customer's history: all of it, readable, and nothing that was taken back."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

import linecs.desk
from linecs.desk.changes import Changes
from linecs.desk.chores import CHORES
from linecs.desk.inbox.japanese import HAPPENINGS
from linecs.model import (
    Customer,
    CustomerId,
    Friendship,
    LineUserId,
    MemberId,
    MessageState,
    Note,
    NoteId,
    ProviderId,
    TicketStatus,
    new_id,
)
from linecs.model.link import LedgerKind, Link, LinkEnd, LinkFlow, LinkId
from linecs.routing import Presence
from linecs.storage.ports import RowMissingError, equal

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    assert "担当者に引き継いだ（答えが見つからない）" in reader.text


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


def kinds_told() -> Iterable[str]:
    """Return every kind of entry that the desk's own code names, and those it puts together."""
    subjects = "ticket|message|customer|conversation|inquiry|link|member|promise"
    for path in Path(linecs.desk.__file__).parent.rglob("*.py"):
        yield from re.findall(rf'"((?:{subjects})\.[a-z_]+)"', path.read_text(encoding="utf-8"))
    yield from (f"ticket.{status}" for status in TicketStatus if status is not TicketStatus.BOT)
    yield from (f"link.{kind}" for kind in LedgerKind)
    yield from (f"staff.{presence}" for presence in Presence)
    yield from (f"customer.{each}" for each in (Friendship.FRIEND, Friendship.BLOCKED))
    unsaid = {MessageState.RECEIVED, MessageState.SENDING}
    yield from (f"message.{state}" for state in MessageState if state not in unsaid)


def test_a_record_has_words_for_everything_that_can_happen() -> None:
    """Whoever reads it is no programmer."""
    assert sorted(set(kinds_told()) - HAPPENINGS.keys() - CHORES.keys()) == []


def link(scene: Scene, name: str, member: str) -> Link:
    """Link a customer of the shop to a member, on the shop's word."""
    user = LineUserId(scene.line.customer(name).user_id)
    (customer,) = scene.rows(Customer, equal("line_user_id", user))
    now = scene.clock()
    made = Link(
        id=LinkId(new_id(now)),
        provider_id=ProviderId("default"),
        channel_id=customer.channel_id,
        customer_id=customer.id,
        line_user_id=user,
        member_id=MemberId(member),
        flow=LinkFlow.LOGIN,
        linked_at=now,
        proven_at=now,
    )
    scene.storage.run(lambda tx: tx.insert(made))
    return made


@pytest.fixture
def family(scene: Scene) -> tuple[Scene, Link, Link]:
    """A mother and a daughter with one membership, and somebody else."""
    for name in ("mother", "daughter", "other"):
        scene.line.customer(name).says(f"{name}です")
    scene.settle()
    mother, daughter = link(scene, "mother", "m-1"), link(scene, "daughter", "m-1")
    link(scene, "other", "m-2")
    return scene, mother, daughter


def texts(scene: Scene, customer_id: CustomerId) -> list[str]:
    """Return the first words of each person in the member's history."""
    return [
        history.messages[0].text
        for history in scene.desk.inbox.member_history(customer_id).histories
    ]


def test_a_members_history_is_that_of_all_who_are_linked_to_it_now(
    family: tuple[Scene, Link, Link],
) -> None:
    """Each with their own, and who was asked for comes first."""
    scene, mother, daughter = family
    assert texts(scene, daughter.customer_id) == ["daughterです", "motherです"]
    assert texts(scene, mother.customer_id) == ["motherです", "daughterです"]
    history = scene.desk.inbox.member_history(mother.customer_id)
    reader = Reader()
    reader.feed(history.to_html())
    assert "motherです" in reader.text
    assert "daughterです" in reader.text
    assert "LINEログイン" in reader.text
    record = json.loads(history.to_json())
    assert [len(each["links"]) for each in record["histories"]] == [1, 1]
    assert "m-1" not in history.to_json() + history.to_html()


@pytest.mark.parametrize("ended", [0, 1])
def test_an_ended_link_leads_to_nobody(family: tuple[Scene, Link, Link], ended: int) -> None:
    """Neither from the one whose link ended nor to them; that it was is all that is told."""
    scene, *links = family
    over = evolve(links[ended], ended_at=scene.clock(), ended_because=LinkEnd.UNLINKED_BY_CUSTOMER)
    scene.storage.run(lambda tx: tx.save(links[ended], over))
    for each in links:
        assert len(texts(scene, each.customer_id)) == 1
    (span,) = scene.desk.inbox.history(over.customer_id).links
    assert (span.ended_at, span.ended_because) == (over.ended_at, over.ended_because)
    assert "お客様が解除" in scene.desk.inbox.history(over.customer_id).to_html()


def test_who_is_no_member_has_a_history_of_their_own_alone(served: Scene) -> None:
    """There is nobody else to show."""
    assert texts(served, CustomerId(served.conversation.id)) == [ATTACK]
