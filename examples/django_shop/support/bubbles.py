"""One conversation as a list of bubbles and notes, oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from linecs.desk.inbox.filters import KINDS
from linecs.model import Author, MediaState, MessageState

if TYPE_CHECKING:
    from linecs import SupportDesk
    from linecs.desk.inbox import ConversationView
    from linecs.model import Message, Note

__all__ = ["Entry", "entries"]

_WITH_MEDIA = frozenset({"image", "video", "audio", "file"})


@frozen(kw_only=True)
class Entry:
    """One bubble or note.

    Attributes:
        side: `customer`, `us` or `note`.
        who: An actor's id, or `bot` or `system`; empty for the customer.
        problem: What to say of its delivery; empty where all is well.
        media_id: What the customer sent along, once it is kept; else empty.
    """

    at: int
    side: str
    who: str
    text: str
    problem: str = ""
    media_id: str = ""


def entries(desk: SupportDesk, view: ConversationView) -> list[Entry]:
    """Return the view's bubbles, and the notes written meanwhile."""
    shown = [_bubble(desk, message) for message in view.messages]
    since = shown[0].at if view.older and shown else 0
    notes = [_note(each) for each in view.notes if each.at >= since]
    return sorted([*shown, *notes], key=lambda each: each.at)


def _note(note: Note) -> Entry:
    return Entry(at=note.at, side="note", who=note.author_id, text=note.text)


def _bubble(desk: SupportDesk, message: Message) -> Entry:
    if message.author is Author.CUSTOMER:
        kept = desk.media.of_message(message.id) if message.kind in _WITH_MEDIA else None
        is_kept = kept is not None and kept.state is MediaState.STORED
        return Entry(
            at=message.occurred_at,
            side="customer",
            who="",
            text=_said(message),
            media_id=kept.id if kept is not None and is_kept else "",
        )
    return Entry(
        at=message.occurred_at,
        side="us",
        who=message.author_id if message.author is Author.OPERATOR else message.author,
        text=_said(message),
        problem="" if message.state is MessageState.UNSENT else message.state.japanese,
    )


def _said(message: Message) -> str:
    if message.state is MessageState.UNSENT:
        return "（送信取消）"
    return message.text or f"［{KINDS.get(message.kind, 'メッセージ')}］"
