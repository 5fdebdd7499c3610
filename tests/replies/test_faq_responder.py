"""The FAQ responder: what the customer gets."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import assume, example, given
from hypothesis import strategies as st

from faqs import NOON, SHOP, inquiry
from linecs.errors import ConfigurationError
from linecs.limits import check_messages
from linecs.model.inquiry import Answer, Bubble, Choices, HandOff
from linecs.replies.faq import (
    FaqEntry,
    FaqError,
    FaqIndex,
    FaqResponder,
    FaqWording,
    Tap,
    TapKind,
    parse_tap,
    shipped_policy,
    tap_data,
    typed_choice,
)

DAY = 24 * 60 * 60 * 1000


@pytest.fixture
def faq() -> FaqResponder:
    """The shop's FAQ with the shipped thresholds."""
    return FaqResponder(FaqIndex(SHOP), policy=shipped_policy())


@pytest.fixture
def wide() -> FaqResponder:
    """The same, offering whatever comes near."""
    return FaqResponder(
        FaqIndex(SHOP), policy=evolve(shipped_policy(), offer_from=0.01, exact_only=True)
    )


def buttons(decision: Answer | Choices) -> list[dict[str, str]]:
    """The actions under the last message."""
    return [item["action"] for item in decision.messages[-1]["quickReply"]["items"]]


def test_an_answer_is_the_shops_words_and_asks_whether_it_helped(faq: FaqResponder) -> None:
    """The entry's answer comes first, then 解決しましたか？ with two buttons."""
    decision = faq.respond(inquiry("送料はいくらですか？"))
    assert isinstance(decision, Answer)
    assert decision.source == "faq:fee"
    assert decision.messages[0] == {"type": "text", "text": "全国500円です。"}
    assert "解決しましたか" in decision.messages[1]["text"]
    assert [parse_tap(button["data"]) for button in buttons(decision)] == [
        Tap(TapKind.SOLVED, "fee"),
        Tap(TapKind.UNSOLVED, "fee"),
    ]


def test_asking_whether_it_helped_can_be_left_out() -> None:
    """A shop may answer without asking back."""
    faq = FaqResponder(FaqIndex(SHOP), asks_if_solved=False)
    decision = faq.respond(inquiry("送料はいくらですか？"))
    assert isinstance(decision, Answer)
    assert decision.messages == ({"type": "text", "text": "全国500円です。"},)


def test_a_live_shop_answers_exact_questions_only() -> None:
    """Without a policy of its own the responder starts strict."""
    faq = FaqResponder(FaqIndex(SHOP))
    assert isinstance(faq.respond(inquiry("送料いくらですか")), Answer | Choices)
    assert isinstance(faq.respond(inquiry("送料はいくらですか")), Answer)
    assert not isinstance(faq.respond(inquiry("注文キャンセル")), Answer)


def test_choices_stand_in_the_text_and_on_buttons(wide: FaqResponder) -> None:
    """Full titles in the text and as what a tap shows; number or label on the button."""
    decision = wide.respond(inquiry("返金と交換とキャンセル"))
    assert isinstance(decision, Choices)
    text = decision.messages[0]["text"]
    for number, choice in enumerate(decision.choices, start=1):
        assert f"{number}. {choice.title}" in text
    shown = {button["displayText"]: button["label"] for button in buttons(decision)}
    assert shown["返金はいつされますか？"] == "返金"
    assert set(shown.values()) <= {"1", "2", "3", "返金", "オペレーターに相談"}


def test_at_most_three_are_offered(wide: FaqResponder) -> None:
    """Three choices, and a button for none of them."""
    decision = wide.respond(inquiry("キャンセル送料交換返金ポイント"))
    assert isinstance(decision, Choices)
    assert len(decision.choices) <= 3
    assert parse_tap(buttons(decision)[-1]["data"]) == Tap(TapKind.NONE_OF_THESE)


def test_a_tapped_choice_is_answered(faq: FaqResponder) -> None:
    """The tap on a choice gets that entry's answer."""
    decision = faq.respond(inquiry(postback_data=tap_data(Tap(TapKind.CHOSEN, "size"))))
    assert isinstance(decision, Answer)
    assert decision.source == "faq:size"


