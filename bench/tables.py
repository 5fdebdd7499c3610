"""Interleaved measurements and the tables they are printed in."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["medians", "print_ratios"]


def medians(
    subjects: Mapping[str, Callable[[], object]], *, rounds: int, calls: int
) -> dict[str, float]:
    """Return microseconds a call, each the median of rounds in which all take turns.

    The machine may be shared: what slows one subject down for a while slows down all.
    """
    measured = [
        {name: _microseconds(run, calls) for name, run in subjects.items()} for _ in range(rounds)
    ]
    return {name: statistics.median(each[name] for each in measured) for name in subjects}


def _microseconds(run: Callable[[], object], calls: int) -> float:
    began = time.perf_counter()
    for _ in range(calls):
        run()
    return (time.perf_counter() - began) / calls * 1e6


def print_ratios(title: str, values: Mapping[str, float], *baselines: str) -> None:
    """Print microseconds, and how many times each baseline's they are."""
    print(f"\n{title}")
    print(f"{'':<52}{'us':>9}" + "".join(f"{f'/ {name}'[:26]:>28}" for name in baselines))
    for name, value in values.items():
        ratios = "".join(f"{value / values[baseline]:>28.2f}" for baseline in baselines)
        print(f"{name:<52}{value:>9.1f}{ratios}")
