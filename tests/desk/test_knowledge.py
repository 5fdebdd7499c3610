from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from desks import channel_of
from linecs.desk import SupportDesk
from linecs.desk.knowledge import KnowledgeError, StaleKnowledgeError
from linecs.errors import ConfigurationError
from linecs.model import AuditEntry, Author, TicketStatus
from linecs.model.knowledge import EmbeddedText
from linecs.model.note import Note
from linecs.replies import KeywordRule
from linecs.replies.faq import BandPolicy, EmbedderError, FaqEntry, FaqWording
from linecs.replies.files import read_scenarios
from linecs.replies.keyword import Opening
from linecs.storage.ports import equal
from linecs.storage.tables import Trace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from desks import MakeScene, Scene
HOURS = KeywordRule(id="hours", exact=("営業時間",), texts=("10時から18時です。",))
LONGER = KeywordRule(id="hours", exact=("営業時間",), texts=("9時から21時です。",))
RETURNS = FaqEntry(id="return", question="返品はできますか？", answer="8日以内なら承ります。")


class CountingEmbedder:
    """Turns each text into a vector of its characters, and counts the texts it was given."""

    name = "none"
    version = "1"

    def __init__(self) -> None:
        self.embedded = 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row of length 1 for each text."""
        self.embedded += len(texts)
        rows = np.zeros((len(texts), 64), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for character in text:
                row[ord(character) % 64] += 1
        lengths: NDArray[np.float32] = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.maximum(lengths, 1)


@pytest.fixture
def taught(make: MakeScene) -> Scene:
    """A desk without a responder of its own: what is published answers."""
    return make(responder=None)


def said(scene: Scene) -> list[str]:
    """What the bot said, in order."""
    return [message.text for message in scene.messages(equal("author", Author.BOT))]


def ask(scene: Scene, text: str) -> None:
    """The customer asks, and everything is settled."""
    scene.line.customer("c1").says(text)
    scene.settle()


def test_a_desk_that_was_taught_nothing_leaves_all_to_people(taught: Scene) -> None:
    """No knowledge, no answer: an open ticket."""
    ask(taught, "営業時間")
    assert (said(taught), taught.ticket.status) == ([], TicketStatus.OPEN)


def test_what_is_published_answers(taught: Scene) -> None:
    """Rules and FAQ go to work by being published."""
    taught.desk.knowledge.publish("rules", [HOURS], by="lead")
    taught.desk.knowledge.publish("faq", [RETURNS], by="lead")
    ask(taught, "営業時間")
    ask(taught, "返品はできますか")
    assert said(taught)[:2] == ["10時から18時です。", "8日以内なら承ります。"]


def test_an_unsolved_matter_goes_to_a_person(taught: Scene) -> None:
    """いいえ after 解決しましたか？ opens the ticket, with that reason."""
    taught.desk.knowledge.publish("faq", [RETURNS], by="lead")
    ask(taught, "返品はできますか")
    taught.line.customer("c1").taps("いいえ")
    taught.settle()
    assert (taught.ticket.status, taught.ticket.reason) == (TicketStatus.OPEN, "unsolved")


OFFERING = BandPolicy(answer_from=1, offer_from=0.01, exact_only=True)


def offering(make: MakeScene, **options: Any) -> Scene:
    """A desk whose published FAQ offers whatever comes near, and a customer who was offered."""
    scene = make(responder=None)
    scene.desk.knowledge.publish("faq", [RETURNS], by="lead")
    responder = scene.desk.knowledge.responder(policy=OFFERING, **options)
    offered = make(responder=responder)
    ask(offered, "返品の送料")
    return offered


@pytest.mark.parametrize("way", ["tap", "words", "number"])
def test_the_last_choice_of_an_offer_brings_a_person_at_once(make: MakeScene, way: str) -> None:
    """オペレーターに相談, tapped or typed: the ticket waits for a person, with that reason."""
    scene = offering(make)
    customer = scene.line.customer("c1")
    if way == "tap":
        customer.taps("オペレーターに相談")
    else:
        customer.says("オペレーターに相談" if way == "words" else "2")
    scene.settle()
    assert (scene.ticket.status, scene.ticket.reason) == (TicketStatus.OPEN, "none_of_these")


def test_a_shop_words_its_offers_itself(make: MakeScene) -> None:
    """The published FAQ takes the shop's sentences and buttons."""
    wording = FaqWording(did_you_mean="こちらのことでしょうか。", none_of_these="店員を呼ぶ")
    scene = offering(make, wording=wording)
    assert said(scene)[0].startswith("こちらのことでしょうか。")
    scene.line.customer("c1").taps("店員を呼ぶ")
    scene.settle()
    assert scene.ticket.status is TicketStatus.OPEN


