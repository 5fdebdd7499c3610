"""The default workflow row by row, and what a shop may make of it."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from linecs.errors import ConfigurationError
from linecs.hours import HOUR_MS, MINUTE_MS
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
    DEFAULT_WORKFLOW,
    TicketEvent,
    Transition,
    TransitionError,
    Workflow,
    advance,
)

BOT, OPEN, IN_PROGRESS = TicketStatus.BOT, TicketStatus.OPEN, TicketStatus.IN_PROGRESS
WAITING, RESOLVED = TicketStatus.WAITING, TicketStatus.RESOLVED
SATO = OperatorId("sato")
ROWS = DEFAULT_WORKFLOW.transitions


def ticket(status: TicketStatus, **fields: Any) -> Ticket:
    """A ticket that stands there."""
    plain = Ticket(
        id=TicketId("t"),
        channel_id=ChannelId("shop"),
        conversation_id=ConversationId("c"),
        customer_id=CustomerId("c"),
        status=status,
        opened_at=1,
    )
    return evolve(plain, **fields)


@pytest.mark.parametrize(
    ("on", "source", "target", "reason"),
    [
        (TicketEvent.CONFIRMED, BOT, RESOLVED, "confirmed"),
        (TicketEvent.BOT_SILENCE, BOT, RESOLVED, "silence"),
        (TicketEvent.CUSTOMER_WROTE, BOT, BOT, ""),
        (TicketEvent.CHOICES_EXPIRED, BOT, OPEN, "choices_expired"),
        (TicketEvent.HAND_OFF, BOT, OPEN, "hand_off"),
        (TicketEvent.NOT_CONTENT, BOT, OPEN, "not_content"),
        (TicketEvent.BOT_DEADLINE, BOT, OPEN, "bot_deadline"),
        (TicketEvent.CLAIMED, BOT, IN_PROGRESS, ""),
        (TicketEvent.CLAIMED, OPEN, IN_PROGRESS, ""),
        (TicketEvent.CLAIMED, WAITING, IN_PROGRESS, ""),
        (TicketEvent.REPLIED, OPEN, IN_PROGRESS, ""),
        (TicketEvent.ASKED, OPEN, WAITING, ""),
        (TicketEvent.ASKED, IN_PROGRESS, WAITING, ""),
        (TicketEvent.CUSTOMER_WROTE, WAITING, IN_PROGRESS, ""),
        (TicketEvent.CUSTOMER_WROTE, IN_PROGRESS, IN_PROGRESS, ""),
        (TicketEvent.CUSTOMER_CAME_BACK, RESOLVED, OPEN, "came_back"),
        (TicketEvent.CUSTOMER_THANKED, RESOLVED, RESOLVED, "courtesy"),
        (TicketEvent.NUDGES_UNANSWERED, WAITING, RESOLVED, "no_answer"),
        (TicketEvent.DELIVERY_FAILED, RESOLVED, OPEN, "not_delivered"),
        (TicketEvent.RELEASED, IN_PROGRESS, OPEN, "released"),
    ],
)
def test_each_default_transition(
    on: TicketEvent, source: TicketStatus, target: TicketStatus, reason: str
) -> None:
    """The table is the design's."""
    after = advance(DEFAULT_WORKFLOW, ticket(source), on, now=5, actor="sato")
    assert (after.status, after.reason, after.version) == (target, reason, 1)


@pytest.mark.parametrize(
    ("on", "status"),
    [
        (TicketEvent.INQUIRY, BOT),
        (TicketEvent.INQUIRY_FOR_PERSON, OPEN),
        (TicketEvent.OPENED_BY_HAND, IN_PROGRESS),
    ],
)
def test_each_way_to_begin(on: TicketEvent, status: TicketStatus) -> None:
    """A new inquiry is the bot's, or a person's where a person comes first."""
    assert DEFAULT_WORKFLOW.start(on) is status


