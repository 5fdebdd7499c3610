"""Business calendars: when the shop is open, business time, and the promise told to a customer.

Values in, values out: instants are epoch milliseconds UTC, and there is no clock inside::

    shop = BusinessCalendar(
        weekly={"mon-fri": "10:00-13:00, 14:00-19:00", "sat": "10:00-17:00"},
        closures=[YEAR_END, OBON, "2026-11-30"],
    )
    due = shop.add_business(received_at, 30 * MINUTE_MS)
"""

from __future__ import annotations

from linecs.hours.calendar import BusinessCalendar, is_japanese_holiday
from linecs.hours.durations import DAY_MS, HOUR_MS, MINUTE_MS
from linecs.hours.notation import OBON, YEAR_END, Span
from linecs.hours.promise import spoken_promise, spoken_time

__all__ = [
    "DAY_MS",
    "HOUR_MS",
    "MINUTE_MS",
    "OBON",
    "YEAR_END",
    "BusinessCalendar",
    "Span",
    "is_japanese_holiday",
    "spoken_promise",
    "spoken_time",
]
