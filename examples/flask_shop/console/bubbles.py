"""One conversation as a list of bubbles and notes, oldest first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import frozen

from linecs.model import Author, Media, MediaState, MessageState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linecs.desk import SupportDesk
    from linecs.desk.inbox import ConversationView
    from linecs.model import Message, Note

__all__ = ["Entry", "entries"]

_WITH_MEDIA = frozenset({"image", "video", "audio", "file"})
_QUOTABLE = frozenset({"text", "sticker", "image", "video"})
_KINDS = {
    "image": "[画像]",
    "video": "[動画]",
    "audio": "[音声]",
    "file": "[ファイル]",
    "sticker": "[スタンプ]",
    "location": "[位置情報]",
    "postback": "[ボタンをタップ]",
    "template": "[カード]",
    "flex": "[カード]",
}
_AUTHORS = {Author.BOT: "自動応答", Author.SYSTEM: "システム"}


@frozen(kw_only=True)
class Entry:
    """One bubble or note as the page shows it.

    Attributes:
        side: `customer`, `us` or `note`.
        who: An operator's id, or what to call the author; empty for the customer.
        state: The message's state, for its style; empty for a note.
        problem: What to say of its delivery; empty where all is well.
        media: The picture, video or file that a customer sent, once it is kept.
        picture_id: Of a picture we sent, for the media view.
        choices: The quick replies it offered.
        quoted: The words it quotes.
        is_explained: The bot said it, and can say why.
        is_quotable: A reply may quote it.
    """

    id: str
    at: int
    side: str
    who: str
    kind: str = "note"
    text: str
    state: str = ""
    problem: str = ""
    media: Media | None = None
    picture_id: str = ""
    choices: tuple[str, ...] = ()
    quoted: str = ""
    is_explained: bool = False
    is_quotable: bool = False


def entries(desk: SupportDesk, view: ConversationView) -> list[Entry]:
    """Return the page's bubbles and the notes written meanwhile."""
    said = {each.line_message_id: each for each in view.messages if each.line_message_id}
    offered = _offered(view.messages)
    shown = [_bubble(desk, message, said, offered) for message in view.messages]
    since = shown[0].at if view.older and shown else 0
    notes = [_note(each) for each in view.notes if each.at >= since]
    return sorted([*shown, *notes], key=lambda each: each.at)


def _note(note: Note) -> Entry:
    return Entry(id=note.id, at=note.at, side="note", who=note.author_id, text=note.text)


def _bubble(
    desk: SupportDesk,
    message: Message,
    said: Mapping[str, Message],
    offered: Mapping[str, str],
) -> Entry:
    content = _content(message)
    is_theirs = message.author is Author.CUSTOMER
    quoted = said.get(message.quoted_line_message_id)
    problem = "" if message.state is MessageState.UNSENT else message.state.japanese
    return Entry(
        id=message.id,
        at=message.occurred_at,
        side="customer" if is_theirs else "us",
        who="" if is_theirs else _AUTHORS.get(message.author, message.author_id),
        kind=message.kind,
        text=offered.get(str(content.get("data")), "") or _said(message, content),
        state=message.state,
        problem=f"{problem}: {message.error}" if message.error else problem,
        media=_kept(desk, message) if is_theirs else None,
        picture_id="" if is_theirs else _own_picture(message, content),
        choices=_choices(content),
        quoted=_said(quoted, {}) if quoted else "",
        is_explained=message.author is Author.BOT,
        is_quotable=bool(message.quote_token) and message.kind in _QUOTABLE,
    )


def _said(message: Message, content: Mapping[str, Any]) -> str:
    if message.state is MessageState.UNSENT:
        return "メッセージの送信が取り消されました"
    words = content.get("keywords")
    if message.kind == "sticker" and words and isinstance(words, list):
        return f"[スタンプ: {'、'.join(map(str, words[:3]))}]"
    if message.kind == "location":
        return f"[位置情報] {content.get('title') or ''} {content.get('address') or ''}".strip()
    return message.text or _KINDS.get(message.kind, f"[{message.kind}]")


def _kept(desk: SupportDesk, message: Message) -> Media | None:
    if message.kind not in _WITH_MEDIA:
        return None
    media = desk.media.of_message(message.id)
    return media if media is not None and media.state is MediaState.STORED else None


def _own_picture(message: Message, content: Mapping[str, Any]) -> str:
    if message.kind != "image":
        return ""
    return str(content.get("previewImageUrl", "")).rpartition("/")[2]


def _choices(content: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(action.get("label", "")) for action in _actions(content))


def _actions(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    items = content.get("quickReply", {}).get("items", ())
    return [item.get("action", {}) for item in items]


def _offered(messages: Iterable[Message]) -> dict[str, str]:
    """What the tap on each quick reply says; LINE tells us the button's data alone."""
    return {
        str(action["data"]): f"「{action.get('label', '')}」をタップ"
        for message in messages
        for action in _actions(_content(message))
        if "data" in action
    }


def _content(message: Message) -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(message.content) if message.content else {}
    return content
