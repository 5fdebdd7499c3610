"""Knowledge is improved by what customers and operators did, and its effect is measured first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linecs.replies.faq import (
    Band,
    FaqEntry,
    FaqIndex,
    live_start_policy,
    shipped_calibration,
    shipped_policy,
)
from linecs.replies.learning import (
    NewEntry,
    NewVariant,
    Outcome,
    PastInquiry,
    Replay,
    Signal,
    accept,
    earned_policy,
    is_private,
    measure,
    prepare_with,
    propose,
    without_private,
)

FAQ = (
    FaqEntry(
        id="returns", question="返品はできますか", answer="到着から7日以内なら返品を承ります。"
    ),
    FaqEntry(id="fee", question="送料はいくらですか", answer="送料は全国一律500円です。"),
    FaqEntry(id="hours", question="営業時間を教えてください", answer="10時から18時です。"),
)
if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MATTERS = ("返品", "交換", "採寸", "修理", "洗濯", "入荷", "予約")
PREPARE = prepare_with(shipped_calibration("none"), shipped_policy("none"))


def past(id_: str, text: str, signal: Signal, entry_id: str = "", answer: str = "") -> PastInquiry:
    """One inquiry and what became of it."""
    return PastInquiry(id=id_, text=text, signal=signal, entry_id=entry_id, operator_answer=answer)


def test_a_tapped_choice_becomes_a_variant() -> None:
    """How the customer asked is another way of asking; more taps are a better case."""
    tapped = [
        past("1", "サイズ違いだったので戻したい", Signal.TAPPED, "returns"),
        past("2", "サイズ違いだったので戻したいです", Signal.TAPPED, "returns"),
        past("3", "配送料金", Signal.TAPPED, "fee"),
    ]
    assert propose(FAQ, tapped) == (
        NewVariant(entry_id="returns", text="サイズ違いだったので戻したい", sources=("1", "2")),
        NewVariant(entry_id="fee", text="配送料金", sources=("3",)),
    )


def test_an_operators_words_for_an_entrys_answer_make_a_variant() -> None:
    """After an answer that did not help, a person said what another entry says."""
    corrected = past(
        "1",
        "着ないで返すのはあり？",
        Signal.UNSATISFIED,
        "fee",
        "到着から7日以内でしたら承ります",
    )
    (proposal,) = propose(FAQ, [corrected])
    assert proposal == NewVariant(entry_id="returns", text="着ないで返すのはあり？", sources=("1",))


def test_like_questions_that_people_answer_become_an_entry() -> None:
    """The most central wording and answer are proposed; a question asked once is not."""
    answer = "ギフト包装は一点300円で承ります。"
    asked = [
        past("1", "ギフト包装はできますか", Signal.OPERATOR, answer=answer),
        past("2", "ギフト包装をお願いできますか", Signal.OPERATOR, answer=answer + "はい"),
        past("3", "ギフト包装ってしてもらえますか", Signal.OPERATOR, answer=answer),
        past("4", "駐車場はありますか", Signal.OPERATOR, answer="ございません。"),
    ]
    (proposal,) = propose(FAQ, asked)
    assert isinstance(proposal, NewEntry)
    assert proposal.sources == ("1", "2", "3")
    assert proposal.answer == answer
    assert {proposal.question, *proposal.variants} == {one.text for one in asked[:3]}


@pytest.mark.parametrize(
    "text",
    [
        "注文番号１２３４５の返品",
        "a@example.com に送って",
        "山田と申しますが返品したい",
        "花子様宛の荷物",
        "長" * 61,
    ],
)
def test_private_looking_texts_are_never_proposed(text: str) -> None:
    """Names, numbers and addresses of customers do not become knowledge."""
    assert is_private(text)
    assert propose(FAQ, [past("1", text, Signal.TAPPED, "returns")]) == ()


def test_what_is_known_or_was_rejected_is_not_proposed() -> None:
    """A rejected proposal does not come back under another manner of asking."""
    known = past("1", "返品はできますか？", Signal.TAPPED, "returns")
    fresh = past("2", "戻したい", Signal.TAPPED, "returns")
    gone = past("3", "古い話", Signal.TAPPED, "gone")
    (proposal,) = propose(FAQ, [known, fresh, gone])
    again = past("4", "戻したいです", Signal.TAPPED, "returns")
    assert propose(FAQ, [again], decided=[proposal]) == ()


def test_a_rejected_entry_does_not_come_back_in_other_words() -> None:
    """The same matter, asked and answered a little otherwise, was decided already."""
    answer = "ギフト包装は一点300円で承ります。"
    texts = ("ギフト包装はできますか", "ギフト包装をお願いできますか", "ギフト包装してほしい")
    asked = [
        past(str(number), text, Signal.OPERATOR, answer=answer) for number, text in enumerate(texts)
    ]
    (rejected,) = propose(FAQ, asked[:2])
    later = [
        *asked[1:],
        past("9", "ギフト包装を頼みたい", Signal.OPERATOR, answer=answer + "どうぞ"),
    ]
    (again,) = propose(FAQ, later)
    assert again.key != rejected.key
    assert propose(FAQ, later, decided=[rejected]) == ()


def test_questions_asked_alike_and_answered_otherwise_are_two_matters() -> None:
    """いくらですか is in both; what people answer tells them apart."""
    asked = [
        past("1", "修理はいくらですか", Signal.OPERATOR, answer="修理は一律二千円です。"),
        past("2", "採寸はいくらですか", Signal.OPERATOR, answer="お店で無料で承ります。"),
        past("3", "修理っていくらですか", Signal.OPERATOR, answer="一律二千円で直します。"),
        past("4", "採寸っていくらですか", Signal.OPERATOR, answer="無料で承ります。"),
    ]
    found = propose(FAQ, asked)
    assert [one.sources for one in found] == [("1", "3"), ("2", "4")]


@pytest.mark.parametrize(
    ("answer", "rest"),
    [
        (
            "花子様\nお問い合わせありがとうございます。包装は300円です。",
            "お問い合わせありがとうございます。包装は300円です。",
        ),
        ("担当の佐藤と申します。皆様にご案内しています。", "皆様にご案内しています。"),
        ("お客様のご都合で承ります！注文１２３４５６を変えました。", "お客様のご都合で承ります！"),
        ("0120-123-456へどうぞ", "0120-123-456へどうぞ"),
        ("山田さま、承りました。", ""),
        ("info@example.com に送りました。", ""),
    ],
)
def test_what_is_for_one_customer_alone_is_left_out_of_answers(answer: str, rest: str) -> None:
    """Names, orders and addresses go, sentence by sentence; what is for all stays."""
    assert without_private(answer) == rest


def test_an_answer_for_one_customer_alone_makes_no_entry() -> None:
    """Nothing is left to be proposed."""
    asked = [
        past(str(number), text, Signal.OPERATOR, answer="山田様のご注文を変えました。")
        for number, text in enumerate(("注文を変えたい", "注文を変えたいです"))
    ]
    assert propose(FAQ, asked) == ()


def test_accepting_changes_only_what_was_proposed() -> None:
    """A variant goes to its entry, a new entry to the end."""
    variant = NewVariant(entry_id="fee", text="配送料金", sources=("1",))
    better = accept(FAQ, variant)
    assert better[1].variants == ("配送料金",)
    assert (better[0], better[2]) == (FAQ[0], FAQ[2])
    entry = NewEntry(question="駐車場は", variants=(), answer="ございません。", sources=("1",))
    assert accept(FAQ, entry, id_="parking")[-1] == FaqEntry(
        id="parking", question="駐車場は", answer="ございません。"
    )


def test_the_effect_is_measured_on_past_traffic() -> None:
    """Before and after for all inquiries, and without those the proposal comes from."""
    traffic = [
        past("1", "サイズ違いなので戻したい", Signal.TAPPED, "returns"),
        past("2", "戻したいのですが、サイズ違いで", Signal.TAPPED, "returns"),
        past("3", "送料は", Signal.CONFIRMED, "fee"),
        past("4", "色違いはありますか", Signal.OPERATOR, answer="ございます。"),
    ]
    proposal = NewVariant(entry_id="returns", text="サイズ違いなので戻したい", sources=("1",))
    effect = measure(FAQ, proposal, traffic, PREPARE)
    assert effect.before == {
        "1": "left",
        "2": "left",
        "3": "answered_right",
        "4": "left",
    }
    assert effect.after["1"] == "answered_right"
    assert effect.after["2"] in {"answered_right", "offered_right"}
    assert (effect.after["3"], effect.gain, effect.harm) == ("answered_right", 2, 0)
    assert effect.changed[:2] == ("1", "2")
    assert effect.newly_right + effect.newly_offered == 2
    assert (effect.newly_wrong, effect.newly_lost, effect.gained_elsewhere) == (0, 0, 1)
    assert effect.say().startswith("過去 4 件: ")
    assert "元になった 1 件を除くと: " in effect.say()
    assert "(without the 1 it comes from: " in effect.say("en")


class Letters:
    """An embedder whose vectors count a text's characters."""

    name = "none"
    version = "1"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row of length 1 for each text."""
        self.texts += texts
        rows = np.array([np.bincount([ord(c) % 64 for c in text], minlength=64) for text in texts])
        lengths: NDArray[np.float32] = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows / lengths).astype(np.float32)


def test_with_an_embedder_each_text_is_embedded_once() -> None:
    """Proposals share the vectors of what the FAQ has already."""
    letters = Letters()
    prepare = prepare_with(shipped_calibration("none"), shipped_policy("none"), embedder=letters)
    traffic = [past("1", "戻したい", Signal.TAPPED, "returns")]
    for text in ("戻したい", "返したい"):
        measure(FAQ, NewVariant(entry_id="returns", text=text, sources=()), traffic, prepare)
    titles = [entry.question for entry in FAQ]
    embedded_titles = [text for text in letters.texts if any(t[:4] in text for t in titles)]
    assert len(embedded_titles) == len(set(embedded_titles)) == len(FAQ)


def test_past_questions_are_embedded_once_for_all_proposals() -> None:
    """A model that takes 25 ms a question would else take hours."""
    letters = Letters()
    prepare = prepare_with(shipped_calibration("none"), shipped_policy("none"), embedder=letters)
    replay = Replay(FAQ, [past("1", "戻したい", Signal.TAPPED, "returns")], prepare)
    for text in ("送り返したい", "返したい"):
        replay.measure(NewVariant(entry_id="returns", text=text, sources=()))
    assert letters.texts.count("戻したい") == 1


TOPICS = ("返品", "送料", "営業時間", "ギフト包装", "駐車場", "採寸")
WAYS = ("はできますか", "について知りたい", "を教えて", "ってどうなってますか", "のことで")
INQUIRIES = st.lists(
    st.builds(
        lambda topic, way, signal, entry, answer: (topic + way, signal, entry, answer),
        st.sampled_from(TOPICS),
        st.sampled_from(WAYS),
        st.sampled_from(list(Signal)),
        st.sampled_from([entry.id for entry in FAQ]),
        st.sampled_from(["", "ギフト包装は一点300円です。", "到着から7日以内なら承ります。"]),
    ),
    max_size=12,
).map(
    lambda made: [
        past(str(number), text, signal, "" if signal is Signal.OPERATOR else entry, answer)
        for number, (text, signal, entry, answer) in enumerate(made)
    ]
)


@given(INQUIRIES)
def test_an_accepted_proposal_keeps_what_it_promised(traffic: list[PastInquiry]) -> None:
    """Asked again afterwards, as many are answered right as was claimed; it does not come back."""
    replay = Replay(FAQ, traffic, PREPARE)
    for proposal in propose(FAQ, traffic):
        effect = replay.measure(proposal)
        better = accept(FAQ, proposal)
        ask = PREPARE(better)
        verdicts = {one.id: ask(one.text) for one in traffic}
        right = {id_ for id_, outcome in effect.after.items() if outcome is Outcome.ANSWERED_RIGHT}
        assert all(verdicts[id_].band is Band.ANSWER for id_ in right)
        assert effect.newly_right >= len(right) - sum(
            outcome is Outcome.ANSWERED_RIGHT for outcome in effect.before.values()
        )
        assert effect.gained_elsewhere <= effect.newly_right + effect.newly_offered
        assert effect.newly_wrong >= effect.harm
        assert proposal.key not in {again.key for again in propose(better, traffic)}


@given(INQUIRIES)
def test_what_was_decided_is_never_proposed_again(traffic: list[PastInquiry]) -> None:
    """Whatever was proposed, and of however much of the traffic."""
    found = propose(FAQ, traffic, least=1)
    assert propose(FAQ, traffic, decided=found, least=1) == ()


def test_a_variant_in_the_wrong_place_is_seen_to_harm() -> None:
    """The measure tells a lead not to accept what would make right answers wrong."""
    traffic = [
        past("1", "送料はいくら", Signal.CONFIRMED, "fee"),
        past("2", "営業時間", Signal.CONFIRMED, "hours"),
    ]
    wrong = NewVariant(entry_id="returns", text="営業時間", sources=())
    effect = measure(FAQ, wrong, traffic, PREPARE)
    assert effect.changed == ("2",)
    assert effect.gain <= 0
    assert effect.newly_lost == 1


def test_an_answer_that_did_not_help_counts_as_wrong_again() -> None:
    """An inquiry whose answer was rejected is no success of the same answer."""
    traffic = [
        past("1", "送料はいくら", Signal.UNSATISFIED, "fee"),
        past("2", "営業時間", Signal.OPERATOR, answer="こちらです"),
    ]
    proposal = NewVariant(entry_id="returns", text="返したい", sources=())
    effect = measure(FAQ, proposal, traffic, PREPARE)
    assert effect.before == {"1": "answered_wrong", "2": "answered_unknown"}
    assert effect.say() == "過去 2 件: 変化なし(元になった 0 件を除くと: 変化なし)"


def test_answering_unlocks_once_the_shops_own_labels_bear_it_out() -> None:
    """Few labels, or answers that did not help, keep a live shop with exact matches."""
    nouns = ("ドレス", "パンプス", "コート", "ワンピース", "スカート", "ニット")
    topics = [noun + matter for noun in nouns for matter in MATTERS]
    entries = [
        FaqEntry(id=topic, question=f"{topic}について知りたい", answer=f"{topic}の説明です。")
        for topic in topics
    ]
    index = FaqIndex(entries)
    calibration = shipped_calibration("none")
    right = [
        past(topic, f"{topic}について急ぎで知りたい", Signal.TAPPED, topic) for topic in topics
    ]
    wrong = [
        past(topic, f"{topic}について急ぎで知りたい", Signal.UNSATISFIED, topic) for topic in topics
    ]
    assert earned_policy(index, calibration, right) == shipped_policy("none")
    assert earned_policy(index, calibration, right[:34]) == live_start_policy("none")
    assert earned_policy(index, calibration, wrong) == live_start_policy("none")
    assert earned_policy(index, calibration, []) == live_start_policy("none")
