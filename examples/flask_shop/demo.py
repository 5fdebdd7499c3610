"""`make demo`: the shop, its worker and a simulated LINE, until Ctrl-C.

With LINE_CHANNEL_SECRET, LINE_ACCESS_TOKEN, LINE_BOT_USER_ID, PUBLIC_URL and DEMO_PASSWORD in the
environment, the same shop runs against that real channel, and nothing is simulated.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from app import create_app, staff_with
from install import install
from kept import make_room
from past import PAST_CUSTOMERS, tell_the_past
from shop_desk import create_desk
from storefront import Shop
from terminal import own_interrupts
from werkzeug.serving import make_server

from linecs.testing import LineSimulator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs import SupportDesk

_HERE = Path(__file__).parent
_ELSEWHERE = ("LINE_API_URL", "LINE_DIALOG_URL")
_PHONES = ("あおい", "みお")
_REAL = ("LINE_CHANNEL_SECRET", "LINE_ACCESS_TOKEN", "LINE_BOT_USER_ID", "PUBLIC_URL")
_WORKER_STOPS_WITHIN_SECONDS = 15
_ADDRESSES = """
  お店          {shop}/
                会員: aoi@example.com / {password}
  担当者の画面  {shop}/staff
                担当者: hanako / {password}（2人目は taro / {password}）
  お客様のLINE  {phone}

終了は Ctrl-C です。データは {folder} にあります（消すと最初に戻ります）。
"""
_GOODBYE = """\
終了しました。もう一度 make demo で、続きから始められます。
Stopped. `make demo` goes on from here.
"""


def main() -> None:
    """Run until told to stop."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    is_real = all(os.environ.get(name) for name in _REAL)
    port = _free_port("DEMO_PORT", 8941)
    settings = _settings(port, is_real=is_real)
    password = _password(is_real=is_real)
    phone = "（お手元のLINEで、公式アカウントに話しかけてください）"
    with own_interrupts(), ExitStack() as running:
        if is_real:
            _open_shop(running, settings, port, password)
        else:
            line = _simulate(running, settings)
            desk = _open_shop(running, settings, port, password)
            phone = line.phone_url
            user_ids = {name: line.customer(name).user_id for name in PAST_CUSTOMERS}
            tell_the_past(desk, settings, user_ids)
        shop, folder = settings["PUBLIC_URL"], settings["DATA_FOLDER"]
        _say(_ADDRESSES.format(shop=shop, phone=phone, password=password, folder=folder))
        stop.wait()
        _say("\n終了しています…\n")
    _say(_GOODBYE)


def _settings(port: int, *, is_real: bool) -> dict[str, str]:
    folder = Path(os.environ.get("DEMO_FOLDER", _HERE.parent.parent / ".demo")).resolve()
    folder /= "real" if is_real else "simulated"
    make_room(folder, is_real=is_real)
    taken = (*_REAL, *_ELSEWHERE) if is_real else ()
    return {
        "DATABASE_URL": f"sqlite:///{folder / 'desk.sqlite3'}",
        "DATA_FOLDER": str(folder),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        **{name: os.environ[name] for name in taken if name in os.environ},
    }


def _password(*, is_real: bool) -> str:
    """Return everybody's password; where the internet can try, the shop must choose it."""
    chosen = os.environ.get("DEMO_PASSWORD", "")
    if is_real and not chosen:
        sys.exit("DEMO_PASSWORD を設定してください。公開されるお店のパスワードになります。")
    return chosen or "demo"


def _free_port(name: str, default: int) -> int:
    port = int(os.environ.get(name, default))
    with closing(socket.socket()) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            sys.exit(
                f"ポート {port} は使用中です（ほかの make demo が動いていませんか）。"
                f"別の番号にするには: {name}={port + 10} make demo"
            )
    return port


def _simulate(running: ExitStack, settings: dict[str, str]) -> LineSimulator:
    """Start LINE on this machine, with customers' phones, and add its values to the settings."""
    port = _free_port("DEMO_LINE_PORT", 8940)
    line = running.enter_context(LineSimulator(port=port, run=str(time.time_ns())))
    line.channel.name = "ミモザ・クローゼット"
    for name in _PHONES:
        line.customer(name)
    settings |= {
        "LINE_API_URL": line.url,
        "LINE_DIALOG_URL": f"{line.url}/dialog/bot/accountLink",
        "LINE_BOT_USER_ID": line.channel.bot_user_id,
        "LINE_CHANNEL_SECRET": line.channel.secret,
        "LINE_ACCESS_TOKEN": line.channel.access_token,
    }
    line.deliver_to(f"{settings['PUBLIC_URL']}/line/webhook")
    return line


def _open_shop(
    running: ExitStack, settings: Mapping[str, str], port: int, password: str
) -> SupportDesk:
    """Fill the shop, open its pages, and start its worker."""
    install(settings, password=password)
    desk = create_desk(settings)
    shop = Shop(Path(settings["DATA_FOLDER"]) / "shop.sqlite3")
    _serve(running, desk, shop, port, password)
    _work(running, settings)
    return desk


def _serve(running: ExitStack, desk: SupportDesk, shop: Shop, port: int, password: str) -> None:
    is_https = os.environ.get("PUBLIC_URL", "").startswith("https:")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app = create_app(desk, shop, staff=staff_with(password), is_https=is_https)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    running.callback(thread.join)
    running.callback(server.shutdown)


def _work(running: ExitStack, settings: Mapping[str, str]) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-m", "linecs.cli", "work", "shop_desk:desk"],
        env={**os.environ, **settings},
        cwd=_HERE,
    )
    running.callback(worker.wait, _WORKER_STOPS_WITHIN_SECONDS)
    running.callback(worker.terminate)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