def test_a_shop_need_not_ask_whether_it_helped(make: MakeScene) -> None:
    """Then the answer stands alone."""
    scene = offering(make, asks_if_solved=False)
    ask(scene, "返品はできますか")
    assert said(scene)[-1] == RETURNS.answer


def test_a_new_publication_answers_without_a_restart(taught: Scene) -> None:
    """Another process publishes; this one answers with it within seconds."""
    taught.desk.knowledge.publish("rules", [HOURS], by="lead")
    ask(taught, "営業時間")
    taught.clock.advance(minutes=5)
    taught.desk.knowledge.publish("rules", [LONGER], by="lead")
    for _ in range(40):
        ask(taught, "営業時間")
        if said(taught)[-1] == "9時から21時です。":
            return
        taught.clock.advance(seconds=3)
    pytest.fail("the new version never answered")


def test_rolling_back_publishes_what_was_before(taught: Scene) -> None:
    """Nothing is overwritten: the old content comes back as a new version."""
    knowledge = taught.desk.knowledge
    first = knowledge.publish("rules", [HOURS], by="lead")
    taught.clock.advance(seconds=1)
    knowledge.publish("rules", [LONGER], by="lead")
    taught.clock.advance(seconds=1)
    knowledge.roll_back(first.id, by="lead")
    assert knowledge.current("rules") == (HOURS,)
    assert len(knowledge.versions("rules")) == 3


def test_a_difference_names_entries_and_fields(taught: Scene) -> None:
    """Added, removed and changed, by id, and what stood there before."""
    knowledge = taught.desk.knowledge
    extra = KeywordRule(id="phone", exact=("電話",), texts=("0120です。",))
    before = knowledge.publish("rules", [HOURS], by="lead")
    after = knowledge.publish("rules", [LONGER, extra], by="lead")
    changed, added = knowledge.diff(before.id, after.id)
    assert (changed.id, changed.action, changed.fields) == ("hours", "changed", ("texts",))
    assert (changed.before["texts"], changed.after["texts"]) == (
        ["10時から18時です。"],
        ["9時から21時です。"],
    )
    assert (added.id, added.action) == ("phone", "added")


def test_versions_of_two_kinds_are_not_compared(taught: Scene) -> None:
    """Rules and FAQ have nothing in common; the error says which is which."""
    rules = taught.desk.knowledge.publish("rules", [HOURS], by="lead")
    faq = taught.desk.knowledge.publish("faq", [RETURNS], by="lead")
    with pytest.raises(ConfigurationError, match="holds rules"):
        taught.desk.knowledge.diff(rules.id, faq.id)


