"""Mistakes in rules and FAQ entries are found before customers find them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linecs.model.inquiry import Inquiry
from linecs.replies.faq import FaqEntry
from linecs.replies.keyword import KeywordResponder, KeywordRule, Opening, Segment, Triggers
from linecs.replies.lint import Severity, lint_faq, lint_rules

NOW = 1_700_000_000_000


def rule(id_: str, **values: Any) -> KeywordRule:
    """A rule that answers with a text."""
    return KeywordRule(**{"id": id_, "texts": ("はい",), **values})


def found(*rules: KeywordRule, **options: Any) -> list[str]:
    """What a check finds: `rule:code`."""
    return [f"{one.subject}:{one.code}" for one in lint_rules(rules, now=NOW, **options)]


def test_sound_rules_have_no_findings() -> None:
    """Rules that do not touch each other pass."""
    assert found(rule("a", contains=("返品",)), rule("b", contains=("配送",))) == []


@pytest.mark.parametrize(
    "loser",
    [
        {"contains": ("返品送料",)},
        {"exact": ("返品したい", "商品の返品")},
        {"prefix": ("返品について",)},
        {"all_of": (Triggers(contains=("返品期限",)), Triggers(contains=("送料",)))},
    ],
)
def test_a_rule_that_another_always_outranks_is_shadowed(loser: dict[str, Any]) -> None:
    """Every message for it also has the higher rule's word in it."""
    winner = rule("winner", contains=("返品",), priority=1)
    assert found(rule("loser", **loser), winner) == ["loser:shadowed"]


@pytest.mark.parametrize(
    "condition",
    [
        {"valid_until": NOW + 1},
        {"opening": Opening.OPEN},
        {"segment": Segment(member=True)},
        {"cooldown": 1},
        {"none_of": Triggers(contains=("急ぎ",))},
        {"all_of": (Triggers(contains=("急ぎ",)),)},
        {"texts": ("{{ member.rank }}",)},
        {"priority": 0},
    ],
)
def test_a_rule_that_is_outranked_only_sometimes_is_not_shadowed(condition: dict[str, Any]) -> None:
    """A condition on the higher rule leaves the lower one its turn."""
    winner = rule("winner", **{"contains": ("返品",), "priority": 1, **condition})
    assert found(rule("loser", contains=("返品送料",)), winner) == []


def test_a_pattern_that_another_rule_always_takes_is_told() -> None:
    """The rule answers to its other words only."""
    winner = rule("winner", contains=("返品",), priority=1)
    loser = rule("loser", contains=("返品送料", "配送料"))
    (finding,) = lint_rules([loser, winner], now=NOW)
    assert (finding.subject, finding.code, finding.severity) == (
        "loser",
        "shadowed_pattern",
        Severity.WARNING,
    )
    assert finding.say().startswith("「返品送料」では応答しません。先に winner が応答します。")


def test_a_second_rule_for_everything_never_answers() -> None:
    """Of two unconditional `always` rules the second has no turn."""
    assert found(rule("a", always=True), rule("b", always=True)) == ["b:shadowed"]


def test_a_rule_that_forbids_its_own_words_is_unreachable() -> None:
    """`none_of` must not be in every one of its triggers."""
    odd = rule("odd", contains=("返品送料", "返品期限"), none_of=Triggers(contains=("返品",)))
    assert found(odd) == ["odd:unreachable"]
    fine = rule("fine", contains=("返品送料", "期限"), none_of=Triggers(contains=("返品",)))
    assert found(fine) == []


def test_a_tap_that_must_also_have_words_is_unreachable() -> None:
    """A tap is its data alone."""
    odd = rule("odd", postbacks=("a=1",), all_of=(Triggers(contains=("返品",)),))
    assert found(odd) == ["odd:tap_and_text"]


@pytest.mark.parametrize("sticker", ["446", "446/", "a/1", "446-1989"])
def test_a_sticker_that_is_none_is_told(sticker: str) -> None:
    """A slip in a sticker's number would never match."""
    assert found(rule("odd", stickers=(sticker,))) == ["odd:odd_sticker"]


def test_one_keyword_in_two_rules_is_told() -> None:
    """With equal priorities only the order in the file decides."""
    first, second = rule("first", contains=("返品",)), rule("second", contains=("返品", "交換"))
    assert found(first, second) == ["second:overlap"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"opening": Opening.OPEN}, {"opening": Opening.CLOSED}),
        ({"segment": Segment(member=True)}, {"segment": Segment(member=False)}),
        ({"segment": Segment(languages=("ja",))}, {"segment": Segment(languages=("en",))}),
        ({"segment": Segment(tags=("vip",))}, {"segment": Segment(without_tags=("vip",))}),
        ({"valid_until": NOW + 1}, {"valid_from": NOW + 1}),
        ({"priority": 1, "cooldown": 1}, {}),
    ],
)
def test_one_keyword_in_two_rules_that_never_meet_is_fine(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    """Conditions that exclude each other make two rules of one keyword."""
    assert found(rule("a", contains=("返品",), **one), rule("b", contains=("返品",), **other)) == []


def test_sixteen_spellings_of_one_code_are_one() -> None:
    """Widths of a four-digit keyword need no rules of their own."""
    spellings = ("１２３４", "1234", "1２34", "12３４")
    (finding,) = lint_rules([rule("code", exact=spellings)], now=NOW)
    assert finding.code == "same_spelling"
    assert "「１２３４」、「1234」、「1２34」、「12３４」" in finding.say()
    separate = [rule(spelling, exact=(spelling,)) for spelling in spellings[:2]]
    assert found(*separate) == ["1234:same_spelling_elsewhere"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"contains": ("品",)}, "too_broad"),
        ({"contains": ("いろ",)}, "too_broad"),
        ({"prefix": ("あ",)}, "too_broad"),
        ({"contains": ("教えてください",)}, "everyday_words"),
        ({"regex": ("返品|",)}, "matches_everything"),
    ],
)
def test_a_pattern_that_matches_too_much_is_told(values: dict[str, Any], code: str) -> None:
    """One character, everyday words and empty alternatives match unrelated texts."""
    assert found(rule("broad", **values)) == [f"broad:{code}"]


