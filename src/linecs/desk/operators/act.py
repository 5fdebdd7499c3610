"""One act of a person: what it works on, and how it is written, told and kept for the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from linecs.desk.changes import Changes
from linecs.desk.falling_silent import end_scenario
from linecs.desk.feed import happened
from linecs.errors import StaleTicketError
from linecs.model import (
    AuditEntry,
    Author,
    Conversation,
    Message,
    MessageId,
    MessageState,
    NoteId,
    OutboxItem,
    Speaker,
    Ticket,
    TicketId,
    new_id,
)
from linecs.storage.ports import Query, equal, one_of
from linecs.storage.tables import Memory

if TYPE_CHECKING:
    from linecs.desk.core import DeskCore
    from linecs.model import (
        ConversationId,
        OperatorId,
    )
    from linecs.storage.ports import Transaction

__all__ = ["Act", "Acted", "held_conversation", "held_ticket", "ticket_act"]


@frozen(kw_only=True)
class Acted:
    """What an operator's act left behind.

    Attributes:
        ticket_id: The ticket acted on; None for what a customer is, not a ticket.
        ticket_version: For the next ticket action.
        conversation_version: For the next reply.
        customer_version: For the next act on the customer's marks, tags and owner; 0 where the
            act had nothing to do with them.
        message_ids: What was queued, in order.
        in_flight: Bot messages that were already on their way to LINE and cannot be stopped.
        note_id: The note that was written.
        new_ticket_id: The ticket that was split off; its version is 0.
    """

    ticket_id: TicketId | None
    ticket_version: int
    conversation_version: int
    customer_version: int = 0
    message_ids: tuple[MessageId, ...] = ()
    in_flight: tuple[MessageId, ...] = ()
    note_id: NoteId | None = None
    new_ticket_id: TicketId | None = None


class Act:
    """A person's act under way, in one transaction.

    Attributes:
        conversation, ticket: As they will be.
        changes: What is to be written besides.
        in_flight: Bot messages that could not be stopped.
    """

    def __init__(
        self,
        core: DeskCore,
        tx: Transaction,
        *,
        actor: OperatorId,
        conversation: Conversation,
        ticket: Ticket | None,
    ) -> None:
        self.core = core
        self.tx = tx
        self.actor = actor
        self.now = core.clock()
        self.conversation = conversation
        self.changes = Changes()
        self.in_flight: tuple[MessageId, ...] = ()
        self._conversation_before = conversation
        self._ticket_before = ticket
        self._ticket = ticket

    @property
    def ticket(self) -> Ticket:
        """The ticket as it will be."""
        assert self._ticket is not None
        return self._ticket

    @ticket.setter
    def ticket(self, ticket: Ticket) -> None:
        self._ticket = ticket

    def give_word_to(self, operator: OperatorId) -> None:
        """Let a person hold the conversation.

        What the bot has queued is cancelled, and a scenario that was asking is over: the person
        asks now.
        """
        self.in_flight = self._silence_bot()
        end_scenario(self.changes, self.tx.find(Memory, self.conversation.id), self.now)
        self.conversation = evolve(
            self.conversation,
            speaker=Speaker.OPERATOR,
            speaker_id=operator,
            speaker_until=self.now + self.core.settings.operator_hold,
            inquiry_since=0,
            inquiry_due_at=0,
        )

    def _silence_bot(self) -> tuple[MessageId, ...]:
        of_bot = (equal("conversation_id", self.conversation.id), equal("author", Author.BOT))
        queued = (MessageState.QUEUED, MessageState.PARKED, MessageState.SENDING)
        rows = self.tx.select(Query(row=Message, where=(*of_bot, one_of("state", queued))))
        waiting = [row for row in rows if row.state is not MessageState.SENDING]
        for row in waiting:
            cancelled = evolve(row, state=MessageState.CANCELLED)
            self.changes.alter(row, cancelled, guard=("state",))
        if waiting:
            self.changes.remove(OutboxItem, *of_bot)
        return tuple(row.id for row in rows if row.state is MessageState.SENDING)

    def tell(
        self, kind: str, *, subject_id: str = "", facts: dict[str, object] | None = None
    ) -> None:
        """Put what was done into the feed and the audit trail."""
        entry = happened(
            kind,
            channel_id=self.conversation.channel_id,
            conversation_id=self.conversation.id,
            now=self.now,
            actor=self.actor,
            ticket_id=self._ticket.id if self._ticket else "",
            subject_id=subject_id,
            facts=facts,
        )
        self.changes.add(entry)
        self.audit(kind, subject_id=subject_id, facts=facts)

    def audit(
        self, kind: str, *, subject_id: str = "", facts: dict[str, object] | None = None
    ) -> None:
        """Put what was seen or done into the audit trail alone."""
        entry = AuditEntry(
            id=new_id(self.now),
            at=self.now,
            actor=self.actor,
            kind=kind,
            channel_id=self.conversation.channel_id,
            customer_id=self.conversation.customer_id or "",
            ticket_id=self._ticket.id if self._ticket else "",
            subject_id=subject_id,
            facts=facts or {},
        )
        self.changes.add(entry)

    def finish(
        self,
        kind: str,
        *,
        subject_id: str = "",
        facts: dict[str, object] | None = None,
        message_ids: tuple[MessageId, ...] = (),
        note_id: NoteId | None = None,
        new_ticket_id: TicketId | None = None,
    ) -> Acted:
        """Write it all; say what it left behind."""
        before, after = self._conversation_before, self.conversation
        if before != after:
            self.changes.alter(before, after, guard=("version",))
        if self._ticket is not None:
            self._write_ticket(self._ticket)
        self.tell(kind, subject_id=subject_id, facts=facts)
        self.changes.write(self.tx)
        return Acted(
            ticket_id=self._ticket.id if self._ticket else None,
            ticket_version=self._ticket.version if self._ticket else 0,
            conversation_version=self.conversation.version,
            message_ids=message_ids,
            in_flight=self.in_flight,
            note_id=note_id,
            new_ticket_id=new_ticket_id,
        )

    def _write_ticket(self, ticket: Ticket) -> None:
        before = self._ticket_before
        if before is None or before.id != ticket.id:
            self.ticket = evolve(ticket, version=0)
            self.changes.add(self.ticket)
        else:
            self.ticket = evolve(ticket, version=before.version + 1)
            self.changes.alter(before, self.ticket, guard=("version",))


def held_conversation(tx: Transaction, conversation_id: ConversationId) -> Conversation:
    """Return a conversation and keep others from it until the transaction ends."""
    return tx.get(Conversation, conversation_id, lock=True)


def held_ticket(tx: Transaction, ticket_id: TicketId, version: int) -> Ticket:
    """Return a ticket of a held conversation. Raises `StaleTicketError`."""
    ticket = tx.get(Ticket, ticket_id, lock=True)
    if ticket.version != version:
        raise StaleTicketError(version=ticket.version)
    return ticket


def ticket_act(
    core: DeskCore, tx: Transaction, ticket_id: TicketId, *, actor: OperatorId, version: int
) -> Act:
    """Begin an act on a ticket, its conversation held first. Raises `StaleTicketError`."""
    seen = tx.get(Ticket, ticket_id)
    conversation = held_conversation(tx, seen.conversation_id)
    ticket = held_ticket(tx, ticket_id, version)
    return Act(core, tx, actor=actor, conversation=conversation, ticket=ticket)
