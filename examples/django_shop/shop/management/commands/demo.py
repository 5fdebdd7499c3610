"""`manage.py demo`: the shop, its worker and a simulated LINE, until Ctrl-C."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from linecs.testing import LineSimulator

if TYPE_CHECKING:
    from collections.abc import Mapping

_MANAGE = Path(__file__).parents[3] / "manage.py"
_STORY = {
    "さくら": "先週注文したドレスのファスナーが壊れていました。交換できますか？",
    "ひなた": "結婚式に間に合わせたいのですが、金曜日までに届きますか",
}
_PHONES = ("あおい", "みお")
_STARTS_WITHIN_SECONDS = 30
_STOPS_WITHIN_SECONDS = 15
_ADDRESSES = """
  お店          {shop}/
                会員: aoi@example.com / {password}
  管理画面      {shop}/admin/
                担当者: hanako / {password}（2人目は taro / {password}）
  お客様のLINE  {phone}

終了は Ctrl-C です。データは {folder} にあります（消すと最初に戻ります）。
"""


class Command(BaseCommand):
    """Opens the shop on this machine, with nothing else to install or configure."""

    help = "お店・管理画面・お客様のLINE（シミュレーター）を開きます"
    # The shop's own processes check; here there is no secret and no channel yet.
    requires_system_checks = ()

    def handle(self, **_: object) -> None:
        """Run until told to stop."""
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        port = _free_port("DEMO_PORT", 8951)
        shop = f"http://127.0.0.1:{port}"
        password = os.environ.get("DEMO_PASSWORD", "demo")
        with ExitStack() as running:
            line = running.enter_context(_line(shop))
            environment = _environment(line, shop, password)
            for command in (("migrate", "--verbosity=0"), ("seed_shop",)):
                _run(command, environment)
            # --insecure: it serves the admin's styles, which a web server does in production.
            server = ("runserver", "--noreload", "--insecure", "--verbosity=0", str(port))
            for command in (("linecs_worker",), server):
                _start(running, command, environment)
            _wait_for(shop)
            for name, text in _STORY.items():
                line.customer(name).says(text)
            folder, phone = settings.DATA_FOLDER, line.phone_url
            said = _ADDRESSES.format(shop=shop, phone=phone, password=password, folder=folder)
            self.stdout.write(said)
            self.stdout.flush()
            stop.wait()
            self.stdout.write("終了しています…")


def _line(shop: str) -> LineSimulator:
    """Return LINE on this machine, with customers' phones; not started yet."""
    port = _free_port("DEMO_LINE_PORT", 8950)
    line = LineSimulator(port=port, run=str(time.time_ns()))
    line.channel.name = "ミモザ・クローゼット"
    for name in _PHONES:
        line.customer(name)
    line.deliver_to(f"{shop}/line/webhook")
    return line


def _free_port(name: str, default: int) -> int:
    port = int(os.environ.get(name, default))
    with closing(socket.socket()) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError as error:
            said = f"ポート {port} は使用中です。別の番号にするには: {name}={port + 10}"
            raise CommandError(said) from error
    return port


def _environment(line: LineSimulator, shop: str, password: str) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "SHOP_FOLDER": str(settings.DATA_FOLDER),
        "PUBLIC_URL": shop,
        "DJANGO_SECRET_KEY": os.environ.get("DJANGO_SECRET_KEY") or secrets.token_hex(32),
        "DEMO_PASSWORD": password,
        "LINE_API_URL": line.url,
        "LINE_DIALOG_URL": f"{line.url}/dialog/bot/accountLink",
        "LINE_BOT_USER_ID": line.channel.bot_user_id,
        "LINE_CHANNEL_SECRET": line.channel.secret,
        "LINE_ACCESS_TOKEN": line.channel.access_token,
    }


def _run(command: tuple[str, ...], environment: Mapping[str, str]) -> None:
    subprocess.run([sys.executable, _MANAGE, *command], env=environment, check=True)  # noqa: S603 - our own


def _start(running: ExitStack, command: tuple[str, ...], environment: Mapping[str, str]) -> None:
    # In a session of its own, or Ctrl-C would reach it before we stop it in order.
    started = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, _MANAGE, *command],
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    running.callback(started.wait, _STOPS_WITHIN_SECONDS)
    running.callback(started.terminate)


def _wait_for(shop: str) -> None:
    late = time.monotonic() + _STARTS_WITHIN_SECONDS
    while time.monotonic() < late:
        try:
            with urlopen(f"{shop}/login", timeout=5):  # noqa: S310 - our own address
                return
        except URLError:
            time.sleep(0.1)
    raise CommandError(f"{shop} が開きません。")