def test_a_pattern_that_matches_much_of_the_past_is_told() -> None:
    """Past inquiries show what a word really matches."""
    traffic = ["ドレスの返品", "ドレスの色", "靴"] * 20
    broad, narrow = rule("broad", contains=("ドレス",)), rule("narrow", contains=("スカート",))
    (finding,) = lint_rules([broad, narrow], now=NOW, traffic=traffic)
    assert (finding.subject, finding.code) == ("broad", "matches_much_traffic")
    assert "60 件のうち 40 件(67%)" in finding.say()


def test_a_rule_whose_time_is_over_is_told() -> None:
    """An old rule does nothing."""
    assert found(rule("old", contains=("返品",), valid_until=NOW)) == ["old:expired"]


def test_a_picture_that_is_missing_is_told() -> None:
    """Pictures anywhere in a message are looked for."""
    base = "https://shop.example/line"
    messages = (
        {
            "type": "image",
            "originalContentUrl": f"{base}/a.jpg",
            "previewImageUrl": f"{base}/b.jpg",
        },
        {
            "type": "flex",
            "altText": "a",
            "contents": {
                "type": "bubble",
                "hero": {"type": "image", "url": f"{base}/c.jpg"},
                "body": {
                    "type": "box",
                    "layout": "vertical",
                    "contents": [{"type": "icon", "url": f"{base}/d.jpg"}],
                },
            },
        },
    )
    findings = lint_rules(
        [rule("size", exact=("サイズ",), texts=(), messages=messages)],
        now=NOW,
        is_there=lambda url: url.endswith("a.jpg"),
    )
    assert [one.say("en")[:42] for one in findings] == [
        "The picture 'https://shop.example/line/b.j",
        "The picture 'https://shop.example/line/c.j",
        "The picture 'https://shop.example/line/d.j",
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("あ" * 5_001, "refused_by_line"),
        ("あ" * 4_990 + "{{ customer.name }}", "may_be_too_long"),
        ("{{ ticket.id }}", "unknown_variable"),
    ],
)
def test_a_text_that_cannot_be_sent_is_told(text: str, code: str) -> None:
    """Texts that are too long, or may be, and variables that an automatic answer never has."""
    assert found(rule("long", exact=("a",), texts=(text,))) == [f"long:{code}"]
    message = {"type": "text", "text": text}
    assert found(rule("long", exact=("a",), texts=(), messages=(message,))) == [f"long:{code}"]


def test_findings_of_an_faq() -> None:
    """Entries without an answer, repeated questions, dangling relations, ended ones."""
    entries = [
        FaqEntry(id="a", question="返品はできますか", answer="はい", related=("b", "gone")),
        FaqEntry(id="b", question="送料は", variants=("返品はできますか？",), valid_until=NOW),
        FaqEntry(id="c", question="長い", answer="あ" * 5_001),
    ]
    findings = [f"{one.subject}:{one.code}" for one in lint_faq(entries, now=NOW)]
    assert findings == [
        "a:unknown_related",
        "b:same_question",
        "b:no_answer",
        "b:expired",
        "c:refused_by_line",
    ]


def test_every_finding_speaks_both_languages() -> None:
    """Each says what to do in Japanese and in English."""
    rules = [
        rule("a", contains=("返品",), priority=1),
        rule("b", contains=("返品送料",)),
        rule("c", contains=("ヘン", "へん"), texts=("あ" * 5_001,)),
    ]
    said = lint_rules(rules, now=NOW)
    assert len(said) >= 3
    assert all(one.say("ja") != one.say("en") for one in said)


WORDS = st.text("返品送料", min_size=1, max_size=3)
LISTS = st.lists(WORDS, max_size=2).map(tuple)
SOME_RULES = st.lists(
    st.builds(
        lambda exact, contains, prefix, none, priority: (exact, contains, prefix, none, priority),
        LISTS,
        LISTS,
        LISTS,
        LISTS,
        st.integers(0, 2),
    ).filter(lambda parts: any(parts[:3])),
    min_size=1,
    max_size=4,
)


@given(SOME_RULES, st.text("返品送料", max_size=6))
def test_a_rule_told_to_be_dead_never_answers(parts: list[Any], asked: str) -> None:
    """What the check calls shadowed or unreachable answers no message at all."""
    rules = [
        rule(
            str(number),
            exact=exact,
            contains=contains,
            prefix=prefix,
            none_of=Triggers(contains=none),
            priority=priority,
        )
        for number, (exact, contains, prefix, none, priority) in enumerate(parts)
    ]
    dead = {
        f"rule:{one.subject}"
        for one in lint_rules(rules, now=NOW)
        if one.code in {"shadowed", "unreachable"}
    }
    inquiry = Inquiry(id="e", channel_id="s", conversation_id="c", at=NOW, text=asked)
    decision = KeywordResponder(rules).respond(inquiry)
    assert decision is None or decision.source not in dead
