"""When the bot must let go."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from linecs.routing import ANGRY_WORDS, Escalation, EscalationRules

RULES = EscalationRules()


@pytest.mark.parametrize(
    "text",
    [
        "オペレーター",
        "ｵﾍﾟﾚｰﾀｰ",
        "オペレータと話したい",
        "オペレーターにつないでください",
        "担当者をお願いします",
        "担当の方に代わってもらえますか?",
        "スタッフさんと直接話したいです",
        "有人チャット希望",
        "有人対応",
        "人と話したい",
        "機械じゃなくて人につないで",
        "人間に相談したい",
    ],
)
def test_a_call_for_a_person_is_heard(text: str) -> None:
    """However it is written."""
    found = RULES.find(text)
    assert found is not None
    assert found.reason == "asked_for_person"


@pytest.mark.parametrize(
    "text",
    [
        "返品したいです",
        "担当者から電話がありました",
        "友人に相談したら勧められました",
        "本人に代わって注文できますか",
        "スタッフ募集はしていますか",
        "窓口の営業時間を教えてください",
        "5人以上の人は割引がありますか",
        "最悪の場合、返品できますか",
        "最低何個から買えますか",
        "クレームブリュレは売っていますか",
        "クレームではないのですが",
        "怒っていませんので大丈夫です",
        "",
    ],
)
def test_an_ordinary_question_stays_with_the_bot(text: str) -> None:
    """Words that only look like it do not call a person."""
    assert RULES.find(text, misses=1) is None


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("もう最悪です", "最悪"),
        ("フザケルナ!!", "ふざけるな"),
        ("最悪の場合どころか本当に最悪", "最悪"),
        ("責任者を呼べ", "責任者"),
        ("消費者センターに言います", "消費者センター"),
        ("二度と買わない", "二度と買わ"),
    ],
)
def test_an_angry_customer_is_named_by_the_word(text: str, word: str) -> None:
    """The trace says which word of the list it was."""
    assert RULES.find(text) == Escalation(reason="angry", because=word)


def test_the_second_miss_in_a_row_is_one_too_many() -> None:
    """A shop may be more patient."""
    assert RULES.find("あれ", misses=2) == Escalation(reason="repeated_misses", because="2")
    assert evolve(RULES, misses=3).find("あれ", misses=2) is None


def test_a_shop_adds_words_of_its_own() -> None:
    """店長 in this shop."""
    rules = EscalationRules(person_words=["店長"], angry_words=[*ANGRY_WORDS, "ガッカリ"])
    assert rules.find("店長いますか") == Escalation(reason="asked_for_person", because="店長")
    assert rules.find("がっかりしました") == Escalation(reason="angry", because="ガッカリ")


@given(st.text(max_size=500), st.text("人とに話オペレーター担当者お願い", max_size=300))
def test_any_text_is_looked_through(text: str, near: str) -> None:
    """The rules never fail and never hang, and never repeat the customer's words."""
    for written in (text, near, text + near):
        found = RULES.find(written)
        assert found is None or found.reason in ("asked_for_person", "angry")