@pytest.mark.parametrize(
    ("on", "minutes"),
    [
        (TicketEvent.BOT_SILENCE, 30),
        (TicketEvent.CHOICES_EXPIRED, 10),
        (TicketEvent.BOT_DEADLINE, 10),
    ],
)
def test_each_turn_of_the_bot_ends_by_itself(on: TicketEvent, minutes: int) -> None:
    """The due time of a ticket says which event happens then."""
    due = DEFAULT_WORKFLOW.due(on, BOT, 1000)
    assert due == 1000 + minutes * MINUTE_MS
    assert DEFAULT_WORKFLOW.due_event(ticket(BOT, due_at=due, due_for=on)) == on


def test_a_persons_due_time_is_no_event() -> None:
    """A late reply is a person's to send; nothing happens to the ticket by itself."""
    assert DEFAULT_WORKFLOW.due_event(ticket(OPEN, due_at=1, due_for="first_reply")) is None


@pytest.mark.parametrize(
    ("by", "hours", "courtesy", "expected"),
    [
        ("bot", 0, False, TicketEvent.CUSTOMER_WROTE_AFTER_BOT),
        ("bot", 100, False, TicketEvent.CUSTOMER_WROTE_AFTER_BOT),
        ("bot", 1, True, TicketEvent.CUSTOMER_THANKED),
        ("sato", 72, False, TicketEvent.CUSTOMER_CAME_BACK),
        ("system", 1, False, TicketEvent.CUSTOMER_CAME_BACK),
        ("sato", 72, True, TicketEvent.CUSTOMER_THANKED),
        ("sato", 73, False, TicketEvent.CUSTOMER_WROTE_LATER),
        ("sato", 73, True, TicketEvent.CUSTOMER_WROTE_LATER),
    ],
)
def test_what_a_customer_means_after_the_end(
    by: str,
    hours: int,
    *,
    courtesy: bool,
    expected: TicketEvent,
) -> None:
    """After the bot's end a new matter, within 72 hours of a person's the same one."""
    resolved = ticket(RESOLVED, resolved_by=by, resolved_at=7)
    now = 7 + hours * HOUR_MS
    event = DEFAULT_WORKFLOW.customer_event(resolved, now=now, courtesy=courtesy)
    assert event is expected


def test_thanks_for_the_bots_answer_confirm_it() -> None:
    """ありがとう after an answer ends the matter instead of asking the responders again."""
    answered = ticket(BOT, due_for=TicketEvent.BOT_SILENCE)
    choosing = ticket(BOT, due_for=TicketEvent.CHOICES_EXPIRED)
    events = [
        DEFAULT_WORKFLOW.customer_event(one, now=1, courtesy=True) for one in (answered, choosing)
    ]
    assert events == [TicketEvent.CONFIRMED, TicketEvent.CUSTOMER_WROTE]


def test_a_first_bubble_is_an_inquiry() -> None:
    """Without a ticket one begins."""
    assert DEFAULT_WORKFLOW.customer_event(None, now=1) is TicketEvent.INQUIRY
    assert DEFAULT_WORKFLOW.begins_new(None, TicketEvent.INQUIRY)


@pytest.mark.parametrize(
    "on", [TicketEvent.CUSTOMER_WROTE_AFTER_BOT, TicketEvent.CUSTOMER_WROTE_LATER]
)
def test_a_new_matter_leaves_the_old_ticket(on: TicketEvent) -> None:
    """The resolved ticket stays as it was."""
    resolved = ticket(RESOLVED, resolved_by="bot", resolved_at=7)
    assert DEFAULT_WORKFLOW.begins_new(resolved, on)
    assert advance(DEFAULT_WORKFLOW, resolved, on, now=9, actor="customer") is resolved


def test_the_same_matter_stays_with_its_assignee() -> None:
    """Who ended it finds it again, and the customer waits from now."""
    resolved = ticket(RESOLVED, resolved_by="sato", resolved_at=7, assignee_id=SATO)
    on = TicketEvent.CUSTOMER_CAME_BACK
    after = advance(DEFAULT_WORKFLOW, resolved, on, now=9, actor="customer")
    assert (after.assignee_id, after.waiting_since) == (SATO, 9)
    assert (after.resolved_at, after.resolved_by) == (0, "")


