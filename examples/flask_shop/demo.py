"""`make demo`: the shop, its worker and a simulated LINE, until Ctrl-C.

With LINE_CHANNEL_SECRET, LINE_ACCESS_TOKEN, LINE_BOT_USER_ID and PUBLIC_URL in the environment,
the same shop runs against that real channel, and nothing is simulated.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from app import create_app
from past import tell_the_past
from shop_desk import create_desk, publish_content
from storefront import Shop
from werkzeug.security import generate_password_hash
from werkzeug.serving import make_server

from linecs.testing import LineSimulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs import SupportDesk

_HERE = Path(__file__).parent
_PASSWORD = "demo"  # noqa: S105 - of a demonstration on this machine
_STAFF = {"hanako": "花子", "taro": "太郎"}
_REAL = ("LINE_CHANNEL_SECRET", "LINE_ACCESS_TOKEN", "LINE_BOT_USER_ID", "PUBLIC_URL")
_ADDRESSES = """\

  お店          {shop}/            (会員: aoi@example.com / {password})
  担当者の画面  {shop}/staff       (花子: hanako / {password}、太郎: taro / {password})
  お客様のLINE  {phone}

終了は Ctrl-C です。"""


def main() -> None:
    """Run until told to stop."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    folder = Path(os.environ.get("DEMO_FOLDER", _HERE.parent.parent / ".demo"))
    port = int(os.environ.get("DEMO_PORT", "8941"))
    with ExitStack() as running:
        settings, _phone = _settings(running, folder, port)
        for _part in _run(running, settings, port):
            pass
        sys.stdout.flush()
        stop.wait()


def _settings(running: ExitStack, folder: Path, port: int) -> tuple[dict[str, str], str]:
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "DATABASE_URL": f"sqlite:///{folder / 'desk.sqlite3'}",
        "DATA_FOLDER": str(folder),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    if all(os.environ.get(name) for name in _REAL):
        return {**settings, **{name: os.environ[name] for name in _REAL}}, "(お手元のLINE)"
    line = running.enter_context(
        LineSimulator(port=int(os.environ.get("DEMO_LINE_PORT", "8940")), run=str(time.time_ns()))
    )
    line.channel.name = "ミモザ・クローゼット"
    line.deliver_to(f"http://127.0.0.1:{port}/line/webhook")
    for name in ("あおい", "みお"):
        line.customer(name)
    simulated = {
        "LINE_API_URL": line.url,
        "LINE_DIALOG_URL": f"{line.url}/dialog/bot/accountLink",
        "LINE_BOT_USER_ID": line.channel.bot_user_id,
        "LINE_CHANNEL_SECRET": line.channel.secret,
        "LINE_ACCESS_TOKEN": line.channel.access_token,
    }
    return {**settings, **simulated}, line.phone_url


def _run(running: ExitStack, settings: dict[str, str], port: int) -> Iterator[str]:
    desk = create_desk(settings)
    shop = Shop(Path(settings["DATA_FOLDER"]) / "shop.sqlite3")
    shop.install(time.time_ns() // 1_000_000, password=_PASSWORD)
    publish_content(desk, by="lead")
    yield "お店の商品・会員・FAQを用意しました。"
    _serve(running, desk, shop, port)
    yield "お店を開きました。"
    worker = subprocess.Popen(
        [sys.executable, "-m", "linecs.cli", "work", "shop_desk:desk"],
        env={**os.environ, **settings},
        cwd=_HERE,
    )
    running.callback(worker.wait, 20)
    running.callback(worker.terminate)
    if "LINE_API_URL" in settings:
        tell_the_past(desk, settings)
        yield "これまでのお問い合わせを用意しました。"


def _serve(running: ExitStack, desk: SupportDesk, shop: Shop, port: int) -> None:
    staff = {each: (name, generate_password_hash(_PASSWORD)) for each, name in _STAFF.items()}
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", port, create_app(desk, shop, staff=staff), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    running.callback(thread.join)
    running.callback(server.shutdown)


if __name__ == "__main__":
    main()
