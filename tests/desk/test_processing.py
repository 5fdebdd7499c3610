from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

import attrs

from desks import HOURS_ANSWER, QUESTION, hours_rule
from linecs.model import (
    Author,
    Conversation,
    Customer,
    EventState,
    HandOff,
    Message,
    MessageState,
    StoredEvent,
    Ticket,
    TicketStatus,
)
from linecs.replies import Chain
from linecs.replies.keyword import Triggers
from linecs.replies.scenario import EndStep, Scenario, ScenarioResponder, TextStep
from linecs.storage.ports import equal
from linecs.storage.tables import Trace

if TYPE_CHECKING:
    from desks import MakeScene, Scene
    from linecs.model import (
        Bubble,
        Decision,
        Inquiry,
    )
    from linecs.testing import LineSimulator, VirtualClock


class Recorder:
    """Answers nothing and remembers what it was asked."""

    name = "recorder"

    def __init__(self) -> None:
        self.inquiries: list[Inquiry] = []

    def respond(self, inquiry: Inquiry) -> Decision | None:
        self.inquiries.append(inquiry)
        return None

    def waits(self, bubble: Bubble) -> bool:
        return bubble.kind == "text"


def test_a_keyword_is_answered_by_the_bot(scene: Scene) -> None:
    """An exact keyword queues the rule's answer, in the rule's name."""
    scene.line.customer("c1").says("営業時間")
    scene.desk.process()
    answer = scene.one(Message, equal("author", Author.BOT))
    assert (answer.text, answer.author_id) == (HOURS_ANSWER, "rule:hours")
    assert scene.ticket.status is TicketStatus.BOT


def test_what_nobody_can_answer_becomes_an_open_ticket_with_a_due_time(scene: Scene) -> None:
    """No answer hands off to a person, due from the first bubble on."""
    scene.line.customer("c1").says("ドレスの裾上げはできますか")
    scene.desk.process(wait=0)
    assert scene.ticket.status is TicketStatus.OPEN
    assert scene.ticket.due_at > scene.clock()
    assert scene.ticket.waiting_since == scene.clock()


def test_consecutive_bubbles_are_one_inquiry(
    line: LineSimulator, clock: VirtualClock, make: MakeScene
) -> None:
    """Bubbles within the silence are asked together, in order."""
    recorder = Recorder()
    scene = make(responder=recorder)
    customer = line.customer("c1")
    for text in ("すみません", "先日のドレスですが", "返品できますか"):
        customer.says(text)
        scene.desk.process()
        clock.advance(seconds=1)
    clock.advance(seconds=3)
    scene.desk.process()
    assert [inquiry.text for inquiry in recorder.inquiries] == [
        "すみません\n先日のドレスですが\n返品できますか"
    ]


def test_a_customer_who_keeps_typing_is_answered_all_the_same(
    line: LineSimulator, clock: VirtualClock, make: MakeScene
) -> None:
    """Gathering ends after the longest wait, though the customer writes on."""
    recorder = Recorder()
    scene = make(responder=recorder)
    customer = line.customer("c1")
    for number in range(10):
        customer.says(f"まだあります {number}")
        scene.desk.process()
        clock.advance(seconds=2)
    assert recorder.inquiries


def test_two_keywords_at_once_are_two_questions(scene: Scene) -> None:
    """Whoever types the second before a worker looks is answered twice, in order."""
    customer = scene.line.customer("c1")
    for text in ("営業時間", "営業時間", QUESTION):
        customer.says(text)
        scene.clock.advance(seconds=1)
    scene.settle()
    said = [bubble.text for bubble in customer.chat]
    assert said.count(HOURS_ANSWER) == 2
    assert [m.answered for m in scene.messages(equal("author", Author.CUSTOMER))][:2] == [True] * 2
    assert scene.ticket.status is TicketStatus.OPEN


def test_words_before_a_keyword_are_part_of_its_question(scene: Scene) -> None:
    """A greeting and a keyword are answered once."""
    customer = scene.line.customer("c1")
    customer.says("すみません")
    scene.clock.advance(seconds=1)
    customer.says("営業時間")
    scene.settle()
    assert [bubble.text for bubble in customer.chat].count(HOURS_ANSWER) == 1


