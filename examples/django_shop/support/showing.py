"""What the admin pages show of times and of what went wrong, in Japanese."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from linecs.errors import (
    ActRefusedError,
    LimitError,
    StaleReplyError,
    StaleTicketError,
    UnreachableError,
    UnseenMessageError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs import LinecsError

__all__ = ["clock_time", "is_past", "said_of"]

_NOT_PEOPLE = {
    "bot": "自動応答がありました",
    "system": "システムからのお知らせがありました",
    "customer": "お客様がメッセージを取り消しました",
}
_REFUSED = {
    "already_resolved": "このチケットは対応完了です。先に再開してください。",
    "with_the_bot": "自動応答中です。先に「担当する」を押してください。",
    "no_text": "本文がありません。",
}
_PLAIN: Mapping[type[LinecsError], str] = {
    LimitError: "送信していません。文章が長すぎます。",
    StaleTicketError: "ほかの担当者が先に更新しました。最新の内容を確認してください。",
    UnseenMessageError: "送信していません。お客様の新しいメッセージを確認してください。",
    UnreachableError: "このお客様には届きません（ブロック中、または友だちではありません）。",
}


def clock_time(at: int | None) -> str:
    """`11/20 14:05` in the shop's time zone; empty for 0."""
    if not at:
        return ""
    return f"{timezone.localtime(datetime.fromtimestamp(at / 1_000, UTC)):%m/%d %H:%M}"


def is_past(at: int) -> bool:
    """Whether a time, epoch ms UTC, is over; never for 0."""
    return 0 < at < time.time_ns() // 1_000_000


def said_of(error: LinecsError, names: Mapping[str, str]) -> str:
    """Return what an operator reads where the desk has refused an act."""
    if isinstance(error, StaleReplyError):
        return f"送信していません。{_since(error.by, names)}。内容を確認して送り直してください。"
    if isinstance(error, ActRefusedError):
        return _REFUSED.get(error.reason, "いまの状態では、この操作はできません。")
    return _PLAIN.get(type(error), "いまの状態では、この操作はできません。")


def _since(by: str, names: Mapping[str, str]) -> str:
    """Return what came between."""
    if by in _NOT_PEOPLE:
        return _NOT_PEOPLE[by]
    return f"{names[by]}さんが先に返信しました" if by in names else "会話が更新されました"
