"""What an event makes of a ticket: its status, its people and its times; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linecs.model import OperatorId, TicketStatus
from linecs.routing.transitions import TicketEvent

if TYPE_CHECKING:
    from linecs.model import Ticket
    from linecs.routing.transitions import Transition
    from linecs.routing.workflow import Workflow

__all__ = ["advance"]

_END = TicketStatus.RESOLVED
_CUSTOMER_WAITS_FOR_A_PERSON = frozenset(
    {
        TicketEvent.INQUIRY_FOR_PERSON,
        TicketEvent.CUSTOMER_WROTE,
        TicketEvent.CUSTOMER_CAME_BACK,
        TicketEvent.HAND_OFF,
        TicketEvent.NOT_CONTENT,
        TicketEvent.CHOICES_EXPIRED,
        TicketEvent.BOT_DEADLINE,
        TicketEvent.DELIVERY_FAILED,
    }
)
_REPLIES = frozenset({TicketEvent.REPLIED, TicketEvent.ASKED})


def advance(
    workflow: Workflow,
    ticket: Ticket,
    on: str,
    *,
    now: int,
    actor: str,
    reason: str = "",
    assignee: OperatorId | None = None,
    since: int = 0,
) -> Ticket:
    """The ticket after an event; unchanged where the event begins a new one.

    A due time of another status is cleared; `deadline` gives the next one.

    Args:
        workflow: Whose table decides.
        ticket: As it stands.
        on: What happened (`TicketEvent`, or a name of the shop's own).
        now: When, epoch ms UTC.
        actor: `customer`, `bot`, `system`, or the operator's id.
        reason: Why, where the table's word is not enough.
        assignee: To whom, for `claimed` on behalf of somebody and for `handed_over`.
        since: Since when the customer waits for a person, if earlier than now.

    Raises:
        TransitionError: If the workflow has no such step from where the ticket stands.
    """
    row = workflow.find(on, ticket.status)
    if row.target is None:
        return ticket
    moved = evolve(
        ticket,
        status=row.target,
        reason=reason or row.reason or ticket.reason,
        assignee_id=_assignee(ticket, on, actor, assignee),
        waiting_since=_waiting_since(ticket, row, since or now),
        snoozed_until=ticket.snoozed_until if on == TicketEvent.HANDED_OVER else 0,
        version=ticket.version + 1,
    )
    if on in _REPLIES:
        moved = evolve(moved, first_replied_at=ticket.first_replied_at or now, last_replied_at=now)
    return _at_its_end(ticket, moved, now, actor)


def _assignee(
    ticket: Ticket, on: str, actor: str, assignee: OperatorId | None
) -> OperatorId | None:
    if on == TicketEvent.RELEASED:
        return None
    if on == TicketEvent.CLAIMED:
        return assignee or OperatorId(actor)
    if on in _REPLIES:
        return ticket.assignee_id or OperatorId(actor)
    return assignee or ticket.assignee_id


def _waiting_since(ticket: Ticket, row: Transition, since: int) -> int:
    if row.on in _REPLIES or row.target in (TicketStatus.BOT, _END):
        return 0
    if row.on in _CUSTOMER_WAITS_FOR_A_PERSON:
        return ticket.waiting_since or since
    return ticket.waiting_since


def _at_its_end(before: Ticket, moved: Ticket, now: int, actor: str) -> Ticket:
    if moved.status is before.status:
        return moved
    ended = moved.status is _END
    return evolve(
        moved,
        due_at=0,
        due_for="",
        resolved_at=now if ended else 0,
        resolved_by=actor if ended else "",
    )
