"""Pictures, video, audio and files, in and out."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from linecs.model.ids import ChannelId, ConversationId, MessageId

__all__ = ["Media", "MediaState"]


class MediaState(StrEnum):
    """Where a piece of content stands."""

    ANNOUNCED = "announced"
    """LINE has it; a job fetches it."""
    STORED = "stored"
    EXTERNAL = "external"
    """Named by a third-party address, which is never fetched."""
    REFUSED = "refused"
    """Over the size cap."""
    LOST = "lost"
    """LINE no longer has it, or could not prepare it."""
    ERASED = "erased"


@frozen(kw_only=True)
class Media:
    """One piece of content and where it is kept.

    Attributes:
        id: Unguessable for outgoing media: part of its public address.
        message_id: The bubble it belongs to; None while not yet sent.
        location: The `MediaStore`'s own name for it; empty while not stored.
        sha256: Hex digest of the stored bytes.
        announced_at: Epoch ms UTC.
    """

    id: str
    channel_id: ChannelId
    conversation_id: ConversationId | None
    message_id: MessageId | None
    line_message_id: str = ""
    kind: str
    state: MediaState
    content_type: str = ""
    size: int = 0
    sha256: str = ""
    location: str = ""
    file_name: str = field(default="", repr=False)
    announced_at: int
    error: str = ""
