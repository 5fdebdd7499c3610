"""Which words may stay: those of the shop's rules and FAQ, and a list of common ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Vocabulary", "phrases_in"]

_KANJI = "[々〆㐀-鿿豈-﫿]"
_WORDS = re.compile(
    rf"(?P<stem>{_KANJI}+)(?P<ending>[ぁ-ゟ]{{0,4}})|[ァ-ヺー]{{2,}}|[A-Za-z]{{2,}}|[ぁ-ゟ]{{4,}}"
)
_ADDRESS_LIKE = re.compile(r"[0-9０-９]{3}|[@＠]|://")


def _normal(text: str) -> str:
    return text.strip().casefold()


@attrs.frozen(kw_only=True)
class Vocabulary:
    """Words that say nothing of a customer.

    Attributes:
        phrases: What the shop's rules and FAQ say; a message that is one of them stays whole.
        words: Further words that may stay.
    """

    phrases: frozenset[str] = attrs.field(factory=frozenset, repr=False)
    words: frozenset[str] = attrs.field(factory=frozenset, repr=False)

    @classmethod
    def of(cls, phrases: Iterable[str], *, words: Iterable[str] = ()) -> Vocabulary:
        """Return the vocabulary of a shop's own phrases, with the common words.

        A phrase with a number of three digits or more, a mail or web address is not kept
        whole.
        """
        own = frozenset(_normal(each) for each in phrases if not _ADDRESS_LIKE.search(each))
        common = files(__package__).joinpath("common_words.txt").read_text("utf-8").splitlines()
        cut = {word for phrase in own for word in _cut(phrase)}
        return cls(
            phrases=own, words=frozenset({_normal(each) for each in (*common, *words)} | cut)
        )

    def holds_whole(self, text: str) -> bool:
        """Say whether a message is, word for word, one of the shop's own phrases."""
        return _normal(text) in self.phrases

    def holds(self, word: str) -> bool:
        """Say whether a word may stay."""
        return word.casefold() in self.words

    @cached_property
    def longest(self) -> int:
        """The length of the longest word."""
        return max(map(len, self.words), default=0)


def phrases_in(value: object) -> Iterator[str]:
    """Yield every text in rules or FAQ entries, wherever it stands."""
    kind: type[Any] = type(value)
    if isinstance(value, str):
        yield value
    elif attrs.has(kind):
        for each in attrs.fields(kind):
            yield from phrases_in(getattr(value, each.name))
    elif isinstance(value, Mapping):
        yield from phrases_in(list(value.values()))
    elif isinstance(value, list | tuple | frozenset):
        for inner in value:
            yield from phrases_in(inner)


def _cut(phrase: str) -> Iterator[str]:
    """Yield the words of a phrase by where its script changes, with endings of each length."""
    for found in _WORDS.finditer(phrase):
        stem = found["stem"]
        if stem is None:
            yield found[0]
            continue
        for end in range(max(len(stem), 2), len(found[0]) + 1):
            yield found[0][:end]
