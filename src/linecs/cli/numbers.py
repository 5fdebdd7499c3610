"""`linecs numbers shop.line:desk`: what came in, who answered, how fast, how content people are."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING

from linecs.cli.desks import load_desk
from linecs.cli.moments import read_moment
from linecs.cli.tables import aligned
from linecs.errors import ConfigurationError
from linecs.hours import DAY_MS, MINUTE_MS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from linecs.desk import SupportDesk
    from linecs.routing import Numbers

__all__ = ["register", "run"]

_HEADINGS = {
    "ja": (
        "日付",
        "件数",
        "自動で解決",
        "担当者が返信",
        "未返信",
        "初回返信(中央値)",
        "初回返信(90%)",
        "約束を守った",
        "満足",
    ),
    "en": (
        "day",
        "tickets",
        "solved by bot",
        "replied",
        "unanswered",
        "first reply, median",
        "first reply, 90 %",
        "promises kept",
        "content",
    ),
}
_TOTAL = {"ja": "合計", "en": "all"}
_BY_CATEGORY = {"ja": "分類: ", "en": "categories: "}
_NO_CATEGORY = {"ja": "なし", "en": "none"}
_MINUTES = {"ja": "{}分", "en": "{} min"}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `linecs`."""
    parser = subparsers.add_parser(
        "numbers",
        help="件数、返信までの時間、約束、満足度を日ごとに表示する / the team's numbers by day",
        description=(
            "その日に始まったチケットの件数、自動で解決した数、初回返信までの営業時間、"
            "守れた約束、満足度を表示します。まだ返信していないものも数えます。"
        ),
    )
    parser.add_argument("desk", help="デスクの場所 (例: shop.line:desk)")
    parser.add_argument("--days", type=int, default=7, metavar="N", help="今日まで何日 (既定 7)")
    parser.add_argument("--until", metavar="DATE", help="最後の日 (例: 2026-11-30、既定は今日)")
    parser.add_argument("--csv", action="store_true", help="表計算ソフト用のCSVで出力する")
    parser.add_argument("--lang", choices=("ja", "en"), default="ja", help="表示言語")


def run(arguments: argparse.Namespace) -> int:
    """Print a line a day, and one for all of them."""
    desk, language = load_desk(arguments.desk), arguments.lang
    days = list(
        _days(desk, read_moment("--until", arguments.until, desk.routing.calendar), arguments.days)
    )
    total = desk.numbers(since=days[0][0], until=days[-1][1])
    rows: list[tuple[str, ...]] = [_HEADINGS[language]]
    rows += [
        _row(_date(desk, since), desk.numbers(since=since, until=until), language)
        for since, until in days
    ]
    rows.append(_row(_TOTAL[language], total, language))
    if arguments.csv:
        csv.writer(sys.stdout).writerows(rows)
        return 0
    for line in aligned(rows):
        print(line)
    if total.categories:
        print(_BY_CATEGORY[language] + _spoken_categories(desk, total, language))
    return 0


def _days(desk: SupportDesk, last: int, count: int) -> Iterator[tuple[int, int]]:
    if count < 1:
        raise ConfigurationError(f"--days {count}: 1 以上にしてください。")
    calendar = desk.routing.calendar
    noon = calendar.day(last)[0] + DAY_MS // 2
    # From noon to noon, so that a day of 23 or 25 hours is still one day.
    return (calendar.day(noon - back * DAY_MS) for back in reversed(range(count)))


def _date(desk: SupportDesk, at: int) -> str:
    return desk.routing.calendar.local(at).date().isoformat()


def _row(name: str, numbers: Numbers, language: str) -> tuple[str, ...]:
    return (
        name,
        str(numbers.opened),
        str(numbers.solved_by_bot),
        str(numbers.replied),
        str(numbers.unanswered),
        _spoken_time(numbers.first_reply.median_ms, language),
        _spoken_time(numbers.first_reply.p90_ms, language),
        _spoken_share(numbers.promises_kept, numbers.promised),
        _spoken_share(numbers.content, numbers.scored),
    )


def _spoken_time(ms: int | None, language: str) -> str:
    return "-" if ms is None else _MINUTES[language].format(-(-ms // MINUTE_MS))


def _spoken_share(part: int, whole: int) -> str:
    return f"{part / whole:.0%} ({part}/{whole})" if whole else "-"


def _spoken_categories(desk: SupportDesk, numbers: Numbers, language: str) -> str:
    names = {mark.key: mark.name for mark in desk.staff.categories.marks}
    names[""] = _NO_CATEGORY[language]
    return "、".join(f"{names.get(key, key)} {count}" for key, count in numbers.categories.items())
