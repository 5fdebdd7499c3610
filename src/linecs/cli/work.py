"""`linecs work shop.line:desk`: the worker, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import logging
import signal
import threading
from typing import TYPE_CHECKING

from linecs.cli.desks import load_desk
from linecs.desk.working import work

if TYPE_CHECKING:
    import argparse


__all__ = ["register", "run"]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and what it takes."""
    parser = subparsers.add_parser(
        "work",
        help="ワーカーを動かす / run the worker",
        description=(
            "受信したメッセージを処理し、返信を送り、期限の来た仕事をします。"
            "Ctrl-C か SIGTERM で、始めた送信を終えてから止まります。"
        ),
    )
    parser.add_argument("desk", help="デスクの場所 (例: shop.line:desk)")
    parser.add_argument(
        "--idle",
        type=float,
        default=0.2,
        metavar="SECONDS",
        help="仕事のないとき、次に見るまでの秒数 (既定 0.2)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Work until told to stop; calls that were begun are finished and recorded first."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    desk = load_desk(arguments.desk)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    print(f"linecs: {arguments.desk} を処理しています (Ctrl-C で終了)", flush=True)
    work(desk, stop=stop, idle=arguments.idle)
    print("linecs: 終了しました", flush=True)
    return 0
