"""Who has the first word on an inquiry: looked at before the responders are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.desk.assigning import place_in_queue
from linecs.desk.inbox.places import count_facets
from linecs.desk.presence import people_on_duty
from linecs.desk.routing import Receipts
from linecs.model import Choices, HandOff, TraceStep
from linecs.replies.scenario import is_waiting
from linecs.routing import Answerer, Situation

if TYPE_CHECKING:
    from linecs.desk.core import DeskCore
    from linecs.desk.filing import Filing
    from linecs.model import Decision, Inquiry
    from linecs.storage.ports import Transaction

__all__ = ["escalate", "person_first", "tell_place"]

_ESCALATION = "desk:escalation"
_ANSWERING = "desk:answering"
_OWED = ("owed", "")
_NOT_MEANT = ("no_answer_found", "responder_timeout", "responder_failed")


def person_first(core: DeskCore, filing: Filing, inquiry: Inquiry) -> HandOff | None:
    """Return the hand-off where a person comes first; None leaves it to the responders.

    Opens its own transactions. A scenario that waits for the customer's words hears them first:
    it knows by itself how customers leave it.
    """
    answering = core.rules.routing.answering
    if not answering.rules and answering.otherwise is Answerer.BOT:
        return None
    if is_waiting(filing.view.remembered, inquiry.at):
        return None
    situation = core.storage.read(lambda tx: _situation(core, tx, filing, inquiry))
    verdict = answering.decide(situation)
    if verdict.answerer is Answerer.BOT:
        return None
    step = TraceStep(name="answering", detail={"rule": verdict.rule})
    return HandOff(reason="person_first", source=_ANSWERING, trace=(step,))


def escalate(core: DeskCore, inquiry: Inquiry, decision: Decision | None) -> Decision | None:
    """Return the decision, or a person where the customer wants or needs one.

    That is: asks for one, is angry, or was offered choices too often.

    A responder's own hand-off stays, with its queue and its words; so does what answers a tap, a
    whole keyword, or a scenario's question.
    """
    rules = core.rules.routing.escalation
    if rules is None or _stands(core, inquiry, decision):
        return decision
    found = rules.find(inquiry.text, misses=inquiry.misses + isinstance(decision, Choices))
    if found is None or (found.reason == "repeated_misses" and not isinstance(decision, Choices)):
        return decision
    step = TraceStep(name="escalation", detail={"because": found.because})
    before = decision.trace if decision is not None else ()
    return HandOff(reason=found.reason, source=_ESCALATION, trace=(*before, step))


def _stands(core: DeskCore, inquiry: Inquiry, decision: Decision | None) -> bool:
    if isinstance(decision, HandOff) and decision.reason not in _NOT_MEANT:
        return True
    in_scenario = is_waiting(inquiry.memory, inquiry.at)
    return in_scenario or not core.responder.waits(inquiry.bubbles[-1])


def _situation(core: DeskCore, tx: Transaction, filing: Filing, inquiry: Inquiry) -> Situation:
    routing, ticket = core.rules.routing, filing.ticket
    return Situation(
        is_open=routing.queue(ticket.queue if ticket else "").calendar.is_open(filing.now),
        people_on_duty=people_on_duty(core, tx),
        concurrency=routing.concurrency,
        queue_length=count_facets(tx, [_OWED])[_OWED],
        customer=inquiry.customer,
        category=ticket.category if ticket else "",
    )


def tell_place(core: DeskCore, filing: Filing) -> None:
    """Let a receipt name the customer's place in the queue, while somebody is there to serve it.

    Opens its own transaction, and only where a receipt would say it.
    """
    routing = core.rules.routing
    if Receipts.ALWAYS in {queue.receipts for queue in (routing, *routing.queues.values())}:
        filing.position = core.storage.read(lambda tx: _place(core, tx, filing))


def _place(core: DeskCore, tx: Transaction, filing: Filing) -> int | None:
    if not people_on_duty(core, tx):
        return None
    priority = filing.ticket.priority if filing.ticket else 0
    return place_in_queue(tx, priority, filing.open_bubbles[0].occurred_at)
