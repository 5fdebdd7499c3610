"""What operators do with tickets: whose they are, where they stand, what belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.desk.operators import arranging, changing, ending, holding, noting
from linecs.desk.operators.base import Actions
from linecs.desk.operators.changing import TicketChange
from linecs.errors import ConfigurationError
from linecs.model import ChannelId, OperatorId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linecs.desk.operators.act import Acted
    from linecs.desk.operators.changing import BulkResult
    from linecs.model import CustomerId, MessageId, TicketId

__all__ = ["TicketActions"]


class TicketActions(Actions):
    """Acts on tickets.

    Each opens its own transaction (joins one under `using`), takes the ticket's version that
    `actor` saw, and raises `StaleTicketError` where somebody changed the ticket meanwhile,
    `NotPermittedError` where the role does not allow it, `ActRefusedError` where it does not fit
    and `TransitionError` where the workflow has no such step.
    """

    def claim(self, ticket_id: TicketId, *, actor: str, version: int) -> Acted:
        """Take a ticket into one's own hands (対応中); the bot falls silent.

        A colleague's takes the permission `assign`.
        """
        return self._act(
            lambda core, tx: holding.claim(
                core, tx, ticket_id, actor=OperatorId(actor), version=version
            )
        )

    def assign(self, ticket_id: TicketId, to: str, *, actor: str, version: int) -> Acted:
        """Give a ticket to somebody (対応中; 返信待ち stays so). It takes `assign`."""
        return self._act(
            lambda core, tx: holding.assign(
                core, tx, ticket_id, OperatorId(to), actor=OperatorId(actor), version=version
            )
        )

    def hand_over(
        self, ticket_id: TicketId, to: str, note: str, *, actor: str, version: int
    ) -> Acted:
        """Give one's own ticket to a colleague, with a note that says what to know."""
        return self._act(
            lambda core, tx: holding.hand_over(
                core, tx, ticket_id, OperatorId(to), note, actor=OperatorId(actor), version=version
            )
        )

    def release(self, ticket_id: TicketId, *, actor: str, version: int) -> Acted:
        """Give a ticket back (未対応), for whoever takes it next."""
        return self._act(
            lambda core, tx: holding.release(
                core, tx, ticket_id, actor=OperatorId(actor), version=version
            )
        )

    def note(
        self,
        ticket_id: TicketId,
        text: str,
        *,
        actor: str,
        version: int,
        mentions: Sequence[str] = (),
        quotes: Sequence[MessageId] = (),
    ) -> Acted:
        """Write a note that the customer never sees.

        Args:
            ticket_id: Where it belongs.
            text: Whoever it calls by `@` is mentioned.
            actor: Who writes.
            version: The ticket's version they saw.
            mentions: Whom it calls besides.
            quotes: Messages whose words it repeats; the note is emptied when one is unsent.
        """
        return self._act(
            lambda core, tx: noting.note(
                core,
                tx,
                ticket_id,
                text,
                actor=OperatorId(actor),
                version=version,
                mentions=mentions,
                quotes=quotes,
            )
        )

    def set_mark(self, ticket_id: TicketId, mark: str, *, actor: str, version: int) -> Acted:
        """Put one of the desk's marks on a ticket; an empty text takes it off.

        Raises:
            ConfigurationError: The desk has no such mark.
        """
        return self._change(ticket_id, TicketChange(mark=mark), actor, version, "ticket.marked")

    def set_category(
        self, ticket_id: TicketId, category: str, *, actor: str, version: int
    ) -> Acted:
        """Say what a ticket is about; an empty text for nothing in particular.

        Raises:
            ConfigurationError: The desk has no such category.
        """
        wanted = TicketChange(category=category)
        return self._change(ticket_id, wanted, actor, version, "ticket.categorised")

    def set_priority(
        self, ticket_id: TicketId, priority: int, *, actor: str, version: int
    ) -> Acted:
        """Let a ticket go before others: higher goes first, 0 is normal."""
        wanted = TicketChange(priority=priority)
        return self._change(ticket_id, wanted, actor, version, "ticket.prioritised")

    def change(
        self, ticket_id: TicketId, wanted: TicketChange, *, actor: str, version: int
    ) -> Acted:
        """Change several things of a ticket at once, all or nothing.

        Raises:
            ConfigurationError: The desk has no such mark or category.
        """
        return self._change(ticket_id, wanted, actor, version, "ticket.changed")

    def _change(
        self, ticket_id: TicketId, wanted: TicketChange, actor: str, version: int, kind: str
    ) -> Acted:
        return self._act(
            lambda core, tx: changing.change(
                core, tx, ticket_id, wanted, actor=OperatorId(actor), version=version, kind=kind
            )
        )

    def bulk_change(
        self, versions: Mapping[TicketId, int], wanted: TicketChange, *, actor: str
    ) -> tuple[BulkResult, ...]:
        """Change many tickets, each for itself, and say of each what became of it.

        Opens a transaction for each ticket (joins the one under `using`). It takes `bulk_change`
        besides what the change itself takes.

        Args:
            versions: The version that was seen, by ticket.
            wanted: What to change.
            actor: Who does it.

        Raises:
            NotPermittedError: The role takes no `bulk_change`.
            ConfigurationError: The desk has no such mark or category.
        """
        return changing.bulk_change(self._core, versions, wanted, actor=OperatorId(actor))

    def snooze(self, ticket_id: TicketId, until: int, *, actor: str, version: int) -> Acted:
        """Put a ticket out of sight until then (epoch ms UTC), or until its customer writes."""
        return self._act(
            lambda core, tx: ending.snooze(
                core, tx, ticket_id, until, actor=OperatorId(actor), version=version
            )
        )

    def unsnooze(self, ticket_id: TicketId, *, actor: str, version: int) -> Acted:
        """Bring a snoozed ticket back at once."""
        return self._act(
            lambda core, tx: ending.unsnooze(
                core, tx, ticket_id, actor=OperatorId(actor), version=version
            )
        )

    def resolve(
        self, ticket_id: TicketId, *, actor: str, version: int, reason: str = "resolved"
    ) -> Acted:
        """End a ticket (対応完了).

        The customer's next words go to another unresolved ticket of theirs, or to the bot.
        """
        return self._act(
            lambda core, tx: ending.resolve(
                core, tx, ticket_id, actor=OperatorId(actor), version=version, reason=reason
            )
        )

    def reopen(self, ticket_id: TicketId, *, actor: str, version: int) -> Acted:
        """Take an ended ticket up again (未対応)."""
        return self._act(
            lambda core, tx: ending.reopen(
                core, tx, ticket_id, actor=OperatorId(actor), version=version
            )
        )

    def split(
        self,
        ticket_id: TicketId,
        message_ids: Sequence[MessageId],
        *,
        actor: str,
        version: int,
        category: str = "",
    ) -> Acted:
        """Move messages of a ticket to a new one (`new_ticket_id`), which is another matter.

        Raises:
            ConfigurationError: The desk has no such category.
        """
        return self._act(
            lambda core, tx: arranging.split(
                core,
                tx,
                ticket_id,
                message_ids,
                actor=OperatorId(actor),
                version=version,
                category=category,
            )
        )

    def merge(
        self,
        ticket_id: TicketId,
        into: TicketId,
        *,
        actor: str,
        version: int,
        into_version: int,
    ) -> Acted:
        """Move all of a ticket into another one of the same customer, and end it.

        Returns:
            The version of the ticket it went into.
        """
        return self._act(
            lambda core, tx: arranging.merge(
                core,
                tx,
                ticket_id,
                into,
                actor=OperatorId(actor),
                version=version,
                into_version=into_version,
            )
        )

    def open_ticket(
        self,
        text: str,
        *,
        actor: str,
        customer_id: CustomerId | None = None,
        name: str = "",
        channel_id: str = "",
        category: str = "",
    ) -> Acted:
        """File what was asked by phone, mail or in the shop, as a ticket of the actor's.

        What was said becomes a note. The bot goes on in the customer's chat.

        Args:
            text: What was said, and how to reach the customer.
            actor: Who files it.
            customer_id: Whose it is; None for one who is not on LINE, and is made here.
            name: Such a customer's name.
            channel_id: Where such a customer is kept; the desk's first channel by default.
            category: A key of the desk's categories.

        Raises:
            ConfigurationError: The desk has no such channel or category.
        """
        known = self._core.channels
        chosen = ChannelId(channel_id) if channel_id else next(iter(known))
        if chosen not in known:
            raise ConfigurationError(f"There is no channel {chosen!r}.")
        return self._act(
            lambda core, tx: arranging.open_ticket(
                core,
                tx,
                customer_id or (chosen, name),
                text,
                actor=OperatorId(actor),
                category=category,
            )
        )
