"""What a responder gathered from a customer, as a note on the ticket it hands over; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.model import NoteId, new_id
from linecs.model.note import Note, NoteKind

if TYPE_CHECKING:
    from linecs.model import HandOff, Ticket

__all__ = ["collected_note"]


def collected_note(ticket: Ticket, hand_off: HandOff, now: int, *, since: int, until: int) -> Note:
    """Return the note, as a copy of what the customer said from `since` to `until` (ms UTC)."""
    return Note(
        id=NoteId(new_id(now)),
        channel_id=ticket.channel_id,
        conversation_id=ticket.conversation_id,
        ticket_id=ticket.id,
        kind=NoteKind.COLLECTED,
        author_id=hand_off.source[:255],
        text=hand_off.note,
        at=now,
        copies_since=since,
        copies_until=until,
    )
