"""Keyword rules answer what they should, when they should, and say why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from linecs.model.inquiry import Answer, Bubble, CustomerFacts, HandOff, Inquiry
from linecs.replies.keyword import (
    COOLDOWN_KEY,
    KeywordResponder,
    KeywordRule,
    Opening,
    RuleError,
    Segment,
    Triggers,
)

if TYPE_CHECKING:
    from linecs.model.message import MessageObject

AT = 1_700_000_000_000


def text(words: str) -> MessageObject:
    """A text message object."""
    return {"type": "text", "text": words}


def rule(id_: str = "rule", **values: Any) -> KeywordRule:
    """A rule that says its own id."""
    return KeywordRule(**{"id": id_, "messages": (text(id_),), **values})


def inquiry(words: str = "", **values: Any) -> Inquiry:
    """A customer writing `words`."""
    return Inquiry(
        **{"id": "01J", "channel_id": "shop", "conversation_id": "c1", "at": AT, "text": words}
        | values
    )


def source(*rules: KeywordRule, asked: Inquiry) -> str | None:
    """Which rule answers."""
    decision = KeywordResponder(rules).respond(asked)
    return decision.source if decision else None


@pytest.mark.parametrize("words", ["ログイン", "ﾛｸﾞｲﾝ", "ろぐいん", "ログイン！", "ロ グ イ ン😊"])
def test_an_exact_keyword_answers_however_it_is_written(words: str) -> None:
    """A keyword meets its widths, kana, spaces and decorations."""
    assert source(rule("log", exact=("ログイン",)), asked=inquiry(words)) == "rule:log"


def test_another_text_is_left_to_the_next_responder() -> None:
    """A text that is no keyword gets no decision."""
    assert source(rule("log", exact=("ログイン",)), asked=inquiry("返品")) is None


def test_an_exact_keyword_among_several_bubbles_is_found() -> None:
    """A greeting sent just before does not hide an exact keyword."""
    bubbles = (Bubble(kind="text", text="すみません"), Bubble(kind="text", text="返品"))
    asked = inquiry("すみません\n返品", bubbles=bubbles)
    assert source(rule("returns", exact=("返品",)), asked=asked) == "rule:returns"


def test_a_prefix_counts_only_at_the_start() -> None:
    """A prefix trigger looks at the start of a bubble."""
    returns = rule("returns", prefix=("返品",))
    assert source(returns, asked=inquiry("返品したいです")) == "rule:returns"
    assert source(returns, asked=inquiry("商品の返品")) is None


def test_every_overlapping_keyword_is_found() -> None:
    """One keyword inside another hides neither, so that priorities can decide."""
    rules = [rule(word, contains=(word,)) for word in ("品", "返品", "返品した", "品した")]
    matches = KeywordResponder(rules).ranked(inquiry("返品したい"))
    assert {match.rule.id for match in matches} == {"品", "返品", "返品した", "品した"}


def test_a_sign_that_normalises_to_nothing_is_compared_as_written() -> None:
    """A keyword of punctuation or emoji alone still works."""
    assert source(rule("what", exact=("？",)), asked=inquiry("?")) == "rule:what"
    assert source(rule("what", exact=("？",)), asked=inquiry("返品？")) is None
    assert source(rule("yes", contains=("👍",)), asked=inquiry("いいね👍")) == "rule:yes"


def test_a_regex_reads_the_text_as_written_and_in_half_width() -> None:
    """A regex needs no knowledge of normalisation: spaces stay, full width digits are digits."""
    order = rule("order", regex=(r"注文番号\s*[0-9]{6}",))
    assert source(order, asked=inquiry("注文番号 １２３４５６ です")) == "rule:order"


def test_a_regex_cannot_hang_the_desk() -> None:
    """A pattern that backtracking engines choke on takes linear time."""
    evil = rule("evil", regex=("(a+)+$",))
    assert source(evil, asked=inquiry("a" * 4_999 + "!")) is None


@pytest.mark.parametrize("pattern", [r"(?=返品)", r"(.)\1", "(", "(a{1000}){1000}"])
def test_a_regex_that_re2_cannot_run_names_its_rule(pattern: str) -> None:
    """Unsupported syntax is refused at construction, with the rule's id."""
    with pytest.raises(RuleError, match=r"'odd'.*RE2"):
        KeywordResponder([rule("odd", regex=(pattern,))])


