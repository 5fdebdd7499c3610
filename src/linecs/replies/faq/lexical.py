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
        order = np.argsort(numbers, kind="stable")
        self._places = places[order]
        self._scores = masses[order] / np.sqrt(lengths)[self._places]
        totals = np.bincount(numbers, minlength=len(self._numbers))
        self._starts = [0, *itertools.accumulate(totals.tolist())]

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
        starts, all_places, all_scores = self._starts, self._places, self._scores
        spans = [slice(starts[number], starts[number + 1]) for number in query.masses]
        places = np.concatenate([all_places[span] for span in spans])
        scores = np.concatenate([all_scores[span] for span in spans])
        totals = np.bincount(places, weights=scores, minlength=self._size)
        return totals.astype(np.float64, copy=False)

    def coverage(self, query: LexicalQuery, place: int) -> float:
        """The share of the query, by rarity, that the text at `place` has."""
        asked = query.masses
        shared = sum([asked[number] for number in self._own(place) if number in asked])
        return _share(shared, query.mass)

    def title_coverage(self, query: LexicalQuery, place: int) -> float:
        """The share of the text at `place`, by rarity, that the query has."""
        asked = query.masses
        masses = self._own_masses[self._own_starts[place] : self._own_starts[place + 1]].tolist()
        shared = [
            mass for number, mass in zip(self._own(place), masses, strict=True) if number in asked
        ]
        return _share(sum(shared), sum(masses))

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

    def _own(self, place: int) -> list[int]:
        span = slice(self._own_starts[place], self._own_starts[place + 1])
        numbers: list[int] = self._own_numbers[span].tolist()
        return numbers


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