@pytest.mark.parametrize("typed", ["2", "２", "②", "2番です", "その2"])
def test_a_typed_number_counts_as_a_tap(wide: FaqResponder, typed: str) -> None:
    """Where quick replies do not show, the number in the list chooses."""
    offered = wide.respond(inquiry("返金と交換とキャンセル"))
    assert isinstance(offered, Choices)
    decision = wide.respond(inquiry(typed, memory=offered.remember))
    assert isinstance(decision, Answer)
    assert decision.source == f"faq:{offered.choices[1].id}"


def test_a_typed_title_or_label_counts_as_a_tap() -> None:
    """So does the title, or the short label, as it was listed."""
    assert typed_choice("返金は いつされますか", SHOP) == SHOP[1]
    assert typed_choice("返金", SHOP) == SHOP[1]
    assert typed_choice("9", SHOP) is None
    assert typed_choice("０", SHOP) is None


def test_a_number_a_day_later_chooses_nothing(wide: FaqResponder) -> None:
    """An old list is not chosen from."""
    offered = wide.respond(inquiry("返金と交換とキャンセル"))
    assert isinstance(offered, Choices)
    assert wide.respond(inquiry("2", memory=offered.remember, at=NOON + DAY + 1)) is None


@pytest.mark.parametrize(
    ("said", "kind"),
    [("はい", Answer), ("解決しました！", Answer), ("いいえ", HandOff), ("まだです", HandOff)],
)
def test_yes_and_no_may_be_typed(faq: FaqResponder, said: str, kind: type) -> None:
    """はい after an answer thanks; いいえ brings a person."""
    answered = faq.respond(inquiry("送料はいくらですか"))
    assert isinstance(answered, Answer)
    assert isinstance(faq.respond(inquiry(said, memory=answered.remember)), kind)


def test_yes_without_a_question_is_nothing(faq: FaqResponder) -> None:
    """はい is the FAQ's business only after it asked."""
    assert faq.respond(inquiry("はい")) is None


@pytest.mark.parametrize("kind", [TapKind.UNSOLVED, TapKind.NONE_OF_THESE])
def test_not_content_brings_a_person(faq: FaqResponder, kind: TapKind) -> None:
    """いいえ and どれでもない hand off and say why."""
    decision = faq.respond(inquiry(postback_data=tap_data(Tap(kind, "fee"))))
    assert isinstance(decision, HandOff)
    assert decision.reason == kind


def test_a_tap_on_an_entry_that_is_gone_brings_a_person(faq: FaqResponder) -> None:
    """A button of an older FAQ is not answered with something else."""
    decision = faq.respond(inquiry(postback_data=tap_data(Tap(TapKind.CHOSEN, "old"))))
    assert isinstance(decision, HandOff)
    assert decision.reason == "faq_entry_gone"


@pytest.mark.parametrize(
    "typed",
    ["オペレーターに相談", "ｵﾍﾟﾚｰﾀｰに相談です", "4", "４番", "どれでもない", "この中にはありません"],
)
def test_the_last_choice_may_be_typed(wide: FaqResponder, typed: str) -> None:
    """Its words, its number in the list and plain refusals bring a person at once."""
    offered = wide.respond(inquiry("返金と交換とキャンセル"))
    assert isinstance(offered, Choices)
    assert "4. オペレーターに相談" in offered.messages[0]["text"]
    decision = wide.respond(inquiry(typed, memory=offered.remember))
    assert isinstance(decision, HandOff)
    assert decision.reason == "none_of_these"


def test_related_questions_have_no_last_choice(faq: FaqResponder) -> None:
    """After an answer いいえ brings a person; the number behind the related ones is nothing."""
    answered = faq.respond(inquiry(SHOP[0].question))
    assert isinstance(answered, Answer)
    assert faq.respond(inquiry("2", memory=answered.remember)) is None