def test_a_keyword_that_was_taken_back_is_not_answered_before_what_follows(scene: Scene) -> None:
    """The unsend came in the same batch, behind another message."""
    customer = scene.line.customer("c1")
    taken = customer.says("営業時間")
    scene.clock.advance(seconds=1)
    customer.says(QUESTION)
    customer.unsends(taken)
    scene.settle()
    assert HOURS_ANSWER not in [bubble.text for bubble in customer.chat]


def test_an_exact_keyword_does_not_wait(scene: Scene) -> None:
    """A keyword that is surely complete is answered at once."""
    scene.line.customer("c1").says("営業時間")
    scene.desk.process()
    assert [message.author for message in scene.messages()] == [Author.CUSTOMER, Author.BOT]


def test_what_a_scenario_asked_for_does_not_wait(make: MakeScene) -> None:
    """Its question was answered; nothing more of the same is to come."""
    asks = TextStep(id="height", messages=({"type": "text", "text": "身長は?"},), go="end")
    thanks = EndStep(id="end", messages=({"type": "text", "text": "承りました。"},))
    form = Scenario(
        id="fitting",
        title="採寸",
        start=Triggers(exact=("採寸",)),
        steps={"height": asks, "end": thanks},
    )
    scene = make(responder=Chain([ScenarioResponder([form])]))
    for words in ("採寸", "160センチです"):
        scene.line.customer("c1").says(words)
        scene.desk.process()
    said = [each.text for each in scene.messages(equal("author", Author.BOT))]
    assert said == ["身長は?", "承りました。"]


def test_two_answers_at_once_are_to_two_of_a_scenarios_questions(make: MakeScene) -> None:
    """The second was written before the desk had asked; it is taken for the next answer."""
    texts = {name: ({"type": "text", "text": f"{name}は?"},) for name in ("身長", "体重")}
    thanks = EndStep(id="end", messages=({"type": "text", "text": "承りました。"},))
    form = Scenario(
        id="fitting",
        title="採寸",
        start=Triggers(exact=("採寸",)),
        steps={
            "height": TextStep(id="height", messages=texts["身長"], go="weight"),
            "weight": TextStep(id="weight", messages=texts["体重"], go="end"),
            "end": thanks,
        },
    )
    scene = make(responder=Chain([ScenarioResponder([form])]))
    customer = scene.line.customer("c1")
    customer.says("採寸")
    scene.settle()
    for words in ("160センチです", "48キロです"):
        scene.clock.advance(seconds=1)
        customer.says(words)
    scene.settle()
    said = [each.text for each in scene.messages(equal("author", Author.BOT))]
    assert said == ["身長は?", "体重は?", "承りました。"]


def test_one_customers_flood_behind_a_dead_worker_holds_up_nobody_else(scene: Scene) -> None:
    """What another worker holds, though it be hundreds of events, hides nobody behind it."""
    flood, other = sorted((scene.line.customer(n) for n in ("c1", "c2")), key=attrgetter("user_id"))
    flood.says("0")
    scene.desk.process(wait=0)
    lease = {"lease_owner": "a dead worker", "lease_until": scene.clock() + 60_000}
    scene.storage.run(lambda tx: tx.update(Conversation, (), lease))
    for number in range(250):
        flood.says(str(number))
    other.says("営業時間")
    assert scene.desk.process(wait=0) == 1
    assert scene.one(Message, equal("author", Author.BOT)).text == HOURS_ANSWER


def test_a_repeated_webhook_changes_nothing(scene: Scene) -> None:
    """The same webhookEventId has one effect, processed or not."""
    event = scene.line.customer("c1").says("営業時間")
    scene.line.webhooks.redeliver(event)
    scene.desk.process()
    scene.line.webhooks.redeliver(event)
    scene.desk.process()
    assert len(scene.rows(StoredEvent)) == 1
    assert len(scene.messages()) == 2


def test_an_unsend_before_its_message_leaves_a_tombstone(scene: Scene) -> None:
    """The late message of an early unsend is not kept."""
    customer = scene.line.customer("c1")
    scene.line.webhooks.lose_next()
    text = customer.says("口座番号は1234567です")
    customer.unsends(text)
    scene.desk.process(wait=0)
    scene.line.webhooks.redeliver(text)
    scene.desk.process(wait=0)
    tombstone = scene.one(Message, equal("author", Author.CUSTOMER))
    assert (tombstone.state, tombstone.text) == (MessageState.UNSENT, "")
    assert not any("1234567" in event.raw for event in scene.rows(StoredEvent))


