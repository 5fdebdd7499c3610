"""The table of all patterns: numbered once, found together in one pass over an inquiry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from linecs.replies.keyword.rule import Kind
from linecs.replies.keyword.texts import RegexSet, TextSet
from linecs.replies.normalisation import Normaliser, Step, sound_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linecs.model.inquiry import Bubble, Inquiry
    from linecs.replies.normalisation import Normalised

__all__ = ["Pattern", "PatternTable"]

_NORMALISED = frozenset({Kind.EXACT, Kind.PREFIX, Kind.CONTAINS})


@frozen
class Pattern:
    """One pattern as the shop wrote it, and as it is compared."""

    kind: Kind
    written: str
    compared: str


class PatternTable:
    """Numbers for patterns that compare alike, and the numbers an inquiry has in it.

    Args:
        normaliser: Makes patterns and messages comparable. What it makes nothing of, such as a
            keyword of signs alone, is compared in its NFKC form instead.
    """

    def __init__(self, normaliser: Normaliser) -> None:
        self.normalise = normaliser
        self._plain = Normaliser((Step.WIDTH, Step.CASE))
        self._folded_texts = TextSet()
        self._plain_texts = TextSet()
        self._regexes = RegexSet()
        self._numbers: dict[tuple[Kind, str], int] = {}

    def __len__(self) -> int:
        """Return how many patterns there are that compare differently."""
        return len(self._numbers)

    def add(self, kind: Kind, written: str) -> int:
        """Return the number of a pattern, the same for all that compare alike."""
        pattern, texts = self._prepared(kind, written)
        key = (kind, pattern.compared)
        if key not in self._numbers:
            self._register(pattern, texts, len(self._numbers))
            self._numbers[key] = len(self._numbers)
        return self._numbers[key]

    def compile(self) -> None:
        """Get ready to find; called once, after the last pattern was added."""
        for texts in (self._folded_texts, self._plain_texts, self._regexes):
            texts.compile()

    def pattern(self, kind: Kind, written: str) -> tuple[int, Pattern]:
        """Return an added pattern and its number."""
        pattern, _ = self._prepared(kind, written)
        return self._numbers[kind, pattern.compared], pattern

    def known(self, kind: Kind, compared: Iterable[str]) -> set[int]:
        """Return the numbers of those of these patterns that were added."""
        return {self._numbers[kind, text] for text in compared if (kind, text) in self._numbers}

    def sizes(self) -> Iterable[tuple[Kind, int]]:
        """Return each pattern's kind and its length as compared, by number."""
        return ((kind, len(compared)) for kind, compared in self._numbers)

    def find(self, inquiry: Inquiry) -> set[int]:
        """Return the numbers that are there. A tap is its postback data and nothing else."""
        if inquiry.postback_data is not None:
            return self.known(Kind.POSTBACK, [inquiry.postback_data])
        found = self.find_text(inquiry.text)
        if len(inquiry.bubbles) > 1:
            for bubble in inquiry.bubbles:
                found |= self.find_text(bubble.text)
        if inquiry.bubbles:
            found |= self.known(Kind.STICKER, _sticker_keys(inquiry.bubbles))
        return found

    def find_text(self, text: str) -> set[int]:
        """Return the numbers that are in one text."""
        text = sound_text(text)
        found = self._folded_texts.find(self.normalise(text))
        if not self._plain_texts and not self._regexes:
            return found
        plain = self._plain(text)
        found |= self._plain_texts.find(plain.strip())
        if self._regexes:
            found |= self._regexes.find(text) | self._regexes.find(plain)
        return found

    def stands_alone(self, bubble: Bubble) -> bool:
        """Return whether a bubble is a tap, an exact keyword, or a known sticker."""
        if bubble.kind == "postback":
            return True
        if bubble.kind == "sticker":
            return bool(self.known(Kind.STICKER, _sticker_keys([bubble])))
        text = sound_text(bubble.text)
        return self._folded_texts.is_whole(self.normalise(text)) or (
            bool(self._plain_texts) and self._plain_texts.is_whole(self._plain(text).strip())
        )

    def found_text(self, pattern: Pattern, normalised: Normalised) -> str:
        """Return the customer's own words that a pattern matched; empty for a tap or sticker."""
        if pattern.kind is Kind.REGEX:
            return self._regexes.matched_text(pattern.written, normalised.original)
        start = normalised.text.find(pattern.compared)
        if pattern.kind not in _NORMALISED or start < 0:
            return ""
        first, end = normalised.original_span(start, start + len(pattern.compared))
        return normalised.original[first:end]

    def _prepared(self, kind: Kind, written: str) -> tuple[Pattern, TextSet]:
        if kind not in _NORMALISED:
            return Pattern(kind, written, written), self._plain_texts
        folded = self.normalise(written)
        if folded:
            return Pattern(kind, written, folded), self._folded_texts
        return Pattern(kind, written, self._plain(written).strip() or written), self._plain_texts

    def _register(self, pattern: Pattern, texts: TextSet, number: int) -> None:
        match pattern.kind:
            case Kind.EXACT:
                texts.add_whole(pattern.compared, number)
            case Kind.PREFIX:
                texts.add_start(pattern.compared, number)
            case Kind.CONTAINS:
                texts.add_inside(pattern.compared, number)
            case Kind.REGEX:
                self._regexes.add(pattern.compared, number)
            case Kind.POSTBACK | Kind.STICKER:
                pass


def _sticker_keys(bubbles: Iterable[Bubble]) -> Iterable[str]:
    for bubble in bubbles:
        if bubble.kind == "sticker":
            package = bubble.content.get("packageId", "")
            yield f"{package}/{bubble.content.get('stickerId', '')}"
            yield f"{package}/*"
