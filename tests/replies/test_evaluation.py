"""Figures of an FAQ evaluation."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from faqs import SHOP, LetterEmbedder
from linecs.errors import ConfigurationError
from linecs.replies.evaluation import (
    Asked,
    bootstrap_interval,
    cross_validated,
    evaluate,
    figures,
    judged,
    labelled_samples,
    wilson_interval,
)
from linecs.replies.faq import (
    Band,
    FaqIndex,
    Verdict,
    shipped_calibration,
    shipped_policy,
)

INDEX = FaqIndex(SHOP)


def asked(text: str, expected: str, latency_ms: float = 0.0) -> Asked:
    """A labelled question, ranked."""
    return Asked(
        expected=expected, ranking=INDEX.search(text, limit=len(SHOP)), latency_ms=latency_ms
    )


def verdict(band: Band, *places: int) -> Verdict:
    """A verdict on entries of the shop."""
    return Verdict(
        band=band,
        entries=tuple(SHOP[place] for place in places),
        is_exact=False,
        answer_probability=0.5,
        offer_probability=0.5,
    )


QUESTIONS = [
    asked("注文をキャンセル", "cancel", 1.0),
    asked("キャンセルしたい", "cancel", 2.0),
    asked("送料いくら", "fee", 3.0),
    asked("サイズの交換", "points", 4.0),
    asked("今日の天気", "", 5.0),
    asked("眠い", "", 6.0),
]
POLICY = shipped_policy()
VERDICTS = [
    verdict(Band.ANSWER, 0),
    verdict(Band.OFFER, 1, 0, 2),
    verdict(Band.HAND_OFF),
    verdict(Band.ANSWER, 3),
    verdict(Band.OFFER, 0, 1, 2),
    verdict(Band.HAND_OFF),
]


LABELLED = [("送料いくら", "fee"), ("サイズの交換", "size"), ("今日の天気", "")]


def test_an_faq_is_measured_in_one_call() -> None:
    """Entries and labelled questions in, figures out, with what they were counted from."""
    told: list[tuple[int, int]] = []
    measured = evaluate(SHOP, LABELLED, progress=lambda done, of: told.append((done, of)))
    assert measured.figures == figures(measured.asked, measured.verdicts)
    assert (measured.embedder, measured.cross_validated) == ("none", False)
    assert measured.figures.hit_at_1 == 1
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_an_embedder_is_asked_once_a_question() -> None:
    """Timing and counting share one inference; without a shipped calibration words judge."""
    embedder = LetterEmbedder()
    measured = evaluate(SHOP, LABELLED, embedder=embedder)
    titles = sum(len(entry.texts) for entry in SHOP)
    assert len(embedder.seen) == titles + len(LABELLED)
    assert measured.embedder == "letters"


def test_held_out_questions_are_judged_by_the_others() -> None:
    """`cross_validate` leaves the ranking and changes who judges."""
    shipped = evaluate(SHOP, LABELLED)
    held_out = evaluate(SHOP, LABELLED, cross_validate=True)
    assert held_out.cross_validated
    assert held_out.figures.hit_at_1 == shipped.figures.hit_at_1
    assert held_out.verdicts[0].answer_probability != shipped.verdicts[0].answer_probability


def test_shares_are_over_questions_in_scope() -> None:
    """Answered, offered and handed off add up to 1; out-of-scope lines count apart."""
    found = figures(QUESTIONS, VERDICTS)
    assert (found.answered, found.offered, found.handed_off) == (0.5, 0.25, 0.25)
    assert (found.out_of_scope_answered, found.out_of_scope_offered) == (0.0, 0.5)


def test_solved_is_answered_right_or_offered() -> None:
    """A wrong answer does not solve; the right entry among the offered does."""
    found = figures(QUESTIONS, VERDICTS)
    assert found.answered_precision == 0.5
    assert found.solved == 0.5
    assert found.macro_solved == pytest.approx((1 + 0 + 0) / 3)


def test_ranks_count_alone() -> None:
    """Hits and the reciprocal rank come from the ranking, whatever was decided."""
    found = figures(QUESTIONS, VERDICTS)
    place = QUESTIONS[3].rank
    assert place > 1
    assert found.hit_at_1 == 0.75
    assert found.macro_hit_at_1 == pytest.approx(2 / 3)
    assert found.mrr == pytest.approx((3 + 1 / place) / 4)
    assert found.hit_at_3 == (1.0 if place <= 3 else 0.75)


def test_latency_is_over_all_questions() -> None:
    """The median and the 99th percentile include out-of-scope lines."""
    found = figures(QUESTIONS, VERDICTS)
    assert found.latency_ms_p50 == 3.5
    assert found.latency_ms_p99 == pytest.approx(5.95)


def test_nothing_answered_is_nothing_wrong() -> None:
    """Precision is 1 where no question was answered, and absent lines out of scope are 0."""
    found = figures(QUESTIONS[:1], [verdict(Band.HAND_OFF)])
    assert found.answered_precision == 1.0
    assert (found.out_of_scope_answered, found.out_of_scope_offered) == (0.0, 0.0)


def test_without_a_question_in_scope_there_is_no_figure() -> None:
    """Only out-of-scope lines cannot be evaluated, and the error says so."""
    with pytest.raises(ConfigurationError, match="no question has an id"):
        figures(QUESTIONS[4:], VERDICTS[4:])


def test_an_entry_that_was_not_ranked_is_a_miss() -> None:
    """A ranking without the expected entry counts as not found."""
    missing = Asked(expected="points", ranking=INDEX.search("送料", limit=1))
    assert missing.rank == 0
    assert figures([missing], [verdict(Band.HAND_OFF)]).mrr == 0


def test_questions_in_scope_weigh_as_much_as_those_out_of_it() -> None:
    """However many of each there are, both sides weigh 1; a popular entry by its square root."""
    samples = labelled_samples(QUESTIONS)
    weights = [sample.weight for sample in samples]
    assert sum(weights[:4]) == pytest.approx(1)
    assert sum(weights[4:]) == pytest.approx(1)
    assert weights[0] + weights[1] == pytest.approx(2**0.5 * weights[2])


def test_a_question_does_not_vote_on_itself() -> None:
    """Held out, a question is judged alike whether it was ranked right or wrong."""
    right = QUESTIONS[2]
    wrong = evolve(right, ranking=evolve(right.ranking, candidates=right.ranking.candidates[::-1]))
    probabilities = [
        cross_validated([one, *QUESTIONS[:2], *QUESTIONS[4:]], shipped_calibration(), POLICY)[0]
        for one in (right, wrong)
    ]
    assert wrong.rank != right.rank
    assert probabilities[0].answer_probability == probabilities[1].answer_probability


def test_other_questions_do_vote() -> None:
    """The calibration a question is judged by comes from the labels of the others."""
    shipped = judged(QUESTIONS, shipped_calibration(), POLICY)
    held_out = cross_validated(QUESTIONS, shipped_calibration(), POLICY)
    assert held_out[0].answer_probability != shipped[0].answer_probability


def test_too_little_to_fit_falls_back_on_the_shipped_calibration() -> None:
    """A single question is judged as it would be without cross-validation."""
    shipped, policy = shipped_calibration(), shipped_policy()
    assert cross_validated(QUESTIONS[:1], shipped, policy) == judged(QUESTIONS[:1], shipped, policy)


@given(count=st.integers(0, 500), data=st.data())
def test_an_interval_holds_its_share(count: int, data: st.DataObject) -> None:
    """Wilson's interval lies within 0 and 1 and contains the share it was drawn from."""
    share = data.draw(st.integers(0, count)) / count if count else 0.0
    low, high = wilson_interval(share, count)
    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1


def test_wilson_is_wilson() -> None:
    """8 of 10 is 0.490 to 0.943 (Newcombe 1998, method 3)."""
    assert wilson_interval(0.8, 10) == pytest.approx((0.490, 0.943), abs=0.001)


def test_a_bootstrap_is_the_same_each_time() -> None:
    """The drawn interval contains the mean and has no chance in it."""
    groups = [[1.0], [0.0, 1.0], [1.0], [0.0]]
    low, high = bootstrap_interval(groups)
    assert low <= 0.625 <= high
    assert bootstrap_interval(groups) == (low, high)
