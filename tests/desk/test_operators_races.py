"""Two people, or a person and a worker, at the very same moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from desks import QUESTION, hours_rule
from linecs.desk.operators.quoting import TAKEN_BACK
from linecs.errors import StaleCustomerError, StaleReplyError, StaleTicketError
from linecs.model import Author, Customer, Draft, OutboxItem
from linecs.storage.ports import equal

if TYPE_CHECKING:
    from collections.abc import Callable

    from desks import MakeScene, Scene
    from linecs.errors import LinecsError
    from linecs.model import Conversation, Decision, Inquiry, Ticket

ACTS: dict[str, tuple[type[LinecsError], Callable[[Scene, Conversation, Ticket, str], object]]] = {
    "reply": (
        StaleReplyError,
        lambda s, at, _, actor: s.desk.reply(
            at.id, "できます", actor=actor, version=at.version, seen=at.newest_message_id
        ),
    ),
    "claim": (
        StaleTicketError,
        lambda s, _, ticket, actor: s.desk.claim(ticket.id, actor=actor, version=ticket.version),
    ),
    "tag": (
        StaleCustomerError,
        lambda s, at, _, actor: s.desk.tag(at.id, actor, actor=actor, version=0),
    ),
}


class WhileThinking:
    """A responder during whose thinking somebody else acts."""

    name = "while_thinking"

    def __init__(self) -> None:
        self.rule = hours_rule()
        self.act: Callable[[], object] = lambda: None

    def respond(self, inquiry: Inquiry) -> Decision | None:
        self.act()
        return self.rule.respond(inquiry)

    def waits(self, bubble: object) -> bool:
        return False


@pytest.mark.parametrize("act", ACTS)
def test_of_two_people_at_the_same_moment_one_is_refused(
    scene: Scene, asked: Conversation, act: str
) -> None:
    """On every database; the other's act is done once."""
    refusal, does = ACTS[act]
    scene.settle()
    ticket, barrier = scene.ticket, threading.Barrier(2)

    def one(actor: str) -> str:
        barrier.wait()
        try:
            does(scene, asked, ticket, actor)
        except refusal:
            return "refused"
        return "done"

    with ThreadPoolExecutor(2) as people:
        outcomes = sorted(people.map(one, ["hanako", "taro"]))
    assert outcomes == ["done", "refused"]
    assert len(scene.rows(OutboxItem)) == (act == "reply")


def test_a_reply_while_the_bot_thinks_is_the_only_answer(make: MakeScene) -> None:
    """The bot's answer is thrown away: somebody spoke while it was being thought of."""
    responder = WhileThinking()
    scene = make(responder=responder)
    at = scene.asks(QUESTION)
    scene.desk.resolve(scene.ticket.id, actor="hanako", version=scene.ticket.version)
    scene.clock.advance(days=4)
    responder.act = lambda: replies(scene)
    scene.line.customer("c1").says("営業時間")
    scene.settle()
    sent = [bubble.text for bubble in scene.line.customer("c1").chat if bubble.sender == "account"]
    assert sent == ["少々お待ちください"]
    assert scene.messages(equal("author", Author.BOT)) == []
    assert at.id == scene.conversation.id


def replies(scene: Scene) -> None:
    """Reply once, to what is filed so far."""
    at = scene.conversation
    if not scene.rows(OutboxItem) and not scene.messages(equal("author", Author.OPERATOR)):
        scene.desk.reply(
            at.id,
            "少々お待ちください",
            actor="hanako",
            version=at.version,
            seen=at.newest_message_id,
        )


def test_a_quote_written_while_its_message_is_being_taken_back_is_emptied(
    make: MakeScene,
) -> None:
    """The draft came after the desk had read what there is, and before it wrote."""
    responder = WhileThinking()
    scene = make(responder=responder)
    customer = scene.line.customer("c1")
    written = customer.says("営業時間")
    scene.settle()
    at, quoted = scene.conversation, scene.messages(equal("author", Author.CUSTOMER))[0]
    responder.act = lambda: scene.desk.write_draft(
        at.id, "営業時間ですね", actor="hanako", version=at.version, quotes=[quoted.id]
    )
    customer.unsends(written)
    customer.says("営業時間")
    scene.settle()
    assert scene.one(Draft).text == TAKEN_BACK
    assert scene.one(Customer).id == at.id
