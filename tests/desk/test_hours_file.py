"""The support lead's file of hours, deadlines and duty."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from linecs.desk import read_routing
from linecs.desk.routing import Receipts
from linecs.hours import HOUR_MS, MINUTE_MS
from linecs.model import CustomerFacts, OperatorId
from linecs.replies.files import FileError
from linecs.routing import Answerer, Pick, Situation, SlaClock

if TYPE_CHECKING:
    from linecs import Routing

WHOLE = """
hours:
  月-金: 10:00-13:00, 14:00-19:00
  sat: 10:00-17:00
closures: [年末年始, 2026-11-30]
special_hours: {12-28: 10:00-15:00}
reply_within: 30m
warn_before: 10m
receipts: always
ask_again: {weekday: 月, time: 10:30, count: 1, resolve_after: 3d}
first_word: bot_outside_hours
assign: least_loaded
tickets_each: 4
survey: {question: いかがでしたか}
people:
  sato:
    hours: {月-金: 10:00-14:00}
    skills: [en]
    tickets: 2
  ito:
    closures: [2026-11-24]
queues:
  english:
    hours: {mon-fri: 10:00-12:00}
    reply_within: 2h
    skills: en
"""


def at(text: str) -> int:
    """The epoch milliseconds of a Japanese wall clock."""
    zoned = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    return int(zoned.timestamp() * 1000)


@pytest.fixture
def routing() -> Routing:
    """What the whole file says."""
    return read_routing(WHOLE.encode(), name="hours.yaml")


def refused(text: str, language: str = "ja") -> str:
    """What a lead is told about a wrong file."""
    with pytest.raises(FileError) as told:
        read_routing(text.encode(), name="hours.yaml", language=language)
    return str(told.value)


def test_deadlines_are_counted_in_the_hours_of_the_file(routing: Routing) -> None:
    """Lunch, the end of the year and a short day count as the file has them."""
    due = routing.sla.due(SlaClock.FIRST_REPLY, at("2026-11-20 12:45"))
    assert due == at("2026-11-20 14:15")
    assert routing.calendar.next_open(at("2026-12-28 15:00")) == at("2027-01-04 10:00")
    assert not routing.calendar.is_open(at("2026-11-30 11:00"))


def test_holidays_are_closed_unless_the_file_says_otherwise() -> None:
    """`as_usual` keeps the week's hours, a time gives holidays hours of their own."""
    holiday = at("2026-11-23 11:00")
    for written, is_open in {"closed": False, "as_usual": True, "12:00-13:00": False}.items():
        text = f"hours: {{mon-sun: 10:00-19:00}}\nholidays: {written}\n"
        calendar = read_routing(text.encode(), name="hours.yaml").calendar
        assert calendar.is_open(holiday) is is_open, written
    assert calendar.is_open(holiday + HOUR_MS)


def test_every_choice_of_the_file_reaches_the_routing(routing: Routing) -> None:
    """Receipts, the reminder, who answers first, who gets tickets, the question at the end."""
    night = Situation(is_open=False, people_on_duty=0, customer=CustomerFacts())
    day = Situation(is_open=True, people_on_duty=1, customer=CustomerFacts())
    assert routing.receipts is Receipts.ALWAYS
    assert routing.answering.decide(night).answerer is Answerer.BOT
    assert routing.answering.decide(day).answerer is Answerer.PERSON
    assert routing.assignment is not None
    assert routing.assignment.pick is Pick.LEAST_LOADED
    assert routing.concurrency == 4
    assert routing.survey is not None
    assert routing.survey.question == "いかがでしたか"
    assert routing.nudges.nudges(at("2026-12-02 12:00")) == (at("2026-12-07 10:30"),)


def test_a_person_works_their_own_hours_and_rests_with_the_shop(routing: Routing) -> None:
    """What a person leaves out is the shop's, and its closures are theirs."""
    assert routing.roster is not None
    assert routing.roster.on_duty(at("2026-11-20 11:00")) == {"sato", "ito"}
    assert routing.roster.on_duty(at("2026-11-20 15:00")) == {"ito"}
    assert routing.roster.on_duty(at("2026-11-24 11:00")) == {"sato"}
    assert not routing.roster.on_duty(at("2026-11-30 11:00"))
    assert routing.limits == {OperatorId("sato"): 2}
    assert routing.skills_of == {OperatorId("sato"): ("en",)}


def test_a_queue_takes_what_it_leaves_out_from_the_shop(routing: Routing) -> None:
    """Its own hours and deadline, the shop's closures and short days."""
    english = routing.queue("english")
    due = english.sla.due(SlaClock.FIRST_REPLY, at("2026-11-20 11:00"))
    assert due == at("2026-11-24 11:00")
    assert english.skills == {"en"}
    assert not english.calendar.is_open(at("2026-11-30 11:00"))


def test_a_file_of_hours_alone_is_enough() -> None:
    """Thirty minutes, closed on holidays, the bot first, nobody asked again."""
    routing = read_routing("hours: {月-日: 10-19}\n".encode(), name="hours.yaml")
    target = routing.sla.target(SlaClock.FIRST_REPLY)
    assert target is not None
    assert target.within_ms == 30 * MINUTE_MS
    assert routing.nudges.count == 0
    assert routing.roster is None
    assert routing.survey is None


def test_every_mistake_is_told_with_its_place_and_what_to_write() -> None:
    """All at once, from top to bottom."""
    told = refused(
        "hours:\n  mon-fry: 10-19\n  sat: ten\nclosures: [2026-13-01]\n"
        "reply_within: soon\nreciepts: always\nqueues:\n  r: {reply_within: 5m, warn_before: 5m}\n"
    ).splitlines()
    places = [line.split(" ")[1] + line.split(" ")[2] for line in told]
    assert places == [
        "2行目3列目:",
        "3行目3列目:",
        "4行目12列目:",
        "5行目1列目:",
        "6行目1列目:",
        "8行目25列目:",
    ]
    assert "月-金" in told[0]
    assert "10:00-13:00" in told[1]
    assert "12-29/01-03" in told[2]
    assert "receipts" in told[4]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('hours: {mon: ""}\n', "This never opens"),
        ("closures: []\n", "'hours' is missing"),
        ("hours: {mon: 10-19}\nopenings: [2026-11-22]\n", "weekday without hours"),
        ("hours: {mon: 10-19}\npeople: {sato: {hours: {mon: 25-26}}}\n", "hours that can be read"),
        ("- hours\n", "must be written as"),
    ],
)
def test_a_calendar_that_cannot_be_kept_is_refused(text: str, said: str) -> None:
    """In English where that is asked for."""
    assert said in refused(text, "en")
