"""What hosts and staff do about hours, duty and notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.desk import campaigning, clocks, numbers, presence
from linecs.desk.operators.base import Actions
from linecs.desk.telling import tell_customer
from linecs.model import Author, OperatorId
from linecs.routing import Presence

if TYPE_CHECKING:
    from linecs.desk.numbers import Workload
    from linecs.desk.operators.staff import Staff
    from linecs.desk.routing import Routing
    from linecs.model import CustomerId, MessageId, MessageObject, TicketId
    from linecs.routing import ClockReading, Numbers

__all__ = ["RoutingActions"]


class RoutingActions(Actions):
    """Duty, deadlines, and words of the shop's own systems."""

    @property
    def routing(self) -> Routing:
        """The hours, promises and rules this desk keeps."""
        return self._core.rules.routing

    @property
    def staff(self) -> Staff:
        """Who may do what, and the shop's marks and categories."""
        return self._core.staff

    def go_on_duty(self, actor: str) -> None:
        """Let new tickets come to somebody, within the roster's hours where there is a roster.

        Opens its own transaction (joins one under `using`), as the next two do.

        Raises:
            NotPermittedError: The role takes no `claim`.
        """
        self._act(lambda core, tx: presence.announce(core, tx, OperatorId(actor), Presence.ONLINE))

    def go_away(self, actor: str) -> None:
        """Let nothing new come to somebody for a while; what they have stays theirs.

        Raises:
            NotPermittedError: The role takes no `claim`.
        """
        self._act(lambda core, tx: presence.announce(core, tx, OperatorId(actor), Presence.AWAY))

    def go_off_duty(self, actor: str) -> int:
        """Let somebody go home: customers who wait for them are everybody's again.

        Where the routing assigns, the next `run_jobs` gives them to whoever is there. With a
        roster it holds until their next hours begin. Returns how many tickets were given back.

        Raises:
            NotPermittedError: The role takes no `claim`.
        """
        return self._act(lambda core, tx: presence.leave(core, tx, OperatorId(actor)))

    def clocks(self, ticket_id: TicketId) -> tuple[ClockReading, ...]:
        """Return what a ticket's clocks show: receipt, first and next replies, resolution.

        They are counted from what happened, by the hours of today's routing.

        Raises:
            RowMissingError: There is no such ticket.
        """
        return clocks.read_clocks(self._core, ticket_id)

    def recompute_deadlines(self) -> int:
        """Count all open deadlines anew, after the hours changed; return how many moved.

        What customers were told stays as it was told. Opens its own transactions, one a ticket.
        """
        return clocks.recompute_deadlines(self._core)

    def numbers(self, *, since: int | None = None, until: int | None = None) -> Numbers:
        """Return the numbers of the tickets that began in some time, today's by default.

        Args:
            since: From when, epoch ms UTC; today's midnight by default.
            until: Before when, epoch ms UTC; the end of the day of `since` by default.
        """
        calendar = self._core.rules.routing.calendar
        start = calendar.day(self._core.clock())[0] if since is None else since
        end = calendar.day(start)[1] if until is None else until
        return numbers.read_numbers(self._core, start, end)

    def campaign(
        self, customer_id: CustomerId, *messages: MessageObject, source: str, until: int
    ) -> tuple[MessageId, ...]:
        """Send a customer something that can wait, such as what is new this week.

        It makes way: while a person or a scenario has the word, or a matter of the customer's
        is open, it waits, and goes out within a minute of the end. What has not gone out by
        `until` is cancelled (`message.cancelled` in the feed). A campaign that LINE would not
        deliver, or that the month's messages above the reserve do not cover, opens no ticket.
        Opens its own transaction (joins one under `using`).

        Args:
            customer_id: To whom.
            messages: LINE message objects.
            source: Names the campaign in the history.
            until: Epoch ms UTC.

        Returns:
            The queued messages; none where LINE would deliver nothing (blocked, unknown).

        Raises:
            LimitError: A message is larger than LINE allows.
            ActRefusedError: `until` is in the past.
        """
        return self._act(
            lambda core, tx: campaigning.queue_campaign(
                core, tx, customer_id, *messages, source=source, until=until
            )
        )

    def workload(self, *, since: int, until: int) -> Workload:
        """Return how many inquiries came for people in some time, and how people handled them.

        Args:
            since: From when, epoch ms UTC.
            until: Before when, epoch ms UTC.
        """
        return numbers.read_workload(self._core, since, until)

    def notify(
        self, customer_id: CustomerId, *messages: MessageObject, source: str = "notice"
    ) -> tuple[MessageId, ...]:
        """Send a customer a notice of the shop's own systems, such as "shipped".

        It passes whoever holds the conversation, and changes no ticket; a reply being written
        has to be looked at again. Opens its own transaction; under `using` it joins the host's,
        so that a notice goes out only if the order's own row commits.

        Args:
            customer_id: To whom.
            messages: LINE message objects.
            source: Names the sender in the history, such as `shipping`.

        Returns:
            The queued messages; none where LINE would deliver nothing (blocked, unknown).

        Raises:
            LimitError: A message is larger than LINE allows.
        """
        return self._act(
            lambda core, tx: tell_customer(
                core, tx, customer_id, *messages, author=Author.SYSTEM, author_id=source
            )
        )
