"""`linecs erase shop.line:desk CUSTOMER`: remove one person's data, and look for what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.cli.desks import load_desk

if TYPE_CHECKING:
    import argparse

__all__ = ["register", "run"]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and what it takes."""
    parser = subparsers.add_parser(
        "erase",
        help="お客様一人のデータを消す / erase one person's data",
        description="メッセージ、画像、検索、連携など、お客様一人のデータをすべて消します。",
    )
    parser.add_argument("desk", help="デスクの場所 (例: shop.line:desk)")
    parser.add_argument("customer", help="お客様のID (linecsの内部ID)")
    parser.add_argument(
        "--scan",
        metavar="VALUE",
        action="append",
        default=[],
        help="消したあとに残っていないか探す値 (LINEのユーザーID、電話番号など。何度でも)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Erase and say what was removed; 1 where a value is still found somewhere."""
    privacy = load_desk(arguments.desk).privacy
    erasure = privacy.erase(arguments.customer, actor="shop")
    for name, count in erasure.rows.items():
        print(f"{name}: {count}")
    print(f"files: {erasure.files}")
    if erasure.revoke_by_hand:
        print("LINEログインの許可は、お客様がLINEアプリの「連動アプリ」から取り消せます。")
    remnants = privacy.scan(arguments.scan) if arguments.scan else []
    for each in remnants:
        print(f"× {each.place}.{each.column} {each.key}: --scan #{each.number + 1}")
    return int(bool(remnants))
