"""What each act of the desk makes of a ticket, by the shop's workflow and promises; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen, validators

from linecs.hours import DAY_MS, MINUTE_MS
from linecs.model import (
    Ticket,
    TicketId,
    TicketStatus,
    new_id,
)
from linecs.model.ids import ConversationId
from linecs.routing import DEFAULT_WORKFLOW, TicketEvent, Workflow, advance

if TYPE_CHECKING:
    from linecs.model import (
        Customer,
        HandOff,
        Message,
        OperatorId,
    )

__all__ = ["TicketRules"]


@frozen(kw_only=True)
class TicketRules:
    """A workflow, and by when a person should act where it names no time itself.

    Attributes:
        workflow: The table of transitions.
        reply_within: By when a person should reply; ms.
        follow_up_within: By when a person looks again at a ticket nobody waits for; ms.
        silence: After a question to the customer, silence of this length ends the matter; ms.
    """

    workflow: Workflow = DEFAULT_WORKFLOW
    reply_within: int = field(default=30 * MINUTE_MS, validator=validators.gt(0))
    follow_up_within: int = field(default=DAY_MS, validator=validators.gt(0))
    silence: int = field(default=7 * DAY_MS, validator=validators.gt(0))

    def customer_wrote(
        self,
        ticket: Ticket | None,
        bubble: Message,
        customer: Customer,
        now: int,
        *,
        courtesy: bool = False,
    ) -> Ticket:
        """Return the ticket a new bubble belongs to: the same, reopened, or a new one."""
        on = self.workflow.customer_event(ticket, now=bubble.occurred_at, courtesy=courtesy)
        if ticket is None or self.workflow.begins_new(ticket, on):
            return self._opened(customer, now, TicketEvent.INQUIRY, bubble)
        actor = "bot" if on is TicketEvent.CONFIRMED else "customer"
        return self._moved(ticket, on, now, actor, since=bubble.occurred_at)

    def opened_by_hand(self, customer: Customer, now: int) -> Ticket:
        """Return a new ticket that a person begins."""
        return self._opened(customer, now, TicketEvent.OPENED_BY_HAND, None)

    def _opened(
        self, customer: Customer, now: int, on: TicketEvent, bubble: Message | None
    ) -> Ticket:
        ticket = Ticket(
            id=TicketId(new_id(now)),
            channel_id=customer.channel_id,
            conversation_id=ConversationId(customer.id),
            customer_id=customer.id,
            status=self.workflow.start(on),
            opened_at=bubble.occurred_at if bubble else now,
            opened_by_message_id=bubble.id if bubble else None,
        )
        return self.with_due(ticket, now)

    def bot_answered(self, ticket: Ticket, now: int, *, resolves: bool = True) -> Ticket:
        """Return the ticket after an automatic answer; silence after it settles the matter.

        Where the bot asked something (`resolves` is False), silence is for a person to look at.
        """
        if not resolves:
            return self._timed(evolve(ticket, reason="asked"), TicketEvent.BOT_DEADLINE, now)
        return self._timed(evolve(ticket, reason="answered"), TicketEvent.BOT_SILENCE, now)

    def choices_offered(self, ticket: Ticket, now: int) -> Ticket:
        """Return the ticket after "did you mean one of these?"."""
        return self._timed(evolve(ticket, reason="offered"), TicketEvent.CHOICES_EXPIRED, now)

    def handed_off(self, ticket: Ticket, hand_off: HandOff, now: int, *, since: int) -> Ticket:
        """Return the ticket in a queue, its customer waiting for a person since then."""
        queued = evolve(ticket, queue=hand_off.queue or ticket.queue)
        on = TicketEvent.HAND_OFF
        return self._moved(queued, on, now, "bot", reason=hand_off.reason, since=since)

    def back_to_a_person(
        self, ticket: Ticket | None, customer: Customer, now: int, *, reason: str
    ) -> Ticket:
        """Return the ticket with a person again (or a new one), because something went wrong."""
        kept = ticket or self._opened(customer, now, TicketEvent.INQUIRY, None)
        return self._moved(kept, TicketEvent.DELIVERY_FAILED, now, "system", reason=reason)

    def claimed(self, ticket: Ticket, operator: OperatorId, now: int) -> Ticket:
        """Return the ticket in a person's hands."""
        return self._moved(ticket, TicketEvent.CLAIMED, now, operator)

    def replied(self, ticket: Ticket, operator: OperatorId, now: int, *, asks: bool) -> Ticket:
        """Return the ticket after a person's reply; `asks` makes it the customer's turn."""
        on = TicketEvent.ASKED if asks else TicketEvent.REPLIED
        return self._moved(ticket, on, now, operator)

    def acted(
        self,
        ticket: Ticket,
        on: TicketEvent,
        now: int,
        *,
        actor: OperatorId,
        assignee: OperatorId | None = None,
    ) -> Ticket:
        """Return the ticket after a person handed it over, gave it back, reopened or merged it."""
        return self._moved(ticket, on, now, actor, assignee=assignee)

    def taken_on(self, ticket: Ticket, since: int, now: int) -> Ticket:
        """Return the ticket with a customer waiting since then, from a ticket merged into it."""
        if not since:
            return ticket
        moved = self._moved(ticket, TicketEvent.CUSTOMER_WROTE, now, "customer", since=since)
        return self.with_due(evolve(moved, waiting_since=min(since, moved.waiting_since)), now)

    def snoozed(self, ticket: Ticket, until: int, now: int) -> Ticket:
        """Return the ticket out of sight until then; 0 brings it back."""
        return self.with_due(evolve(ticket, snoozed_until=until), now)

    def resolved(self, ticket: Ticket, now: int, *, by: str, reason: str) -> Ticket:
        """Return the ticket at its end."""
        return self._moved(ticket, TicketEvent.RESOLVED, now, by, reason=reason)

    def time_is_up(self, ticket: Ticket, now: int) -> Ticket:
        """Return the ticket after its due time passed in silence."""
        if ticket.due_for == "snooze":
            return self.snoozed(ticket, 0, now)
        if ticket.status is TicketStatus.WAITING:
            return self._moved(ticket, TicketEvent.NUDGES_UNANSWERED, now, "system")
        on = self.workflow.due_event(ticket)
        if on is None:
            return ticket
        actor = "bot" if on == TicketEvent.BOT_SILENCE else "system"
        return self._moved(ticket, on, now, actor)

    def _moved(
        self,
        ticket: Ticket,
        on: str,
        now: int,
        actor: str,
        *,
        reason: str = "",
        assignee: OperatorId | None = None,
        since: int = 0,
    ) -> Ticket:
        moved = advance(
            self.workflow,
            ticket,
            on,
            now=now,
            actor=actor,
            reason=reason,
            assignee=assignee,
            since=since,
        )
        return self.with_due(moved, now)

    def with_due(self, ticket: Ticket, now: int) -> Ticket:
        """Return the ticket with its next due time; one already running is not put off."""
        if ticket.snoozed_until:
            return evolve(ticket, due_at=ticket.snoozed_until, due_for="snooze")
        match ticket.status:
            case TicketStatus.RESOLVED:
                return evolve(ticket, due_at=0, due_for="")
            case TicketStatus.BOT:
                return self._timed(ticket, TicketEvent.BOT_DEADLINE, now)
            case TicketStatus.WAITING:
                return evolve(ticket, due_at=now + self.silence, due_for="silence")
            case TicketStatus.OPEN | TicketStatus.IN_PROGRESS if not ticket.waiting_since:
                return evolve(ticket, due_at=now + self.follow_up_within, due_for="follow_up")
            case _:
                what = "next_reply" if ticket.first_replied_at else "first_reply"
                due_at = ticket.waiting_since + self.reply_within
                return evolve(ticket, due_at=due_at, due_for=what)

    def _timed(self, ticket: Ticket, on: TicketEvent, now: int) -> Ticket:
        return evolve(ticket, due_at=self.workflow.due(on, ticket.status, now), due_for=on)
