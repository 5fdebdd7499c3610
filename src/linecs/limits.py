"""LINE's ways of counting a text.

Source: LINE Developers, "Character counting in a text": UTF-16 code units by default,
grapheme clusters for action labels, template texts and a few more.
"""

from __future__ import annotations

__all__ = ["grapheme_length", "utf16_length"]


def utf16_length(text: str) -> int:
    """Return the length of `text` in UTF-16 code units, LINE's default way to count.

    A character outside the Basic Multilingual Plane counts 2 (🍎), any other 1; a lone
    surrogate, which no valid text holds, counts 1.
    """
    return len(text) + sum(character > "\uffff" for character in text)


def grapheme_length(text: str) -> int:
    """Return the length of `text` in extended grapheme clusters (Unicode UAX #29).

    What a reader takes for one character counts 1, such as 👨‍👩‍👧 or か with a combining dakuten.
    """
    import regex  # noqa: PLC0415 - importing linecs stays light; only labels and templates need it

    return len(regex.findall(r"\X", text))
