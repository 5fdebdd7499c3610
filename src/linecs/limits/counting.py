"""LINE's ways of counting a text.

Source: LINE Developers, "Character counting in a text": UTF-16 code units by default,
grapheme clusters for action labels, template texts and a few more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["grapheme_length", "split_text", "utf16_length"]

_LARGEST_CHARACTER = 2


def utf16_length(text: str) -> int:
    """Return the length of `text` in UTF-16 code units, LINE's default way to count.

    A character outside the Basic Multilingual Plane counts 2 (🍎), any other 1; a lone
    surrogate, which no valid text holds, counts 1.
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def grapheme_length(text: str) -> int:
    """Return the length of `text` in extended grapheme clusters (Unicode UAX #29).

    What a reader takes for one character counts 1, such as 👨‍👩‍👧 or か with a combining dakuten.
    """
    return len(_graphemes(text))


def split_text(text: str, limit: int = 5000) -> tuple[str, ...]:
    """Return `text` in pieces of at most `limit` UTF-16 code units, in order, nothing lost.

    A piece ends after a line feed where its second half has one. No piece cuts a surrogate pair,
    and none cuts a grapheme unless that alone is longer than `limit`.

    Raises:
        ValueError: `limit` is below 2, the length of one emoji.
    """
    if limit < _LARGEST_CHARACTER:
        raise ValueError("split_text needs a limit of at least 2 UTF-16 code units.")
    if utf16_length(text) <= limit:
        return (text,) if text else ()
    return tuple(_pieces(text, limit))


def _pieces(text: str, limit: int) -> Iterator[str]:
    piece, size = "", 0
    for part in _uncut_parts(text, limit):
        added = utf16_length(part)
        while size + added > limit:
            end = piece.rfind("\n", len(piece) // 2) + 1 or len(piece)
            yield piece[:end]
            piece = piece[end:]
            size = utf16_length(piece)
        piece += part
        size += added
    yield piece


def _uncut_parts(text: str, limit: int) -> Iterator[str]:
    for grapheme in _graphemes(text):
        if utf16_length(grapheme) <= limit:
            yield grapheme
        else:
            yield from grapheme


def _graphemes(text: str) -> list[str]:
    import regex  # noqa: PLC0415 - importing linecs stays light; only labels and templates need it

    found: list[str] = regex.findall(r"\X", text)
    return found
