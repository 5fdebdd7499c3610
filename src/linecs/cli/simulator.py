"""`linecs simulator`: LINE on this machine, with phones to look at, until Ctrl-C."""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING

from linecs.errors import ConfigurationError
from linecs.testing.simulator import LineSimulator

if TYPE_CHECKING:
    import argparse

    from linecs.testing.simulator import Channel

__all__ = ["register", "run"]

_SETTINGS = """\
お客様の画面: {phone}
Webhookの送り先: {webhook}

お店のサーバーに設定する値:
  LINE_API_URL={api}
  LINE_BOT_USER_ID={bot}
  LINE_CHANNEL_SECRET={secret}
  LINE_ACCESS_TOKEN={token}

LINEには接続しません。終了は Ctrl-C です。"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and what it takes."""
    parser = subparsers.add_parser(
        "simulator",
        help="LINEの代わりを動かす / run a simulated LINE",
        description="LINEの代わりに動くサーバーと、お客様の画面を開きます。",
    )
    parser.add_argument("--port", type=int, default=8940, help="待ち受けるポート (既定: 8940)")
    parser.add_argument(
        "--host", default="127.0.0.1", help="待ち受けるアドレス。変えると同じ網の誰もが開けます"
    )
    parser.add_argument("--webhook", metavar="URL", help="お店のWebhookのURL")
    parser.add_argument("--name", default="linecs", help="公式アカウントの表示名")
    parser.add_argument(
        "--customer", action="append", metavar="NAME", help="最初からいるお客様 (複数可)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    # The shop's database outlives this process: no id may come twice.
    line = LineSimulator(host=arguments.host, port=arguments.port, run=str(time.time_ns()))
    line.channel.name = arguments.name
    if arguments.webhook:
        line.deliver_to(arguments.webhook)
    for name in arguments.customer or ["あおい"]:
        line.customer(name)
    try:
        line.start()
    except OSError as error:
        where = f"{arguments.host}:{arguments.port}"
        raise ConfigurationError(f"Cannot listen on {where}; try another --port.") from error
    print(_settings(line, line.channel), flush=True)
    stop.wait()
    line.stop()
    return 0


def _settings(line: LineSimulator, channel: Channel) -> str:
    return _SETTINGS.format(
        phone=line.phone_url,
        webhook=channel.endpoint or "(なし: --webhook URL)",
        api=line.url,
        bot=channel.bot_user_id,
        secret=channel.secret,
        token=channel.access_token,
    )
