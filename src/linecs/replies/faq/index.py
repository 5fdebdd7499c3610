"""The FAQ ready to be asked: lexical and semantic evidence, fused into one ranking."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from linecs.replies.faq.entry import FaqEntry
from linecs.replies.faq.errors import EmbedderError, FaqError
from linecs.replies.faq.features import matching_key, semantic_text
from linecs.replies.faq.lexical import LexicalIndex
from linecs.replies.faq.readings import katakana_of
from linecs.replies.faq.semantic import embed_entries, embed_question, stacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from linecs.replies.faq.lexical import LexicalQuery
    from linecs.replies.faq.semantic import Embedder

__all__ = ["Candidate", "Evidence", "FaqIndex", "Ranking"]

_FEW = 8
LEXICAL_SHARE = 0.035
"""What the square root of a lexical score is worth beside a cosine."""


@frozen(kw_only=True)
class Candidate:
    """One entry that may be meant.

    Attributes:
        entry: The entry.
        text: Its question or variant that came nearest.
        score: Fused; comparable within one ranking only.
        lexical: The lexical score.
        semantic: The cosine between question and text; None without an embedder.
    """

    entry: FaqEntry
    text: str
    score: float
    lexical: float
    semantic: float | None


@frozen(kw_only=True)
class Evidence:
    """What speaks for the first candidate; each grows with the chance that it is right.

    Attributes:
        semantic: Its cosine; 0 without an embedder.
        semantic_lead: How much higher its cosine is than the higher of the next two's; below 0
            where words and meaning disagree. 0 without an embedder.
        coverage: The share of the question, by rarity of its words, that the candidate has.
        coverage_lead: How much more of the question it has than the better of the next two; near
            0 where the question's words do not tell them apart.
        title_coverage: The share of the candidate that the question has.
    """

    semantic: float
    semantic_lead: float
    coverage: float
    coverage_lead: float
    title_coverage: float


@frozen(kw_only=True)
class Ranking:
    """The entries nearest to a question.

    Attributes:
        candidates: The nearest first.
        exact: Those whose question or variant the text is, but for manner and writing.
        evidence: What speaks for the first candidate; None where there is no entry.
    """

    candidates: tuple[Candidate, ...]
    exact: tuple[FaqEntry, ...]
    evidence: Evidence | None


class FaqIndex:
    """Entries to be asked.

    Args:
        entries: The FAQ, ids unique.
        embedder: For the semantic half; None matches by words alone.
        vectors: From `embed_entries`; computed here where an embedder is given without them.

    Raises:
        FaqError: Two entries share an id.
        EmbedderError: `vectors` do not fit the entries.
    """

    def __init__(
        self,
        entries: Iterable[FaqEntry],
        *,
        embedder: Embedder | None = None,
        vectors: Mapping[str, bytes] | None = None,
    ) -> None:
        self.entries = tuple(entries)
        self.embedder = embedder
        self._by_id = _by_id(self.entries)
        self._life = _Life(self.entries)
        self._texts = [text for entry in self.entries for text in entry.texts]
        counts = [len(entry.texts) for entry in self.entries]
        owners = np.repeat(np.arange(len(counts)), counts).tolist()
        self._firsts = [0, *itertools.accumulate(counts)]
        self._lexical = LexicalIndex(self._texts, owners)
        self._vectors = self._stack(vectors)
        self._respell = katakana_of(map(semantic_text, self._texts))
        self._exact: dict[str, dict[int, None]] = defaultdict(dict)
        for owner, text in zip(owners, self._texts, strict=True):
            self._exact[matching_key(text)][owner] = None

    def get(self, entry_id: str) -> FaqEntry | None:
        """The entry of that id, or None."""
        return self._by_id.get(entry_id)

    def search(
        self, text: str, *, at: int | None = None, limit: int = 5, by_meaning: bool = True
    ) -> Ranking:
        """Rank the entries for a customer's text.

        Args:
            text: As the customer wrote it.
            at: Epoch milliseconds (UTC); entries not valid then are left out. None keeps all.
            limit: How many candidates to return at most.
            by_meaning: Whether to ask the embedder, if there is one, beside comparing words.

        Raises:
            EmbedderError: The embedder failed; without it words can still be compared.
        """
        query = self._lexical.query(text)
        lexical = self._lexical.scores(query)
        semantic = self._cosines(text) if by_meaning else None
        fused = LEXICAL_SHARE * np.sqrt(lexical)
        if semantic is not None:
            fused += semantic
        nearest = self._nearest(fused, at, max(limit, 3))
        candidates = tuple(
            Candidate(
                entry=self.entries[number],
                text=self._texts[place],
                score=float(fused[place]),
                lexical=float(lexical[place]),
                semantic=None if semantic is None else float(semantic[place]),
            )
            for number, place in nearest
        )
        places = [place for _, place in nearest[:3]]
        cosines = [candidate.semantic or 0.0 for candidate in candidates[:3]]
        return Ranking(
            candidates=candidates[:limit],
            exact=self._same(text, at),
            evidence=self._evidence(query, places, cosines) if places else None,
        )

    def _stack(self, vectors: Mapping[str, bytes] | None) -> NDArray[np.float32] | None:
        if self.embedder is None or not self.entries:
            return None
        if vectors is None:
            vectors = embed_entries(self.entries, self.embedder)
        return stacked(self._texts, vectors)

    def _cosines(self, text: str) -> NDArray[np.float64] | None:
        if self.embedder is None or self._vectors is None:
            return None
        question = embed_question(self._respell(semantic_text(text)), self.embedder)
        if question.shape != self._vectors.shape[1:]:
            raise EmbedderError(
                f"{self.embedder.name} gives vectors of {question.size} numbers, but the stored "
                f"ones have {self._vectors.shape[1]}; run embed_entries() again."
            )
        return (self._vectors @ question).astype(np.float64)

    def _nearest(
        self, fused: NDArray[np.float64], at: int | None, limit: int
    ) -> list[tuple[int, int]]:
        if not self.entries:
            return []
        best = fused
        if len(self._texts) > len(self.entries):
            best = np.maximum.reduceat(fused, self._firsts[:-1])
        if at is not None and self._life.ends:
            best = np.where(self._life.covers(at), best, -np.inf)
        numbers = _largest(best, limit)
        return [(number, self._place(fused, number)) for number in numbers]

    def _place(self, fused: NDArray[np.float64], number: int) -> int:
        first, after = self._firsts[number], self._firsts[number + 1]
        if after - first == 1:
            return first
        return first + int(np.argmax(fused[first:after]))

    def _evidence(self, query: LexicalQuery, places: list[int], cosines: list[float]) -> Evidence:
        shares = [self._lexical.coverage(query, place) for place in places]
        return Evidence(
            semantic=cosines[0],
            semantic_lead=cosines[0] - max(cosines[1:], default=0.0),
            coverage=shares[0],
            coverage_lead=shares[0] - max(shares[1:], default=0.0),
            title_coverage=self._lexical.title_coverage(query, places[0]),
        )

    def _same(self, text: str, at: int | None) -> tuple[FaqEntry, ...]:
        key = matching_key(text)
        found = [self.entries[number] for number in self._exact.get(key, ())] if key else []
        return tuple(entry for entry in found if at is None or entry.is_valid(at))


class _Life:
    """From when until when each entry may answer, for all of them at once."""

    def __init__(self, entries: tuple[FaqEntry, ...]) -> None:
        limits = np.iinfo(np.int64)
        self._from = np.array(
            [limits.min if e.valid_from is None else e.valid_from for e in entries], np.int64
        )
        self._until = np.array(
            [limits.max if e.valid_until is None else e.valid_until for e in entries], np.int64
        )

        self.ends = any(e.valid_from is not None or e.valid_until is not None for e in entries)

    def covers(self, at: int) -> NDArray[np.bool_]:
        return (self._from <= at) & (at < self._until)


def _by_id(entries: tuple[FaqEntry, ...]) -> dict[str, FaqEntry]:
    by_id: dict[str, FaqEntry] = {}
    for entry in entries:
        if entry.id in by_id:
            raise FaqError(entry.id, "another entry has this id; ids must be unique.")
        by_id[entry.id] = entry
    return by_id


def _largest(scores: NDArray[np.float64], limit: int) -> list[int]:
    """The places of the largest finite scores, the largest first; among equals the earlier."""
    if limit > _FEW:
        ranked: list[int] = np.argsort(-scores, kind="stable")[:limit].tolist()
        return [place for place in ranked if np.isfinite(scores[place])]
    rest, places = scores.copy(), []
    for _ in range(min(limit, len(rest))):
        place = int(rest.argmax())
        if rest[place] == -np.inf:
            break
        places.append(place)
        rest[place] = -np.inf
    return places