def test_thanks_leave_the_end_as_it_was() -> None:
    """Who resolved it and when is not overwritten by ありがとう."""
    resolved = ticket(RESOLVED, resolved_by="sato", resolved_at=7, reason="resolved")
    on = TicketEvent.CUSTOMER_THANKED
    after = advance(DEFAULT_WORKFLOW, resolved, on, now=9, actor="customer")
    assert (after.resolved_at, after.resolved_by, after.reason) == (7, "sato", "courtesy")


def test_a_customer_waits_from_the_first_unanswered_bubble() -> None:
    """Writing again does not begin the wait anew; a reply ends it."""
    first = advance(
        DEFAULT_WORKFLOW, ticket(BOT), TicketEvent.HAND_OFF, now=50, actor="bot", since=40
    )
    again = advance(DEFAULT_WORKFLOW, first, TicketEvent.CUSTOMER_WROTE, now=60, actor="customer")
    replied = advance(DEFAULT_WORKFLOW, again, TicketEvent.REPLIED, now=70, actor="sato")
    assert (first.waiting_since, again.waiting_since, replied.waiting_since) == (40, 40, 0)
    assert (replied.first_replied_at, replied.last_replied_at) == (70, 70)


def test_who_replies_first_has_the_ticket() -> None:
    """A colleague's reply does not take it away; a claim does, a release frees it."""
    mine = advance(DEFAULT_WORKFLOW, ticket(OPEN), TicketEvent.REPLIED, now=1, actor="sato")
    helped = advance(DEFAULT_WORKFLOW, mine, TicketEvent.ASKED, now=2, actor="ito")
    taken = advance(DEFAULT_WORKFLOW, helped, TicketEvent.CLAIMED, now=3, actor="ito")
    freed = advance(DEFAULT_WORKFLOW, taken, TicketEvent.RELEASED, now=4, actor="system")
    assigned = [one.assignee_id for one in (mine, helped, taken, freed)]
    assert assigned == ["sato", "sato", "ito", None]


def test_a_hand_over_names_the_colleague_and_keeps_the_snooze() -> None:
    """The colleague finds it as it was."""
    snoozed = ticket(WAITING, assignee_id=SATO, snoozed_until=99)
    after = advance(
        DEFAULT_WORKFLOW,
        snoozed,
        TicketEvent.HANDED_OVER,
        now=1,
        actor="sato",
        assignee=OperatorId("ito"),
    )
    assert (after.status, after.assignee_id, after.snoozed_until) == (WAITING, "ito", 99)


def test_anything_else_wakes_a_snoozed_ticket() -> None:
    """A customer's word is not hidden until the snooze is over."""
    snoozed = ticket(OPEN, snoozed_until=99)
    after = advance(DEFAULT_WORKFLOW, snoozed, TicketEvent.CUSTOMER_WROTE, now=1, actor="customer")
    assert after.snoozed_until == 0


def test_an_impossible_step_is_refused_with_both_names() -> None:
    """The bot cannot end what a person has."""
    with pytest.raises(TransitionError) as caught:
        advance(DEFAULT_WORKFLOW, ticket(OPEN), TicketEvent.BOT_SILENCE, now=1, actor="bot")
    assert (caught.value.on, caught.value.status) == ("bot_silence", OPEN)


def test_what_needs_an_act_has_no_due_time() -> None:
    """Nobody claims by themselves, and no ticket begins by being left."""
    with pytest.raises(TransitionError):
        DEFAULT_WORKFLOW.due(TicketEvent.CLAIMED, BOT, 0)
    left = Workflow(transitions=[Transition(on="inquiry", source=None, target=None)])
    with pytest.raises(TransitionError):
        left.start("inquiry")


def test_a_shop_changes_times() -> None:
    """Other rows stay; a time for what is not timed is refused."""
    patient = DEFAULT_WORKFLOW.with_times({TicketEvent.BOT_SILENCE: HOUR_MS})
    assert patient.due(TicketEvent.BOT_SILENCE, BOT, 0) == HOUR_MS
    assert patient.due(TicketEvent.CHOICES_EXPIRED, BOT, 0) == 10 * MINUTE_MS
    with pytest.raises(ConfigurationError, match="claimed"):
        DEFAULT_WORKFLOW.with_times({"claimed": 1})


