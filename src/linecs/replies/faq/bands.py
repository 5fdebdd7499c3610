"""Three bands: sure enough to answer, near enough to offer, otherwise a person's."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.replies.faq.entry import FaqEntry

if TYPE_CHECKING:
    from linecs.replies.faq.calibration import Calibration
    from linecs.replies.faq.index import Evidence, Ranking

__all__ = ["MOST_OFFERED", "Band", "BandPolicy", "Verdict", "judge"]

MOST_OFFERED = 3
_ALL_WORDS = 0.99


class Band(StrEnum):
    """What is done with a question."""

    ANSWER = "answer"
    OFFER = "offer"
    HAND_OFF = "hand_off"


@frozen(kw_only=True)
class BandPolicy:
    """How sure is sure enough.

    Attributes:
        answer_from: The probability of being right from which the first candidate answers.
        offer_from: The probability of having the right entry from which three are offered.
        exact_only: Answer only what asks an entry's question in its own words, whatever the
            probability. A live shop starts so, until its own labels have calibrated it.
    """

    answer_from: float
    offer_from: float
    exact_only: bool = False


@frozen(kw_only=True)
class Verdict:
    """A band and what speaks for it.

    Attributes:
        band: What to do.
        entries: The one that answers, or those offered; empty on a hand-off.
        is_exact: Whether the text was an entry's own question.
        answer_probability: Of the first being right; 1 where it was asked in its own words.
        offer_probability: Of the right entry being among the first three.
    """

    band: Band
    entries: tuple[FaqEntry, ...]
    is_exact: bool
    answer_probability: float
    offer_probability: float


def judge(ranking: Ranking, calibration: Calibration, policy: BandPolicy) -> Verdict:
    """Put a ranking into its band; where the words fit several entries alike, ask, do not guess."""
    if ranking.exact:
        return _exact(ranking.exact)
    near = tuple(candidate.entry for candidate in ranking.candidates if candidate.score > 0)
    evidence = ranking.evidence if near else None
    answer = calibration.answer.probability(evidence) if evidence else 0.0
    offer = calibration.offer.probability(evidence) if evidence else 0.0
    band = Band.HAND_OFF
    if evidence and offer >= policy.offer_from:
        band = Band.OFFER
    if evidence and answer >= policy.answer_from and not _must_ask(evidence, policy):
        band = Band.ANSWER
    count = {Band.ANSWER: 1, Band.OFFER: MOST_OFFERED, Band.HAND_OFF: 0}[band]
    return Verdict(
        band=band,
        entries=near[:count],
        is_exact=False,
        answer_probability=answer,
        offer_probability=offer,
    )


def _exact(entries: tuple[FaqEntry, ...]) -> Verdict:
    return Verdict(
        band=Band.ANSWER if len(entries) == 1 else Band.OFFER,
        entries=entries[:MOST_OFFERED],
        is_exact=True,
        answer_probability=1.0 / len(entries),
        offer_probability=1.0,
    )


def _must_ask(evidence: Evidence, policy: BandPolicy) -> bool:
    """Whether policy says so, or another candidate, too, has every word that was asked."""
    fits_several = evidence.coverage > _ALL_WORDS and evidence.coverage_lead < 1.0 - _ALL_WORDS
    return policy.exact_only or fits_several