def test_a_shop_says_it_in_its_own_words() -> None:
    """Every sentence and every button may be changed, and what is typed follows."""
    wording = FaqWording(
        did_you_mean="こちらですか？",
        how_to_choose="",
        none_of_these="スタッフと話す",
        yes="解決した",
        no="まだ困っている",
    )
    policy = evolve(shipped_policy(), offer_from=0.01, exact_only=True)
    faq = FaqResponder(FaqIndex(SHOP), policy=policy, wording=wording)
    offered = faq.respond(inquiry("返金と交換とキャンセル"))
    assert isinstance(offered, Choices)
    lines = offered.messages[0]["text"].split("\n")
    assert (lines[0], lines[-1]) == ("こちらですか？", "4. スタッフと話す")
    assert isinstance(faq.respond(inquiry("スタッフと話す", memory=offered.remember)), HandOff)
    answered = faq.respond(inquiry("送料はいくらですか"))
    assert isinstance(answered, Answer)
    assert [button["label"] for button in buttons(answered)] == ["解決した", "まだ困っている"]
    assert isinstance(faq.respond(inquiry("まだ困っている", memory=answered.remember)), HandOff)


def test_the_last_choice_can_be_left_out() -> None:
    """A shop without people at hand offers its questions alone."""
    policy = evolve(shipped_policy(), offer_from=0.01, exact_only=True)
    faq = FaqResponder(FaqIndex(SHOP), policy=policy, wording=FaqWording(none_of_these=""))
    offered = faq.respond(inquiry("返金と交換とキャンセル"))
    assert isinstance(offered, Choices)
    assert len(buttons(offered)) == len(offered.choices)


@pytest.mark.parametrize(
    ("name", "written", "problem"),
    [
        ("none_of_these", "あ" * 21, "more than 20"),
        ("yes", "い" * 21, "more than 20"),
        ("no", " ", "write it"),
        ("did_you_mean", "う" * 501, "more than 500"),
    ],
)
def test_wording_that_line_would_refuse_is_refused_at_once(
    name: str, written: str, problem: str
) -> None:
    """The error names the sentence, before any customer gets it."""
    with pytest.raises(ConfigurationError, match=problem) as refused:
        FaqWording(**{name: written})
    assert name in str(refused.value)


def test_other_postbacks_are_left_alone(faq: FaqResponder) -> None:
    """A tap on the shop's own buttons is not the FAQ's, whatever it reads like."""
    assert faq.respond(inquiry(postback_data="送料はいくらですか")) is None
    assert parse_tap("linecs:faq:deleted:x") is None


@given(st.sampled_from(TapKind), st.text(max_size=200))
def test_tap_data_survives_the_way_through_line(kind: TapKind, entry_id: str) -> None:
    """Any id comes back from the button as it went in."""
    assert parse_tap(tap_data(Tap(kind, entry_id))) == Tap(kind, entry_id)


@pytest.mark.parametrize("text", ["こんにちは", "今日の天気は？", "😀", "", "   "])
def test_out_of_scope_stays_silent(faq: FaqResponder, text: str) -> None:
    """What the FAQ does not cover is left to the next responder."""
    assert faq.respond(inquiry(text)) is None


def test_silence_is_explained(faq: FaqResponder) -> None:
    """Where nothing was said, the trace still shows what was compared with which threshold."""
    considered = faq.consider(inquiry("今日の天気は？"))
    detail = considered.trace[-1].detail
    assert considered.decision is None
    assert detail["band"] == "hand_off"
    assert detail["offer_probability"] < detail["offer_from"]
    assert detail["candidates"]


def test_links_and_related_questions_follow_the_answer() -> None:
    """Links stand under the answer; related entries are listed and can be tapped."""
    entries = [
        *SHOP,
        FaqEntry(id="x", question="営業日", answer="平日", links=("https://a.example/",)),
    ]
    faq = FaqResponder(FaqIndex(entries))
    linked = faq.respond(inquiry("営業日"))
    assert isinstance(linked, Answer)
    assert linked.messages[0]["text"].endswith("https://a.example/")
    related = faq.respond(inquiry(SHOP[0].question))
    assert isinstance(related, Answer)
    assert "1. 返金はいつされますか？" in related.messages[1]["text"]
    assert parse_tap(buttons(related)[-1]["data"]) == Tap(TapKind.CHOSEN, "refund")


def test_message_objects_are_sent_as_written() -> None:
    """An entry may answer with LINE messages of any kind; five of them carry the buttons."""
    sticker = {"type": "sticker", "packageId": "446", "stickerId": "1988"}
    entry = FaqEntry(id="x", question="営業日", messages=(sticker,) * 5)
    decision = FaqResponder(FaqIndex([entry])).respond(inquiry("営業日"))
    assert isinstance(decision, Answer)
    assert decision.messages[:4] == (sticker,) * 4
    assert len(buttons(decision)) == 2


