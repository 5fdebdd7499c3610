"""The ticket workflow: a table of transitions and pure functions over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from linecs.errors import ConfigurationError, LinecsError
from linecs.hours import HOUR_MS
from linecs.model import TicketStatus
from linecs.routing.table_checks import diagram, find_problems
from linecs.routing.transitions import DEFAULT_TRANSITIONS, TicketEvent, Transition

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linecs.model import Ticket

__all__ = ["DEFAULT_WORKFLOW", "TransitionError", "Workflow"]

_END = TicketStatus.RESOLVED


class TransitionError(LinecsError):
    """The workflow has no such step from where the ticket stands.

    Attributes:
        on: What should have happened.
        status: Where the ticket stands; None where there was none.
    """

    def __init__(self, on: str, status: TicketStatus | None) -> None:
        super().__init__(f"A ticket that is {status or 'not there'} does not take {on!r}.")
        self.on = on
        self.status = status


def _in_order(rows: Iterable[Transition]) -> tuple[Transition, ...]:
    return tuple(rows)


@frozen(kw_only=True)
class Workflow:
    """What becomes of a ticket; immutable data that a shop may change or replace.

    Attributes:
        transitions: The table.
        reopen_within_ms: How long after a person's end the customer's next words belong to the
            same matter.
    """

    transitions: tuple[Transition, ...] = field(default=DEFAULT_TRANSITIONS, converter=_in_order)
    reopen_within_ms: int = 72 * HOUR_MS
    _table: Mapping[tuple[str, TicketStatus | None], Transition] = field(
        init=False, eq=False, repr=False
    )

    @_table.default
    def _index(self) -> Mapping[tuple[str, TicketStatus | None], Transition]:
        return {(row.on, row.source): row for row in reversed(self.transitions)}

    def find(self, on: str, source: TicketStatus | None) -> Transition:
        """The row for an event where the ticket stands.

        Raises:
            TransitionError: If there is none.
        """
        row = self._table.get((on, source))
        if row is None:
            raise TransitionError(on, source)
        return row

    def takes(self, source: TicketStatus | None) -> tuple[str, ...]:
        """What may happen to a ticket that stands there, in the table's order."""
        return tuple(row.on for row in self.transitions if row.source is source)

    def start(self, on: str) -> TicketStatus:
        """Where a new ticket begins.

        Raises:
            TransitionError: If no ticket begins so.
        """
        target = self.find(on, None).target
        if target is None:
            raise TransitionError(on, None)
        return target

    def customer_event(
        self, ticket: Ticket | None, *, now: int, courtesy: bool = False
    ) -> TicketEvent:
        """What it is to this ticket that its customer writes.

        Args:
            ticket: The customer's current ticket, or None.
            now: When the bubble was written, epoch ms UTC.
            courtesy: Whether it says nothing but thanks (see `is_courtesy`).
        """
        if ticket is None:
            return TicketEvent.INQUIRY
        if ticket.status is not _END:
            thanks_the_bot = courtesy and ticket.due_for == TicketEvent.BOT_SILENCE
            return TicketEvent.CONFIRMED if thanks_the_bot else TicketEvent.CUSTOMER_WROTE
        soon = now - ticket.resolved_at <= self.reopen_within_ms
        if soon and courtesy:
            return TicketEvent.CUSTOMER_THANKED
        if ticket.resolved_by == "bot":
            return TicketEvent.CUSTOMER_WROTE_AFTER_BOT
        return TicketEvent.CUSTOMER_CAME_BACK if soon else TicketEvent.CUSTOMER_WROTE_LATER

    def begins_new(self, ticket: Ticket | None, on: str) -> bool:
        """Whether the event leaves this ticket as it is and begins another."""
        return self.find(on, ticket.status if ticket else None).target is None or ticket is None

    def due(self, on: str, source: TicketStatus, now: int) -> int:
        """When an event that needs no act will happen by itself, epoch ms UTC.

        Raises:
            TransitionError: If it does not happen by itself there.
        """
        after_ms = self.find(on, source).after_ms
        if after_ms is None:
            raise TransitionError(on, source)
        return now + after_ms

    def due_event(self, ticket: Ticket) -> str | None:
        """The event that happens when the ticket's due time comes; None where none does.

        Another due time (a reply, a nudge) asks a person or a job to act.
        """
        row = self._table.get((ticket.due_for, ticket.status))
        return row.on if row and row.after_ms is not None else None

    def with_times(self, times: Mapping[str, int]) -> Workflow:
        """The same workflow with other times, ms by event: `{"bot_silence": 60 * MINUTE_MS}`.

        Raises:
            ConfigurationError: If an event does not happen by itself.
        """
        timed = {row.on for row in self.transitions if row.after_ms is not None}
        if unknown := sorted(set(times) - timed):
            raise ConfigurationError(f"Not timed in this workflow: {', '.join(unknown)}.")
        return evolve(
            self,
            transitions=(
                evolve(row, after_ms=times.get(row.on, row.after_ms))
                if row.after_ms is not None
                else row
                for row in self.transitions
            ),
        )

    def problems(self) -> tuple[str, ...]:
        """What is wrong with the table, in sentences; empty when nothing is."""
        return find_problems(self.transitions)

    def check(self) -> Workflow:
        """This workflow, if a customer can be neither lost nor refused in it.

        Raises:
            ConfigurationError: Naming all problems.
        """
        if problems := self.problems():
            raise ConfigurationError("The workflow cannot work: " + " ".join(problems))
        return self

    def mermaid(self) -> str:
        """The workflow as a Mermaid state diagram."""
        return diagram(self.transitions)


DEFAULT_WORKFLOW = Workflow()
"""The design's default transitions and times."""
