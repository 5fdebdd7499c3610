"""`linecs staffing`: the people each half hour needs, for a promise to the customer."""

from __future__ import annotations

import argparse
import csv
import math
import re
import sys
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from linecs.cli.desks import load_desk
from linecs.cli.tables import aligned
from linecs.desk.numbers import Workload
from linecs.errors import ConfigurationError
from linecs.hours import DAY_MS
from linecs.routing.staffing import (
    HALF_HOUR_MINUTES,
    ServiceTarget,
    arrivals_from_views,
    staffing_table,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.routing.staffing import StaffNeed

__all__ = ["register", "run"]

_UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000}
_MINUTES_A_DAY = 24 * 60
_HEADINGS = {
    "ja": ("時間帯", "件数", "必要人数", "シフト人数", "時間内", "平均待ち", "稼働率", "離脱"),
    "en": ("time", "arrivals", "people", "roster", "in time", "mean wait", "busy", "lost"),
}
_ANY_TIME = {"ja": "30分間", "en": "half hour"}
_LAST_LINE = {
    "ja": "目標: {share:.0%} を {within} 以内に回答 / のべ {hours:g} 人時",
    "en": "target: {share:.0%} answered within {within} / {hours:g} person-hours",
}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `linecs`."""
    parser = subparsers.add_parser(
        "staffing",
        help="必要な人数を30分ごとに計算します / people needed per half hour",
        description=(
            "30分ごとの件数から、目標を守るのに必要な人数を計算します(Erlang C。"
            "--patience を付けると Erlang A)。"
        ),
    )
    _add_sources(parser)
    _add_options(parser)
    parser.set_defaults(run=run)


def _add_sources(parser: argparse.ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--arrivals", type=Path, metavar="CSV", help="時刻(10:00),件数 の表")
    source.add_argument("--views", type=Path, metavar="CSV", help="時刻(10:00),閲覧数 の表")
    source.add_argument("--desk", metavar="DESK", help="デスク自身の履歴から (例: shop.line:desk)")
    source.add_argument("--per-hour", type=float, metavar="N", help="1時間あたりの件数")
    parser.add_argument(
        "--days", type=int, default=28, metavar="N", help="--desk の履歴を何日分 (既定 28)"
    )
    parser.add_argument(
        "--contact-rate", type=float, metavar="R", help="閲覧1回あたりの問い合わせ率 (0.01 = 1%%)"
    )


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--handling", type=_duration, required=True, metavar="10m", help="1件の対応時間"
    )
    parser.add_argument(
        "--target",
        type=_target,
        default="95/30m",
        metavar="95/30m",
        help="目標: 80/20s は20秒以内に80%% (電話)、95/30m は30分以内に95%% (LINE)",
    )
    parser.add_argument("--patience", type=_duration, metavar="5m", help="お客様が待てる平均時間")
    parser.add_argument(
        "--concurrency",
        type=float,
        metavar="N",
        help="1人が同時に対応する件数 (既定 1、--desk では実績)",
    )
    parser.add_argument("--at-least", type=int, default=1, metavar="N", help="最低の人数")
    parser.add_argument(
        "--shrinkage", type=float, default=0.0, metavar="R", help="休憩・欠勤の割合 (0.3 = 30%%)"
    )
    parser.add_argument("--lang", choices=("ja", "en"), default="ja", help="表示言語")


def run(args: argparse.Namespace) -> int:
    """Print the table; 0 if it could be made, 2 if the input cannot be used."""
    try:
        workload = _workload(args)
        needs = staffing_table(
            workload.arrivals,
            handling_ms=args.handling,
            target=args.target,
            patience_ms=args.patience,
            concurrency=args.concurrency or workload.concurrency,
            at_least=args.at_least,
            shrinkage=args.shrinkage,
        )
    except (ConfigurationError, OSError, UnicodeDecodeError) as error:
        print(f"linecs staffing: {error}", file=sys.stderr)
        return 2
    for line in _lines(needs, args):
        print(line)
    return 0


def _workload(args: argparse.Namespace) -> Workload:
    if args.desk is not None:
        now = time.time_ns() // 1_000_000
        return load_desk(args.desk).workload(since=now - args.days * DAY_MS, until=now)
    return Workload(arrivals=_arrivals(args), concurrency=1.0)


def _arrivals(args: argparse.Namespace) -> dict[int, float]:
    if args.per_hour is not None:
        return {0: args.per_hour * HALF_HOUR_MINUTES / 60}
    if args.arrivals is not None:
        return _read_table(args.arrivals)
    if args.contact_rate is None:
        raise ConfigurationError("--views needs --contact-rate, such as 0.01.")
    return arrivals_from_views(_read_table(args.views), args.contact_rate)


def _read_table(path: Path) -> dict[int, float]:
    table: dict[int, float] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.reader(file), start=1):
            cells = [unicodedata.normalize("NFKC", cell).strip() for cell in row]
            if not any(cells) or (number == 1 and not re.match(r"\d", cells[0])):
                continue
            minute, count = _parse_row(cells, path, number)
            table[minute] = table.get(minute, 0.0) + count
    if not table:
        raise ConfigurationError(f"{path} has no rows such as '10:00,12'.")
    return table


def _parse_row(cells: list[str], path: Path, number: int) -> tuple[int, float]:
    time = re.fullmatch(r"(\d{1,2}):([0-5]\d)", cells[0])
    try:
        count = float(cells[1].replace(",", ""))
    except (IndexError, ValueError):
        count = math.nan
    minute = int(time[1]) * 60 + int(time[2]) if time else _MINUTES_A_DAY
    if minute >= _MINUTES_A_DAY or not count >= 0:
        raise ConfigurationError(f"{path}, line {number}: write a time and a count, '10:00,12'.")
    return minute - minute % HALF_HOUR_MINUTES, count


def _duration(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration; write 20s, 10m or 1h")
    return float(match[1]) * _UNITS_MS[match[2]]


def _target(text: str) -> ServiceTarget:
    share, _, within = text.partition("/")
    try:
        return ServiceTarget(share=float(share) / 100, within_ms=_duration(within))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no target; write 80/20s or 95/30m"
        ) from error


def _lines(needs: Sequence[StaffNeed], args: argparse.Namespace) -> list[str]:
    language, target = args.lang, args.target
    rows: list[tuple[str, ...]] = [_HEADINGS[language]]
    for need in needs:
        clock = f"{need.minute // 60:02}:{need.minute % 60:02}"
        rows.append(
            (clock if args.per_hour is None else _ANY_TIME[language], *_cells(need, language))
        )
    lines = aligned(rows)
    hours = sum(need.rostered for need in needs) * HALF_HOUR_MINUTES / 60
    within = _spoken(target.within_ms, language)
    return [*lines, _LAST_LINE[language].format(share=target.share, within=within, hours=hours)]


def _cells(need: StaffNeed, language: str) -> tuple[str, ...]:
    figures = need.figures
    return (
        f"{need.arrivals:.1f}",
        str(need.people),
        str(need.rostered),
        f"{figures.within:.1%}",
        _spoken(figures.mean_wait_ms, language),
        f"{figures.occupancy:.0%}",
        f"{figures.abandonment:.1%}",
    )


def _spoken(ms: float, language: str) -> str:
    seconds = round(ms / 1000)
    minutes, rest = divmod(seconds, 60)
    second, minute = ("秒", "分") if language == "ja" else ("s", "m")
    if not minutes:
        return f"{rest}{second}"
    return f"{minutes}{minute}" + (f"{rest}{second}" if rest else "")
