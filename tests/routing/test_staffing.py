"""People per half hour, and where the figures come from."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linecs.errors import ConfigurationError
from linecs.hours import DAY_MS, HOUR_MS, MINUTE_MS, BusinessCalendar
from linecs.routing.erlang import queue_figures
from linecs.routing.staffing import (
    LINE_TARGET,
    PHONE_TARGET,
    ServiceTarget,
    arrivals_from_history,
    arrivals_from_views,
    measured_concurrency,
    required_servers,
    required_staff,
    staffing_table,
)


def test_sixty_an_hour_of_ten_minutes_need_fourteen_on_the_phone() -> None:
    """80 % in 20 seconds needs one more than 74 %."""
    people = required_staff(arrivals_per_hour=60, handling_ms=10 * MINUTE_MS, target=PHONE_TARGET)
    assert people == 14


def test_a_small_shop_keeps_the_thirty_minute_rule_with_two() -> None:
    """20 inquiries in 8 hours of 15 minutes: one person keeps it for 70 %, two for 99 %."""
    people = required_staff(arrivals_per_hour=2.5, handling_ms=15 * MINUTE_MS, target=LINE_TARGET)
    assert people == 2


@given(
    st.floats(0.1, 400),
    st.floats(0.5, 30),
    st.floats(0.05, 0.99),
    st.floats(0, 60),
    st.one_of(st.none(), st.floats(1, 120)),
)
def test_required_servers_are_the_fewest_that_meet_the_target(
    per_hour: float, handling: float, share: float, within: float, patience: float | None
) -> None:
    """They meet it, and one fewer does not."""
    target = ServiceTarget(share=share, within_ms=within * MINUTE_MS)
    patience_ms = None if patience is None else patience * MINUTE_MS
    question = {"arrivals_per_hour": per_hour, "handling_ms": handling * MINUTE_MS}
    servers = required_servers(**question, target=target, patience_ms=patience_ms)
    enough, fewer = (
        target.is_met(
            queue_figures(
                **question, servers=count, within_ms=target.within_ms, patience_ms=patience_ms
            )
        )
        for count in (servers, servers - 1)
    )
    assert (enough, fewer) == (True, False)


def test_a_limit_on_those_who_give_up_may_need_more_people() -> None:
    """12 people lose 6.8 % of 60 an hour, so at most 5 % needs more."""
    strict = ServiceTarget(share=0.5, within_ms=20_000, max_abandonment=0.05)
    servers = required_servers(
        arrivals_per_hour=60,
        handling_ms=10 * MINUTE_MS,
        target=strict,
        patience_ms=5 * MINUTE_MS,
    )
    assert servers == 13


def test_people_who_chat_side_by_side_are_fewer() -> None:
    """Fourteen places are filled by five people with three chats each."""
    people = required_staff(
        arrivals_per_hour=60, handling_ms=10 * MINUTE_MS, target=PHONE_TARGET, concurrency=3
    )
    assert people == 5


def test_the_shops_minimum_holds_in_quiet_half_hours() -> None:
    """Two on duty, so that nobody's lunch leaves customers alone."""
    people = required_staff(
        arrivals_per_hour=0, handling_ms=MINUTE_MS, target=LINE_TARGET, at_least=2
    )
    assert people == 2


def test_the_table_counts_by_half_hours_and_adds_absences() -> None:
    """30 in a half hour are 60 an hour; 30 % shrinkage turns 14 people into 20."""
    first, second = staffing_table(
        {630: 30, 600: 0}, handling_ms=10 * MINUTE_MS, target=PHONE_TARGET, shrinkage=0.3
    )
    assert (first.minute, first.people, first.rostered) == (600, 0, 0)
    assert (second.minute, second.people, second.rostered) == (630, 14, 20)
    assert round(second.figures.within, 2) == 0.85


@pytest.mark.parametrize("share", [-0.1, 1.0, 1.5])
def test_a_target_of_everybody_is_refused(share: float) -> None:
    """100 % would need endlessly many people."""
    with pytest.raises(ConfigurationError, match="share"):
        ServiceTarget(share=share, within_ms=0)


def test_impossible_settings_are_refused() -> None:
    """Each is named."""
    with pytest.raises(ConfigurationError, match="give up"):
        ServiceTarget(share=0.8, within_ms=0, max_abandonment=-0.1)
    with pytest.raises(ConfigurationError, match="Shrinkage"):
        staffing_table({}, handling_ms=1, target=LINE_TARGET, shrinkage=1.0)
    with pytest.raises(ConfigurationError, match="at least one inquiry"):
        required_staff(arrivals_per_hour=1, handling_ms=1, target=LINE_TARGET, concurrency=0.5)
    with pytest.raises(ConfigurationError, match="contact rate"):
        arrivals_from_views({}, contact_rate=12)


def test_page_views_times_the_contact_rate_are_inquiries() -> None:
    """One view in a hundred asks something."""
    assert arrivals_from_views({600: 900, 630: 1400}, contact_rate=0.01) == {600: 9, 630: 14}


def test_history_counts_the_night_at_the_opening_and_divides_by_open_days() -> None:
    """Friday and Monday are open, the weekend is not."""
    shop = BusinessCalendar(weekly={"mon-fri": "10:00-19:00"})
    friday = int(datetime(2026, 11, 13, 10, tzinfo=ZoneInfo("Asia/Tokyo")).timestamp() * 1000)
    received = [
        friday + 20 * MINUTE_MS,
        friday + 40 * MINUTE_MS,
        friday + DAY_MS,
        friday + 3 * DAY_MS - HOUR_MS,
    ]
    assert arrivals_from_history(received, shop) == {600: 1.5, 630: 0.5}


def test_no_history_is_no_arrivals() -> None:
    """A shop that just opened starts from a table instead."""
    assert arrivals_from_history([], BusinessCalendar(weekly={"mon": "10-19"})) == {}


def test_history_after_the_last_opening_is_no_arrivals() -> None:
    """A shop that closed for good needs nobody."""
    closed = BusinessCalendar(weekly={}, special_hours={"2020-01-05": "10:00-12:00"})
    assert arrivals_from_history([1_800_000_000_000], closed) == {}


def test_history_of_a_bar_counts_hours_after_midnight() -> None:
    """The day on which Friday night ends counts as open."""
    bar = BusinessCalendar(weekly={"fri": "22:00-26:00"})
    saturday = int(datetime(2026, 11, 14, 1, tzinfo=ZoneInfo("Asia/Tokyo")).timestamp() * 1000)
    assert arrivals_from_history([saturday], bar) == {60: 1.0}


def test_concurrency_is_handling_time_over_busy_time() -> None:
    """Two chats side by side for an hour, then one: three hours of handling in two."""
    handled = [("a", 0, HOUR_MS), ("a", 0, 2 * HOUR_MS), ("b", 5 * HOUR_MS, 6 * HOUR_MS)]
    assert measured_concurrency(handled) == 4 / 3
    assert measured_concurrency([]) == 1.0
