"""The promise told to a customer, from the same calendar that sets the deadlines."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from linecs.hours.durations import MINUTE_MS

if TYPE_CHECKING:
    from linecs.hours.calendar import BusinessCalendar

_WEEKDAYS = "月火水木金土日"


def spoken_time(calendar: BusinessCalendar, at: int, now: int) -> str:
    """An instant as a shop in Japan says it: `本日10時`, `明日10時30分`, `1月4日(月) 10時`.

    The words follow the shop's time zone; the year is named from half a year away.
    """
    moment, today = calendar.local(at), calendar.local(now).date()
    clock = f"{moment.hour}時" + (f"{moment.minute}分" if moment.minute else "")
    distance = (moment.date() - today).days
    if distance in (0, 1):
        return ("本日", "明日")[distance] + clock
    year = f"{moment.year}年" if abs(distance) > timedelta(weeks=26).days else ""
    weekday = _WEEKDAYS[moment.weekday()]
    return f"{year}{moment.month}月{moment.day}日({weekday}) {clock}"


def spoken_promise(
    calendar: BusinessCalendar, due: int, now: int, *, deadline: bool = False
) -> str:
    """When the customer is answered, to say in a receipt: `本日10時以降にご返信します`.

    Args:
        calendar: The calendar that `due` was reckoned by.
        due: The opening time from which somebody answers, or the deadline; epoch ms UTC.
        now: The present, epoch ms UTC.
        deadline: Say `までに`, with the minute rounded up; otherwise `以降に`, and once the
            time has come, `順番にご返信します`.
    """
    if deadline:
        rounded_up = -(-due // MINUTE_MS) * MINUTE_MS
        return f"{spoken_time(calendar, rounded_up, now)}までにご返信します"
    if due <= now:
        return "順番にご返信します"
    return f"{spoken_time(calendar, due, now)}以降にご返信します"
