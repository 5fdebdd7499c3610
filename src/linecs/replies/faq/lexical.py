"""The lexical index: rare shared features count most, long questions are held back.

score(query, text) = sum over shared features of weight(text) * idf / sqrt(length(text)),
with the idf of BM25 (Robertson and Zaragoza 2009) counted over entries, each feature once: in
questions of a line or two, a repeated word says nothing more.
"""

from __future__ import annotations

import itertools
import math
from array import array
from typing import TYPE_CHECKING

import numpy as np

from linecs.replies.faq.features import features

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


__all__ = ["LexicalIndex", "LexicalQuery"]

_MOST_NEAR = 1_000


class LexicalQuery:
    """A text taken apart for one index.

    Attributes:
        masses: By the number of a feature that the index has: its weight in the query times its
            rarity.
        mass: The same summed over all of the query's features, known or not.
    """

    __slots__ = ("mass", "masses")

    def __init__(self, masses: dict[int, float], mass: float) -> None:
        self.masses = masses
        self.mass = mass


class LexicalIndex:
    """Texts ready to be compared with a question.

    Args:
        texts: What to compare with; several may belong to one entry.
        owners: The number of the entry each text belongs to, from 0, ascending.
    """

    def __init__(self, texts: Sequence[str], owners: Sequence[int]) -> None:
        entries = max(owners, default=-1) + 1
        self._size = len(texts)
        self._unseen = _idf(0, entries)
        self._numbers: dict[str, int] = {}
        numbers, weights, counts, lengths = self._taken_apart(texts)
        places = np.repeat(np.arange(self._size, dtype=np.intp), counts)
        rarity = _rarities(numbers, np.array(owners, np.int64)[places], entries)
        masses = weights * rarity[numbers]
        self._rarity = rarity.tolist()
        self._own_numbers, self._own_masses = numbers, masses
        self._own_starts = [0, *itertools.accumulate(counts)]
        self._near: dict[int, dict[int, float]] = {}
        order = np.argsort(numbers, kind="stable")
        places = places[order]
        totals = np.bincount(numbers, minlength=len(self._numbers)).tolist()
        self._postings = _Postings(places, masses[order] / np.sqrt(lengths)[places], totals)

    def query(self, text: str) -> LexicalQuery:
        """Take `text` apart for `scores` and `coverage`."""
        masses: dict[int, float] = {}
        mass = 0.0
        for name, weight in features(text).weights.items():
            number = self._numbers.get(name)
            if number is None:
                mass += weight * self._unseen
            else:
                masses[number] = weight * self._rarity[number]
        return LexicalQuery(masses, mass + sum(masses.values()))

    def scores(self, query: LexicalQuery) -> NDArray[np.float64]:
        """How well each text matches, in the order the texts were given; 0 where nothing does."""
        if not query.masses:
            return np.zeros(self._size)
        postings = self._postings
        found = [postings[number] for number in query.masses]
        places = np.concatenate([places for places, _ in found])
        scores = np.concatenate([scores for _, scores in found])
        totals = np.bincount(places, weights=scores, minlength=self._size)
        return totals.astype(np.float64, copy=False)

    def coverage(self, query: LexicalQuery, place: int) -> float:
        """The share of the query, by rarity, that the text at `place` has."""
        shared = query.masses.keys() & self._own(place).keys()
        return _share(sum(map(query.masses.__getitem__, shared)), query.mass)

    def title_coverage(self, query: LexicalQuery, place: int) -> float:
        """The share of the text at `place`, by rarity, that the query has."""
        own = self._own(place)
        shared = query.masses.keys() & own.keys()
        return _share(sum(map(own.__getitem__, shared)), sum(own.values()))

    def _taken_apart(
        self, texts: Sequence[str]
    ) -> tuple[NDArray[np.int32], NDArray[np.float64], list[int], list[float]]:
        """Feature numbers and weights, text after text; how many each has; how long it is."""
        numbers, weights = array("i"), array("d")
        counts, lengths = [], []
        for text in texts:
            part = features(text)
            for name in part.weights:
                numbers.append(self._numbers.setdefault(name, len(self._numbers)))
            weights.extend(part.weights.values())
            counts.append(len(part.weights))
            lengths.append(part.length or 1.0)
        return np.array(numbers, np.int32), np.array(weights, np.float64), counts, lengths

    def _own(self, place: int) -> dict[int, float]:
        """The text's features and their masses; kept for the texts that were near lately."""
        found = self._near.get(place)
        if found is None:
            span = slice(self._own_starts[place], self._own_starts[place + 1])
            numbers, masses = self._own_numbers[span].tolist(), self._own_masses[span].tolist()
            if len(self._near) >= _MOST_NEAR:
                self._near = {}
            found = self._near[place] = dict(zip(numbers, masses, strict=True))
        return found


class _Postings(dict[int, tuple["NDArray[np.intp]", "NDArray[np.float64]"]]):
    """By the number of a feature: the texts that have it, and its score in each.

    Cut out of the whole when first asked for, since most features of a large FAQ never are.
    """

    def __init__(
        self, places: NDArray[np.intp], scores: NDArray[np.float64], totals: Sequence[int]
    ) -> None:
        super().__init__()
        self._places, self._scores = places, scores
        self._starts = [0, *itertools.accumulate(totals)]

    def __missing__(self, number: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        span = slice(self._starts[number], self._starts[number + 1])
        self[number] = self._places[span], self._scores[span]
        return self[number]


def _share(part: float, whole: float) -> float:
    return min(part / whole, 1.0) if whole else 0.0


def _rarities(
    numbers: NDArray[np.int32], entry_of: NDArray[np.int64], entries: int
) -> NDArray[np.float64]:
    pairs = np.unique(numbers.astype(np.int64) * max(entries, 1) + entry_of)
    found_in = np.bincount(pairs // max(entries, 1))
    return np.log1p((entries - found_in + 0.5) / (found_in + 0.5))


def _idf(found_in: int, entries: int) -> float:
    return math.log1p((entries - found_in + 0.5) / (found_in + 0.5))