def test_groups_ask_for_one_of_each() -> None:
    """`all_of` needs something from every group, `none_of` forbids."""
    exchange = rule(
        "exchange",
        all_of=(Triggers(contains=("サイズ", "大きさ")), Triggers(contains=("交換",))),
        none_of=Triggers(contains=("キャンセル",)),
    )
    assert source(exchange, asked=inquiry("大きさが合わないので交換したい")) == "rule:exchange"
    assert source(exchange, asked=inquiry("サイズは？")) is None
    assert source(exchange, asked=inquiry("サイズ交換をキャンセル")) is None


def test_a_sticker_triggers_its_rule() -> None:
    """A sticker is known by package and number, or by its package alone."""
    sticker = Bubble(kind="sticker", content={"packageId": "446", "stickerId": "1989"})
    asked = inquiry(bubbles=(sticker,))
    assert source(rule("thanks", stickers=("446/1989",)), asked=asked) == "rule:thanks"
    assert source(rule("thanks", stickers=("446/*",)), asked=asked) == "rule:thanks"
    assert source(rule("thanks", stickers=("446/1988",)), asked=asked) is None


def test_postback_data_is_compared_to_the_byte() -> None:
    """A tap is never normalised, and its text never taken for a keyword."""
    rules = (rule("menu", postbacks=("Menu=1",)), rule("word", exact=("menu=1",)))
    assert source(*rules, asked=inquiry("menu=1", postback_data="Menu=1")) == "rule:menu"
    assert source(*rules, asked=inquiry("menu=1", postback_data="Ｍenu=1")) is None


def test_the_higher_priority_answers() -> None:
    """Priority decides before anything else."""
    rules = (rule("exact", exact=("返品",)), rule("high", contains=("返",), priority=1))
    assert source(*rules, asked=inquiry("返品")) == "rule:high"


def test_among_equals_the_surer_then_the_longer_answers() -> None:
    """Exact beats contained, long beats short, and only then the order in the file counts."""
    rules = [
        rule("short", contains=("返品",)),
        rule("long", contains=("返品送料",)),
        rule("twin", contains=("返品送料",)),
        rule("exact", exact=("返品送料は",)),
    ]
    matches = KeywordResponder(rules).ranked(inquiry("返品送料は"))
    assert [match.rule.id for match in matches] == ["exact", "long", "twin", "short"]


def test_an_always_rule_answers_last() -> None:
    """LINE's 一律応答 speaks only when no keyword does, and never to a tap."""
    rules = (rule("always", always=True, priority=9), rule("returns", exact=("返品",)))
    assert source(*rules, asked=inquiry("返品")) == "rule:returns"
    assert source(*rules, asked=inquiry("こんにちは")) == "rule:always"
    assert source(*rules, asked=inquiry(postback_data="x")) is None


def test_dates_bound_a_rule() -> None:
    """A rule speaks from its first moment until just before its end."""
    sale = rule("sale", exact=("セール",), valid_from=AT, valid_until=AT + 10)
    moments = [AT - 1, AT, AT + 9, AT + 10]
    answers = [source(sale, asked=inquiry("セール", at=moment)) for moment in moments]
    assert answers == [None, "rule:sale", "rule:sale", None]


def test_opening_hours_come_from_the_host() -> None:
    """A rule for closed hours speaks only then."""
    night = rule("night", contains=("電話",), opening=Opening.CLOSED)
    for is_open in (True, False):
        responder = KeywordResponder([night], is_open=lambda _at, now=is_open: now)
        assert (responder.respond(inquiry("電話したい")) is None) is is_open


def test_opening_hours_without_a_calendar_are_refused() -> None:
    """A rule that asks for hours nobody can tell is an error at construction."""
    with pytest.raises(RuleError, match="is_open"):
        KeywordResponder([rule(exact=("a",), opening=Opening.OPEN)])


