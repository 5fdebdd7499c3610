"""Where a scenario ends and a person begins."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from linecs.desk import Receipts, Routing
from linecs.desk.promising import RECEIPT
from linecs.model import Author, FeedEntry, Message, Note, Ticket, TicketStatus
from linecs.replies import Chain
from linecs.replies.keyword import Triggers
from linecs.replies.scenario import EndStep, Scenario, ScenarioResponder, TextStep, waiting_until
from linecs.routing import DEFAULT_WORKFLOW
from linecs.storage.ports import equal
from linecs.storage.tables import Memory

if TYPE_CHECKING:
    from desks import MakeScene, Scene


def text(words: str) -> tuple[dict[str, str]]:
    """Return one text message."""
    return ({"type": "text", "text": words},)


FORM = Scenario(
    id="fitting",
    title="採寸",
    start=Triggers(exact=("採寸",)),
    steps={
        "height": TextStep(id="height", messages=text("身長は?"), go="bust"),
        "bust": TextStep(id="bust", messages=text("バストは?"), go="end"),
        "end": EndStep(id="end", messages=text("承りました。")),
    },
)


def fitting(make: MakeScene, **options: Any) -> Scene:
    """A customer who has given her height and is asked for more."""
    scene = make(responder=Chain([ScenarioResponder([FORM])]), **options)
    for words in ("採寸", "160"):
        scene.asks(words)
        scene.settle()
    return scene


def act(scene: Scene, name: str) -> None:
    """Have reika claim the ticket, or reply."""
    at = scene.conversation
    if name == "claim":
        scene.desk.claim(scene.ticket.id, actor="reika", version=scene.ticket.version)
    else:
        scene.desk.reply(
            at.id, "はい。", actor="reika", version=at.version, seen=at.newest_message_id
        )


def of_bot(scene: Scene) -> list[str]:
    """Return what the bot said."""
    return [message.text for message in scene.messages(equal("author", Author.BOT))]


@pytest.mark.parametrize("name", ["claim", "reply"])
def test_a_form_is_over_once_a_person_has_the_word(make: MakeScene, name: str) -> None:
    """It waits for nothing any more, and hands nothing over behind the person's back."""
    scene = fitting(make)
    act(scene, name)
    assert waiting_until(json.loads(scene.one(Memory).content)) is None
    scene.clock.advance(minutes=31)
    scene.settle()
    assert scene.rows(Note) == []
    assert scene.rows(FeedEntry, equal("kind", "inquiry.handoff")) == []


def test_a_form_is_not_resumed_after_a_person(make: MakeScene) -> None:
    """Where the bot has the word again at once, it begins anew."""
    at_once = evolve(DEFAULT_WORKFLOW, reopen_within_ms=1)
    scene = fitting(make, routing=Routing(workflow=at_once))
    act(scene, "reply")
    scene.desk.resolve(scene.ticket.id, actor="reika", version=scene.ticket.version)
    scene.clock.advance(seconds=5)
    scene.asks("採寸")
    scene.settle()
    assert of_bot(scene) == ["身長は?", "バストは?", "身長は?"]


def test_what_else_is_remembered_stays(make: MakeScene) -> None:
    """Only the scenario is over."""
    scene = fitting(make)
    (kept,) = scene.rows(Memory)
    more = kept.content.replace("{", '{"faq": 1, ', 1)
    scene.storage.run(
        lambda tx: tx.update(
            Memory, [equal("conversation_id", kept.conversation_id)], {"content": more}
        )
    )
    act(scene, "claim")
    assert scene.one(Memory).content == '{"faq": 1}'


def test_who_falls_silent_in_a_form_is_handed_to_a_person_with_what_they_gave(
    make: MakeScene,
) -> None:
    """Also where the scenario is one of several responders."""
    scene = fitting(make)
    scene.clock.advance(minutes=31)
    scene.settle()
    assert scene.ticket.status is TicketStatus.OPEN
    assert "160" in scene.one(Note).text
    assert scene.desk.orphans() == []


def test_who_fell_silent_is_told_what_comes_next(make: MakeScene) -> None:
    """As at any hand-over, where the shop wants it; and the promise is kept on the ticket."""
    scene = fitting(make, routing=Routing(receipts=Receipts.ALWAYS))
    scene.clock.advance(minutes=31)
    scene.settle()
    assert [m.ticket_id for m in scene.rows(Message, equal("author_id", RECEIPT))] == [
        scene.ticket.id
    ]
    assert scene.one(Ticket).promised_at
