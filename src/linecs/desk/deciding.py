"""What an inquiry and a responder's decision make of the conversation and its ticket; pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, assert_never

from attrs import evolve

from linecs.desk.bubbles import bubble_of
from linecs.desk.collecting import collected_note
from linecs.desk.outgoing import queue_messages
from linecs.desk.promising import promise_in
from linecs.errors import LimitError
from linecs.hours import MINUTE_MS
from linecs.model import (
    Answer,
    Author,
    Choices,
    EventId,
    HandOff,
    Inquiry,
)
from linecs.replies.scenario import waiting_until
from linecs.storage.ports import equal
from linecs.storage.tables import Memory, Trace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from linecs.desk.filing import Filing
    from linecs.desk.tickets import TicketRules
    from linecs.model import (
        CustomerFacts,
        Decision,
        MessageObject,
        Note,
    )

__all__ = ["apply_decision", "inquiry_of"]

_GRACE = 5 * MINUTE_MS


def inquiry_of(filing: Filing, facts: CustomerFacts) -> Inquiry:
    """Return the open inquiry as responders see it."""
    bubbles = tuple(bubble_of(message) for message in filing.open_bubbles)
    newest = filing.open_bubbles[-1]
    last = bubbles[-1]
    return Inquiry(
        id=newest.event_id or EventId(newest.id),
        channel_id=newest.channel_id,
        conversation_id=newest.conversation_id,
        at=newest.occurred_at,
        text="\n".join(bubble.text for bubble in bubbles if bubble.text),
        bubbles=bubbles,
        postback_data=last.content.get("data") if last.kind == "postback" else None,
        customer=facts,
        misses=filing.conversation.misses,
        memory=filing.view.remembered,
    )


def apply_decision(
    filing: Filing, inquiry: Inquiry, decision: Decision | None, rules: TicketRules
) -> None:
    """Queue what was decided and move the ticket; no decision means a person."""
    made = decision or HandOff(reason="no_answer_found", source="")
    try:
        _speak(filing, inquiry, made)
    except LimitError as error:
        # Better a person than half an answer; the rule's author sees why on the ticket.
        made = HandOff(reason="answer_over_limit", source=made.source, note=str(error))
    _settle_bubbles(filing, made)
    _move_ticket(filing, made, rules)
    if isinstance(made, HandOff):
        promise_in(filing, rules, is_new=True, spoke=bool(made.messages))
        if made.note:
            filing.changes.add(_collected(filing, made))
    _remember(filing, made.remember)
    filing.changes.add(_trace(filing, inquiry, made))
    _tell(filing, made)


def _speak(filing: Filing, inquiry: Inquiry, decision: Decision) -> None:
    messages: Sequence[MessageObject] = decision.messages
    if not messages:
        return
    assert filing.ticket is not None
    queued = queue_messages(
        filing.conversation,
        messages,
        ticket_id=filing.ticket.id,
        author=Author.BOT,
        author_id=decision.source,
        now=filing.now,
        answers=inquiry.id,
    )
    filing.changes.add(*queued.rows)
    filing.conversation = queued.conversation


def _settle_bubbles(filing: Filing, decision: Decision) -> None:
    newest = filing.open_bubbles[-1].occurred_at
    missed = isinstance(decision, HandOff)
    # Choices are an answer once the customer has taken one of them.
    found_none = not isinstance(decision, Answer)
    filing.conversation = evolve(
        filing.conversation,
        inquiry_since=0,
        inquiry_due_at=0,
        misses=filing.conversation.misses + 1 if found_none else 0,
        answered_until=filing.conversation.answered_until if missed else newest,
    )
    if not missed:
        filing.answer_open_bubbles()


def _move_ticket(filing: Filing, decision: Decision, rules: TicketRules) -> None:
    assert filing.ticket is not None
    match decision:
        case Answer():
            filing.ticket = rules.bot_answered(
                filing.ticket, filing.now, resolves=decision.resolves
            )
        case Choices():
            filing.ticket = rules.choices_offered(filing.ticket, filing.now)
        case HandOff():
            since = filing.open_bubbles[0].occurred_at
            filing.ticket = rules.handed_off(filing.ticket, decision, filing.now, since=since)
        case _:
            assert_never(decision)


def _collected(filing: Filing, hand_off: HandOff) -> Note:
    """Return what a responder wrote down, as a copy of all the ticket's customer said."""
    assert filing.ticket is not None
    return collected_note(
        filing.ticket,
        hand_off,
        filing.now,
        since=min(filing.ticket.opened_at, filing.open_bubbles[0].occurred_at),
        until=filing.open_bubbles[-1].occurred_at,
    )


def _remember(filing: Filing, remember: Mapping[str, Any]) -> None:
    before = filing.view.remembered
    after = {key: value for key, value in {**before, **remember}.items() if value is not None}
    until = waiting_until(after)
    if until is not None and filing.ticket is not None:
        filing.add_job("scenario.time_out", filing.conversation.id, due_at=until)
        # The scenario's own end comes first; the ticket's due time is for when that fails.
        filing.ticket = evolve(filing.ticket, due_at=max(filing.ticket.due_at, until + _GRACE))
    if after == before:
        return
    row = filing.view.memory
    content = json.dumps(after, ensure_ascii=False)
    fresh = Memory(conversation_id=filing.conversation.id, content=content, changed_at=filing.now)
    if not after:
        filing.changes.remove(Memory, equal("conversation_id", filing.conversation.id))
    elif row is None:
        filing.changes.add(fresh)
    else:
        filing.changes.alter(row, fresh)


def _trace(filing: Filing, inquiry: Inquiry, decision: Decision) -> Trace:
    steps = [{"name": step.name, "detail": dict(step.detail)} for step in decision.trace]
    return Trace(
        inquiry_id=inquiry.id,
        conversation_id=inquiry.conversation_id,
        ticket_id=filing.ticket.id if filing.ticket else None,
        decision=type(decision).__name__,
        source=decision.source[:255],
        since=filing.open_bubbles[0].occurred_at,
        until=inquiry.at,
        content=json.dumps(steps, ensure_ascii=False, default=str),
    )


def _tell(filing: Filing, decision: Decision) -> None:
    reason = decision.reason if isinstance(decision, HandOff) else ""
    kind = f"inquiry.{type(decision).__name__.lower()}"
    since = filing.open_bubbles[0].occurred_at
    filing.tell(kind, actor="bot", source=decision.source, reason=reason, since=since)
