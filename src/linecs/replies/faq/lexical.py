"""The lexical index: rare shared features count most, long questions are held back.

score(query, text) = sum over shared features of weight(text) * idf / sqrt(length(text)),
with the idf of BM25 (Robertson and Zaragoza 2009) counted over entries, each feature once: in
questions of a line or two, a repeated word says nothing more.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from linecs.replies.faq.features import features

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from linecs.replies.faq.features import Features

__all__ = ["LexicalIndex", "LexicalQuery"]


class LexicalQuery:
    """A text taken apart for one index.

    Attributes:
        known: The numbers of its features that the index has.
        masses: Their weight in the query times their rarity.
        mass: The same summed over all its features, known or not.
    """

    __slots__ = ("known", "mass", "masses")

    def __init__(self, known: list[int], masses: list[float], mass: float) -> None:
        self.known = known
        self.masses = masses
        self.mass = mass


class LexicalIndex:
    """Texts ready to be compared with a question.

    Args:
        texts: What to compare with; several may belong to one entry.
        owners: The number of the entry each text belongs to, from 0, ascending.
    """

    def __init__(self, texts: Sequence[str], owners: Sequence[int]) -> None:
        parts = [features(text) for text in texts]
        entries = max(owners, default=-1) + 1
        self._size = len(parts)
        self._unseen = _idf(0, entries)
        self._numbers = _numbered(parts)
        numbers = np.array([self._numbers[name] for part in parts for name in part.weights], int)
        places = np.repeat(np.arange(self._size), [len(part.weights) for part in parts])
        weights = np.array([weight for part in parts for weight in part.weights.values()])
        self._rarity = _rarities(numbers, np.array(owners, int)[places], entries)
        self._roots = np.sqrt([part.length or 1.0 for part in parts])
        masses = weights * self._rarity[numbers]
        self._masses = np.bincount(places, weights=masses, minlength=self._size)
        order = np.argsort(numbers, kind="stable")
        self._places = places[order].astype(np.int32)
        self._scores = (masses / self._roots[places])[order].astype(np.float32)
        counts = np.bincount(numbers, minlength=len(self._numbers))
        self._starts = np.concatenate([[0], np.cumsum(counts)]).tolist()

    def query(self, text: str) -> LexicalQuery:
        """Take `text` apart for `scores` and `coverage`."""
        known, masses, mass = [], [], 0.0
        for name, weight in features(text).weights.items():
            number = self._numbers.get(name)
            if number is None:
                mass += weight * self._unseen
                continue
            known.append(number)
            masses.append(weight * self._rarity[number])
        return LexicalQuery(known, masses, mass + sum(masses))

    def scores(self, query: LexicalQuery) -> NDArray[np.float64]:
        """How well each text matches, in the order the texts were given; 0 where nothing does."""
        if not query.known:
            return np.zeros(self._size)
        spans = [slice(self._starts[number], self._starts[number + 1]) for number in query.known]
        places = np.concatenate([self._places[span] for span in spans])
        scores = np.concatenate([self._scores[span] for span in spans])
        totals = np.bincount(places, weights=scores, minlength=self._size)
        return totals.astype(np.float64, copy=False)

    def coverage(self, query: LexicalQuery, place: int) -> tuple[float, float]:
        """The shares, by rarity, of the query and of the text at `place` that both have."""
        shared, shared_score = 0.0, 0.0
        for number, mass in zip(query.known, query.masses, strict=True):
            start, end = self._starts[number], self._starts[number + 1]
            at = start + int(np.searchsorted(self._places[start:end], place))
            if at < end and self._places[at] == place:
                shared += mass
                shared_score += float(self._scores[at])
        own = float(self._masses[place])
        return _share(shared, query.mass), _share(shared_score * float(self._roots[place]), own)


def _share(part: float, whole: float) -> float:
    return min(part / whole, 1.0) if whole else 0.0


def _numbered(parts: Sequence[Features]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for part in parts:
        for name in part.weights:
            numbers.setdefault(name, len(numbers))
    return numbers


def _rarities(
    numbers: NDArray[np.int_], entry_of: NDArray[np.int_], entries: int
) -> NDArray[np.float64]:
    pairs = np.unique(numbers.astype(np.int64) * max(entries, 1) + entry_of)
    found_in = np.bincount(pairs // max(entries, 1))
    return np.log1p((entries - found_in + 0.5) / (found_in + 0.5))


def _idf(found_in: int, entries: int) -> float:
    return math.log1p((entries - found_in + 0.5) / (found_in + 0.5))
