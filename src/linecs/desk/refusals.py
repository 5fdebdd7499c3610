"""Why the desk refused an act, as an operator reads it in Japanese."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.delivery.pictures import PictureError
from linecs.errors import (
    ActRefusedError,
    LimitError,
    NotPermittedError,
    StaleCustomerError,
    StaleReplyError,
    StaleTicketError,
    UnreachableError,
    UnseenMessageError,
)
from linecs.hours import DAY_MS, HOUR_MS, MINUTE_MS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs.errors import (
        LinecsError,
    )

__all__ = ["ACT_REFUSALS", "spoken_refusal"]

ACT_REFUSALS = {
    "already_decided": "この提案は、ほかの人が採用か却下を決めました。",
    "already_resolved": "このチケットは対応完了です。先に再開してください。",
    "another_conversation": "ほかのお客様のものは使えません。",
    "another_ticket": "ほかのチケットのメッセージは選べません。",
    "cannot_quote": "引用できるのは、文章かスタンプで返信するときだけです。",
    "entry_gone": "足す先のFAQがもうありません。却下してください。",
    "entry_id_taken": "その名前のFAQがもうあります。別の名前にしてください。",
    "in_the_past": "過ぎた時刻は選べません。",
    "no_actor": "だれの操作か分かりません。ログインし直してください。",
    "no_messages": "移すメッセージがありません。",
    "no_quote_token": "このメッセージは引用できません。",
    "no_text": "本文がありません。",
    "not_snoozed": "このチケットは「後で対応」になっていません。",
    "not_the_assignee": "返信できるのは担当者だけです。先に「担当する」を押してください。",
    "nothing_left": "メッセージをすべて分けることはできません。",
    "same_ticket": "同じチケットどうしはまとめられません。",
    "taken_back": "お客様が取り消したメッセージは引用できません。",
    "with_the_bot": "自動応答中です。先に「担当する」を押してください。",
}
"""What each reason of an `ActRefusedError` means."""

_PLAIN: Mapping[type[LinecsError], str] = {
    LimitError: "送信していません。LINEで送れる長さや数を超えています。",
    NotPermittedError: "この操作をする権限がありません。",
    PictureError: "この画像は送れません。JPEGかPNGの画像を選んでください。",
    StaleCustomerError: (
        "ほかの担当者がこのお客様の情報を変えました。最新の内容を確認してください。"
    ),
    StaleTicketError: "ほかの担当者がこのチケットを更新しました。最新の内容を確認してください。",
    UnreachableError: "このお客様には届きません（ブロック中、または友だちではありません）。",
    UnseenMessageError: (
        "送信していません。お客様の新しいメッセージがあります。確認してから送ってください。"
    ),
}
_NOT_PEOPLE = {"bot": "自動応答", "system": "システムからの連絡", "customer": "お客様の送信取消"}
_UNITS = ((DAY_MS, "日"), (HOUR_MS, "時間"), (MINUTE_MS, "分"))


def spoken_refusal(error: LinecsError, *, now: int, names: Mapping[str, str]) -> str:
    """Return what an operator reads where the desk has refused an act.

    Args:
        error: What an act of the desk raised.
        now: Epoch ms UTC.
        names: How operators are called, by their ids; others are called by their id.
    """
    if isinstance(error, StaleReplyError):
        return f"送信していません。{_since(error, now, names)}。内容を確認して送り直してください。"
    if isinstance(error, ActRefusedError):
        return ACT_REFUSALS.get(error.reason, "いまの状態では、この操作はできません。")
    known = (said for kind, said in _PLAIN.items() if isinstance(error, kind))
    return next(known, f"できませんでした: {error}")


def _since(error: StaleReplyError, now: int, names: Mapping[str, str]) -> str:
    """Return who came between, and how long ago."""
    if not error.by:
        return "会話が更新されました"
    when = _ago(now - error.at)
    if error.by in _NOT_PEOPLE:
        return f"{when}{_NOT_PEOPLE[error.by]}がありました"
    return f"{when}{names.get(error.by, error.by)}さんが返信しました"


def _ago(passed: int) -> str:
    counted = (f"{passed // unit}{name}前に" for unit, name in _UNITS if passed >= unit)
    return next(counted, "たった今、")