def test_variables_are_filled_in() -> None:
    """An answer may name the customer."""
    entry = FaqEntry(id="x", question="営業日", answer="{{ customer.name }}様、平日です。")
    decision = FaqResponder(FaqIndex([entry])).respond(inquiry("営業日"))
    assert isinstance(decision, Answer)
    assert decision.messages[0]["text"] == "花子様、平日です。"


def test_an_answer_that_cannot_be_sent_brings_a_person() -> None:
    """A missing variable is never sent as a gap."""
    entry = FaqEntry(id="x", question="営業日", answer="{{ member.rank }}の方は平日です。")
    decision = FaqResponder(FaqIndex([entry])).respond(inquiry("営業日"))
    assert isinstance(decision, HandOff)
    assert decision.reason == "faq_cannot_be_sent"


@pytest.mark.parametrize(
    "asked", [{"text": "営業日"}, {"postback_data": tap_data(Tap(TapKind.CHOSEN, "x"))}]
)
def test_why_an_answer_cannot_be_sent_is_explained(asked: dict[str, str]) -> None:
    """What was considered names the entry and the variable, typed or tapped."""
    entry = FaqEntry(id="x", question="営業日", answer="{{ member.rank }}の方は平日です。")
    considered = FaqResponder(FaqIndex([entry])).consider(inquiry(**asked))
    assert considered.decision is not None
    assert considered.trace == considered.decision.trace
    assert considered.trace[-1].name == "faq:cannot_be_sent"
    assert "member.rank" in considered.trace[-1].detail["problem"]


def test_an_entry_without_an_answer_is_refused() -> None:
    """A responder is not built from entries that have nothing to say."""
    with pytest.raises(FaqError, match="no answer"):
        FaqResponder(FaqIndex([FaqEntry(id="x", question="営業日")]))


def test_an_id_must_fit_a_button() -> None:
    """An id longer than LINE's postback data is refused."""
    entry = FaqEntry(id="x" * 300, question="営業日", answer="平日")
    with pytest.raises(FaqError, match="too long"):
        FaqResponder(FaqIndex([entry]))


def test_ended_entries_do_not_answer(faq: FaqResponder) -> None:
    """Validity follows the time of the inquiry."""
    ended = FaqResponder(FaqIndex([evolve(entry, valid_until=NOON) for entry in SHOP]))
    assert ended.respond(inquiry("送料はいくらですか", at=NOON)) is None
    tapped = inquiry(postback_data=tap_data(Tap(TapKind.CHOSEN, "fee")), at=NOON)
    assert isinstance(ended.respond(tapped), HandOff)


@given(
    titles=st.lists(
        st.text(min_size=1, max_size=400)
        | st.text("か\u3099👨\u200d👩\u200d👧", min_size=200, max_size=3000),
        min_size=1,
        max_size=4,
    )
)
@example(titles=["返品", "返品\0\ud800"])
def test_no_title_overflows_line(titles: list[str]) -> None:
    """Choices of any titles stay within LINE's sizes."""
    entries = [
        FaqEntry(id=str(place), question=title, answer="はい") for place, title in enumerate(titles)
    ]
    policy = evolve(shipped_policy(), offer_from=0.0, exact_only=True)
    decision = FaqResponder(FaqIndex(entries), policy=policy).respond(inquiry(titles[0]))
    assume(decision is not None and decision.messages)
    assert decision is not None
    check_messages(decision.messages)


def test_whole_questions_wait_for_more_bubbles(faq: FaqResponder) -> None:
    """Numbers, taps, はい and いいえ go at once; other text may go on."""
    assert faq.name == "faq"
    assert faq.waits(Bubble(kind="text", text="すみません"))
    assert not faq.waits(Bubble(kind="text", text="２"))
    assert not faq.waits(Bubble(kind="text", text="いいえ"))
    assert not faq.waits(Bubble(kind="text", text="オペレーターに相談"))
    assert not faq.waits(Bubble(kind="postback"))