@pytest.mark.parametrize(
    ("segment", "is_meant"),
    [
        (Segment(member=True), True),
        (Segment(member=False), False),
        (Segment(languages=("ja", "en")), True),
        (Segment(languages=("th",)), False),
        (Segment(tags=("vip",)), True),
        (Segment(tags=("vip", "new")), False),
        (Segment(without_tags=("vip",)), False),
        (Segment(fields={"size": ("M", "L")}), True),
        (Segment(fields={"size": ("S",)}), False),
        (Segment(fields={"member.rank": ("gold",)}), True),
        (Segment(fields={"member.points": ("120",)}), True),
        (Segment(fields={"shoe": ("23",)}), False),
    ],
)
def test_a_segment_narrows_who_is_meant(segment: Segment, is_meant: bool) -> None:  # noqa: FBT001 - a table's column
    """Every part of a segment that is given must hold."""
    customer = CustomerFacts(
        language="ja",
        is_member=True,
        tags=frozenset({"vip"}),
        fields={"size": "M"},
        member={"rank": "gold", "points": 120},
    )
    asked = inquiry("a", customer=customer)
    assert (source(rule(exact=("a",), segment=segment), asked=asked) is not None) is is_meant


def test_a_rule_rests_after_it_answered() -> None:
    """A cooldown is remembered in the conversation and forgotten when it is over."""
    resting = rule("greeting", contains=("こんにちは",), cooldown=1_000)
    responder = KeywordResponder([resting, rule("other", exact=("返品",))])
    first = responder.respond(inquiry("こんにちは"))
    assert isinstance(first, Answer)
    memory = first.remember
    assert memory == {COOLDOWN_KEY: {"greeting": AT + 1_000}}
    assert responder.respond(inquiry("こんにちは", at=AT + 999, memory=memory)) is None
    assert responder.respond(inquiry("こんにちは", at=AT + 1_000, memory=memory)) is not None
    later = responder.respond(inquiry("返品", at=AT + 1_000, memory=memory))
    assert isinstance(later, Answer)
    assert later.remember == {COOLDOWN_KEY: None}


def test_variables_are_filled_in() -> None:
    """Messages may name the customer and the member card."""
    greeting = rule("hi", exact=("a",), messages=(text("{{ customer.name }}様 {{ member.rank }}"),))
    customer = CustomerFacts(display_name="花子", member={"rank": "ゴールド"})
    decision = KeywordResponder([greeting]).respond(inquiry("a", customer=customer))
    assert isinstance(decision, Answer)
    assert decision.messages == (text("花子様 ゴールド"),)


def test_a_missing_variable_leaves_the_answer_to_the_next_rule() -> None:
    """A rule whose variable has no value for this customer stays silent, and the trace says so."""
    personal = rule("personal", exact=("a",), messages=(text("{{ member.rank }}"),), priority=1)
    considered = KeywordResponder([personal, rule("plain", exact=("a",))]).consider(inquiry("a"))
    outcomes = {step.name: step.detail["outcome"] for step in considered.trace}
    assert outcomes == {"rule:personal": "missing_variable:member.rank", "rule:plain": "chosen"}


def test_one_text_of_many_is_chosen_by_the_inquiry() -> None:
    """The same inquiry always gets the same text; over many inquiries every text comes up."""
    texts = tuple(f"答え{number}" for number in range(200))
    responder = KeywordResponder([KeywordRule(id="auto", always=True, texts=texts)])

    def said(id_: str) -> str:
        decision = responder.respond(inquiry("a", id=id_))
        assert isinstance(decision, Answer)
        return str(decision.messages[0]["text"])

    first = [said(f"event{number}") for number in range(3_000)]
    assert set(first) == set(texts)
    assert first == [said(f"event{number}") for number in range(3_000)]


def test_a_rule_may_hand_over_to_a_person() -> None:
    """A keyword such as オペレーター asks for a person, with or without words on the way."""
    person = KeywordRule(id="person", contains=("オペレーター",), hand_off="asked_for_person")
    decision = KeywordResponder([person]).respond(inquiry("オペレータに代わって"))
    assert isinstance(decision, HandOff)
    assert (decision.reason, decision.source, decision.messages) == (
        "asked_for_person",
        "rule:person",
        (),
    )


