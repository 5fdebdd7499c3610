"""A note: what staff write to each other beside a conversation, never shown to the customer."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from linecs.model.ids import (
    ChannelId,
    ConversationId,
    MessageId,
    NoteId,
    OperatorId,
    TicketId,
)

__all__ = ["Note", "NoteKind"]


class NoteKind(StrEnum):
    """How a note came about."""

    NOTE = "note"
    HAND_OVER = "hand_over"
    """Goes with a ticket to a colleague."""
    COLLECTED = "collected"
    """What a responder gathered from the customer before it asked for a person."""
    BY_HAND = "by_hand"
    """What was said by phone, mail or in the shop, with the contact that was given."""


@frozen(kw_only=True)
class Note:
    """One note.

    Attributes:
        author_id: The operator, or the responder that collected it.
        text: Empty or shortened once a message it copies was taken back.
        at: Epoch ms UTC.
        mentions: The operators who should look.
        quotes: The messages whose words it repeats.
        copies_since, copies_until: It was made from all that the customer wrote between these,
            epoch ms UTC; 0 where it was not.
    """

    id: NoteId
    channel_id: ChannelId
    conversation_id: ConversationId
    ticket_id: TicketId | None
    kind: NoteKind = NoteKind.NOTE
    author_id: str
    text: str = field(repr=False)
    at: int
    mentions: tuple[OperatorId, ...] = ()
    quotes: tuple[MessageId, ...] = ()
    copies_since: int = 0
    copies_until: int = 0
