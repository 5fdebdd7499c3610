"""How long customers wait for a group of people: Erlang C and Erlang A.

Both take inquiries as they come (Poisson), handling times that vary as phone calls and chats
do (exponential), and a steady half hour; Erlang A adds customers who give up.

The figures agree with published ones: waiting shares, service levels and mean waits of the
`process` table in the README of the R package ErlangC 0.1.0 (CRAN, 5 December 2024), and the
comparison of Erlang C and A for a staff of 50 in Garnett, Mandelbaum and Reiman, "Designing a Call
Center with Impatient Customers", Manufacturing & Service Operations Management 4(3), 2002.
"""

from __future__ import annotations

import math

from attrs import frozen

from linecs.errors import ConfigurationError

__all__ = ["QueueFigures", "erlang_b", "erlang_c", "queue_figures"]

_NEGLIGIBLE = 1e-17
_LARGE = 1e200
_NEVER = 1e-300


@frozen(kw_only=True)
class QueueFigures:
    """What customers and people meet in a steady half hour.

    Attributes:
        waiting: Share of customers who wait at all, 0 to 1.
        within: Share answered within the asked time, 0 to 1; who gives up was not answered.
        mean_wait_ms: Mean wait of all customers, ms; infinite where the queue only grows.
        occupancy: Share of their time that people are busy, 0 to 1.
        abandonment: Share of customers who give up, 0 to 1; 0 with endless patience.
    """

    waiting: float
    within: float
    mean_wait_ms: float
    occupancy: float
    abandonment: float


def erlang_b(load: float, servers: int) -> float:
    """The share of arrivals that find all servers busy and go away.

    By the stable recurrence B(0) = 1, B(k) = a B(k-1) / (k + a B(k-1)).

    Args:
        load: Offered traffic in erlangs (arrivals per hour x handling hours).
        servers: How many can be served at once.
    """
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked


def erlang_c(load: float, servers: int) -> float:
    """The share of arrivals that wait when nobody gives up; 1 when servers cannot keep up.

    Args:
        load: Offered traffic in erlangs.
        servers: How many can be served at once.
    """
    if load >= servers:
        return 1.0 if load else 0.0
    return _waiting(erlang_b(load, servers), load, servers)


def _waiting(blocked: float, load: float, servers: int) -> float:
    return blocked / (1 - load / servers * (1 - blocked))


def queue_figures(
    *,
    arrivals_per_hour: float,
    handling_ms: float,
    servers: int,
    within_ms: float,
    patience_ms: float | None = None,
) -> QueueFigures:
    """Waits, occupancy and abandonment for a number of servers.

    Args:
        arrivals_per_hour: Inquiries an hour.
        handling_ms: Mean time that one inquiry keeps a server.
        servers: How many inquiries can be handled at once.
        within_ms: The wait that `within` asks about.
        patience_ms: Mean time after which a waiting customer gives up; None for never.

    Raises:
        ConfigurationError: If a figure is negative, or a time is not positive.
    """
    check_figures(arrivals_per_hour, handling_ms, within_ms, patience_ms)
    load = arrivals_per_hour / 3_600_000 * handling_ms
    if not load:
        return QueueFigures(waiting=0, within=1, mean_wait_ms=0, occupancy=0, abandonment=0)
    if patience_ms is None:
        return _endless_patience(load, handling_ms, servers, within_ms)
    return _limited_patience(load, handling_ms, servers, within_ms, patience_ms)


def check_figures(
    arrivals_per_hour: float, handling_ms: float, within_ms: float, patience_ms: float | None
) -> None:
    """Refuse figures that no queue can have.

    Raises:
        ConfigurationError: Naming the figure.
    """
    if not 0 <= arrivals_per_hour < math.inf:
        raise ConfigurationError(f"arrivals must be 0 or more, not {arrivals_per_hour}.")
    if not 0 < handling_ms < math.inf:
        raise ConfigurationError(f"handling time must be more than 0 ms, not {handling_ms}.")
    if not 0 <= within_ms < math.inf:
        raise ConfigurationError(f"the wait asked about must be 0 ms or more, not {within_ms}.")
    if patience_ms is not None and not 0 < patience_ms < math.inf:
        raise ConfigurationError(f"patience must be more than 0 ms or None, not {patience_ms}.")


def _endless_patience(
    load: float, handling_ms: float, servers: int, within_ms: float
) -> QueueFigures:
    if load >= servers:
        return QueueFigures(waiting=1, within=0, mean_wait_ms=math.inf, occupancy=1, abandonment=0)
    waiting = erlang_c(load, servers)
    spare = servers - load
    return QueueFigures(
        waiting=waiting,
        within=1 - waiting * math.exp(-spare * within_ms / handling_ms),
        mean_wait_ms=waiting * handling_ms / spare,
        occupancy=load / servers,
        abandonment=0,
    )


def _limited_patience(
    load: float, handling_ms: float, servers: int, within_ms: float, patience_ms: float
) -> QueueFigures:
    blocked = erlang_b(load, servers)
    if blocked < _NEVER:
        occupancy = load / servers
        return QueueFigures(waiting=0, within=1, mean_wait_ms=0, occupancy=occupancy, abandonment=0)
    demand = load * patience_ms / handling_ms
    strength = servers * patience_ms / handling_ms
    free, busy, queued, in_time = _sum_states(
        1 / blocked - 1, demand, strength, within_ms / patience_ms
    )
    total = free + busy
    abandonment = queued / total / demand
    return QueueFigures(
        waiting=busy / total,
        within=(free + in_time) / total,
        mean_wait_ms=abandonment * patience_ms,
        occupancy=load * (1 - abandonment) / servers if servers else 0,
        abandonment=abandonment,
    )


def _sum_states(
    free: float, demand: float, strength: float, elapsed: float
) -> tuple[float, float, float, float]:
    """The weights of "somebody is free", "all are busy", customers waiting, and those in time.

    All are relative to "all busy, nobody waiting". With j ahead, e^(-wait/patience) is
    Beta(strength, j + 1) distributed, so that the share answered in time is an incomplete beta
    function; its terms are summed along with j.
    """
    log_step = math.log(-math.expm1(-elapsed)) if elapsed else -math.inf
    log_late = -elapsed * (strength + 1)
    state, busy, queued, in_time, ahead = 1.0, 0.0, 0.0, 0.0, 0
    late = math.exp(log_late)
    while state * (strength + ahead) > _NEGLIGIBLE * (busy + free) or demand > strength + ahead:
        busy += state
        queued += ahead * state
        in_time += state * max(0.0, 1 - late) * strength / (strength + ahead + 1)
        ahead += 1
        state *= demand / (strength + ahead)
        log_late += log_step + math.log((strength + ahead) / ahead)
        late += math.exp(log_late)
        if state > _LARGE:
            weights = (state, free, busy, queued, in_time)
            state, free, busy, queued, in_time = (weight / _LARGE for weight in weights)
    return free, busy, queued, in_time
