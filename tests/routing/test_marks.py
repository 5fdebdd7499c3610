"""Marks and categories."""

from __future__ import annotations

from typing import Any

import pytest

from linecs.errors import ConfigurationError
from linecs.routing import CATEGORIES, LINY_MARKS, Mark, MarkSet


def test_linys_eight_are_ready() -> None:
    """In Liny's order, a complaint being the most urgent."""
    assert [mark.name for mark in LINY_MARKS.marks] == [
        "未確認",
        "確認済み",
        "質問(低)",
        "質問(中)",
        "アカウントトラブル",
        "問い合わせ",
        "要アプローチ",
        "クレーム",
    ]
    assert LINY_MARKS.by_urgency()[0].name == "クレーム"


def test_a_renamed_mark_keeps_its_key_and_place() -> None:
    """Rows that carry it need no change."""
    renamed = LINY_MARKS.renamed("inquiry", "返信待ち")
    assert renamed.get("inquiry").name == "返信待ち"
    assert [mark.key for mark in renamed.marks] == [mark.key for mark in LINY_MARKS.marks]


def test_two_marks_cannot_look_the_same() -> None:
    """A second key or name is refused."""
    with pytest.raises(ConfigurationError, match="クレーム"):
        LINY_MARKS.renamed("inquiry", "クレーム")
    with pytest.raises(ConfigurationError, match="complaint"):
        MarkSet(marks=[Mark(key="complaint", name="甲"), Mark(key="complaint", name="乙")])


def test_an_unknown_mark_is_refused_and_of_no_urgency() -> None:
    """Setting one names those there are; a row that still has one is merely not urgent."""
    with pytest.raises(ConfigurationError, match="returns, restock"):
        CATEGORIES.get("refund")
    assert (CATEGORIES.urgency("refund"), LINY_MARKS.urgency("complaint")) == (0, 100)


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "クレーム", "name": "クレーム"},
        {"key": "a" * 65, "name": "甲"},
        {"key": "a", "name": " "},
        {"key": "a", "name": "甲", "colour": "red"},
        {"key": "a", "name": "甲", "colour": "#FFFFFF;background:url(x)"},
    ],
)
def test_a_mark_that_cannot_be_kept_or_shown_is_refused(wrong: dict[str, Any]) -> None:
    """Keys are plain, names are there, colours are colours."""
    with pytest.raises(ConfigurationError):
        Mark(**wrong)
