"""Who answers first, and what the customer is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from linecs.hours import BusinessCalendar
from linecs.model import CustomerFacts
from linecs.routing import (
    BOT_OUTSIDE_HOURS,
    BOT_WHEN_QUEUE_IS_LONG,
    FOR_NON_MEMBERS,
    Answerer,
    Answering,
    AnsweringRule,
    Situation,
    Verdict,
    by_category,
    by_language,
    by_rank,
    what_comes_next,
)

BOT, PERSON = Answerer.BOT, Answerer.PERSON
GOLD = CustomerFacts(is_member=True, member={"rank": "gold"}, language="ja")
GUEST = CustomerFacts(language="en-US")
LINE_MOBILE = Answering(
    rules=[BOT_OUTSIDE_HOURS, BOT_WHEN_QUEUE_IS_LONG, FOR_NON_MEMBERS], otherwise=PERSON
)
"""As seed 004 tells it: people from 10 to 19, the bot otherwise, for the rush and for guests."""


def situation(**fields: Any) -> Situation:
    """An open shop with two people and a member."""
    usual: dict[str, Any] = {
        "is_open": True,
        "people_on_duty": 2,
        "concurrency": 3,
        "customer": GOLD,
    }
    return Situation(**usual | fields)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Verdict(answerer=PERSON, rule="otherwise")),
        ({"is_open": False}, Verdict(answerer=BOT, rule="bot_outside_hours")),
        ({"queue_length": 6}, Verdict(answerer=PERSON, rule="otherwise")),
        ({"queue_length": 7}, Verdict(answerer=BOT, rule="bot_when_queue_is_long")),
        (
            {"people_on_duty": 0, "queue_length": 1},
            Verdict(answerer=BOT, rule="bot_when_queue_is_long"),
        ),
        ({"customer": GUEST}, Verdict(answerer=BOT, rule="for_non_members")),
    ],
)
def test_the_first_rule_that_holds_decides(fields: dict[str, Any], expected: Verdict) -> None:
    """The threshold is people on duty x concurrency."""
    assert LINE_MOBILE.decide(situation(**fields)) == expected


@pytest.mark.parametrize(
    ("rule", "fields", "holds"),
    [
        (by_rank(PERSON, "gold", "platinum"), {}, True),
        (by_rank(PERSON, "platinum"), {}, False),
        (by_rank(PERSON, "gold"), {"customer": CustomerFacts(member={"rank": "gold"})}, False),
        (by_category(PERSON, "returns"), {"category": "returns"}, True),
        (by_category(PERSON, "returns"), {}, False),
        (by_language(BOT, "en"), {"customer": GUEST}, True),
        (by_language(BOT, "e"), {"customer": GUEST}, False),
    ],
)
def test_rules_by_rank_category_and_language(
    rule: AnsweringRule, fields: dict[str, Any], *, holds: bool
) -> None:
    """A rank counts only while the link is proven."""
    assert rule.holds(situation(**fields)) is holds


def test_a_shop_reads_its_own_order_table() -> None:
    """Any function of the situation is a rule."""
    open_orders = {"m-1": 2}
    waits_for_parcel = AnsweringRule(
        name="waits_for_parcel",
        answerer=PERSON,
        holds=lambda seen: bool(open_orders.get(seen.customer.member.get("id", ""))),
    )
    answering = Answering(rules=[waits_for_parcel])
    buyer = CustomerFacts(is_member=True, member={"id": "m-1"})
    assert answering.decide(situation(customer=buyer)).rule == "waits_for_parcel"
    assert answering.decide(situation()) == Verdict(answerer=BOT, rule="otherwise")


@pytest.mark.parametrize(
    ("now", "position", "told"),
    [
        ("2026-11-20 12:00", None, "担当者におつなぎします。順番にご返信します。"),
        (
            "2026-11-20 12:00",
            3,
            "担当者におつなぎします。ただいま3番目のご案内です。順番にご返信します。",
        ),
        (
            "2026-11-20 19:30",
            3,
            "ただいま営業時間外です。担当者より11月24日(火) 10時以降にご返信します。",
        ),
    ],
)
def test_the_customer_is_told_what_comes_next(now: str, position: int | None, told: str) -> None:
    """The place in the queue by day, the next opening by night."""
    shop = BusinessCalendar(weekly={"mon-fri": "10:00-19:00"})
    zoned = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    at = int(zoned.timestamp() * 1000)
    assert what_comes_next(shop, now=at, position=position) == told


def test_a_shop_that_has_closed_for_good_promises_no_time() -> None:
    """There is no next opening to name."""
    closed = BusinessCalendar(weekly={}, special_hours={"2020-01-05": "10:00-12:00"})
    assert what_comes_next(closed, now=1_800_000_000_000) == "担当者におつなぎします。"
