"""`manage.py linecs_worker`: the desk's worker, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand

from linecs.desk.working import work
from support.desk import desk

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Processes, delivers and runs jobs; several may run on PostgreSQL or MySQL."""

    help = "LINEのメッセージを処理して送信します（Ctrl-C で終了）"
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what it takes."""
        parser.add_argument(
            "--idle", type=float, default=0.2, help="することがないときに待つ秒数（既定 0.2）"
        )

    def handle(self, *, idle: float, **_: object) -> None:
        """Work until told to stop; what was begun is finished and recorded first."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write("linecs: 処理しています（Ctrl-C で終了）")
        self.stdout.flush()
        work(desk(), stop=stop, idle=idle)
        self.stdout.write("linecs: 終了しました")
