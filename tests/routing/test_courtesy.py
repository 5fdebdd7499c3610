"""Courtesies end a matter; everything else is for a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linecs.routing import is_courtesy, is_courtesy_sticker

COURTESIES = [
    "ありがとう",
    "ありがとうございます!",
    "ありがとうございました🙇‍♀️",
    "アリガトウございまーす♪",
    "ありがとー",
    "有難うございました。",
    "はい、ありがとうございます😊",
    "早速のご返信ありがとうございます。",
    "ご丁寧にご対応いただき、誠にありがとうございました",
    "教えていただきありがとうございます!助かりました",
    "了解です",
    "了解しました。よろしくお願いします。",
    "承知いたしました m(_ _)m",
    "わかりました!ありがとうございます(^^)",
    "無事届きました、ありがとうございました",
    "お手数おかけしました。ありがとうございました",
    "サンキュー",
    "あざす👍",
    "Thank you!",
    "Thanks so much ❤️",
    "ＯＫです",
    "はい、了解です。またよろしくお願いします!",
]

FOR_A_PERSON = [
    "",
    "👍",
    "はい",
    "いいえ",
    "ありがとう、でも届いてません",
    "ありがとうございます。いつ届きますか",
    "ありがとうございます?",
    "ありがとう😡",
    "ありがとうございます😭",
    "対応ありがとうございました(怒)",
    "了解しましたが、返品はできますか",
    "わかりましたか",
    "ありがとうございます。あと、サイズ交換もお願いします",
    "よろしくお願いしますと言われても困ります",
    "届きました",
    "無事届きましたが色が違いました",
    "返信ください",
    "よろしくお願いします",
    "ご確認よろしくお願いします。ありがとうございます。",
    "ご対応よろしくお願いいたします",
    "いえ" * 60,
    "ありがとうって言えばいいんですか",
    "了解を得ていません",
    "助かりませんでした",
    "ok google",
    "no thank you",
    "ありがとう" * 40,
]


@pytest.mark.parametrize("text", COURTESIES)
def test_thanks_and_understood_are_courtesies(text: str) -> None:
    """However they are written."""
    assert is_courtesy(text)


@pytest.mark.parametrize("text", FOR_A_PERSON)
def test_anything_else_is_for_a_person(text: str) -> None:
    """A doubt, a question, a condition or a sad face is no courtesy."""
    assert not is_courtesy(text)


@given(
    st.sampled_from(COURTESIES), st.text("届返品交換何時円違壊遅番?？🈶", min_size=1, max_size=5)
)
def test_a_courtesy_with_anything_unknown_is_for_a_person(courtesy: str, more: str) -> None:
    """Before or after."""
    assert not is_courtesy(courtesy + more)
    assert not is_courtesy(more + courtesy)


@given(st.text(max_size=200))
def test_any_text_is_judged(text: str) -> None:
    """The recogniser never fails and never hangs."""
    assert is_courtesy(text) in (True, False)


@pytest.mark.parametrize(
    ("keywords", "text", "expected"),
    [
        (["Thank you", "cony", "bow"], "", True),
        (["OK"], "", True),
        ([], "", False),
        (["hello", "sally"], "", False),
        (["thanks", "angry"], "", False),
        (["No thank you"], "", False),
        (["angry"], "ありがとう", True),
        (["thanks"], "返品したい", False),
    ],
)
def test_a_sticker_is_judged_by_what_line_tells(
    keywords: list[str], text: str, *, expected: bool
) -> None:
    """Its own words first, else its keywords, all of them."""
    assert is_courtesy_sticker(keywords, text) is expected
