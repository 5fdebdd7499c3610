"""To whom a ticket goes, and where the roster is thin."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from linecs.hours import BusinessCalendar
from linecs.model import (
    ChannelId,
    ConversationId,
    CustomerId,
    OperatorId,
    Ticket,
    TicketId,
    TicketStatus,
)
from linecs.routing import (
    AssignmentRequest,
    AssignmentRule,
    OperatorState,
    PassedOver,
    Pick,
    Presence,
    Roster,
    ThinSpot,
    assign,
    left_behind,
    queue_position,
)

SATO, ITO, KATO = OperatorId("sato"), OperatorId("ito"), OperatorId("kato")
NOW = 1_000


def request(name: str, since: int = 1, **fields: Any) -> AssignmentRequest:
    """A waiting ticket."""
    return AssignmentRequest(ticket_id=TicketId(name), waiting_since=since, **fields)


def chosen(
    requests: list[AssignmentRequest], operators: list[OperatorState], **rule: Any
) -> dict[str, str | None]:
    """Who gets what."""
    decided = assign(requests, operators, rule=AssignmentRule(**rule), now=NOW)
    return {one.ticket_id: one.operator_id for one in decided}


def test_first_come_first_served_within_priority() -> None:
    """An urgent ticket goes before older ones; then the oldest."""
    one_place = OperatorState(id=SATO, concurrency=2)
    waiting = [request("late", 9), request("early", 3), request("urgent", 8, priority=1)]
    assert chosen(waiting, [one_place]) == {"urgent": SATO, "early": SATO, "late": None}


def test_nobody_who_went_home_gets_a_ticket() -> None:
    """Off duty, away and offline are passed over, and the trace says why."""
    operators = [
        OperatorState(id=SATO, on_duty=False),
        OperatorState(id=ITO, presence=Presence.OFFLINE),
        OperatorState(id=KATO, presence=Presence.AWAY),
    ]
    (decided,) = assign([request("t")], operators, rule=AssignmentRule(), now=NOW)
    assert (decided.operator_id, decided.why) == (None, "nobody")
    assert decided.passed_over == (
        PassedOver(operator_id=SATO, why="off_duty"),
        PassedOver(operator_id=ITO, why="offline"),
        PassedOver(operator_id=KATO, why="away"),
    )


def test_a_ticket_waits_for_the_skills_it_needs_and_holds_up_nobody() -> None:
    """English waits for Ito while the next goes to Sato."""
    operators = [
        OperatorState(id=SATO),
        OperatorState(id=ITO, skills=frozenset({"en"}), open_tickets=3),
    ]
    waiting = [request("english", 1, skills=frozenset({"en"})), request("plain", 2)]
    decided = assign(waiting, operators, rule=AssignmentRule(), now=NOW)
    assert [one.operator_id for one in decided] == [None, SATO]
    assert [one.why for one in decided[0].passed_over] == ["lacks en", "full"]


@pytest.mark.parametrize(
    ("pick", "expected"),
    [(Pick.LONGEST_IDLE, KATO), (Pick.LEAST_LOADED, ITO), (Pick.ROUND_ROBIN, SATO)],
)
def test_each_way_of_picking(pick: Pick, expected: OperatorId) -> None:
    """Idle longest, least of one's limit, or least recently."""
    operators = [
        OperatorState(id=SATO, open_tickets=2, concurrency=4, last_assigned_at=1),
        OperatorState(id=ITO, open_tickets=0, concurrency=9, last_assigned_at=7, idle_since=8),
        OperatorState(id=KATO, open_tickets=0, concurrency=9, last_assigned_at=9, idle_since=5),
    ]
    assert chosen([request("t")], operators, pick=pick)["t"] == expected


@pytest.mark.parametrize("pick", Pick)
def test_several_tickets_at_once_go_round(pick: Pick) -> None:
    """Two equal people get two each of four, in turn."""
    waiting = [request(name, since) for since, name in enumerate("abcd")]
    taken = chosen(waiting, [OperatorState(id=SATO), OperatorState(id=ITO)], pick=pick)
    assert [taken[name] for name in "abcd"] == [ITO, SATO, ITO, SATO]


def test_the_same_person_comes_first_if_they_can() -> None:
    """But a full or absent one is not waited for, and a shop may not care."""
    operators = [OperatorState(id=SATO, open_tickets=2), OperatorState(id=ITO)]
    again = request("t", same_person=SATO)
    full = [evolve(operators[0], open_tickets=3), operators[1]]
    assert chosen([again], operators)["t"] == SATO
    assert chosen([again], full)["t"] == ITO
    assert chosen([again], operators, keep_same=False)["t"] == ITO


SKILLS = st.frozensets(st.sampled_from(["en", "returns"]), max_size=2)
OPERATORS = st.lists(
    st.builds(
        OperatorState,
        id=st.sampled_from([SATO, ITO, KATO]),
        on_duty=st.booleans(),
        presence=st.sampled_from(Presence),
        open_tickets=st.integers(0, 3),
        concurrency=st.integers(0, 4),
        skills=SKILLS,
        idle_since=st.integers(0, 5),
        last_assigned_at=st.integers(0, 5),
    ),
    unique_by=lambda state: state.id,
)
REQUESTS = st.lists(
    st.builds(
        AssignmentRequest,
        ticket_id=st.text("abcdefgh", min_size=1, max_size=2).map(TicketId),
        priority=st.integers(0, 2),
        waiting_since=st.integers(0, 5),
        skills=SKILLS,
        same_person=st.sampled_from([None, SATO, ITO]),
    ),
    unique_by=lambda one: one.ticket_id,
    max_size=8,
)


