"""`linecs links export|import shop.line:desk`: links as a CSV file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from linecs.cli.desks import load_desk
from linecs.idlink import ProblemKind

if TYPE_CHECKING:
    import argparse

    from linecs.desk import SupportDesk

__all__ = ["register", "run"]

_PROBLEMS = {
    ProblemKind.UNREADABLE: "読み取れません",
    ProblemKind.USER_TAKEN: "LINEユーザーが別の会員と連携済みです",
    ProblemKind.MEMBER_TAKEN: "会員が別のLINEユーザーと連携済みです",
    ProblemKind.USER_TWICE: "ファイルの中で、LINEユーザーが別の会員とも組になっています",
    ProblemKind.MEMBER_TWICE: "ファイルの中で、会員が別のLINEユーザーとも組になっています",
}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and what it takes."""
    parser = subparsers.add_parser(
        "links",
        help="会員連携をCSVで書き出す・取り込む / export and import member links",
        description="会員連携を、その根拠とともにCSVで書き出し、取り込みます。",
    )
    parser.add_argument("action", choices=("export", "import"), help="書き出すか、取り込むか")
    parser.add_argument("desk", help="デスクの場所 (例: shop.line:desk)")
    parser.add_argument("file", type=Path, nargs="?", help="取り込むCSVファイル")
    parser.add_argument("--channel", default="main", help="LINEユーザーを知っているチャネル")
    parser.add_argument("--dry-run", action="store_true", help="取り込まず、結果だけを示す")


def run(arguments: argparse.Namespace) -> int:
    """Export, or import; 1 where lines were not taken over, 2 where no file is named."""
    desk = load_desk(arguments.desk)
    if arguments.action == "export":
        sys.stdout.write(desk.links.export_csv())
        return 0
    if arguments.file is None:
        print("linecs links import: name the CSV file.", file=sys.stderr)
        return 2
    return _import(desk, arguments)


def _import(desk: SupportDesk, arguments: argparse.Namespace) -> int:
    text = arguments.file.read_text(encoding="utf-8-sig")
    plan = desk.links.import_csv(text, channel_id=arguments.channel, dry_run=arguments.dry_run)
    print(f"新規 {len(plan.new)}件、連携済み {len(plan.known)}件、問題 {len(plan.problems)}件")
    for each in plan.problems:
        column = f" [{each.column}]" if each.column else ""
        print(f"× {each.line}行目{column}: {_PROBLEMS[each.kind]}")
    return int(bool(plan.problems))
