"""A customer's bubble in its place: kept, noted as the newest, part of an open inquiry; pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk.surveying import take_score
from linecs.desk.unsending import redact
from linecs.model import (
    Author,
    Bubble,
    Media,
    MediaState,
    Message,
    MessageId,
    MessageState,
    new_id,
)
from linecs.model.webhook import (
    AudioContent,
    FileContent,
    ImageContent,
    TextContent,
    VideoContent,
)
from linecs.replies.scenario import is_waiting

if TYPE_CHECKING:
    from typing import Any

    from linecs.desk.filing import Filing
    from linecs.model import StoredEvent
    from linecs.model.webhook import MessageEvent, PostbackEvent

__all__ = ["bubble_of", "file_message", "file_postback", "is_whole"]

_MEDIA = (ImageContent, VideoContent, AudioContent, FileContent)


def bubble_of(message: Message) -> Bubble:
    """Return a bubble as responders see it."""
    return Bubble(kind=message.kind, text=message.text, content=json.loads(message.content))


def file_message(filing: Filing, stored: StoredEvent, event: MessageEvent) -> None:
    """File what a customer wrote or sent, once."""
    content = event.message
    known = filing.known.get(content.line_message_id)
    if known is not None and known.state is not MessageState.UNSENT:
        return
    if known is not None:
        # Taken back before it came: the tombstone stays, and nothing of it is kept.
        redact(filing, stored)
        return
    written = Message(
        **_head(filing, stored),
        kind=content.kind[:255],
        text=_readable(content),
        content=json.dumps(content.raw, ensure_ascii=True),
        line_message_id=content.line_message_id,
        quote_token=content.quote_token or "",
        quoted_line_message_id=content.quoted_line_message_id or "",
        mark_as_read_token=content.mark_as_read_token or "",
    )
    message = _take(filing, stored, written)
    if content.line_message_id:
        filing.known[content.line_message_id] = message
    if isinstance(content, _MEDIA):
        _announce_media(filing, message, content)


def file_postback(filing: Filing, stored: StoredEvent, event: PostbackEvent) -> None:
    """File a tap; one that answers a survey is no bubble to be answered."""
    content = {"data": event.data, "params": dict(event.params or {})}
    tapped = Message(
        **_head(filing, stored), kind="postback", content=json.dumps(content, ensure_ascii=True)
    )
    if not take_score(filing, tapped, event.data, filing.survey):
        _take(filing, stored, tapped)


def _head(filing: Filing, stored: StoredEvent) -> dict[str, Any]:
    return {
        "id": MessageId(new_id(filing.now)),
        "channel_id": filing.conversation.channel_id,
        "conversation_id": filing.conversation.id,
        "ticket_id": None,
        "author": Author.CUSTOMER,
        "occurred_at": stored.occurred_at,
        "state": MessageState.RECEIVED,
        "event_id": stored.id,
    }


def _take(filing: Filing, stored: StoredEvent, message: Message) -> Message:
    """Put a bubble in its place; one older than what was answered asks nothing any more."""
    is_late = message.occurred_at < filing.conversation.answered_until
    filed = evolve(message, answered=is_late)
    filing.fresh_bubbles.append(filed)
    _note_newest(filing, filed)
    if not is_late:
        _join_inquiry(filing, stored, filed)
    return filed


def _note_newest(filing: Filing, message: Message) -> None:
    assert filing.customer is not None
    if not filing.customer.last_seen_at:
        filing.add_job("profile.refresh", filing.customer.id)
    seen = max(filing.customer.last_seen_at, message.occurred_at)
    filing.customer = evolve(filing.customer, last_seen_at=seen)
    if message.occurred_at >= filing.conversation.newest_at:
        filing.conversation = evolve(
            filing.conversation, newest_message_id=message.id, newest_at=message.occurred_at
        )


def _join_inquiry(filing: Filing, stored: StoredEvent, message: Message) -> None:
    filing.open_bubbles.append(message)
    filing.open_bubbles.sort(key=lambda bubble: (bubble.occurred_at, bubble.id))
    since = filing.open_bubbles[0].occurred_at
    latest = since + filing.settings.inquiry_wait_at_most
    due = min(stored.received_at + filing.wait, latest) if _gathers(filing, message) else filing.now
    filing.conversation = evolve(
        filing.conversation, inquiry_since=since, inquiry_due_at=max(due, 1)
    )


def _gathers(filing: Filing, message: Message) -> bool:
    return filing.wait > 0 and not is_whole(filing, message)


def is_whole(filing: Filing, message: Message) -> bool:
    """Whether nothing of the same question can follow: a keyword, a tap, a scenario's answer."""
    if not filing.waits(bubble_of(message)):
        return True
    return is_waiting(filing.view.remembered, message.occurred_at)


def _announce_media(
    filing: Filing,
    message: Message,
    content: ImageContent | VideoContent | AudioContent | FileContent,
) -> None:
    external = getattr(content, "provider", "line") != "line"
    media = Media(
        id=new_id(filing.now),
        channel_id=message.channel_id,
        conversation_id=message.conversation_id,
        message_id=message.id,
        line_message_id=message.line_message_id,
        kind=message.kind,
        state=MediaState.EXTERNAL if external else MediaState.ANNOUNCED,
        file_name=getattr(content, "file_name", None) or "",
        announced_at=filing.now,
    )
    filing.changes.add(media)
    if not external and filing.keeps_media:
        filing.add_job("media.fetch", media.id)


def _readable(content: object) -> str:
    """Return what a person would read or search of a message."""
    match content:
        case TextContent():
            return content.text
        case FileContent():
            return content.file_name or ""
        case _:
            return ""