def test_two_leads_do_not_overwrite_each_other(taught: Scene) -> None:
    """What is based on an older version is refused, and the error names who came before."""
    knowledge = taught.desk.knowledge
    first = knowledge.publish("rules", [HOURS], by="寺澤", based_on="")
    knowledge.publish("rules", [LONGER], by="佐藤", based_on=first.id)
    with pytest.raises(StaleKnowledgeError, match="佐藤 さんが") as refused:
        knowledge.publish("rules", [HOURS], by="寺澤", based_on=first.id)
    assert (refused.value.by, refused.value.version) == ("佐藤", knowledge.versions("rules")[0].id)
    assert knowledge.current("rules") == (LONGER,)
    with pytest.raises(StaleKnowledgeError):
        knowledge.roll_back(first.id, by="寺澤", based_on=first.id)
    with pytest.raises(StaleKnowledgeError, match="まだ何も公開されていません"):
        knowledge.publish("faq", [RETURNS], by="寺澤", based_on=first.id)


def test_of_leads_who_publish_at_once_one_wins(taught: Scene) -> None:
    """All are based on the same version; one is published, and every other one is told."""
    knowledge = taught.desk.knowledge
    first = knowledge.publish("rules", [HOURS], by="lead")

    def publish(number: int) -> str:
        try:
            knowledge.publish("rules", [LONGER], by=f"lead{number}", based_on=first.id)
        except StaleKnowledgeError as error:
            return error.by
        return f"lead{number}"

    with ThreadPoolExecutor(4) as threads:
        winners = set(threads.map(publish, range(4)))
    assert len(knowledge.versions("rules")) == 2
    assert winners == {knowledge.versions("rules")[0].published_by}


def test_what_is_published_last_answers_whatever_clocks_say(taught: Scene) -> None:
    """A process whose clock is behind does not publish into the past."""
    knowledge = taught.desk.knowledge
    knowledge.publish("rules", [HOURS], by="lead")
    late = SupportDesk(
        storage=taught.storage,
        channels=[channel_of(taught.line)],
        clock=lambda: taught.clock() - 60_000,
    )
    late.knowledge.publish("rules", [LONGER], by="lead")
    assert knowledge.current("rules") == (LONGER,)


def test_publishing_is_told_and_kept(taught: Scene) -> None:
    """Feed and audit trail say who published what, and hold no text."""
    version = taught.desk.knowledge.publish("rules", [HOURS], by="寺澤")
    audit = taught.one(AuditEntry)
    assert (audit.kind, audit.actor, audit.subject_id) == (
        "knowledge.published",
        "寺澤",
        version.id,
    )
    (told,) = taught.desk.feed()
    assert (told.kind, told.facts) == ("knowledge.published", {"kind": "rules", "entries": 1})


def test_what_the_check_finds_wrong_is_not_published(taught: Scene) -> None:
    """Two entries that ask the same cannot both answer; the error says which."""
    twin = FaqEntry(id="twin", question="返品はできますか？", answer="できません。")
    nothing = FaqEntry(id="empty", question="空の質問")
    with pytest.raises(KnowledgeError, match="empty"):
        taught.desk.knowledge.publish("faq", [RETURNS, twin, nothing], by="lead")
    assert taught.desk.knowledge.current("faq") == ()


def test_a_published_rule_may_ask_for_the_shops_hours(taught: Scene) -> None:
    """A rule for closed hours keeps silent in a shop that never closes, and breaks nothing."""
    night = KeywordRule(id="night", contains=("時間",), texts=("翌朝",), opening=Opening.CLOSED)
    taught.desk.knowledge.publish("rules", [HOURS, night], by="lead")
    ask(taught, "営業時間")
    assert said(taught) == ["10時から18時です。"]


def test_vectors_are_computed_once_for_all_processes(taught: Scene) -> None:
    """A second process finds them in the store."""
    taught.desk.knowledge.publish("faq", [RETURNS], by="lead")
    first, second = CountingEmbedder(), CountingEmbedder()
    taught.desk.knowledge.embed(first)
    taught.desk.knowledge.embed(second)
    assert (first.embedded, second.embedded) == (1, 0)
    assert len(taught.rows(EmbeddedText)) == 1


