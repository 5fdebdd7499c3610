"""What went wrong, in words an operator can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.showing import elapsed
from linecs.delivery.pictures import PictureError
from linecs.errors import (
    ActRefusedError,
    NotPermittedError,
    StaleReplyError,
    StaleTicketError,
    UnreachableError,
    UnseenMessageError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs.errors import (
        LinecsError,
    )

__all__ = ["said_of"]

_NOT_PEOPLE = {"bot": "自動応答", "system": "システム", "customer": "お客様の送信取消"}
_REFUSED = {
    "taken_back": "お客様が取り消したメッセージは引用できません。",
    "not_the_assignee": "返信できるのは担当者だけです。先に「担当する」を押してください。",
    "already_resolved": "このチケットは対応完了です。先に再開してください。",
    "with_the_bot": "自動応答中です。先に「担当する」を押してください。",
    "no_text": "本文がありません。",
    "cannot_quote": "引用できるのは、文章かスタンプで返信するときだけです。",
    "already_decided": "この提案は、ほかの人が採用か却下を決めました。",
    "entry_gone": "足す先のFAQがもうありません。却下してください。",
    "entry_id_taken": "その名前のFAQがもうあります。別の名前にしてください。",
    "no_quote_token": "このメッセージは引用できません。",
}
_PLAIN: Mapping[type[LinecsError], str] = {
    UnseenMessageError: (
        "送信していません。お客様の新しいメッセージがあります。確認してから送ってください。"
    ),
    StaleTicketError: "ほかの担当者がこのチケットを更新しました。最新の内容を確認してください。",
    UnreachableError: "このお客様には届きません（ブロック中、または友だちではありません）。",
    NotPermittedError: "この操作をする権限がありません。",
    PictureError: "この画像は送れません。JPEGかPNGの画像を選んでください。",
}


def said_of(error: LinecsError, names: Mapping[str, str]) -> str:
    """Return what an operator reads where the desk has refused an act."""
    if isinstance(error, StaleReplyError):
        return f"送信していません。{_since(error, names)}。内容を確認して送り直してください。"
    if isinstance(error, ActRefusedError):
        return _REFUSED.get(error.reason, "いまの状態では、この操作はできません。")
    return _PLAIN.get(type(error), f"できませんでした: {error}")


def _since(error: StaleReplyError, names: Mapping[str, str]) -> str:
    """Return who came between, and how long ago."""
    passed = elapsed(error.at)
    when = f"{passed}前に" if passed and passed != "たった今" else "たった今、"
    if not error.by:
        return "会話が更新されました"
    if error.by in _NOT_PEOPLE:
        return f"{when}{_NOT_PEOPLE[error.by]}がありました"
    return f"{when}{names.get(error.by, error.by)}さんが返信しました"
