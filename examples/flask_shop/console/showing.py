"""What the pages show of rows: times, names, bubbles, and what went wrong, in Japanese."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from attrs import frozen

from linecs.errors import StaleReplyError, StaleTicketError, UnreachableError, UnseenMessageError
from linecs.model import Author, Media, MediaState, Message, MessageState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs.desk import SupportDesk
    from linecs.desk.inbox import ConversationView
    from linecs.errors import LinecsError
    from linecs.model import TicketStatus
    from linecs.replies.templates import Template

__all__ = ["bubbles", "clock_time", "elapsed", "now", "quick_texts", "said_of", "status_name"]

_JAPAN = timezone(timedelta(hours=9))
_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000
_STATES = {
    MessageState.QUEUED: "送信待ち",
    MessageState.SENDING: "送信中",
    MessageState.UNKNOWN: "届いたか不明",
    MessageState.DEAD: "送信できませんでした",
    MessageState.PARKED: "保留中(送信数の上限)",
    MessageState.CANCELLED: "取り消しました",
}


@frozen(kw_only=True)
class ShownBubble:
    """One bubble as the page shows it.

    Attributes:
        side: `customer`, `us` or `note`.
        state: What to say of its delivery; empty where all is well.
        media: Its picture, video or file, where it has one.
    """

    message: Message
    side: str
    text: str
    state: str
    media: Media | None
    picture_url: str
    is_explained: bool


def now() -> int:
    """Epoch ms UTC."""
    return time.time_ns() // 1_000_000


def clock_time(at: int) -> str:
    """`14:05` today, `11/20 14:05` else."""
    if not at:
        return ""
    moment = datetime.fromtimestamp(at / 1000, UTC).astimezone(_JAPAN)
    today = datetime.fromtimestamp(now() / 1000, UTC).astimezone(_JAPAN).date()
    return f"{moment:%H:%M}" if moment.date() == today else f"{moment:%m/%d %H:%M}"


def elapsed(since: int) -> str:
    """`たった今`, `12分`, `3時間`, `2日`; empty for 0."""
    if not since:
        return ""
    passed = max(now() - since, 0)
    for length, name in ((_DAY, "日"), (_HOUR, "時間"), (_MINUTE, "分")):
        if passed >= length:
            return f"{passed // length}{name}"
    return "たった今"


def status_name(status: TicketStatus) -> str:
    """The status as the desk's words have it."""
    return status.japanese


def bubbles(desk: SupportDesk, view: ConversationView) -> list[ShownBubble]:
    """Return the page's bubbles, oldest first."""
    return [_bubble(desk, message) for message in view.messages]


def _bubble(desk: SupportDesk, message: Message) -> ShownBubble:
    content = json.loads(message.content) if message.content else {}
    has_media = message.author is Author.CUSTOMER and message.kind in _WITH_MEDIA
    media = desk.media.of_message(message.id) if has_media else None
    kept = media if media is not None and media.state is MediaState.STORED else None
    return ShownBubble(
        message=message,
        side="customer" if message.author is Author.CUSTOMER else "us",
        text=_said(message, content),
        state=_STATES.get(message.state, ""),
        media=kept,
        picture_url=_own_picture(message, content),
        is_explained=message.author is Author.BOT,
    )


_WITH_MEDIA = frozenset({"image", "video", "audio", "file"})
_KINDS = {
    "image": "[画像]",
    "video": "[動画]",
    "audio": "[音声]",
    "file": "[ファイル]",
    "sticker": "[スタンプ]",
    "location": "[位置情報]",
    "postback": "[ボタンをタップ]",
}


def _said(message: Message, content: Mapping[str, Any]) -> str:
    if message.state is MessageState.UNSENT:
        return "メッセージの送信が取り消されました"
    if message.kind == "sticker" and content.get("keywords"):
        return f"[スタンプ: {'、'.join(content['keywords'][:3])}]"
    if message.kind == "location":
        return f"[位置情報] {content.get('title') or ''} {content.get('address') or ''}".strip()
    return message.text or _KINDS.get(message.kind, f"[{message.kind}]")


def _own_picture(message: Message, content: Mapping[str, Any]) -> str:
    """Return the last part of the address of a picture we sent."""
    if message.author is Author.CUSTOMER or message.kind != "image":
        return ""
    return str(content.get("previewImageUrl", "")).rpartition("/")[2]


def quick_texts(templates: tuple[Template, ...]) -> list[dict[str, str]]:
    """Return the canned replies that are one text without variables, for the reply box."""
    texts = []
    for template in templates:
        first = template.messages[0]
        text = first.get("text", "")
        if len(template.messages) == 1 and first.get("type") == "text" and "{{" not in text:
            texts.append({"title": template.title, "text": text})
    return texts


def said_of(error: LinecsError, names: Mapping[str, str]) -> str:
    """Return what went wrong, as an operator can act on it."""
    match error:
        case StaleReplyError():
            who = {"bot": "自動応答", "customer": "お客様の送信取消"}.get(error.by) or (
                f"{names.get(error.by, error.by)}さん"
            )
            return f"送信していません。{elapsed(error.at)}前に{who}の操作がありました。内容を確認して送り直してください。"
        case UnseenMessageError():
            return "送信していません。お客様から新しいメッセージが届いています。確認してから送ってください。"
        case StaleTicketError():
            return "ほかの担当者がこのチケットを更新しました。最新の内容を確認してください。"
        case UnreachableError():
            return "このお客様には届きません(ブロック中、または友だちではありません)。"
        case _:
            return f"できませんでした: {error}"
