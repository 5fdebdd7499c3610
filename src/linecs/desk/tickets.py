"""What happens to a ticket, by the default transitions; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from linecs.model import (
    Ticket,
    TicketId,
    TicketStatus,
    new_id,
)
from linecs.model.ids import ConversationId

if TYPE_CHECKING:
    from linecs.model import (
        Customer,
        HandOff,
        Message,
        OperatorId,
    )

__all__ = ["TicketRules"]

_MINUTE = 60_000
_HOUR = 60 * _MINUTE


@frozen(kw_only=True)
class TicketRules:
    """The times a shop may change, and what each act makes of a ticket.

    Attributes:
        bot_turn: After an answer, silence of this length resolves the ticket; ms.
        choices_turn: Choices that nobody taps go to a person after this; ms.
        reopen_within: A customer who writes so soon after a person's end reopens; ms.
        reply_within: By when a person should reply; ms.
    """

    bot_turn: int = 30 * _MINUTE
    choices_turn: int = 10 * _MINUTE
    reopen_within: int = 72 * _HOUR
    reply_within: int = 30 * _MINUTE

    def customer_wrote(
        self, ticket: Ticket | None, bubble: Message, customer: Customer, now: int
    ) -> Ticket:
        """Return the ticket a new bubble belongs to: the same, reopened, or a new one."""
        if ticket is None or self._is_over(ticket, now):
            return self._opened(customer, now, bubble)
        match ticket.status:
            case TicketStatus.BOT:
                return ticket
            case TicketStatus.RESOLVED | TicketStatus.OPEN:
                status = TicketStatus.OPEN
            case _:
                status = TicketStatus.IN_PROGRESS
        since = ticket.waiting_since or bubble.occurred_at
        return self._due(
            evolve(ticket, status=status, waiting_since=since, resolved_at=0, resolved_by=""),
            now + self.reply_within,
            "next_reply" if ticket.first_replied_at else "first_reply",
        )

    def _is_over(self, ticket: Ticket, now: int) -> bool:
        if ticket.status is not TicketStatus.RESOLVED:
            return False
        return ticket.resolved_by == "bot" or now - ticket.resolved_at > self.reopen_within

    def _opened(self, customer: Customer, now: int, bubble: Message | None) -> Ticket:
        return Ticket(
            id=TicketId(new_id(now)),
            channel_id=customer.channel_id,
            conversation_id=ConversationId(customer.id),
            customer_id=customer.id,
            status=TicketStatus.BOT,
            opened_at=bubble.occurred_at if bubble else now,
            opened_by_message_id=bubble.id if bubble else None,
            due_at=now + self.bot_turn,
            due_for="bot_turn",
        )

    @staticmethod
    def _due(ticket: Ticket, at: int, what: str) -> Ticket:
        # A due time once given is not moved by the customer writing again.
        if ticket.due_for == what and 0 < ticket.due_at <= at:
            return ticket
        return evolve(ticket, due_at=at, due_for=what)

    def bot_answered(self, ticket: Ticket, now: int) -> Ticket:
        """Return the ticket after an automatic answer."""
        return evolve(ticket, due_at=now + self.bot_turn, due_for="bot_turn", reason="answered")

    def choices_offered(self, ticket: Ticket, now: int) -> Ticket:
        """Return the ticket after "did you mean one of these?"."""
        return evolve(ticket, due_at=now + self.choices_turn, due_for="choices", reason="offered")

    def handed_off(self, ticket: Ticket, hand_off: HandOff, now: int, *, since: int) -> Ticket:
        """Return the ticket in a queue, waiting for a person since then."""
        return evolve(
            ticket,
            status=TicketStatus.OPEN,
            reason=hand_off.reason,
            queue=hand_off.queue or ticket.queue,
            waiting_since=ticket.waiting_since or since,
            due_at=now + self.reply_within,
            due_for="first_reply",
        )

    def back_to_a_person(
        self, ticket: Ticket | None, customer: Customer, now: int, *, reason: str
    ) -> Ticket:
        """Return the ticket open again (or a new one), because something went wrong."""
        kept = ticket or self._opened(customer, now, None)
        status = TicketStatus.IN_PROGRESS if kept.assignee_id else TicketStatus.OPEN
        return evolve(
            kept,
            status=status,
            reason=reason,
            waiting_since=kept.waiting_since or now,
            resolved_at=0,
            resolved_by="",
            due_at=now + self.reply_within,
            due_for="next_reply" if kept.first_replied_at else "first_reply",
        )

    def time_is_up(self, ticket: Ticket, now: int) -> Ticket:
        """Return the ticket after its due time passed in silence."""
        match ticket.status, ticket.due_for:
            case TicketStatus.WAITING, _:
                return self.resolved(ticket, now, by="system", reason="no_answer")
            case TicketStatus.BOT, "bot_turn" if ticket.reason == "answered":
                return self.resolved(ticket, now, by="bot", reason="silence")
            case TicketStatus.BOT, what:
                return evolve(
                    ticket,
                    status=TicketStatus.OPEN,
                    reason=f"{what}_over",
                    waiting_since=ticket.waiting_since or ticket.opened_at,
                    due_at=now + self.reply_within,
                    due_for="first_reply",
                )
            case _:
                return ticket

    def claimed(self, ticket: Ticket, operator: OperatorId) -> Ticket:
        """Return the ticket in a person's hands."""
        return evolve(ticket, status=TicketStatus.IN_PROGRESS, assignee_id=operator)

    def opened_by_hand(self, customer: Customer, now: int) -> Ticket:
        """Return a new ticket that a person begins."""
        return evolve(self._opened(customer, now, None), status=TicketStatus.IN_PROGRESS)

    def replied(self, ticket: Ticket, operator: OperatorId, now: int, *, asks: bool) -> Ticket:
        """Return the ticket after a person's reply; `asks` makes it the customer's turn."""
        return evolve(
            ticket,
            assignee_id=ticket.assignee_id or operator,
            status=TicketStatus.WAITING if asks else TicketStatus.IN_PROGRESS,
            first_replied_at=ticket.first_replied_at or now,
            last_replied_at=now,
            waiting_since=0,
            due_at=now + 7 * 24 * _HOUR,
            due_for="silence",
            resolved_at=0,
            resolved_by="",
        )

    def resolved(self, ticket: Ticket, now: int, *, by: str, reason: str) -> Ticket:
        """Return the ticket at its end."""
        return evolve(
            ticket,
            status=TicketStatus.RESOLVED,
            reason=reason,
            resolved_at=now,
            resolved_by=by,
            waiting_since=0,
            snoozed_until=0,
            due_at=0,
            due_for="",
        )
