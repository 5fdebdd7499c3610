from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from load.crowd import stop

if TYPE_CHECKING:
    from load.conftest import MakeCrowd

REPEATS = 0.2
WORKERS = 4


def run_through(make_crowd: MakeCrowd, *, customers: int, bubbles: int, seconds: float) -> None:
    """Four workers process and deliver while the webhooks still come in."""
    with make_crowd("postgresql") as crowd:
        crowd.writes(customers=customers, bubbles=bubbles)
        deliveries = crowd.deliveries(repeats=REPEATS)
        assert len(deliveries) * (1 - REPEATS) == pytest.approx(customers * bubbles, rel=0.001)
        workers = [crowd.worker() for _ in range(WORKERS)]
        try:
            crowd.arrives(deliveries)
            crowd.wait_until_settled(workers, seconds)
        finally:
            ended = stop(workers)
        assert [code for code, _ in ended] == [0] * WORKERS
        assert crowd.problems() == []


@pytest.mark.slow
def test_of_twenty_thousand_webhooks_each_has_its_effect_once_and_in_order(
    make_crowd: MakeCrowd,
) -> None:
    """A fifth are repeats, neighbours change places, and four workers share them."""
    run_through(make_crowd, customers=400, bubbles=40, seconds=300)


@pytest.mark.huge
def test_of_two_hundred_thousand_webhooks_each_has_its_effect_once_and_in_order(
    make_crowd: MakeCrowd,
) -> None:
    """The same, ten times as many."""
    run_through(make_crowd, customers=2000, bubbles=80, seconds=3600)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_workers_stopped_in_the_middle_leave_nothing_behind(
    make_crowd: MakeCrowd, kind: str
) -> None:
    """SIGTERM lets each finish and record what it began; others go on from there."""
    with make_crowd(kind) as crowd:
        crowd.writes(customers=300, bubbles=4)
        crowd.arrives(crowd.deliveries(repeats=REPEATS))
        workers = [crowd.worker() for _ in range(3)]
        crowd.wait_for_answers(30, seconds=60)
        ended = stop(workers)
        assert [code for code, _ in ended] == [0, 0, 0]
        assert crowd.left_behind() == []
        assert not crowd.is_settled()
        workers = [crowd.worker() for _ in range(2)]
        try:
            crowd.wait_until_settled(workers, 120)
        finally:
            stop(workers)
        assert crowd.problems() == []
