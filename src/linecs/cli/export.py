"""`linecs export shop.line:desk CUSTOMER`: one person's data as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from linecs.cli.desks import load_desk

if TYPE_CHECKING:
    import argparse

__all__ = ["register", "run"]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and what it takes."""
    parser = subparsers.add_parser(
        "export",
        help="お客様一人のデータをJSONで書き出す / export one person's data as JSON",
        description="お客様一人について保存しているものをすべてJSONで書き出します。",
    )
    parser.add_argument("desk", help="デスクの場所 (例: shop.line:desk)")
    parser.add_argument("customer", help="お客様のID (linecsの内部ID)")
    parser.add_argument("--output", type=Path, help="書き出すファイル (なければ画面に出す)")


def run(arguments: argparse.Namespace) -> int:
    """Write the JSON, into a file that only this user may read where one is named."""
    exported = load_desk(arguments.desk).privacy.export(arguments.customer, actor="shop")
    if arguments.output is None:
        print(exported)
    else:
        arguments.output.touch(mode=0o600)
        arguments.output.write_text(exported, encoding="utf-8")
    return 0
