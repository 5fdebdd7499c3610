"""Why an automatic answer was given: the kept trace, as a value (Promise 10)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.model import EventId, Message, TraceStep
from linecs.storage.tables import Trace

if TYPE_CHECKING:
    from linecs.desk.core import DeskCore
    from linecs.storage.ports import Transaction

__all__ = ["Explanation", "explain"]


@frozen(kw_only=True)
class Explanation:
    """What was decided for an inquiry, and everything that was looked at.

    Attributes:
        decision: `Answer`, `Choices` or `HandOff`.
        source: Which rule, FAQ entry or scenario step.
        steps: In the order in which they were considered.
    """

    inquiry_id: EventId
    decision: str
    source: str
    steps: tuple[TraceStep, ...]


def explain(core: DeskCore, message_id: str) -> Explanation | None:
    """Return why a bubble was said, or what was made of a customer's; None where nothing is kept.

    Nothing is kept of what a person said, and no longer of what the customer took back.
    """

    def look(tx: Transaction) -> Trace | None:
        message = tx.find(Message, message_id)
        return tx.find(Trace, message.event_id) if message and message.event_id else None

    kept = core.storage.read(look)
    if kept is None:
        return None
    steps = (
        TraceStep(name=each["name"], detail=each["detail"]) for each in json.loads(kept.content)
    )
    return Explanation(
        inquiry_id=kept.inquiry_id,
        decision=kept.decision,
        source=kept.source,
        steps=tuple(steps),
    )
