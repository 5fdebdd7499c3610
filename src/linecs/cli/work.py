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
    parser = subparsers.add_parser("work", help="run the worker")
    parser.add_argument("desk", help="import path of the desk, such as shop.line:desk")
    parser.add_argument(
        "--idle", type=float, default=0.2, help="seconds to wait when there is nothing to do"
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
