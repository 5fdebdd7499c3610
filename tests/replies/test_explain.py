"""Why an answer was given can be read by the person who wrote the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linecs.cli import main
from linecs.model.inquiry import CustomerFacts, Inquiry, TraceStep
from linecs.replies.chain import Chain
from linecs.replies.explanation import explain
from linecs.replies.faq import FaqEntry, FaqIndex, FaqResponder
from linecs.replies.keyword import KeywordResponder, KeywordRule, Segment, Triggers

if TYPE_CHECKING:
    from pathlib import Path


def why(*responders: Any, text: str, language: str = "ja") -> list[str]:
    """What the chain's trace says."""
    inquiry = Inquiry(
        id="e",
        channel_id="s",
        conversation_id="c",
        at=1_000,
        text=text,
        customer=CustomerFacts(language="ja"),
    )
    return list(explain(Chain(responders).consider(inquiry).trace, language))


def rule(id_: str, **values: Any) -> KeywordRule:
    """A rule that answers with a text."""
    return KeywordRule(**{"id": id_, "texts": ("はい",), **values})


def test_a_keyword_answer_is_explained_in_japanese() -> None:
    """Steps, the customer's own words, and what the rule was outranked by."""
    rules = [
        rule("low", contains=("返品",)),
        rule("high", contains=("返品",), priority=1, none_of=Triggers(contains=("急ぎ",))),
    ]
    matched = "「返品」が部分一致「返品」に一致"
    assert why(KeywordResponder(rules), text="返品 急ぎ") == [
        "【キーワード応答】回答します",
        "  空白を外す: 「返品 急ぎ」→「返品急ぎ」",
        (
            f"  ルール high: {matched}。ただし 「急ぎ」が部分一致「急ぎ」に一致 "
            "→ none_of があるので応答しない"
        ),
        f"  ルール low: {matched} → これで応答",
    ]


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"valid_until": 1}, "its time is over"),
        ({"valid_from": 2_000}, "its time has not come"),
        ({"segment": Segment(member=True)}, "not for this customer (member)"),
        ({"segment": Segment(fields={"rank": ("gold",)})}, "not for this customer (fields) (rank)"),
        ({"texts": ("{{ member.rank }}",)}, "a variable has no value (member.rank)"),
        ({"texts": ("あ" * 5_001,)}, "too long for LINE (messages[0].text)"),
    ],
)
def test_silence_is_explained(values: dict[str, Any], outcome: str) -> None:
    """Why a rule that matched did not answer."""
    told = why(KeywordResponder([rule("a", exact=("返品",), **values)]), text="返品", language="en")
    assert told[-1] == f"  rule a: '返品' matches exact '返品' → {outcome}"


def test_an_faq_answer_is_explained_with_its_thresholds() -> None:
    """Probability against threshold, and the candidates that were nearest."""
    entries = [
        FaqEntry(id="fee", question="送料はいくらですか", answer="500円です"),
        FaqEntry(id="hours", question="営業時間は何時までですか", answer="18時です"),
    ]
    told = why(FaqResponder(FaqIndex(entries)), text="送料はいくら")
    assert told[0] == "【FAQ】回答します"
    assert "  登録された質問と同じなので、確率によらず判断" in told
    assert any("正答の確率 100%(回答は" in line and "→ 回答します" in line for line in told)
    assert any(line.startswith("    1位 fee「送料はいくらですか」") for line in told)


def test_an_answer_that_cannot_be_sent_is_explained() -> None:
    """A missing variable in an FAQ answer is named."""
    entry = FaqEntry(id="rank", question="私のランクは", answer="{{ member.rank }}です")
    told = why(FaqResponder(FaqIndex([entry])), text="私のランクは")
    assert told[-1].startswith("  rank の回答は送れません: ")
    assert "member.rank" in told[-1]


def test_a_shops_own_responder_keeps_its_name() -> None:
    """Names and outcomes that linecs does not know are shown as they are."""
    step = TraceStep(name="responder:orders", detail={"outcome": "late"})
    assert explain((step,)) == ("【orders】late",)


@given(st.text(), st.dictionaries(st.text(), st.text(), max_size=2), st.sampled_from(["ja", "en"]))
def test_a_step_of_an_unknown_kind_is_printed(
    name: str, detail: dict[str, str], language: str
) -> None:
    """A shop's own responder may trace what it likes."""
    (line,) = explain((TraceStep(name=f"own:{name}", detail=detail),), language)
    assert line.startswith(f"  own:{name}: ")


RULES = "- {id: returns, contains: 返品, texts: 承ります}\n"
FAQ = "- {id: fee, question: 送料はいくらですか, answer: 500円です}\n"
SCENARIOS = (
    "- {id: a, start: 予約, steps: {x: {say: 'いつですか', ask: date}, y: {end: hand_off}}}\n"
)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """The options that name one file of each kind."""
    options = []
    for name, text in (("rules", RULES), ("faq", FAQ), ("scenarios", SCENARIOS)):
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        options += [f"--{name}", str(path)]
    return options


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("返品したい", "判断: 回答します (rule:returns)\n  承ります\n"),
        ("送料はいくら？", "判断: 回答します (faq:fee)\n  500円です\n"),
        ("予約", "判断: 回答します (scenario:a:x)\n  いつですか\n"),
        ("色違いは？", "判断: 自動では答えず、担当者に渡します\n理由:\n"),
    ],
)
def test_the_command_prints_decision_and_reasons(
    files: list[str], capsys: pytest.CaptureFixture[str], text: str, decision: str
) -> None:
    """A support lead sees what a customer would get, and why."""
    assert main(["explain", text, *files]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"お客様: {text}\n{decision}")
    assert "【" in printed


def test_the_command_may_ask_as_another_customer_at_another_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Conditions can be tried out without waiting for them."""
    file = tmp_path / "rules.yaml"
    file.write_text(
        "- id: night\n  contains: 返品\n  texts: '{{ customer.name }}様'\n  opening: closed\n"
        "  from: 2026-12-01\n  segment: {member: true, tags: vip}\n",
        encoding="utf-8",
    )
    asked = ["explain", "返品", "--rules", str(file), "--lang", "en"]
    told = ["--at", "2026-12-24 22:00", "--closed", "--member", "--tag", "vip", "--name", "花子"]
    main(asked)
    assert "decision: no automatic answer" in capsys.readouterr().out
    main([*asked, *told])
    assert "decision: answer (rule:night)\n  花子様\n" in capsys.readouterr().out


@pytest.mark.parametrize("extra", [[], ["--rules", "nosuch.yaml"], ["--at", "いつか"]])
def test_the_command_says_what_it_lacks(files: list[str], extra: list[str]) -> None:
    """Without a file, with a missing one, or an unreadable date nothing can be explained."""
    given_files = files if extra[:1] == ["--at"] else []
    assert main(["explain", "返品", *given_files, *extra]) == 2
