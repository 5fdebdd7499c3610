"""How good an FAQ's answers are: the figures of `linecs faq evaluate`; values in, values out."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from linecs.errors import ConfigurationError
from linecs.replies.faq.bands import Band, Verdict, judge
from linecs.replies.faq.calibration import Sample, fit_calibration
from linecs.replies.faq.index import FaqIndex, Ranking
from linecs.replies.faq.shipped import is_shipped, shipped_calibration, shipped_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from linecs.replies.faq.bands import BandPolicy
    from linecs.replies.faq.calibration import Calibration
    from linecs.replies.faq.entry import FaqEntry
    from linecs.replies.faq.semantic import Embedder

__all__ = [
    "Asked",
    "Evaluation",
    "Figures",
    "bootstrap_interval",
    "cross_validated",
    "evaluate",
    "figures",
    "judged",
    "labelled_samples",
    "wilson_interval",
]

_Z_95 = 1.959964
_TOP = 3
_SHIPPED_IS_WORTH = 100.0


@frozen(kw_only=True)
class Asked:
    """One labelled question and what the index made of it.

    Attributes:
        expected: The id of the right entry; empty where the FAQ does not answer it.
        ranking: Of all entries; a shorter one counts an entry it lacks as not found.
        latency_ms: How long ranking and judging took, if measured.
    """

    expected: str
    ranking: Ranking
    latency_ms: float = 0.0

    @property
    def rank(self) -> int:
        """At which place the right entry stands, from 1; 0 where it does not."""
        ids = [candidate.entry.id for candidate in self.ranking.candidates]
        return ids.index(self.expected) + 1 if self.expected in ids else 0

    @property
    def is_among_three(self) -> bool:
        """Whether the right entry is one of the first three."""
        return 1 <= self.rank <= _TOP


@frozen(kw_only=True)
class Figures:
    """What a support lead reads; shares between 0 and 1.

    Attributes:
        hit_at_1, hit_at_3: Over in-scope questions: the right entry is first, or among three.
        mrr: The mean of one over its place.
        macro_hit_at_1, macro_hit_at_3: The same as means over entries.
        answered, offered, handed_off: Over in-scope questions; they add up to 1.
        answered_precision: Right answers among the answered in-scope questions; 1 where none was.
        solved: Answered right, or the right entry among the offered.
        macro_solved: The same as the mean over entries.
        out_of_scope_answered, out_of_scope_offered: Over out-of-scope lines; 0 where there is none.
        latency_ms_p50, latency_ms_p99: Over all questions, in milliseconds.
    """

    hit_at_1: float
    hit_at_3: float
    mrr: float
    macro_hit_at_1: float
    macro_hit_at_3: float
    answered: float
    offered: float
    handed_off: float
    answered_precision: float
    solved: float
    macro_solved: float
    out_of_scope_answered: float
    out_of_scope_offered: float
    latency_ms_p50: float
    latency_ms_p99: float


@frozen(kw_only=True)
class Evaluation:
    """An evaluation's outcome, question by question.

    Attributes:
        figures: What a support lead reads.
        asked: Each question, with all entries ranked.
        verdicts: What would have been done with each.
        embedder: The embedder's name; `none` for words alone.
        cross_validated: Whether each was judged by a calibration that saw nothing of its entry.
    """

    figures: Figures
    asked: Sequence[Asked]
    verdicts: Sequence[Verdict]
    embedder: str
    cross_validated: bool


def evaluate(
    entries: Sequence[FaqEntry],
    questions: Sequence[tuple[str, str]],
    *,
    embedder: Embedder | None = None,
    vectors: Mapping[str, bytes] | None = None,
    calibration: Calibration | None = None,
    policy: BandPolicy | None = None,
    cross_validate: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Ask an FAQ labelled questions and count; what `linecs faq evaluate` does.

    Args:
        entries: The FAQ.
        questions: Each as the customer wrote it, with the right entry's id; empty out of scope.
        embedder: For meaning beside words; None measures words alone.
        vectors: From `embed_entries`; computed here where they are not given.
        calibration: What to judge by; None takes the one shipped for the embedder, or else for
            words alone.
        policy: How sure is sure enough; None takes the one that belongs to that calibration.
        cross_validate: Whether to fit the calibration on the questions about other entries.
        progress: Told how many questions were asked and how many there are.

    Raises:
        ConfigurationError: No question is in scope.
        EmbedderError: The embedder failed.
    """
    name = embedder.name if embedder else "none"
    known = name if is_shipped(name) else "none"
    calibration, policy = (
        calibration or shipped_calibration(known),
        policy or shipped_policy(known),
    )
    thrifty = _LastQuestionKept(embedder) if embedder else None
    index = FaqIndex(entries, embedder=thrifty, vectors=vectors)
    asked: list[Asked] = []
    for text, expected in questions:
        asked.append(_ask(index, text, expected, calibration, policy))
        if progress is not None:
            progress(len(asked), len(questions))
    verdicts = (cross_validated if cross_validate else judged)(asked, calibration, policy)
    return Evaluation(
        figures=figures(asked, verdicts),
        asked=asked,
        verdicts=verdicts,
        embedder=name,
        cross_validated=cross_validate,
    )