def test_a_shop_adds_events_of_its_own() -> None:
    """A parcel that came back opens the ticket again."""
    returned = Transition(on="parcel_returned", source=RESOLVED, target=OPEN, reason="parcel")
    workflow = Workflow(transitions=[*ROWS, returned]).check()
    after = advance(workflow, ticket(RESOLVED), "parcel_returned", now=1, actor="system")
    assert (after.status, after.reason) == (OPEN, "parcel")
    assert "parcel_returned" in workflow.takes(RESOLVED)


def without(*events: str) -> list[Transition]:
    """The default table without these events."""
    return [row for row in ROWS if row.on not in events]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([], "No ticket can begin"),
        (without("asked"), "No ticket can come to waiting"),
        ([row for row in ROWS if row.source is not WAITING], "waiting to its end"),
        ([*ROWS, Transition(on="claimed", source=OPEN, target=WAITING)], "more than one row"),
        (without("customer_came_back"), "resolved takes no <TicketEvent.CUSTOMER_CAME_BACK"),
        (without("customer_wrote"), "open takes no"),
        (without("bot_deadline"), "The bot's turn never ends"),
        (
            [*ROWS, Transition(on="late", source=OPEN, target=OPEN, after_ms=0)],
            "cannot happen after 0 ms",
        ),
    ],
)
def test_a_workflow_that_loses_customers_is_refused(rows: list[Transition], problem: str) -> None:
    """Each kind of mistake is named."""
    with pytest.raises(ConfigurationError, match=problem):
        Workflow(transitions=rows).check()


def test_the_default_workflow_is_sound() -> None:
    """Nothing is wrong with what every shop begins with."""
    assert DEFAULT_WORKFLOW.problems() == ()


def test_the_diagram_names_statuses_in_japanese_and_every_step() -> None:
    """Mermaid draws what the table says."""
    lines = DEFAULT_WORKFLOW.mermaid().splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert "    bot: 自動応答中" in lines
    assert "    [*] --> bot: inquiry" in lines
    assert "    bot --> resolved: confirmed / bot_silence (30 min) / resolved / merged" in lines
    assert "    resolved --> [*]: customer_wrote_after_bot / customer_wrote_later" in lines


@given(
    st.sampled_from(TicketStatus),
    st.lists(
        st.tuples(st.sampled_from(ROWS), st.integers(1, 100), st.sampled_from(["sato", "ito"])),
        max_size=30,
    ),
)
def test_whatever_happens_a_ticket_keeps_its_word(
    status: TicketStatus, happened: list[tuple[Transition, int, str]]
) -> None:
    """Resolved has an end and nobody waiting; everything else has none."""
    now = 10
    end = {"resolved_at": 1, "resolved_by": "bot"} if status is RESOLVED else {}
    current = ticket(status, **end)
    for row, passed, actor in happened:
        now += passed
        if row.source is not current.status:
            continue
        before, current = current, advance(DEFAULT_WORKFLOW, current, row.on, now=now, actor=actor)
        ended = current.status is RESOLVED
        assert (bool(current.resolved_at), bool(current.resolved_by)) == (ended, ended)
        assert current.waiting_since == 0 or current.status in (OPEN, IN_PROGRESS, WAITING)
        assert current.status is before.status or (current.due_at, current.due_for) == (0, "")
        assert current.version == before.version + (row.target is not None)
        assert 0 <= current.waiting_since <= now


def test_every_status_comes_to_the_end_and_back() -> None:
    """All statuses are enumerated from the beginning; each has a way to its end."""
    reached = {DEFAULT_WORKFLOW.start(on) for on in DEFAULT_WORKFLOW.takes(None)}
    steps = {
        status: {row.target for row in ROWS if row.source is status and row.target}
        for status in TicketStatus
    }
    for _ in TicketStatus:
        reached |= {target for status in reached for target in steps[status]}
    assert reached == set(TicketStatus)
    assert all(RESOLVED in steps[status] for status in TicketStatus)
