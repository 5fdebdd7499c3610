"""Erlang C and A against exact, independent and published figures."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linecs.errors import ConfigurationError
from linecs.routing.erlang import erlang_b, erlang_c, queue_figures

MINUTE = 60_000


def exact_erlang_c(load: Fraction, servers: int) -> Fraction:
    """The textbook formula with factorials, in exact fractions."""
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(load**k / math.factorial(k) for k in range(servers)) + last)


@given(st.fractions(min_value=Fraction(1, 50), max_value=60), st.integers(1, 80))
def test_erlang_c_equals_the_exact_fraction(load: Fraction, servers: int) -> None:
    """The recurrence agrees with the formula to twelve digits."""
    if load >= servers:
        assert erlang_c(float(load), servers) == 1.0
        return
    assert erlang_c(float(load), servers) == pytest.approx(
        float(exact_erlang_c(load, servers)), rel=1e-12, abs=1e-300
    )


@pytest.mark.parametrize(
    ("servers", "waiting", "within", "mean_wait_s", "occupancy"),
    [
        (11, 0.6821182, 0.3896138, 122.78127684408, 0.9090909),
        (12, 0.4493882, 0.640158, 40.4449401868444, 0.8333333),
        (13, 0.2852705, 0.7955948, 17.1162271821896, 0.7692308),
        (14, 0.1741319, 0.88835, 7.83593701177724, 0.7142857),
    ],
)
def test_erlang_c_equals_the_published_table(
    servers: int, waiting: float, within: float, mean_wait_s: float, occupancy: float
) -> None:
    """200 an hour of 3 minutes, 20 s: README of the R package ErlangC 0.1.0 on CRAN."""
    figures = queue_figures(
        arrivals_per_hour=200, handling_ms=3 * MINUTE, servers=servers, within_ms=20_000
    )
    assert figures.waiting == pytest.approx(waiting, abs=5e-8)
    assert figures.within == pytest.approx(within, abs=5e-7)
    assert figures.mean_wait_ms == pytest.approx(mean_wait_s * 1000, rel=1e-12)
    assert figures.occupancy == pytest.approx(occupancy, abs=5e-8)


@pytest.mark.parametrize(("servers", "percent"), [(12, 58), (13, 74), (14, 85)])
def test_sixty_an_hour_of_ten_minutes(servers: int, percent: int) -> None:
    """The figures that the design was checked with."""
    figures = queue_figures(
        arrivals_per_hour=60, handling_ms=10 * MINUTE, servers=servers, within_ms=20_000
    )
    assert round(figures.within * 100) == percent


@pytest.mark.parametrize(("servers", "lost", "busy"), [(10, 14.6, 85), (12, 6.8, 78)])
def test_five_minutes_patience_loses_some(servers: int, lost: float, busy: int) -> None:
    """Erlang A, 60 an hour of ten minutes."""
    figures = queue_figures(
        arrivals_per_hour=60,
        handling_ms=10 * MINUTE,
        servers=servers,
        within_ms=20_000,
        patience_ms=5 * MINUTE,
    )
    assert round(figures.abandonment * 100, 1) == lost
    assert round(figures.occupancy * 100) == busy


def test_fifty_people_equal_the_published_comparison() -> None:
    """48 a minute of 1 minute, patience 2 minutes: Garnett, Mandelbaum and Reiman (2002)."""
    rate, minute = 48 * 60.0, float(MINUTE)
    patient = queue_figures(
        arrivals_per_hour=rate, handling_ms=minute, servers=50, within_ms=20_000
    )
    leaving = queue_figures(
        arrivals_per_hour=rate,
        handling_ms=minute,
        servers=50,
        within_ms=20_000,
        patience_ms=2 * minute,
    )
    assert round(patient.mean_wait_ms / 1000, 1) == 20.8
    assert round(leaving.mean_wait_ms / 1000, 1) == 3.7
    assert round(leaving.abandonment * 100, 1) == 3.1
    assert (round(patient.occupancy * 100), round(leaving.occupancy * 100)) == (96, 93)


def slow_erlang_a(
    load: float, servers: int, within: float, patience: float
) -> tuple[float, float, float]:
    """Waiting share, share lost and share in time, by walking the chain; handling time is 1.

    States are followed until they are negligible, and who waits is followed in small steps of
    time (uniformisation of the places ahead).
    """
    weights = [1.0]
    while len(weights) < servers + 5 or weights[-1] > 1e-16 * sum(weights):
        count = len(weights)
        leaving = min(count, servers) + max(0, count - servers) / patience
        weights.append(weights[-1] * load / leaving)
    total = sum(weights)
    shares = [weight / total for weight in weights]
    queued = sum((count - servers) * share for count, share in enumerate(shares) if count > servers)
    in_time = sum(shares[:servers])
    in_time += sum(
        share * answered
        for share, answered in zip(
            shares[servers:],
            answered_in_time(len(shares) - servers, servers, within, patience),
            strict=True,
        )
    )
    return sum(shares[servers:]), queued / patience / load, in_time


def answered_in_time(places: int, servers: int, within: float, patience: float) -> list[float]:
    """For each number ahead, the chance to be answered in time."""
    speed = servers + places / patience
    ahead = [0.0] * places
    answer = [0.0] * places
    steps_left, weight, step = 1.0, math.exp(-speed * within), 0
    while steps_left > 1e-13:
        answer = [done + weight * chance for done, chance in zip(answer, ahead, strict=True)]
        steps_left -= weight
        moved = [1.0, *ahead[:-1]]
        ahead = [
            (
                (servers + place / patience) * moved[place]
                + (speed - servers - (place + 1) / patience) * ahead[place]
            )
            / speed
            for place in range(places)
        ]
        step += 1
        weight *= speed * within / step
    return answer


@settings(deadline=None)
@given(
    st.floats(0.2, 12),
    st.integers(1, 12),
    st.floats(0, 2),
    st.floats(0.1, 4),
)
def test_erlang_a_equals_a_slow_walk_along_the_chain(
    load: float, servers: int, within: float, patience: float
) -> None:
    """The sums in closed form agree with following every state."""
    figures = queue_figures(
        arrivals_per_hour=load * 60,
        handling_ms=MINUTE,
        servers=servers,
        within_ms=within * MINUTE,
        patience_ms=patience * MINUTE,
    )
    waiting, lost, in_time = slow_erlang_a(load, servers, within, patience)
    assert figures.waiting == pytest.approx(waiting, abs=1e-9)
    assert figures.abandonment == pytest.approx(lost, abs=1e-9)
    assert figures.within == pytest.approx(in_time, abs=1e-9)
    assert figures.mean_wait_ms == pytest.approx(lost * patience * MINUTE, abs=1e-4)


def test_endless_patience_is_the_limit_of_long_patience() -> None:
    """Erlang A with a patience of years gives Erlang C."""
    question = {"arrivals_per_hour": 60.0, "handling_ms": 600_000.0, "within_ms": 20_000.0}
    patient = queue_figures(**question, servers=14)
    almost = queue_figures(**question, servers=14, patience_ms=1e13)
    assert almost.within == pytest.approx(patient.within, abs=1e-7)
    assert almost.mean_wait_ms == pytest.approx(patient.mean_wait_ms, rel=1e-6)


@pytest.mark.parametrize("patience_ms", [1e3, 1e7, 2e9])
def test_an_overloaded_queue_loses_what_it_cannot_handle(patience_ms: float) -> None:
    """With ten times the work one person can do, nine tenths give up, however patient."""
    figures = queue_figures(
        arrivals_per_hour=60,
        handling_ms=10 * MINUTE,
        servers=1,
        within_ms=0,
        patience_ms=patience_ms,
    )
    assert figures.abandonment == pytest.approx(0.9, abs=0.01)


def test_too_few_people_with_endless_patience_wait_for_ever() -> None:
    """The queue only grows, and that is said, not computed away."""
    figures = queue_figures(
        arrivals_per_hour=60, handling_ms=10 * MINUTE, servers=10, within_ms=20_000
    )
    assert (figures.within, figures.mean_wait_ms, figures.occupancy) == (0, math.inf, 1)


@pytest.mark.parametrize("patience_ms", [None, 1000.0])
def test_no_inquiries_need_nobody(patience_ms: float | None) -> None:
    """Nobody waits where nobody asks."""
    figures = queue_figures(
        arrivals_per_hour=0, handling_ms=1, servers=0, within_ms=0, patience_ms=patience_ms
    )
    assert (figures.waiting, figures.within, figures.occupancy) == (0, 1, 0)


def test_far_more_people_than_work_do_not_underflow() -> None:
    """Erlang B of 0.01 erlangs on 300 servers is below the smallest float."""
    figures = queue_figures(
        arrivals_per_hour=0.6,
        handling_ms=MINUTE,
        servers=300,
        within_ms=0,
        patience_ms=MINUTE,
    )
    assert (figures.within, figures.abandonment) == (1, 0)
    assert erlang_b(0.01, 300) == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"arrivals_per_hour": -1.0},
        {"arrivals_per_hour": math.nan},
        {"handling_ms": 0.0},
        {"within_ms": -1.0},
        {"patience_ms": 0.0},
        {"patience_ms": math.inf},
    ],
)
def test_impossible_figures_are_refused(changed: dict[str, float]) -> None:
    """A wrong unit or sign does not become a staffing plan."""
    question = {"arrivals_per_hour": 1.0, "handling_ms": 1.0, "within_ms": 1.0} | changed
    with pytest.raises(ConfigurationError):
        queue_figures(**question, servers=1)