def judged(asked: Sequence[Asked], calibration: Calibration, policy: BandPolicy) -> list[Verdict]:
    """The verdict on each question, all by one calibration."""
    return [judge(one.ranking, calibration, policy) for one in asked]


def cross_validated(
    asked: Sequence[Asked], shipped: Calibration, policy: BandPolicy, *, folds: int = 5
) -> list[Verdict]:
    """The verdict on each question by a calibration that saw no question of its entry.

    Entries, and out-of-scope lines, are dealt to `folds` in turn; each fold is judged by a
    calibration fitted on the others, which the shipped one pulls as a hundred questions would.
    """
    dealt = _folds(asked, folds)
    calibrations = {fold: _fitted_without(asked, dealt, fold, shipped) for fold in set(dealt)}
    return [
        judge(one.ranking, calibrations[fold], policy)
        for one, fold in zip(asked, dealt, strict=True)
    ]


def labelled_samples(asked: Sequence[Asked]) -> list[Sample]:
    """What to calibrate on: questions in scope and out of it weigh alike, popular entries less.

    An entry weighs the square root of its questions. Questions without a candidate are left out.
    """
    counts = Counter(one.expected for one in asked if one.expected)
    inside = sum(math.sqrt(count) for count in counts.values())
    outside = sum(1 for one in asked if not one.expected)
    return [
        Sample(
            evidence=one.ranking.evidence,
            first_is_right=one.rank == 1,
            among_first_three=one.is_among_three,
            weight=1 / (math.sqrt(counts[one.expected]) * inside) if one.expected else 1 / outside,
        )
        for one in asked
        if one.ranking.evidence is not None
    ]


def figures(asked: Sequence[Asked], verdicts: Sequence[Verdict]) -> Figures:
    """Count.

    Raises:
        ConfigurationError: No question is in scope, so there is nothing to measure.
    """
    pairs = list(zip(asked, verdicts, strict=True))
    inside = [(one, verdict) for one, verdict in pairs if one.expected]
    outside = [verdict for one, verdict in pairs if not one.expected]
    if not inside:
        raise ConfigurationError("no question has an id; give questions that the FAQ answers.")
    answers = [(one, verdict) for one, verdict in inside if verdict.band is Band.ANSWER]
    bands = [verdict.band for _, verdict in inside]
    latencies = [one.latency_ms for one in asked]
    return Figures(
        hit_at_1=_mean(inside, lambda one, _: one.rank == 1),
        hit_at_3=_mean(inside, lambda one, _: one.is_among_three),
        mrr=_mean(inside, lambda one, _: 1 / one.rank if one.rank else 0.0),
        macro_hit_at_1=_macro(inside, lambda one, _: one.rank == 1),
        macro_hit_at_3=_macro(inside, lambda one, _: one.is_among_three),
        answered=_share(bands, Band.ANSWER),
        offered=_share(bands, Band.OFFER),
        handed_off=_share(bands, Band.HAND_OFF),
        answered_precision=_mean(answers, is_solved) if answers else 1.0,
        solved=_mean(inside, is_solved),
        macro_solved=_macro(inside, is_solved),
        out_of_scope_answered=_share([one.band for one in outside], Band.ANSWER),
        out_of_scope_offered=_share([one.band for one in outside], Band.OFFER),
        latency_ms_p50=float(np.percentile(latencies, 50)),
        latency_ms_p99=float(np.percentile(latencies, 99)),
    )


