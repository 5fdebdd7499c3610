"""What a customer took back is gone from everything the desk keeps (Promise 6); pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk.knowledge.forgetting import forget_proposals
from linecs.desk.operators.quoting import forget_quotes
from linecs.hours import DAY_MS
from linecs.model import (
    Author,
    EventState,
    Message,
    MessageId,
    MessageState,
    StoredEvent,
    TicketStatus,
    new_id,
)
from linecs.storage.ports import at_least, at_most, equal
from linecs.storage.tables import Memory, Trace

if TYPE_CHECKING:
    from linecs.desk.core import DeskCore
    from linecs.desk.filing import Filing
    from linecs.desk.tickets import TicketRules
    from linecs.model import Job
    from linecs.model.webhook import UnsendEvent
    from linecs.storage.ports import Condition

__all__ = ["close_if_all_was_unsent", "redact", "redact_kept", "unsend"]


def unsend(filing: Filing, event: UnsendEvent) -> None:
    """Take a message back, or leave a tombstone for one that has not come yet."""
    message = filing.known.get(event.line_message_id)
    if message is None:
        if filing.customer is not None:
            filing.known[event.line_message_id] = tombstone = _tombstone(filing, event)
            filing.changes.add(tombstone)
        _take_back_kept(filing, event)
    elif message.state is not MessageState.UNSENT:
        _take_back(filing, message)


def _tombstone(filing: Filing, event: UnsendEvent) -> Message:
    return Message(
        id=MessageId(new_id(filing.now)),
        channel_id=filing.conversation.channel_id,
        conversation_id=filing.conversation.id,
        ticket_id=None,
        author=Author.CUSTOMER,
        kind="text",
        occurred_at=event.occurred_at,
        state=MessageState.UNSENT,
        line_message_id=event.line_message_id,
        answered=True,
    )


def _take_back_kept(filing: Filing, event: UnsendEvent) -> None:
    """Empty a message that was kept and never filed: of a group, or in standby."""
    where = _kept(filing.conversation.channel_id, event.line_message_id)
    filing.changes.set_all(StoredEvent, where, {"raw": ""})
    # Redelivery may bring it after its unsend; look once more when that is over.
    filing.add_job("event.redact", event.line_message_id, due_at=filing.now + DAY_MS)


def _kept(channel_id: str, line_message_id: str) -> list[Condition]:
    return [
        equal("state", EventState.KEPT),
        equal("channel_id", channel_id),
        equal("lane", line_message_id),
    ]


def redact_kept(core: DeskCore, job: Job) -> None:
    """Empty a kept message that came after it was taken back."""
    where = _kept(job.channel_id, job.subject_id)
    core.storage.run(lambda tx: tx.update(StoredEvent, where, {"raw": ""}))


def _take_back(filing: Filing, message: Message) -> None:
    gone = evolve(
        message,
        state=MessageState.UNSENT,
        text="",
        content="",
        quote_token="",
        mark_as_read_token="",
        answered=True,
    )
    filing.known[message.line_message_id] = gone
    filing.open_bubbles = [bubble for bubble in filing.open_bubbles if bubble.id != message.id]
    if message in filing.fresh_bubbles:
        filing.fresh_bubbles[filing.fresh_bubbles.index(message)] = gone
    else:
        filing.changes.alter(message, gone)
    _redact_event_of(filing, message)
    _forget(filing, message)
    # What a person or a model wrote for the text that is gone no longer fits.
    raised = filing.conversation.version + 1
    filing.conversation = evolve(filing.conversation, version=raised)
    filing.tell("message.unsent", actor="customer", subject_id=message.id)


def _redact_event_of(filing: Filing, message: Message) -> None:
    for stored, _ in filing.view.events:
        if stored.id == message.event_id:
            redact(filing, stored)
            return
    filing.changes.set_all(StoredEvent, [equal("id", message.event_id)], {"raw": ""})


def redact(filing: Filing, stored: StoredEvent) -> None:
    """Empty an event of this step and mark it done."""
    done = evolve(stored, state=EventState.DONE, raw="")
    filing.changes.alter(stored, done, guard=["state"])


def _forget(filing: Filing, message: Message) -> None:
    """Remove what responders remembered and wrote down of it, and its content."""
    of_conversation = equal("conversation_id", filing.conversation.id)
    filing.changes.remove(Memory, of_conversation)
    filing.changes.remove(
        Trace,
        of_conversation,
        at_most("since", message.occurred_at),
        at_least("until", message.occurred_at),
    )
    filing.changes.then(lambda tx: forget_quotes(tx, message))
    filing.changes.then(lambda tx: forget_proposals(tx, message, now=filing.now))
    if filing.keeps_media:
        filing.add_job("media.erase", message.id)


def close_if_all_was_unsent(filing: Filing, rules: TicketRules) -> None:
    """End a matter of which nothing is left to answer."""
    ticket = filing.ticket
    is_untouched = ticket is not None and ticket.status is TicketStatus.BOT and not ticket.reason
    if ticket is not None and is_untouched and not filing.open_bubbles:
        filing.ticket = rules.resolved(ticket, filing.now, by="system", reason="unsent")
        filing.tell("ticket.resolved", actor="system", reason="unsent")