@given(REQUESTS, OPERATORS, st.sampled_from(Pick), st.booleans())
def test_an_assignment_breaks_no_rule(
    waiting: list[AssignmentRequest],
    operators: list[OperatorState],
    pick: Pick,
    keep_same: bool,  # noqa: FBT001 - hypothesis fills it
) -> None:
    """Nobody absent, unable or full gets one; nobody is overtaken by an equal; none is lost."""
    rule = AssignmentRule(pick=pick, keep_same=keep_same)
    decided = assign(waiting, operators, rule=rule, now=NOW)
    states = {state.id: state for state in operators}
    asked = {one.ticket_id: one for one in waiting}
    assert [one.ticket_id for one in decided] == [
        one.ticket_id for one in sorted(waiting, key=lambda one: one.turn)
    ]
    for state in operators:
        given_now = [one for one in decided if one.operator_id == state.id]
        assert not given_now or state.is_here
        assert len(given_now) <= max(0, state.concurrency - state.open_tickets)
        assert all(asked[one.ticket_id].skills <= state.skills for one in given_now)
    left = [asked[one.ticket_id].skills for one in decided if one.operator_id is None]
    last_left = set[frozenset[str]]()
    for one in decided:
        skills = asked[one.ticket_id].skills
        assert one.operator_id is None or skills not in last_left
        if one.operator_id is None:
            last_left.add(skills)
    free = [
        state
        for state in states.values()
        if state.is_here
        and state.open_tickets + sum(one.operator_id == state.id for one in decided)
        < state.concurrency
    ]
    assert not any(skills <= state.skills for skills in left for state in free)


def test_who_leaves_leaves_waiting_customers_to_others() -> None:
    """Also an unknown person's; not what waits for the customer, nor a colleague's."""
    plain = Ticket(
        id=TicketId("t"),
        channel_id=ChannelId("shop"),
        conversation_id=ConversationId("c"),
        customer_id=CustomerId("c"),
        status=TicketStatus.IN_PROGRESS,
        opened_at=1,
        waiting_since=5,
        assignee_id=SATO,
    )
    tickets = [
        plain,
        evolve(plain, id=TicketId("unknown"), assignee_id=OperatorId("gone")),
        evolve(plain, id=TicketId("theirs"), status=TicketStatus.WAITING, waiting_since=0),
        evolve(plain, id=TicketId("ito's"), assignee_id=ITO),
        evolve(plain, id=TicketId("nobody's"), assignee_id=None),
    ]
    operators = [
        OperatorState(id=SATO, on_duty=False),
        OperatorState(id=ITO, presence=Presence.AWAY),
    ]
    assert [ticket.id for ticket in left_behind(tickets, operators)] == ["t", "unknown"]


def test_a_place_in_the_queue_is_told_only_where_somebody_works() -> None:
    """Urgent ones count, and nobody on duty means no promise."""
    waiting = [request("a", 1), request("b", 2), request("urgent", 3, priority=1)]
    places = [queue_position(TicketId(name), waiting, people_on_duty=1) for name in ("b", "z")]
    assert places == [3, None]
    assert queue_position(TicketId("b"), waiting, people_on_duty=0) is None


def at(text: str) -> int:
    """Epoch milliseconds of a time in Tokyo."""
    zoned = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    return int(zoned.timestamp() * 1000)


SHOP = BusinessCalendar(weekly={"mon-sun": "10:00-18:00"}, holidays=None)
ROSTER = Roster(
    people={
        SATO: BusinessCalendar(weekly={"mon-fri": "10:00-13:00, 14:00-18:00"}, holidays=None),
        ITO: BusinessCalendar(
            weekly={"mon-fri": "10:00-14:00, 15:00-18:00"},
            holidays=None,
            closures=["2026-11-19"],
        ),
    }
)


def test_a_roster_knows_breaks_and_days_off() -> None:
    """Lunch is taken in turn."""
    there = [ROSTER.on_duty(at(f"2026-11-18 {time}")) for time in ("12:00", "13:30", "14:30")]
    assert there == [{SATO, ITO}, {ITO}, {SATO}]


def test_thin_spots_are_where_too_few_are_there() -> None:
    """Two lunches on Wednesday; Ito's day off on Thursday leaves lunch to nobody."""
    spots = ROSTER.thin_spots(SHOP, at("2026-11-18 00:00"), at("2026-11-20 00:00"))
    expected = [
        ("2026-11-18 13:00", "2026-11-18 14:00", {ITO}),
        ("2026-11-18 14:00", "2026-11-18 15:00", {SATO}),
        ("2026-11-19 10:00", "2026-11-19 13:00", {SATO}),
        ("2026-11-19 13:00", "2026-11-19 14:00", set[OperatorId]()),
        ("2026-11-19 14:00", "2026-11-19 18:00", {SATO}),
    ]
    assert spots == tuple(
        ThinSpot(start=at(start), end=at(end), on_duty=frozenset(there))
        for start, end, there in expected
    )


def test_one_is_enough_where_the_shop_says_so() -> None:
    """Then only the empty hour remains."""
    day = (at("2026-11-19 00:00"), at("2026-11-20 00:00"))
    (spot,) = ROSTER.thin_spots(SHOP, *day, at_least=1)
    assert (spot.start, spot.end) == (at("2026-11-19 13:00"), at("2026-11-19 14:00"))
