"""When something must happen next to a ticket, so that nobody is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import field, frozen, validators

from linecs.hours import DAY_MS, BusinessCalendar
from linecs.hours.notation import parse_time, parse_weekdays
from linecs.model import TicketStatus
from linecs.routing.sla import SlaClock, SlaPolicy
from linecs.routing.transitions import TicketEvent
from linecs.routing.workflow import Workflow

if TYPE_CHECKING:
    from linecs.model import Ticket

__all__ = ["Deadline", "DeadlineRules", "NudgeSchedule"]


@frozen(kw_only=True)
class Deadline:
    """A due time and what is due then.

    Attributes:
        at: Epoch ms UTC.
        what: `first_reply`, `next_reply`, `follow_up`, `snooze`, `nudge`, or an event that
            happens by itself, such as `bot_silence` or `nudges_unanswered`.
    """

    at: int
    what: str


@frozen(kw_only=True)
class NudgeSchedule:
    """When a 返信待ち customer is asked again, and when the ticket ends without an answer.

    Attributes:
        calendar: Whose time zone and hours count; a nudge waits for the next opening.
        weekday: `mon` or `月`.
        time: Of the day.
        count: How many nudges; 0 for none.
        rest_ms: The least silence before the first nudge.
        resolve_after_ms: Silence after the last nudge (after our question without one) until
            the ticket is resolved with reason `no_answer`.
        text: What the customer is asked.
    """

    calendar: BusinessCalendar
    weekday: str = "mon"
    time: str = "10:00"
    count: int = field(default=2, validator=validators.ge(0))
    rest_ms: int = field(default=DAY_MS, validator=validators.ge(0))
    resolve_after_ms: int = field(default=7 * DAY_MS, validator=validators.gt(0))
    text: str = "お返事はいかがでしょうか?"
    _weekday: int = field(init=False, eq=False, repr=False)
    _minutes: int = field(init=False, eq=False, repr=False)

    @_weekday.default
    def _parse_weekday(self) -> int:
        return parse_weekdays(self.weekday)[0]

    @_minutes.default
    def _parse_time(self) -> int:
        return parse_time(self.time)

    def nudges(self, asked_at: int) -> tuple[int, ...]:
        """When each nudge is due after a question asked then, epoch ms UTC, rising."""
        rested = asked_at + self.rest_ms
        day = self.calendar.local(rested).date()
        day += timedelta(days=(self._weekday - day.weekday()) % 7)
        if self.calendar.instant(day, self._minutes) < rested:
            day += timedelta(weeks=1)
        planned = (
            self.calendar.instant(day + timedelta(weeks=week), self._minutes)
            for week in range(self.count)
        )
        opened = (self.calendar.next_open(at) for at in planned)
        return tuple(sorted({at for at in opened if at is not None}))

    def next(self, asked_at: int, *, sent: int = 0) -> Deadline:
        """What comes next: a nudge, or the end.

        Args:
            asked_at: When a person asked the customer something, epoch ms UTC.
            sent: How many nudges have gone out since.
        """
        nudges = self.nudges(asked_at)
        if sent < len(nudges):
            return Deadline(at=nudges[sent], what="nudge")
        last = nudges[-1] if nudges else asked_at
        return Deadline(at=last + self.resolve_after_ms, what=TicketEvent.NUDGES_UNANSWERED)


@frozen(kw_only=True)
class DeadlineRules:
    """All that decides the due time of a queue's tickets.

    Attributes:
        workflow: Ends the bot's turns.
        policy: Ends the customer's wait for a person.
        nudges: Ends our wait for the customer.
        fallback_ms: For a wait the policy has no target or no opening for.
        follow_up_ms: After a reply that asks nothing, when its assignee looks again.
    """

    workflow: Workflow
    policy: SlaPolicy
    nudges: NudgeSchedule
    fallback_ms: int = field(default=DAY_MS, validator=validators.gt(0))
    follow_up_ms: int = field(default=7 * DAY_MS, validator=validators.gt(0))

    def next(
        self,
        ticket: Ticket,
        *,
        now: int,
        turn: str = TicketEvent.BOT_DEADLINE,
        nudges_sent: int = 0,
    ) -> Deadline | None:
        """The deadline of a ticket as it now stands; None only for a resolved one.

        Args:
            ticket: After the event that has just happened.
            now: When that was, epoch ms UTC.
            turn: What ends the bot's turn: `bot_deadline` while it thinks, `bot_silence` after
                its answer, `choices_expired` after it offered some.
            nudges_sent: How many nudges have gone out since our last question.
        """
        if ticket.status is TicketStatus.RESOLVED:
            return None
        if ticket.status is TicketStatus.BOT:
            return Deadline(at=self.workflow.due(turn, ticket.status, now), what=turn)
        if ticket.snoozed_until:
            return Deadline(at=ticket.snoozed_until, what="snooze")
        if ticket.waiting_since:
            return self._reply(ticket)
        if ticket.status is TicketStatus.WAITING:
            return self.nudges.next(ticket.last_replied_at or now, sent=nudges_sent)
        return Deadline(at=(ticket.last_replied_at or now) + self.follow_up_ms, what="follow_up")

    def _reply(self, ticket: Ticket) -> Deadline:
        clock = SlaClock.NEXT_REPLY if ticket.first_replied_at else SlaClock.FIRST_REPLY
        due_at = self.policy.due(clock, ticket.waiting_since)
        return Deadline(at=due_at or ticket.waiting_since + self.fallback_ms, what=clock)