def is_solved(one: Asked, verdict: Verdict) -> bool:
    """Whether the question was answered right, or the right entry was offered."""
    return one.expected in {entry.id for entry in verdict.entries}


def wilson_interval(share: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share among `count` (Wilson 1927); (0, 1) where there is none."""
    if not count:
        return 0.0, 1.0
    square = _Z_95**2 / count
    middle = (share + square / 2) / (1 + square)
    half = math.sqrt(share * (1 - share) * square + square**2 / 4) / (1 + square)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def bootstrap_interval(
    groups: Sequence[Sequence[float]], rounds: int = 1000
) -> tuple[float, float]:
    """The 95 % interval of the mean of group means, by drawing groups anew; always the same."""
    means = np.array([sum(group) / len(group) for group in groups])
    drawn = np.random.default_rng(0).integers(0, len(means), (rounds, len(means)))
    low, high = np.percentile(means[drawn].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


class _LastQuestionKept:
    """An embedder that is not asked again for the text it embedded last.

    The full ranking is counted apart from the timed one; this spares it the second inference.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._last: tuple[tuple[str, ...], NDArray[np.float32]] | None = None

    @property
    def name(self) -> str:
        return self._embedder.name

    @property
    def version(self) -> str:
        return self._embedder.version

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self._last is None or self._last[0] != tuple(texts):
            self._last = tuple(texts), self._embedder.embed(texts)
        return self._last[1]


def _ask(
    index: FaqIndex, text: str, expected: str, calibration: Calibration, policy: BandPolicy
) -> Asked:
    started = perf_counter()
    judge(index.search(text, limit=3), calibration, policy)
    taken = perf_counter() - started
    full = index.search(text, limit=len(index.entries))
    return Asked(expected=expected, ranking=full, latency_ms=taken * 1000)


def _folds(asked: Sequence[Asked], folds: int) -> list[int]:
    counts = Counter(one.expected for one in asked if one.expected)
    order = {entry: place % folds for place, (entry, _) in enumerate(counts.most_common())}
    outside = iter(range(len(asked)))
    return [order[one.expected] if one.expected else next(outside) % folds for one in asked]


def _fitted_without(
    asked: Sequence[Asked], dealt: Sequence[int], left_out: int, shipped: Calibration
) -> Calibration:
    rest = [one for one, fold in zip(asked, dealt, strict=True) if fold != left_out]
    samples = labelled_samples(rest)
    if not samples:
        return shipped
    return fit_calibration(
        samples, embedder=shipped.embedder, towards=shipped, pull=_SHIPPED_IS_WORTH
    )


def _mean(
    pairs: Sequence[tuple[Asked, Verdict]], value: Callable[[Asked, Verdict], float]
) -> float:
    return sum(value(one, verdict) for one, verdict in pairs) / len(pairs)


def _macro(
    pairs: Sequence[tuple[Asked, Verdict]], value: Callable[[Asked, Verdict], float]
) -> float:
    by_entry: dict[str, list[float]] = defaultdict(list)
    for one, verdict in pairs:
        by_entry[one.expected].append(value(one, verdict))
    return sum(sum(values) / len(values) for values in by_entry.values()) / len(by_entry)


def _share(bands: Sequence[Band], wanted: Band) -> float:
    return bands.count(wanted) / len(bands) if bands else 0.0
