"""The steps of normalisation: each says which slices of a text it would replace, and by what.

A step returns edits, not a text, so that positions can be carried back to the original.
Sources: Unicode UAX #15 (NFKC), UTS #51 (emoji), JIS Z 8301 (the long vowel mark at a word's end).
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING

import regex

from linecs.replies.normalisation.polite import polite_tail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "ALL_STEPS",
    "DASHES",
    "DEFAULT_STEPS",
    "SPARE_LONG_VOWELS",
    "Edit",
    "Step",
    "edits",
    "is_composing",
    "single",
]

Edit = tuple[int, int, str]


class Step(StrEnum):
    """One named step; steps run in the order of this class, whatever order they are given in.

    Attributes:
        LINE_EMOJI: LINE's own emoji `(hello)` or `()` and face marks `(^_^)`, `(笑)` are removed.
        WIDTH: NFKC; full and half width meet, `ｶﾞ` and `か゛` compose, `①` is `1`.
        CASE: Upper and lower case meet.
        EMOJI: Unicode emoji, their joiners and variation selectors are removed.
        PUNCTUATION: Punctuation and signs are removed; `%`, `+` and currency signs stay.
        SPACES: Spaces, line breaks and invisible characters are removed.
        LONG_VOWELS: `すごーーい` is `すごーい`, `サーバー` is `サーバ` (three sounds or more),
            and a dash after kana is a long vowel mark.
        KANA: Katakana becomes hiragana, `ヶ` and `ヵ` become `か`.
        POLITE: Polite and asking endings of the text are removed: `送料を教えてください` is `送料`.
    """

    LINE_EMOJI = "line_emoji"
    WIDTH = "width"
    CASE = "case"
    EMOJI = "emoji"
    PUNCTUATION = "punctuation"
    SPACES = "spaces"
    LONG_VOWELS = "long_vowels"
    KANA = "kana"
    POLITE = "polite"


ALL_STEPS: tuple[Step, ...] = tuple(Step)
"""Every step, in running order."""

DEFAULT_STEPS: tuple[Step, ...] = tuple(step for step in Step if step is not Step.POLITE)
"""What keyword rules use: all but the polite endings, which a shop's own keywords may contain."""

DASHES = "‐‒–—―−─━"
"""Signs typed in place of the long vowel mark."""

_KEPT_SIGNS = frozenset("%+")
_INVISIBLE_EMOJI_PARTS = frozenset(
    {0x200D, 0x20E3, *range(0xFE00, 0xFE10), *range(0xE0020, 0xE0080)}
)
_VOICED_MARKS = str.maketrans("゛゜", "\u3099\u309a")
_AFTER_NFKC = str.maketrans({"(": "（", ")": "）", "\u3099": None, "\u309a": None})
_KANA = {
    **{code: chr(code - 0x60) for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)},
    **dict.fromkeys(map(ord, "ヵヶゕゖ"), "か"),
    **{ord(old): new for old, new in zip("ヷヸヹヺ", "わゐゑを", strict=True)},
}
_EMOJI = regex.compile(
    r"[[\p{Emoji_Presentation}\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}]"
    r"--[©®\p{L}\p{N}]]",
    regex.VERSION1,
)
_FACE = regex.compile(
    r"\((?:[a-z]+(?:[ '-][a-z]+)*[!?]*)?\)"
    r"|m?[(（](?:[笑泣汗涙怒]+|[^()（）a-zA-Zａ-ｚＡ-Ｚ％＋%+\p{N}\p{Sc}\p{Hiragana}\p{Katakana}\p{Han}]{1,12})[)）]m?"
)
_COMPOSING = regex.compile(
    r"[[\p{M}゛゜ﾞﾟ\u1160-\u11ff\uffa0-\uffdc]--[\u20e3\ufe00-\ufe0f]]|[[\U00010000-\U0001ffff]&&\p{Lo}]",
    regex.VERSION1,
)
_CLUSTER = regex.compile(r"(?s).[\p{M}\u1160-\u11ff\uff9e\uff9f゛゜\uffa0-\uffdc]*")
_KATAKANA = rf"[\u30a1-\u30faー{DASHES}]"
_ANY_KANA = rf"[\u3041-\u3096\u30a1-\u30faー{DASHES}]"
_LONG_VOWEL_RUN = re.compile(rf"[ー{DASHES}]+")
_AFTER_KANA = re.compile(_ANY_KANA)
_WORD_END = re.compile(
    rf"(?<={_KATAKANA}{{3}})[ー{DASHES}]+(?!{_KATAKANA})"
    rf"|(?<={_ANY_KANA}{{3}})[ー{DASHES}]+(?!{_ANY_KANA})"
)
SPARE_LONG_VOWELS = re.compile(
    rf"ー(?:(?<!{_ANY_KANA}ー)ー*"
    rf"|(?<={_KATAKANA}{{3}}ー)ー*(?!{_KATAKANA})"
    rf"|(?<={_ANY_KANA}{{3}}ー)ー*(?!{_ANY_KANA})"
    r"|(?<=ーー)ー*)"
)
"""The long vowel marks that `LONG_VOWELS` leaves out of a text without dashes."""


