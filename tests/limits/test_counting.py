"""How LINE counts characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linecs.limits import grapheme_length, utf16_length


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("返品", 2), ("🍎", 2), ("か\u3099", 2), ("👨‍👩‍👧", 8)]
)
def test_utf16_counts_code_units(text: str, length: int) -> None:
    """A character outside the Basic Multilingual Plane counts two, any other one."""
    assert utf16_length(text) == length


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_utf16_length_is_half_the_encoded_size(text: str) -> None:
    """The count equals the number of 16-bit units of the text's UTF-16 form."""
    assert utf16_length(text) == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("返品", 2), ("🍎", 1), ("か\u3099", 1), ("👨‍👩‍👧", 1), ("🇯🇵", 1)]
)
def test_graphemes_count_what_a_reader_sees(text: str, length: int) -> None:
    """A family emoji, a flag and a kana with a combining mark count one each."""
    assert grapheme_length(text) == length


@given(st.text())
def test_graphemes_never_outnumber_code_units(text: str) -> None:
    """A text that fits in code units fits in graphemes too."""
    assert grapheme_length(text) <= utf16_length(text)
