"""The lexical index."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linecs.replies.faq.features import clauses, features, matching_key, semantic_text
from linecs.replies.faq.lexical import LexicalIndex

WORDS = st.sampled_from(
    ["送料", "返品", "ログイン", "できない", "いくら", "ポイント", "a4", "、", "を", "払い戻し"]
)
TEXTS = st.lists(WORDS, max_size=6).map("".join)


def naive_scores(texts: list[str], query: str) -> list[float]:
    """The formula of the index, written as plainly as it is documented."""
    parts = [features(text) for text in texts]
    asked = features(query).weights
    scores = []
    for part in parts:
        total = 0.0
        for name, weight in part.weights.items():
            if name in asked:
                found_in = sum(name in other.weights for other in parts)
                total += weight * math.log1p((len(parts) - found_in + 0.5) / (found_in + 0.5))
        scores.append(total / math.sqrt(part.length or 1.0))
    return scores


@given(texts=st.lists(TEXTS, min_size=1, max_size=6), query=TEXTS)
def test_postings_score_as_the_formula_says(texts: list[str], query: str) -> None:
    """The compact postings give the documented score for every text."""
    index = LexicalIndex(texts, range(len(texts)))
    found = index.scores(index.query(query))
    assert found.tolist() == pytest.approx(naive_scores(texts, query), abs=1e-4)


@given(texts=st.lists(TEXTS, min_size=1, max_size=6), query=TEXTS)
def test_coverage_is_a_share(texts: list[str], query: str) -> None:
    """Shared parts are between nothing and everything, for the question and for the text."""
    index = LexicalIndex(texts, range(len(texts)))
    asked = index.query(query)
    for place in range(len(texts)):
        assert 0 <= index.coverage(asked, place) <= 1
        assert 0 <= index.title_coverage(asked, place) <= 1


@given(texts=st.lists(TEXTS, min_size=1, max_size=6, unique=True))
def test_a_text_covers_itself(texts: list[str]) -> None:
    """Asked in its own words, a text and the question have everything in common."""
    index = LexicalIndex(texts, range(len(texts)))
    for place, text in enumerate(texts):
        if features(text).weights:
            asked = index.query(text)
            assert index.coverage(asked, place) == pytest.approx(1)
            assert index.title_coverage(asked, place) == pytest.approx(1)


@given(texts=st.lists(TEXTS, min_size=2, max_size=6, unique=True), query=TEXTS)
def test_the_order_of_texts_does_not_matter(texts: list[str], query: str) -> None:
    """A text scores the same wherever it stands in the FAQ."""
    forward = LexicalIndex(texts, range(len(texts)))
    backward = LexicalIndex(texts[::-1], range(len(texts)))
    there = forward.scores(forward.query(query))
    back = backward.scores(backward.query(query))[::-1]
    assert np.allclose(there, back)


def test_rarity_is_counted_over_entries() -> None:
    """An entry with many variants does not make its own words common."""
    texts = ["返品", "返品したい", "返品の方法", "送料", "交換"]
    together = LexicalIndex(texts, [0, 0, 0, 1, 2])
    apart = LexicalIndex(texts, [0, 1, 2, 3, 4])
    assert together.scores(together.query("返品"))[0] > apart.scores(apart.query("返品"))[0]


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("申込", "申し込みの方法"),
        ("ﾛｸﾞｲﾝできない", "ログインできません"),
        ("そうりょう", "送料はいくらですか"),
        ("ソウリョウイクラ", "送料はいくらですか"),
        ("値段", "料金を教えてください"),
        ("ＥＴＣ", "etcカード"),
    ],
)
def test_ways_of_writing_meet(asked: str, title: str) -> None:
    """Okurigana, width, kana, and words that mean the same find the title among others."""
    texts = ["営業日はいつですか", title, "店の場所"]
    index = LexicalIndex(texts, range(len(texts)))
    assert int(np.argmax(index.scores(index.query(asked)))) == 1


def test_an_empty_question_matches_nothing() -> None:
    """A text without words, such as a lone mark, scores nothing anywhere."""
    index = LexicalIndex(["送料", "返品"], [0, 1])
    assert index.scores(index.query("？！")).tolist() == [0, 0]


def test_an_empty_faq_can_be_asked() -> None:
    """An index without texts answers with no scores."""
    index = LexicalIndex([], [])
    assert index.scores(index.query("送料")).tolist() == []


def test_greetings_are_no_part_of_the_matter() -> None:
    """すみません and お世話になっております are left out of what is compared."""
    text = "お世話になっております。すみません、先日のドレスですが返品できますか？"
    assert clauses(text) == ["先日のドレスですが返品でき"]


def test_a_message_of_greetings_keeps_its_words() -> None:
    """A model is never given an empty text because only a greeting came."""
    assert semantic_text("こんにちは") == "こんにちは"


@given(st.text())
def test_any_text_can_be_taken_apart(text: str) -> None:
    """No message breaks the matching."""
    assert features(text).length >= 0
    assert isinstance(semantic_text(text), str)
    assert matching_key(matching_key(text)) == matching_key(text)
