"""What each act of the desk makes of a ticket, by the shop's workflow and promises; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from linecs.desk.routing import Routing
from linecs.model import (
    Ticket,
    TicketId,
    TicketStatus,
    new_id,
)
from linecs.model.ids import ConversationId
from linecs.routing import ClockRun, SlaClock, TicketEvent, advance, promise_kept

if TYPE_CHECKING:
    from linecs.model import (
        Customer,
        HandOff,
        Message,
        OperatorId,
    )
    from linecs.routing import Workflow

__all__ = ["TicketRules"]


@frozen(kw_only=True)
class TicketRules:
    """A shop's workflow and its deadlines.

    Attributes:
        routing: Both, by queue.
    """

    routing: Routing = field(factory=Routing)

    @property
    def workflow(self) -> Workflow:
        """The table of transitions."""
        return self.routing.workflow

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
            return self.with_due(evolve(ticket, reason="asked"), now)
        answered = evolve(ticket, reason="answered")
        return self.with_due(answered, now, turn=TicketEvent.BOT_SILENCE)

    def choices_offered(self, ticket: Ticket, now: int) -> Ticket:
        """Return the ticket after "did you mean one of these?"."""
        offered = evolve(ticket, reason="offered")
        return self.with_due(offered, now, turn=TicketEvent.CHOICES_EXPIRED)

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
        kept = ticket.promise_kept
        if kept is None:
            kept = promise_kept(ticket.promised_at, now, now=now)
        answered = evolve(ticket, promise_kept=kept, nudges_sent=0)
        return self._moved(answered, on, now, operator)

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
        if ticket.due_for == "nudge":
            return self._nudged(ticket, now)
        if ticket.status is TicketStatus.WAITING:
            return self._moved(ticket, TicketEvent.NUDGES_UNANSWERED, now, "system")
        on = self.workflow.due_event(ticket)
        if on is None:
            return ticket
        actor = "bot" if on == TicketEvent.BOT_SILENCE else "system"
        return self._moved(ticket, on, now, actor)

    def _nudged(self, ticket: Ticket, now: int) -> Ticket:
        """Return the ticket once its customer was asked again.

        Nudges that a worker slept through are not made up for, and the customer has the whole
        time for an answer.
        """
        nudges = self.routing.queue(ticket.queue).nudges
        planned = nudges.nudges(ticket.last_replied_at)
        sent = max(ticket.nudges_sent + 1, sum(at <= now for at in planned))
        nudged = self.with_due(evolve(ticket, nudges_sent=sent), now)
        if nudged.due_for == "nudge":
            return nudged
        return evolve(nudged, due_at=max(nudged.due_at, now + nudges.resolve_after_ms))

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

    def with_due(self, ticket: Ticket, now: int, *, turn: str = TicketEvent.BOT_DEADLINE) -> Ticket:
        """Return the ticket with its next due time; one already running is not put off.

        Args:
            ticket: As it now stands.
            now: Epoch ms UTC.
            turn: What ends the bot's turn, where it is the bot's.
        """
        deadlines = self.routing.deadlines(ticket.queue)
        due = deadlines.next(ticket, now=now, turn=turn, nudges_sent=ticket.nudges_sent)
        if due is None:
            return evolve(ticket, due_at=0, due_for="", remind_at=0)
        if (ticket.due_at, ticket.due_for) == (due.at, due.what):
            return ticket
        timed = evolve(ticket, due_at=due.at, due_for=due.what)
        return evolve(timed, remind_at=self._remind_at(timed))

    def _remind_at(self, ticket: Ticket) -> int:
        """Return when staff first hear of a due time; 0 for those that no person keeps."""
        if ticket.due_for == "follow_up":
            return ticket.due_at
        if ticket.due_for not in {SlaClock.FIRST_REPLY, SlaClock.NEXT_REPLY}:
            return 0
        policy = self.routing.queue(ticket.queue).sla
        run = ClockRun(clock=SlaClock(ticket.due_for), started_at=ticket.waiting_since)
        return policy.read(run, now=ticket.waiting_since).warn_at or ticket.due_at

    def reminded(self, ticket: Ticket, now: int) -> Ticket:
        """Return the ticket once staff have heard that its due time nears or has passed."""
        if now < ticket.due_at:
            return evolve(ticket, remind_at=ticket.due_at)
        broken = ticket.promise_kept is None and 0 < ticket.promised_at < now
        kept = False if broken else ticket.promise_kept
        return evolve(ticket, remind_at=0, promise_kept=kept)

    def promised(self, ticket: Ticket) -> Ticket:
        """Return the ticket once its customer was told when a person answers."""
        return evolve(ticket, promised_at=ticket.due_at, promise_kept=None)