class AwayEmbedder(CountingEmbedder):
    """Is away until it is told to come back."""

    is_away = True

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Raise while away."""
        if self.is_away:
            raise EmbedderError("the server is away")
        return super().embed(texts)


def test_an_embedder_that_is_away_silences_nobody(make: MakeScene) -> None:
    """Rules and exact questions answer meanwhile; meanings are compared once it is back."""
    embedder = AwayEmbedder()
    scene = make(responder=None)
    scene.desk.knowledge.publish("rules", [HOURS], by="lead")
    scene.desk.knowledge.publish("faq", [RETURNS], by="lead")
    scene = make(responder=scene.desk.knowledge.responder(embedder=embedder))
    ask(scene, "営業時間")
    ask(scene, "返品はできますか")
    assert said(scene)[:2] == ["10時から18時です。", "8日以内なら承ります。"]
    embedder.is_away = False
    for _ in range(40):
        scene.clock.advance(seconds=3)
        ask(scene, "返品できますか")
        if scene.rows(EmbeddedText) and embedder.embedded > 1:
            return
    pytest.fail("the embedder was never asked again")


def test_an_answer_is_explained_by_the_bubble_that_gave_it(taught: Scene) -> None:
    """The rule, the steps that led to it, and nothing for a person's own bubble."""
    taught.desk.knowledge.publish("rules", [HOURS], by="lead")
    ask(taught, "営業時間")
    question, answer = taught.messages()
    explained = taught.desk.explain(answer.id)
    assert explained is not None
    assert (explained.decision, explained.source) == ("Answer", "rule:hours")
    assert explained == taught.desk.explain(question.id)


def test_silence_is_explained_too(taught: Scene) -> None:
    """What the FAQ compared is kept although it answered nothing (Promise 10)."""
    taught.desk.knowledge.publish("faq", [RETURNS], by="lead")
    ask(taught, "裾上げをお願いできますか")
    assert "faq:judged" in taught.one(Trace).content


FORM = """\
- id: return
  title: 返品の申し込み
  start: [返品したい]
  timeout: 20m
  steps:
    reason:
      label: 理由
      say: 返品の理由を教えてください。
      choices: [サイズが合わない, 不良品だった]
    order:
      label: 注文番号
      say: 注文番号を教えてください。
      ask: text
    done:
      say: 承りました。
      end: hand_off
      reason: return_request
"""


@pytest.fixture
def in_a_form(taught: Scene) -> Scene:
    """A customer has given the first of two answers."""
    scenarios = read_scenarios(FORM.encode(), name="scenarios.yaml")
    taught.desk.knowledge.publish("scenarios", scenarios, by="lead")
    ask(taught, "返品したい")
    ask(taught, "サイズが合わない")
    return taught


def test_a_form_that_is_finished_goes_to_a_person_with_all_that_was_given(
    in_a_form: Scene,
) -> None:
    """The note on the ticket holds the answers."""
    ask(in_a_form, "123456")
    assert (in_a_form.ticket.status, in_a_form.ticket.reason) == (
        TicketStatus.OPEN,
        "return_request",
    )
    assert "123456" in in_a_form.one(Note).text


def test_a_customer_who_falls_silent_in_a_form_is_not_forgotten(in_a_form: Scene) -> None:
    """What was given goes to a person when the scenario's time is over."""
    in_a_form.clock.advance(minutes=21)
    in_a_form.settle()
    assert in_a_form.ticket.status is TicketStatus.OPEN
    assert "サイズが合わない" in in_a_form.one(Note).text
    assert in_a_form.desk.orphans() == []


def test_a_customer_who_goes_on_in_time_is_not_handed_over(in_a_form: Scene) -> None:
    """The time-out counts from the last answer."""
    in_a_form.clock.advance(minutes=9)
    ask(in_a_form, "123456")
    in_a_form.clock.advance(minutes=12)
    in_a_form.settle()
    assert len(in_a_form.rows(Note)) == 1
