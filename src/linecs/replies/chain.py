"""Responders in order: the first that decides speaks, and all that was considered is kept."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from attrs import evolve

from linecs.model.inquiry import TraceStep
from linecs.replies.considered import Considered, Explaining, TimingOut

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from linecs.model.inquiry import Bubble, Decision, HandOff, Inquiry, Responder, Trace

__all__ = ["Chain"]

log = logging.getLogger("linecs")


class Chain:
    """Asks responders one after another until one decides.

    A responder that fails is passed over, so that the next may still help; one that would start
    after the budget is spent is not asked. What each considered is in the decision's trace.

    Args:
        responders: In the order they are asked: a scenario first, then keywords, FAQ, a model.
        budget: Milliseconds for all of them; keep it below the desk's deadline, which cuts off.
        clock: Seconds, only ever growing.
    """

    def __init__(
        self,
        responders: Sequence[Responder],
        *,
        budget: int = 4_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.responders = tuple(responders)
        self._budget = budget / 1_000
        self._clock = clock

    @property
    def name(self) -> str:
        """`chain`."""
        return "chain"

    def respond(self, inquiry: Inquiry) -> Decision | None:
        """Return the first decision with the trace of all that were asked, or None."""
        return self.consider(inquiry).decision

    def consider(self, inquiry: Inquiry) -> Considered:
        """Return the first decision, and the trace also where there is none."""
        ends = self._clock() + self._budget
        trace: Trace = ()
        for responder in self.responders:
            if self._clock() >= ends:
                trace = (*trace, _step(responder, "out_of_time"))
                continue
            considered = _ask(responder, inquiry)
            trace = (*trace, *considered.trace)
            if considered.decision is not None:
                decision = evolve(considered.decision, trace=trace)
                return Considered(decision=decision, trace=trace)
        return Considered(decision=None, trace=trace)

    def time_out(self, memory: Mapping[str, Any], at: int) -> HandOff | None:
        """Return the first hand-off for a customer who fell silent, or None."""
        asked = (each for each in self.responders if isinstance(each, TimingOut))
        return next(filter(None, (each.time_out(memory, at) for each in asked)), None)

    def waits(self, bubble: Bubble) -> bool:
        """Return False where any of the responders would answer at once."""
        return all(responder.waits(bubble) for responder in self.responders)


def _ask(responder: Responder, inquiry: Inquiry) -> Considered:
    try:
        if isinstance(responder, Explaining):
            considered = responder.consider(inquiry)
        else:
            considered = Considered(decision=responder.respond(inquiry), trace=())
    except Exception as error:  # noqa: BLE001 - a shop's own responder may raise anything
        # The error's text may quote the customer; its type is enough to find it.
        log.error("Responder %s failed with %s", responder.name, type(error).__name__)  # noqa: TRY400 - same
        return Considered(decision=None, trace=(_step(responder, "failed", type(error).__name__),))
    decision = considered.decision
    step = _step(responder, type(decision).__name__.lower() if decision else "silent")
    said = decision.trace if decision else considered.trace
    return Considered(decision=decision, trace=(step, *said))


def _step(responder: Responder, outcome: str, error: str = "") -> TraceStep:
    detail = {"outcome": outcome, "error": error} if error else {"outcome": outcome}
    return TraceStep(name=f"responder:{responder.name}", detail=detail)