def test_what_was_unsent_is_gone_from_messages_events_and_traces(scene: Scene) -> None:
    """An unsend removes the text everywhere the desk kept it."""
    customer = scene.line.customer("c1")
    written = customer.says("口座番号は1234567です")
    scene.desk.process(wait=0)
    customer.unsends(written)
    scene.desk.process(wait=0)
    kept = [*scene.messages(), *scene.rows(StoredEvent), *scene.rows(Trace)]
    contents = [getattr(row, name, "") for row in kept for name in ("text", "content", "raw")]
    assert not any("1234567" in content for content in contents)


def test_an_unsend_within_the_silence_asks_nobody(
    line: LineSimulator, clock: VirtualClock, make: MakeScene
) -> None:
    """A bubble taken back while it was being gathered is not answered."""
    recorder = Recorder()
    scene = make(responder=recorder)
    customer = line.customer("c1")
    written = customer.says("やっぱり")
    scene.desk.process()
    customer.unsends(written)
    scene.desk.process()
    clock.advance(seconds=10)
    scene.desk.process()
    assert recorder.inquiries == []


def test_an_old_text_after_a_newer_answer_is_filed_and_not_answered(
    line: LineSimulator, clock: VirtualClock, make: MakeScene
) -> None:
    """A bubble that arrives late takes its place in time and asks nothing."""
    scene = make()
    customer = line.customer("c1")
    line.webhooks.lose_next()
    old = customer.says("これは古い質問です")
    clock.advance(seconds=5)
    customer.says("営業時間")
    scene.desk.process(wait=0)
    line.webhooks.redeliver(old)
    scene.desk.process(wait=0)
    written = [m for m in scene.messages() if m.author is Author.CUSTOMER]
    assert [m.text for m in written] == ["これは古い質問です", "営業時間"]
    assert scene.ticket.status is TicketStatus.BOT


def test_standby_events_are_kept_and_never_answered(scene: Scene) -> None:
    """Another channel holds the chat: stored, no bubble, no ticket."""
    scene.line.channel.standby = True
    scene.line.customer("c1").says("営業時間")
    scene.desk.process()
    assert scene.one(StoredEvent).state is EventState.KEPT
    assert scene.rows(Ticket) == []


def test_an_event_that_keeps_failing_is_set_aside_and_its_customer_goes_on(
    line: LineSimulator, clock: VirtualClock, make: MakeScene
) -> None:
    """After its tries the event is failed, a person has a ticket, later events are processed."""

    class Stumbles(Recorder):
        def waits(self, bubble: Bubble) -> bool:
            if bubble.text == "つまずく":
                raise RuntimeError
            return False

    scene = make(responder=Stumbles())
    line.customer("c1").says("つまずく")
    clock.advance(seconds=1)
    line.customer("c1").says("こんにちは")
    for _ in range(3):
        scene.desk.process(wait=1_000)
    (failed,) = scene.desk.failed_events()
    assert failed.error == "RuntimeError"
    assert [message.text for message in scene.messages()] == ["こんにちは"]
    assert scene.ticket.status is TicketStatus.OPEN


def test_a_failed_event_is_taken_up_again(
    line: LineSimulator, clock: VirtualClock, make: MakeScene
) -> None:
    """`retry` processes a set-aside event once its cause is mended."""

    class Stumbles(Recorder):
        broken = True

        def waits(self, bubble: Bubble) -> bool:
            if self.broken:
                raise RuntimeError
            return False

    responder = Stumbles()
    scene = make(responder=responder)
    line.customer("c1").says("つまずく")
    for _ in range(3):
        scene.desk.process(wait=1_000)
    responder.broken = False
    (failed,) = scene.desk.failed_events()
    assert scene.desk.retry(failed.id)
    scene.desk.process()
    assert [message.text for message in scene.messages()] == ["つまずく"]
    assert scene.desk.failed_events() == []


def test_a_responder_that_raises_hands_off(
    line: LineSimulator, clock: VirtualClock, make: MakeScene
) -> None:
    """A broken responder costs no customer an answer: a person takes it."""

    class Broken(Recorder):
        def respond(self, inquiry: Inquiry) -> None:
            raise RuntimeError(inquiry.text)

    scene = make(responder=Broken())
    line.customer("c1").says("こんにちは")
    scene.desk.process(wait=0)
    assert (scene.ticket.status, scene.ticket.reason) == (TicketStatus.OPEN, "responder_failed")