def test_the_trace_says_which_words_matched_and_what_else_did() -> None:
    """An answer can be explained: steps, the customer's own words, and the rules it outranked."""
    rules = [rule("returns", contains=("ヘンピン",), priority=1), rule("also", regex=("したい",))]
    decision = KeywordResponder(rules).respond(inquiry("ﾍﾝﾋﾟﾝ したい"))
    assert decision is not None
    steps = {step.name: step.detail for step in decision.trace}
    assert steps["normalise:width"] == {"before": "ﾍﾝﾋﾟﾝ したい", "after": "ヘンピン したい"}
    assert steps["rule:returns"] == {
        "outcome": "chosen",
        "priority": 1,
        "matched": [{"kind": "contains", "pattern": "ヘンピン", "text": "ﾍﾝﾋﾟﾝ"}],
    }
    assert steps["rule:also"]["outcome"] == "outranked"


def test_silence_can_be_explained() -> None:
    """A rule that matched but may not speak is in the trace of a silent responder."""
    sale = rule("sale", exact=("セール",), valid_until=AT)
    considered = KeywordResponder([sale]).consider(inquiry("セール"))
    assert considered.decision is None
    assert considered.trace[-1].detail["outcome"] == "expired"


@pytest.mark.parametrize(
    ("bubble", "waits"),
    [
        (Bubble(kind="text", text="ろぐいん！"), False),
        (Bubble(kind="text", text="ろぐ"), True),
        (Bubble(kind="text", text="👍"), False),
        (Bubble(kind="text", text="ログインできません"), True),
        (Bubble(kind="postback"), False),
        (Bubble(kind="sticker", content={"packageId": "1", "stickerId": "2"}), False),
        (Bubble(kind="sticker", content={"packageId": "1", "stickerId": "3"}), True),
        (Bubble(kind="image"), True),
    ],
)
def test_only_what_stands_alone_does_not_wait(bubble: Bubble, waits: bool) -> None:  # noqa: FBT001 - a table's column
    """An exact keyword, a tap and a rule's sticker do not wait; others may go on."""
    rules = [rule("log", exact=("ログイン", "👍"), contains=("できません",), stickers=("1/2",))]
    assert KeywordResponder(rules).waits(bubble) is waits


def test_a_broken_surrogate_is_only_a_strange_text() -> None:
    """Half an emoji, which JSON can carry, breaks no matcher."""
    rules = [rule("a", contains=("返品",), regex=("x",))]
    assert source(*rules, asked=inquiry("\ud83d返品")) == "rule:a"


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"exact": ("a",), "messages": ()}, "says nothing"),
        ({"exact": ("a",), "messages": (text("a"),) * 6}, "6 messages"),
        ({"exact": ("a",), "messages": (text("a"),) * 5, "texts": ("b",)}, "6 messages"),
        ({"exact": ("a",), "messages": (), "texts": ("b",) * 201}, "201 texts"),
        ({}, "triggers, or always"),
        ({"exact": ("a",), "always": True}, "triggers, or always"),
        ({"all_of": (Triggers(),)}, "empty group"),
        ({"exact": ("a",), "valid_from": 2, "valid_until": 2}, "ends before"),
        ({"exact": ("a",), "texts": ("{{ name }}",)}, "is no variable"),
        ({"id": "", "exact": ("a",)}, "give it an id"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(values: dict[str, Any], complaint: str) -> None:
    """A rule that could never answer is an error where it is written."""
    with pytest.raises(RuleError, match=complaint):
        rule(**{"id_": values.pop("id", "odd"), **values})


@pytest.mark.parametrize("rules", [("a", "a")])
def test_two_rules_with_one_id_are_refused(rules: tuple[str, ...]) -> None:
    """An id names one rule, or a trace would be unclear."""
    with pytest.raises(RuleError, match="twice"):
        KeywordResponder([rule(id_, exact=("x",)) for id_ in rules])


def test_an_empty_pattern_is_refused() -> None:
    """A pattern without a character would match everything."""
    with pytest.raises(RuleError, match="empty pattern in contains"):
        KeywordResponder([rule(contains=("",))])
