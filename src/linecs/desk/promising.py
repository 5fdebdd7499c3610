"""What customers are told when a person takes over, and when somebody will answer; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from linecs.desk.outgoing import Queued, queue_messages
from linecs.desk.routing import Receipts
from linecs.hours import spoken_promise
from linecs.model import Author, Ticket
from linecs.routing import what_comes_next

if TYPE_CHECKING:
    from linecs.desk.filing import Filing
    from linecs.desk.routing import Queue
    from linecs.desk.tickets import TicketRules
    from linecs.model import Conversation

__all__ = ["RECEIPT", "Promise", "promise_in", "promise_of"]

RECEIPT = "desk:receipt"
"""The author of receipts."""


@frozen(kw_only=True)
class Promise:
    """A ticket whose customer was told, and the words on their way."""

    ticket: Ticket
    queued: Queued


def promise_of(
    rules: TicketRules,
    ticket: Ticket,
    conversation: Conversation,
    now: int,
    *,
    is_new: bool,
    spoke: bool = False,
    position: int | None = None,
) -> Promise | None:
    """Return the receipt for a customer who waits for a person; None where none is due.

    Args:
        rules: By which the ticket is due.
        ticket: As it will be.
        conversation: Where the words go.
        now: Epoch ms UTC.
        is_new: The customer begins to wait for a person now.
        spoke: Something was said on the way already.
        position: The customer's place in the queue; None where it is not honest to tell.
    """
    queue = rules.routing.queue(ticket.queue)
    if not ticket.waiting_since or _is_promised(ticket, now):
        return None
    if not _is_wanted(queue, ticket, now, begins=is_new and not spoke):
        return None
    message = {"type": "text", "text": _words(queue, ticket, now, position)}
    queued = queue_messages(
        conversation,
        [message],
        ticket_id=ticket.id,
        author=Author.SYSTEM,
        author_id=RECEIPT,
        now=now,
    )
    return Promise(ticket=rules.promised(ticket), queued=queued)


def promise_in(filing: Filing, rules: TicketRules, *, is_new: bool, spoke: bool = False) -> None:
    """Have a receipt written in this step, where one is due."""
    assert filing.ticket is not None
    made = promise_of(
        rules,
        filing.ticket,
        filing.conversation,
        filing.now,
        is_new=is_new,
        spoke=spoke,
        position=filing.position,
    )
    if made is None:
        return
    filing.ticket, filing.conversation = made.ticket, made.queued.conversation
    filing.changes.add(*made.queued.rows)
    filing.tell("promise.made", actor="system", until=made.ticket.promised_at)


def _is_promised(ticket: Ticket, now: int) -> bool:
    return ticket.promise_kept is None and ticket.promised_at > now


def _is_wanted(queue: Queue, ticket: Ticket, now: int, *, begins: bool) -> bool:
    if queue.receipts is Receipts.NEVER:
        return False
    if queue.calendar.is_open(now):
        return queue.receipts is Receipts.ALWAYS and begins
    # A person who goes on after closing time needs no receipt beside their own words.
    last = ticket.last_replied_at
    return not last or queue.calendar.business_ms(last, now) > 0


def _words(queue: Queue, ticket: Ticket, now: int, position: int | None) -> str:
    if not queue.names_deadline:
        return what_comes_next(queue.calendar, now=now, position=position)
    closed = "" if queue.calendar.is_open(now) else "ただいま営業時間外です。"
    promise = spoken_promise(queue.calendar, ticket.due_at, now, deadline=True)
    return f"{closed}担当者より{promise}。"