def test_a_claim_while_the_bot_thinks_refuses_the_bots_answer(
    line: LineSimulator, clock: VirtualClock, make: MakeScene
) -> None:
    """A person who takes the ticket during evaluation is not talked over."""

    class Slow:
        name = "slow"
        scene: Scene

        def respond(self, inquiry: Inquiry) -> Decision | None:
            ticket = self.scene.ticket
            if ticket.status is TicketStatus.BOT:
                self.scene.desk.claim(ticket.id, actor="hanako", version=ticket.version)
            return hours_rule().respond(inquiry)

        def waits(self, bubble: Bubble) -> bool:
            return bubble.text != "営業時間"

    slow = Slow()
    slow.scene = make(responder=slow)
    line.customer("c1").says("先に一言")
    slow.scene.desk.process(wait=60_000)
    line.customer("c1").says("営業時間")
    slow.scene.desk.process(wait=60_000)
    assert not [m for m in slow.scene.messages() if m.author is Author.BOT]
    assert slow.scene.ticket.assignee_id == "hanako"


def test_a_customer_is_known_by_an_id_of_our_own(scene: Scene) -> None:
    """Internal ids say nothing about LINE's."""
    customer = scene.line.customer("c1")
    customer.says("営業時間")
    scene.desk.process()
    kept = scene.one(Customer)
    assert kept.line_user_id == customer.user_id
    assert kept.id != customer.user_id


def test_an_answer_over_lines_limits_goes_to_a_person(
    line: LineSimulator, clock: VirtualClock, make: MakeScene
) -> None:
    """Nothing that LINE would refuse is queued; the ticket says why."""

    class TooLong(Recorder):
        def respond(self, inquiry: Inquiry) -> Decision | None:
            answer = hours_rule().respond(inquiry)
            assert answer is not None

            return attrs.evolve(answer, messages=({"type": "text", "text": "あ" * 5001},))

    scene = make(responder=TooLong())
    line.customer("c1").says("営業時間")
    scene.desk.process(wait=0)
    assert scene.ticket.reason == "answer_over_limit"
    assert [message.author for message in scene.messages()] == [Author.CUSTOMER]


def test_a_hand_off_names_its_reason_on_the_ticket(
    line: LineSimulator, clock: VirtualClock, make: MakeScene
) -> None:
    """The responder's reason and queue reach the ticket."""

    class HandsOff(Recorder):
        def respond(self, inquiry: Inquiry) -> HandOff:
            return HandOff(reason="angry", source="angry-words", queue="leads")

    scene = make(responder=HandsOff())
    line.customer("c1").says("いい加減にして")
    scene.desk.process(wait=0)
    assert (scene.ticket.reason, scene.ticket.queue) == ("angry", "leads")


def test_a_matter_that_was_wholly_unsent_is_closed(make: MakeScene) -> None:
    """Nobody is left with a ticket of which nothing can be read."""
    scene = make(responder=Recorder())
    customer = scene.line.customer("c1")
    written = customer.says("やっぱり")
    scene.desk.process()
    customer.unsends(written)
    scene.desk.process()
    assert (scene.ticket.status, scene.ticket.reason) == (TicketStatus.RESOLVED, "unsent")


def test_an_unsend_empties_a_message_that_was_only_kept(scene: Scene) -> None:
    """Standby messages are stored and never filed, yet they go as well."""
    scene.line.channel.standby = True
    customer = scene.line.customer("c1")
    written = customer.says("口座番号は1234567です")
    customer.unsends(written)
    scene.desk.process()
    assert not any("1234567" in event.raw for event in scene.rows(StoredEvent))


def test_a_kept_message_that_comes_after_its_unsend_is_emptied_later(scene: Scene) -> None:
    """A redelivery in the wrong order is looked for once more, a day later."""
    scene.line.channel.standby = True
    customer = scene.line.customer("c1")
    scene.line.webhooks.lose_next()
    written = customer.says("口座番号は1234567です")
    customer.unsends(written)
    scene.desk.process()
    scene.line.webhooks.redeliver(written)
    scene.clock.advance(hours=25)
    scene.settle()
    assert not any("1234567" in event.raw for event in scene.rows(StoredEvent))
