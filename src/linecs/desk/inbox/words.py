"""What is searched of a text: one spelling for what people mean alike, and its pairs of letters."""

from __future__ import annotations

import unicodedata

__all__ = ["grams_of", "searchable"]

_KATAKANA = {code: code - 0x60 for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}


def searchable(text: str) -> str:
    """Return a text as it is searched: NFKC, lower case, hiragana for katakana, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_KATAKANA)
    return " ".join(folded.split())


def grams_of(text: str) -> set[str]:
    """Return the pairs of neighbouring characters of a searchable text, none across a space."""
    pairs = {text[place : place + 2] for place in range(len(text) - 1)}
    return {pair for pair in pairs if " " not in pair}
