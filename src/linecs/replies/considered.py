"""A decision with everything that was looked at, also where nothing was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from attrs import frozen

from linecs.model.inquiry import Decision, Trace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from linecs.model.inquiry import HandOff, Inquiry

__all__ = ["Considered", "Explaining", "TimingOut"]


@frozen(kw_only=True)
class Considered:
    """What a responder made of an inquiry.

    Attributes:
        decision: None where the next responder should look.
        trace: What was considered, in order; where there is a decision, its own trace counts.
    """

    decision: Decision | None
    trace: Trace


@runtime_checkable
class Explaining(Protocol):
    """A responder that can say why it stayed silent (Promise 10)."""

    def consider(self, inquiry: Inquiry) -> Considered:
        """Return the decision and its trace.

        Called by the chain instead of `respond`, whose rules hold here too.
        """
        ...


@runtime_checkable
class TimingOut(Protocol):
    """A responder that has something to say when a customer falls silent."""

    def time_out(self, memory: Mapping[str, Any], at: int) -> HandOff | None:
        """Return what to hand to a person, or None.

        Called by the desk's job when `waiting_until` has passed, and by the chain.
        """
        ...
