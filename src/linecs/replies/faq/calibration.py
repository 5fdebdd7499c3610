"""From evidence to probabilities, by logistic regression that can only reward evidence.

Two heads: whether the first candidate is right (it may be answered), and whether the right entry
is among the first three (they may be offered). Weights are held at zero or above, so more
evidence never lowers a probability.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from linecs.errors import ConfigurationError
from linecs.replies.faq.index import Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


__all__ = ["Calibration", "Head", "Sample", "fit_calibration"]

# What a typical value and a typical difference are, so that one step size fits all five.
_CENTRES = np.array([0.88, 0.02, 0.5, 0.1, 0.5])
_SCALES = np.array([0.04, 0.03, 0.3, 0.2, 0.3])
_NAMES = ("semantic", "semantic_lead", "coverage", "coverage_lead", "title_coverage")
_STEPS = 4_000
_FARTHEST = 60.0


@frozen(kw_only=True)
class Head:
    """One logistic curve over the evidence; a weight for each kind, none below 0."""

    bias: float
    semantic: float = 0.0
    semantic_lead: float = 0.0
    coverage: float = 0.0
    coverage_lead: float = 0.0
    title_coverage: float = 0.0

    def probability(self, evidence: Evidence) -> float:
        """Between 0 and 1; never lower for more evidence."""
        total = (
            self.bias
            + self.semantic * evidence.semantic
            + self.semantic_lead * evidence.semantic_lead
            + self.coverage * evidence.coverage
            + self.coverage_lead * evidence.coverage_lead
            + self.title_coverage * evidence.title_coverage
        )
        return 1.0 / (1.0 + math.exp(-max(min(total, _FARTHEST), -_FARTHEST)))


@frozen(kw_only=True)
class Calibration:
    """What evidence is worth, for one embedder.

    Attributes:
        embedder: The embedder's name; `none` for words alone.
        answer: How likely the first candidate is right.
        offer: How likely the right entry is among the first three.
    """

    embedder: str
    answer: Head
    offer: Head


@frozen(kw_only=True)
class Sample:
    """One labelled question.

    Attributes:
        evidence: From the ranking.
        first_is_right: Whether the first candidate is the right entry; False out of scope.
        among_first_three: Whether the right entry is among the first three.
        weight: How much it counts; balance entries and companies with it.
    """

    evidence: Evidence
    first_is_right: bool
    among_first_three: bool
    weight: float = 1.0


def fit_calibration(
    samples: Sequence[Sample],
    *,
    embedder: str,
    towards: Calibration | None = None,
    pull: float = 1.0,
) -> Calibration:
    """The calibration that explains `samples` best; deterministic.

    Args:
        samples: Labelled questions, in scope and out of it.
        embedder: Which embedder their evidence came from; without one, `none`.
        towards: What to stay near where the samples say little, such as the shipped one.
        pull: How strongly, in samples.

    Raises:
        ConfigurationError: There is no sample.
    """
    if not samples:
        raise ConfigurationError("a calibration needs labelled questions; none was given.")
    values = np.array([_values(sample.evidence) for sample in samples])
    weights = np.array([sample.weight for sample in samples])
    weights = weights * len(weights) / weights.sum()
    first = np.array([sample.first_is_right for sample in samples], float)
    among = np.array([sample.among_first_three for sample in samples], float)
    used = np.array([embedder != "none"] * 2 + [True] * 3)
    fitted = partial(_fit, values=values, weights=weights, used=used, pull=pull)
    return Calibration(
        embedder=embedder,
        answer=fitted(truth=first, towards=towards.answer if towards else None),
        offer=fitted(truth=among, towards=towards.offer if towards else None),
    )


def _values(evidence: Evidence) -> list[float]:
    return [getattr(evidence, name) for name in _NAMES]


def _fit(
    *,
    values: NDArray[np.float64],
    truth: NDArray[np.float64],
    weights: NDArray[np.float64],
    used: NDArray[np.bool_],
    towards: Head | None,
    pull: float,
) -> Head:
    """Weighted logistic regression with a quadratic pull, by projected gradient descent."""
    scaled = np.column_stack([np.ones(len(values)), (values - _CENTRES) / _SCALES])
    scaled[:, 1:] *= used
    start = _scaled(towards)
    held = np.array([towards is not None, *[True] * len(_NAMES)])
    # The logistic loss bends by at most a quarter of the features' second moments.
    step = 1.0 / (np.linalg.norm((scaled * weights[:, None]).T @ scaled, 2) / 4 + pull)
    theta = start.copy()
    for _ in range(_STEPS):
        slope = scaled.T @ (weights * (_logistic(scaled @ theta) - truth))
        theta -= step * (slope + pull * held * (theta - start))
        theta[1:] = np.maximum(theta[1:], 0.0)
    return _head(theta * [1, *used])


def _logistic(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1.0 / (1.0 + np.exp(-np.clip(totals, -_FARTHEST, _FARTHEST)))


def _scaled(head: Head | None) -> NDArray[np.float64]:
    if head is None:
        return np.zeros(1 + len(_NAMES))
    raw = np.array([getattr(head, name) for name in _NAMES])
    return np.array([head.bias + raw @ _CENTRES, *(raw * _SCALES)])


def _head(theta: NDArray[np.float64]) -> Head:
    raw = theta[1:] / _SCALES
    bias = float(theta[0] - raw @ _CENTRES)
    return Head(bias=bias, **dict(zip(_NAMES, raw.tolist(), strict=True)))