def is_composing(character: str) -> bool:
    """Whether `character` may merge with the one before it, so that it cannot be mapped alone."""
    return _COMPOSING.match(character) is not None


def single(step: Step, character: str) -> str:
    """What `step` makes of one character on its own; a step that needs neighbours leaves it."""
    change = _SINGLE.get(step)
    return change(character) if change else character


def edits(step: Step, text: str) -> Iterator[Edit]:
    """Yield the slices of `text` that `step` replaces, left to right, not overlapping."""
    return _CONTEXT[step](text) if step in _CONTEXT else _each(_SINGLE[step], text)


def _each(change: Callable[[str], str], text: str) -> Iterator[Edit]:
    for at, character in enumerate(text):
        new = change(character)
        if new != character:
            yield at, at + 1, new


def _width(cluster: str) -> str:
    return unicodedata.normalize("NFKC", cluster.translate(_VOICED_MARKS)).translate(_AFTER_NFKC)


def _emoji(character: str) -> str:
    gone = ord(character) in _INVISIBLE_EMOJI_PARTS or _EMOJI.match(character)
    return "" if gone else character


def _punctuation(character: str) -> str:
    category = unicodedata.category(character)
    kept = character in _KEPT_SIGNS or character in DASHES or category == "Sc"
    return character if kept or category[0] not in "PS" else ""


def _spaces(character: str) -> str:
    category = unicodedata.category(character)
    return "" if category[0] == "Z" or category in {"Cc", "Cf"} else character


def _kana(character: str) -> str:
    return _KANA.get(ord(character), character)


def _line_emoji_edits(text: str) -> Iterator[Edit]:
    return ((found.start(), found.end(), "") for found in _FACE.finditer(text))


def _width_edits(text: str) -> Iterator[Edit]:
    for found in _CLUSTER.finditer(text):
        new = _width(found[0])
        if new != found[0]:
            yield found.start(), found.end(), new


def _long_vowel_edits(text: str) -> Iterator[Edit]:
    for found in _LONG_VOWEL_RUN.finditer(text):
        start, end = found.span()
        kept = _AFTER_KANA.match(text, max(start - 1, 0)) and start > 0
        new = "ー" if kept and not _WORD_END.match(text, start) else ""
        if new != found[0]:
            yield start, end, new


def _polite_edits(text: str) -> Iterator[Edit]:
    start = polite_tail(text)
    if start < len(text):
        yield start, len(text), ""


_SINGLE: dict[Step, Callable[[str], str]] = {
    Step.WIDTH: _width,
    Step.CASE: str.casefold,
    Step.EMOJI: _emoji,
    Step.PUNCTUATION: _punctuation,
    Step.SPACES: _spaces,
    Step.KANA: _kana,
}
_CONTEXT: dict[Step, Callable[[str], Iterator[Edit]]] = {
    Step.LINE_EMOJI: _line_emoji_edits,
    Step.WIDTH: _width_edits,
    Step.LONG_VOWELS: _long_vowel_edits,
    Step.POLITE: _polite_edits,
}
