"""Messages on their way to the outbox; pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from linecs.limits import check_messages
from linecs.model import (
    Conversation,
    Message,
    MessageId,
    MessageState,
    OutboxItem,
    new_id,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.model import (
        Author,
        EventId,
        MessageObject,
        TicketId,
    )

__all__ = ["Queued", "outbox_item", "queue_messages", "readable"]

_AT_ONCE = 5


@frozen(kw_only=True)
class Queued:
    """Messages on their way, and the conversation that has heard them."""

    rows: tuple[Message | OutboxItem, ...]
    conversation: Conversation

    @property
    def message_ids(self) -> tuple[MessageId, ...]:
        """The messages, in order."""
        return tuple(row.id for row in self.rows if isinstance(row, Message))


def queue_messages(
    conversation: Conversation,
    messages: Sequence[MessageObject],
    *,
    ticket_id: TicketId | None,
    author: Author,
    author_id: str,
    now: int,
    notification_disabled: bool = False,
    answers: EventId | None = None,
) -> Queued:
    """Return the rows that queue these messages, in order, and the conversation after them.

    Args:
        conversation: Whose they are.
        messages: LINE message objects; any number, each five checked together.
        ticket_id: The matter they belong to.
        author: Who says them.
        author_id: The operator, rule or campaign.
        now: Epoch ms UTC.
        notification_disabled: Whether the phone stays silent.
        answers: The inquiry they answer.

    Raises:
        LimitError: A message is larger than LINE allows; nothing is queued.
    """
    for start in range(0, len(messages), _AT_ONCE):
        check_messages(messages[start : start + _AT_ONCE])
    # A millisecond apart, after the question and what was said before: order is never lost.
    begins_at = max(now, conversation.newest_at + 1, conversation.said_at + 1)
    rows: list[Message | OutboxItem] = []
    for number, message in enumerate(messages):
        queued = Message(
            id=MessageId(new_id(now)),
            channel_id=conversation.channel_id,
            conversation_id=conversation.id,
            ticket_id=ticket_id,
            author=author,
            author_id=author_id[:255],
            kind=str(message.get("type", "")),
            text=readable(message),
            content=json.dumps(message, ensure_ascii=False),
            occurred_at=begins_at + number,
            state=MessageState.QUEUED,
            event_id=answers,
            answered=True,
        )
        rows += [
            queued,
            outbox_item(queued, due_at=now, notification_disabled=notification_disabled),
        ]
    said_at = begins_at + len(messages) - 1
    spoken = evolve(conversation, version=conversation.version + 1, said_at=said_at)
    return Queued(rows=tuple(rows), conversation=spoken)


def outbox_item(
    message: Message, *, due_at: int, notification_disabled: bool, parked: bool = False
) -> OutboxItem:
    """Return the row that makes a message wait for an attempt."""
    return OutboxItem(
        message_id=message.id,
        channel_id=message.channel_id,
        conversation_id=message.conversation_id,
        author=message.author,
        due_at=due_at,
        created_at=message.occurred_at,
        notification_disabled=notification_disabled,
        parked=parked,
    )


def readable(message: MessageObject) -> str:
    """Return what a person would read or search of an outgoing message."""
    template = message.get("template")
    parts = [message.get("text"), message.get("altText")]
    if isinstance(template, dict):
        parts += [template.get("title"), template.get("text")]
    return "\n".join(part for part in parts if isinstance(part, str))
