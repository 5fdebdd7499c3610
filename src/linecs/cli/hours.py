"""`linecs hours hours.yaml`: the coming days, who is there, and what customers are told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from linecs.cli.answers import read_file
from linecs.cli.desks import load_desk
from linecs.cli.moments import read_moment
from linecs.desk.hours_file import read_routing
from linecs.hours import DAY_MS, spoken_time
from linecs.replies.files import FileError
from linecs.routing import SlaClock, what_comes_next

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator
    from datetime import date

    from linecs.desk.routing import Routing
    from linecs.hours import BusinessCalendar, Span

__all__ = ["register", "run"]

_WEEKDAYS = {"ja": "月火水木金土日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_WORDS = {
    "ja": {
        "closed": "休み",
        "holiday": "休み(祝日)",
        "alone": "担当者のいない時間:",
        "told": "{at} に届いたメッセージへの案内: {said}",
        "due": "返信の期限: {due}",
        "recounted": "開いているチケットの期限を数え直しました: {count} 件",
    },
    "en": {
        "closed": "closed",
        "holiday": "closed (holiday)",
        "alone": "open with nobody there:",
        "told": "a message of {at} is told: {said}",
        "due": "a reply is due: {due}",
        "recounted": "deadlines of open tickets counted anew: {count}",
    },
}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `linecs`."""
    parser = subparsers.add_parser(
        "hours",
        help="営業時間を点検し、先の予定を表示する / check hours, show the coming days",
        description=(
            "これからの営業日、担当者のいない時間、お客様への案内と期限を表示します。"
            "間違いがあれば終了コード1です。"
        ),
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="hours.yaml")
    parser.add_argument("--days", type=int, default=14, metavar="N", help="何日先まで (既定 14)")
    parser.add_argument(
        "--at", metavar="TIME", help='この日時から (例: "2026-12-28 18:30"、既定は今)'
    )
    parser.add_argument(
        "--recount",
        metavar="DESK",
        help="開いているチケットの期限も数え直す (例: shop.line:desk)",
    )
    parser.add_argument("--lang", choices=("ja", "en"), default="ja", help="表示言語")


def run(arguments: argparse.Namespace) -> int:
    """Print the plan; 1 where the file has a mistake."""
    path, language = arguments.file, arguments.lang
    try:
        routing = read_routing(read_file(path), name=path.name, language=language)
    except FileError as error:
        print(error)
        return 1
    now = read_moment("--at", arguments.at, routing.calendar)
    for line in _plan(routing, now, now + arguments.days * DAY_MS, language):
        print(line)
    if arguments.recount:
        count = load_desk(arguments.recount).recompute_deadlines()
        print(_WORDS[language]["recounted"].format(count=count))
    return 0


def _plan(routing: Routing, start: int, end: int, language: str) -> Iterator[str]:
    shop, words = routing.calendar, _WORDS[language]
    for day in _days(shop, start, end):
        yield f"{_spoken_day(day, language)}  {_spoken_hours(shop, day, language)}"
    if routing.roster is not None:
        alone = routing.roster.thin_spots(shop, start, end, at_least=1)
        if alone:
            yield words["alone"]
        yield from (f"  {_stretch(shop, spot.start, spot.end, language)}" for spot in alone)
    told = what_comes_next(shop, now=start)
    yield words["told"].format(at=f"{shop.local(start):%m/%d %H:%M}", said=told)
    due = routing.sla.due(SlaClock.FIRST_REPLY, start)
    if due is not None:
        yield words["due"].format(due=spoken_time(shop, due, start))


def _days(shop: BusinessCalendar, start: int, end: int) -> Iterable[date]:
    first, last = shop.local(start).date(), shop.local(end).date()
    return (first + timedelta(days=place) for place in range((last - first).days))


def _spoken_day(day: date, language: str) -> str:
    return f"{day:%m/%d}({_WEEKDAYS[language][day.weekday()]})"


def _spoken_hours(shop: BusinessCalendar, day: date, language: str) -> str:
    spans = shop.hours_on(day)
    if spans:
        return ", ".join(map(_spoken_span, spans))
    is_holiday = shop.holidays is not None and shop.holidays(day)
    return _WORDS[language]["holiday" if is_holiday else "closed"]


def _spoken_span(span: Span) -> str:
    return f"{_clock(span.opens)}-{_clock(span.closes)}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _stretch(shop: BusinessCalendar, start: int, end: int, language: str) -> str:
    since, until = shop.local(start), shop.local(end)
    return f"{_spoken_day(since.date(), language)} {since:%H:%M}-{until:%H:%M}"
