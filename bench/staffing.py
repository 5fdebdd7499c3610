"""Erlang C and staffing against a naive baseline: the textbook sum with powers and factorials.

Run: python bench/staffing.py
"""

from __future__ import annotations

import math
import timeit
from functools import partial
from typing import TYPE_CHECKING

from linecs.hours import MINUTE_MS
from linecs.routing import PHONE_TARGET, erlang_c, queue_figures, required_servers

if TYPE_CHECKING:
    from collections.abc import Callable


def naive_erlang_c(load: float, servers: int) -> float:
    """The formula as textbooks print it; fails where a power or a factorial leaves the floats."""
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(load**k / math.factorial(k) for k in range(servers)) + last)


def naive_search(load: float, share: float, within: float) -> int:
    """Try one more server until the textbook formula is content."""
    servers = int(load) + 1
    while 1 - naive_erlang_c(load, servers) * math.exp((load - servers) * within) < share:
        servers += 1
    return servers


def microseconds(call: Callable[[], object]) -> float | None:
    """The best of five means, or None where the call fails."""
    timer = timeit.Timer(call)
    try:
        count, _ = timer.autorange()
    except OverflowError:
        return None
    return min(timer.repeat(5, max(1, count // 4))) / max(1, count // 4) * 1e6


def show(name: str, ours: Callable[[], object], naive: Callable[[], object] | None) -> None:
    """Print one row."""
    own = microseconds(ours)
    assert own is not None
    base = microseconds(naive) if naive else None
    ratio = f"{base / own:.1f}x" if base else "-"
    baseline = "-" if naive is None else "overflow" if base is None else f"{base:.2f}"
    print(f"{name:<38}{own:>12.2f}{baseline:>14}{ratio:>9}")


def main() -> None:
    """Print the table, microseconds a call."""
    print(f"{'microseconds a call':<38}{'linecs':>12}{'textbook':>14}{'ratio':>9}")
    for load, servers in ((10.0, 12), (42.0, 50), (150.0, 165), (185.0, 200), (960.0, 1000)):
        show(
            f"Erlang C, {servers} servers",
            partial(erlang_c, load, servers),
            partial(naive_erlang_c, load, servers),
        )
    for load in (10.0, 140.0, 190.0):
        show(
            f"people for 80/20, {load:g} erlangs",
            partial(
                required_servers,
                arrivals_per_hour=load * 6,
                handling_ms=10 * MINUTE_MS,
                target=PHONE_TARGET,
            ),
            partial(naive_search, load, PHONE_TARGET.share, 20_000 / (10 * MINUTE_MS)),
        )
    show(
        "Erlang A, 10 people, 5 min patience",
        lambda: queue_figures(
            arrivals_per_hour=60,
            handling_ms=10 * MINUTE_MS,
            servers=10,
            within_ms=20_000,
            patience_ms=5 * MINUTE_MS,
        ),
        None,
    )


if __name__ == "__main__":
    main()
