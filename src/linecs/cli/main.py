"""One command, many subcommands; each lives in a file of its own and is loaded when asked for."""

from __future__ import annotations

import argparse
import importlib
import sys
from typing import TYPE_CHECKING, Protocol, cast

from linecs.errors import LinecsError

if TYPE_CHECKING:
    from collections.abc import Sequence


__all__ = ["main"]

# The module of each subcommand and what it does, in the order of the help.
_COMMANDS = {
    "work": "ワーカーを動かす: 受信の処理、送信、期限の来た仕事 / run the worker",
    "doctor": "設定と稼働状況を点検する / check settings and operation",
    "orphans": "忘れられたお客様がいないか調べる / is anybody forgotten",
    "explain": "なぜその応答になるのかを表示する / why a text is answered as it is",
    "rules": "キーワード応答とFAQを点検する / check keyword rules and FAQ entries",
    "scenario": "シナリオを点検し、図にする / check and draw scenarios",
    "knowledge": "ルールやFAQを公開し、前の版に戻す / publish rules and FAQ, roll back",
    "faq": "FAQの精度を測る / measure an FAQ",
    "hours": "営業時間を点検し、先の予定を表示する / check hours, show the coming days",
    "numbers": "件数、返信までの時間、満足度を日ごとに表示する / the team's numbers by day",
    "inbox": "一覧・件数・検索の索引を作り直す / rebuild lists, counts and search",
    "staffing": "必要な人数を30分ごとに計算する / people needed per half hour",
    "links": "会員連携をCSVで書き出す・取り込む / export and import member links",
    "export": "お客様一人のデータをJSONで書き出す / export one person's data as JSON",
    "erase": "お客様一人のデータを消す / erase one person's data",
    "simulator": "LINEの代わりとお客様の画面を動かす / run a simulated LINE",
    "anonymise": "記録を共有できるテストにする / turn a log into a shareable test",
    "migrate": "データベースの表を作成・更新する / create or update the tables",
}


class _Command(Protocol):
    def register(self, subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None: ...

    def run(self, arguments: argparse.Namespace) -> int: ...


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status: 0 done, 1 found something, 2 could not."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(
        prog="linecs", description="LINEカスタマーサポート / customer support over LINE"
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, purpose in _COMMANDS.items():
        if name in given[:1]:
            _load(name).register(subparsers)
        else:
            subparsers.add_parser(name, help=purpose)
    parsed = parser.parse_args(given)
    try:
        return _load(parsed.command).run(parsed)
    except LinecsError as error:
        print(f"linecs {parsed.command}: {error}", file=sys.stderr)
        return 2


def _load(name: str) -> _Command:
    return cast("_Command", importlib.import_module(f"linecs.cli.{name}"))
