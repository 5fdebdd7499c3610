"""What a ticket's clocks show, and what a late change of the hours makes of due times."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk.changes import Changes, ConflictError
from linecs.model import Author, FeedEntry, Message, MessageState, Ticket, TicketStatus
from linecs.routing import ClockEvent, Happened, clock_runs
from linecs.storage.ports import Query, equal, unequal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linecs.desk.core import DeskCore
    from linecs.model import TicketId
    from linecs.routing import ClockReading
    from linecs.storage.ports import Transaction

__all__ = ["read_clocks", "recompute_deadlines"]

_AT_ONCE = 500


def read_clocks(core: DeskCore, ticket_id: TicketId) -> tuple[ClockReading, ...]:
    """Return what each clock of a ticket shows now, in the order they were started."""
    ticket, events = core.storage.read(lambda tx: _of_ticket(tx, ticket_id))
    policy = core.rules.routing.queue(ticket.queue).sla
    return tuple(policy.read(run, now=core.clock()) for run in clock_runs(_counted(events)))


def _of_ticket(tx: Transaction, ticket_id: TicketId) -> tuple[Ticket, list[ClockEvent]]:
    ticket = tx.get(Ticket, ticket_id)
    of_ticket = (equal("ticket_id", ticket_id),)
    messages = tx.select(Query(row=Message, where=of_ticket))
    entries = tx.select(Query(row=FeedEntry, where=of_ticket, order=("id",)))
    events = [*_of_messages(messages), *_of_feed(entries)]
    return ticket, sorted(events, key=lambda event: event.at)


def _of_messages(messages: Sequence[Message]) -> Iterator[ClockEvent]:
    for message in messages:
        if message.author is Author.CUSTOMER:
            yield ClockEvent(at=message.occurred_at, what=Happened.CUSTOMER_WROTE)
        elif _is_receipt(message):
            yield ClockEvent(at=message.sent_at, what=Happened.CUSTOMER_TOLD)


def _is_receipt(message: Message) -> bool:
    """Whether a bubble tells the customer anything of their matter; a notice does not."""
    by_desk = message.author is Author.SYSTEM and message.author_id.startswith("desk:")
    return message.state is MessageState.SENT and (by_desk or message.author is Author.BOT)


def _of_feed(entries: Sequence[FeedEntry]) -> Iterator[ClockEvent]:
    for entry in entries:
        match entry.kind:
            case "inquiry.handoff":
                at = int(entry.facts.get("since", entry.at))
                yield ClockEvent(at=at, what=Happened.HANDED_OFF)
            case "ticket.replied":
                what = Happened.ASKED if entry.facts.get("asks") else Happened.REPLIED
                yield ClockEvent(at=entry.at, what=what)
            case "ticket.resolved":
                yield ClockEvent(at=entry.at, what=Happened.RESOLVED)
            case "ticket.reopened":
                yield ClockEvent(at=entry.at, what=Happened.REOPENED)
            case "ticket.open":
                came_back = entry.actor == "customer"
                what = Happened.REOPENED if came_back else Happened.HANDED_OFF
                yield ClockEvent(at=entry.at, what=what)


def _counted(events: Sequence[ClockEvent]) -> Iterator[ClockEvent]:
    """Leave out what a customer said after the end where nobody took it up again: thanks."""
    after_end: list[ClockEvent] | None = None
    for event in events:
        if after_end is not None and event.what is Happened.CUSTOMER_WROTE:
            after_end.append(event)
            continue
        yield event
        if event.what is Happened.RESOLVED:
            after_end = []
        elif event.what is Happened.REOPENED and after_end is not None:
            yield from after_end[-1:]
            after_end = None


def recompute_deadlines(core: DeskCore) -> int:
    """Count all open deadlines anew; return how many moved. Opens its own transactions."""
    last, moved = "", 0
    while batch := core.storage.read(partial(_open_after, last)):
        moved += sum(_recompute(core, ticket) for ticket in batch)
        last = batch[-1].id
    return moved


def _open_after(last: str, tx: Transaction) -> list[Ticket]:
    query = Query(
        row=Ticket,
        where=(unequal("status", TicketStatus.RESOLVED),),
        order=("id",),
        limit=_AT_ONCE,
        after=(last,),
    )
    return tx.select(query)


def _recompute(core: DeskCore, ticket: Ticket) -> bool:
    """Count one ticket's due time anew, unless it began with nothing the hours count from."""
    counts = ticket.waiting_since or ticket.last_replied_at
    if ticket.status is TicketStatus.BOT or ticket.snoozed_until or not counts:
        return False
    due = core.rules.with_due(ticket, core.clock())
    if due == ticket:
        return False
    changes = Changes()
    raised = evolve(due, version=ticket.version + 1)
    changes.alter(ticket, raised, guard=("version",))
    try:
        core.storage.run(changes.write)
    except ConflictError:
        # Somebody acted meanwhile, and so by the new hours.
        return False
    return True
