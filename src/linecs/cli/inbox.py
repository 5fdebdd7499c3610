"""`linecs inbox ...`: make again what lists, counts and search are found by."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from linecs.cli.desks import load_desk

if TYPE_CHECKING:
    import argparse

__all__ = ["register", "run"]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and what it takes."""
    parser = subparsers.add_parser(
        "inbox",
        help="一覧・件数・検索の索引を作り直す / rebuild lists, counts and search",
        description="一覧と件数、または検索の索引を、保存されている内容から作り直します。",
    )
    parser.add_argument(
        "what",
        choices=["reindex", "recount"],
        help="reindex: 検索の索引 (運用中でも可) / recount: 一覧と件数 (空いている時間に)",
    )
    parser.add_argument("desk", help="デスクの場所 (例: shop.line:desk)")


def run(arguments: argparse.Namespace) -> int:
    """Make it again, and say what was done."""
    inbox = load_desk(arguments.desk).inbox
    if arguments.what == "recount":
        print(f"直した行: {inbox.recount()}")
        return 0
    read = inbox.reindex(_say_progress)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print(f"索引に入れたメッセージとメモ: {read}")
    return 0


def _say_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        percent = 100 * done // max(total, 1)
        print(f"\r{done} / {total} ({percent} %)", end="", file=sys.stderr, flush=True)
