"""`linecs orphans shop.line:desk`: is anybody forgotten, and since when."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import attrs

from linecs.cli.desks import load_desk
from linecs.desk.orphans import OrphanKind
from linecs.hours import MINUTE_MS

if TYPE_CHECKING:
    import argparse

    from linecs.desk.orphans import Orphan

__all__ = ["register", "run"]

_SAID = {
    OrphanKind.UNPROCESSED_EVENT: "受信したまま処理されていません。linecs work は動いていますか",
    OrphanKind.FAILED_EVENT: "処理に失敗しました。原因を直して desk.retry を呼んでください",
    OrphanKind.UNOWNED_MESSAGE: "返信も担当もないお客様のメッセージです",
    OrphanKind.TICKET_WITHOUT_DUE_TIME: "期限のないチケットです",
    OrphanKind.LOST_REPLY: "送信中のまま、どこにも載っていない返信です",
}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and what it takes."""
    parser = subparsers.add_parser(
        "orphans",
        help="忘れられたお客様がいないか調べる / is anybody forgotten",
        description="返信も担当も期限もないものを列挙します。何もなければ終了コード0です。",
    )
    parser.add_argument("desk", help="デスクの場所 (例: shop.line:desk)")
    parser.add_argument("--limit", type=int, default=100, help="種類ごとの最大件数")
    parser.add_argument("--json", action="store_true", help="JSONで出力する")


def run(arguments: argparse.Namespace) -> int:
    """Print what is forgotten; 1 where there is anything."""
    found = load_desk(arguments.desk).orphans(limit=arguments.limit)
    if arguments.json:
        print(json.dumps([attrs.asdict(each) for each in found], ensure_ascii=False, indent=2))
    elif not found:
        print("○ 忘れられたお客様はいません")
    else:
        now = time.time_ns() // 1_000_000
        for orphan in found:
            _print(orphan, now)
    return int(bool(found))


def _print(orphan: Orphan, now: int) -> None:
    minutes = max(0, now - orphan.since) // MINUTE_MS
    print(f"× {_SAID[orphan.kind]} ({minutes}分前から)")
    place = f" 会話 {orphan.conversation_id}" if orphan.conversation_id else ""
    print(f"   {orphan.kind} {orphan.subject_id}{place}")
