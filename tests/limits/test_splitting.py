"""How a long text is cut into messages."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from linecs.limits import split_text, utf16_length

TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("返品\n 。🍎👨👩👧\u200d🇯🇵\u3099"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=200,
)


@given(TEXTS, st.integers(2, 60))
def test_pieces_lose_nothing_and_fit(text: str, limit: int) -> None:
    """The pieces joined are the text, each within the limit in code units and none empty."""
    pieces = split_text(text, limit)
    assert "".join(pieces) == text
    assert all(0 < utf16_length(piece) <= limit for piece in pieces)


@given(TEXTS, st.integers(40, 100))
def test_no_piece_cuts_a_grapheme_that_fits(text: str, limit: int) -> None:
    """Every cut lies between two graphemes, unless one alone is longer than the limit."""
    graphemes = regex.findall(r"\X", text)
    if all(utf16_length(each) <= limit for each in graphemes):
        pieces = split_text(text, limit)
        assert [each for piece in pieces for each in regex.findall(r"\X", piece)] == graphemes


def test_a_piece_ends_after_a_line_feed() -> None:
    """A line that would be torn goes whole into the next piece."""
    assert split_text("一行目です\n二行目です\n", 8) == ("一行目です\n", "二行目です\n")


def test_a_limit_below_one_emoji_is_refused() -> None:
    """One code unit cannot hold a surrogate pair."""
    with pytest.raises(ValueError, match="at least 2"):
        split_text("🍎🍎", 1)


def test_a_grapheme_longer_than_the_limit_is_cut_between_characters() -> None:
    """A family of eight code units does not fit into five; its emoji stay whole."""
    pieces = split_text("👨‍👩‍👧", 5)
    assert pieces == ("👨‍👩", "‍👧")
