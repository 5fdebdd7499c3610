"""Which calls carry a customer's waiting messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.values import BOT, NOW, OPERATOR, a_customer
from linecs.delivery import DeliveryPolicy, QuotaView, WaitingMessage, plan, refusal
from linecs.model import (
    Author,
    ConversationId,
    EventId,
    Friendship,
    MessageId,
    ReplyToken,
    Route,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.delivery import Plan
    from linecs.model import Customer

POLICY = DeliveryPolicy(reserve=0.2, token_margin=2_000)
DAY = 24 * 60 * 60 * 1000


def waiting(
    number: int, author: Author = BOT, *, silent: bool = False, quick: bool = False
) -> WaitingMessage:
    """Return a waiting text."""
    content = {"type": "text", "text": f"{number}番"}
    reply: dict[str, object] = {"quickReply": {"items": []}} if quick else {}
    return WaitingMessage(
        id=MessageId(f"M{number}"),
        author=author,
        content=json.dumps({**content, **reply}),
        notification_disabled=silent,
    )


def token(name: str, left: int = 30_000) -> ReplyToken:
    """Return an unused reply token."""
    return ReplyToken(
        event_id=EventId(name),
        conversation_id=ConversationId("C1"),
        token=name,
        usable_until=NOW + left,
    )


def planned(
    messages: Sequence[WaitingMessage],
    *tokens: ReplyToken,
    quota: QuotaView | None = None,
    customer: Customer | None = None,
) -> Plan:
    """Return the plan for one customer."""
    return plan(
        messages,
        customer=customer or a_customer(),
        tokens=tokens,
        quota=quota,
        policy=POLICY,
        now=NOW,
    )


def calls(result: Plan) -> list[tuple[str, tuple[MessageId, ...]]]:
    """Return each call's token (or `push`) and messages."""
    return [(call.token.token if call.token else "push", call.message_ids) for call in result.calls]


def test_a_fresh_token_goes_before_a_push() -> None:
    """The first batch is free; what the tokens do not carry is pushed."""
    result = planned([waiting(number) for number in range(7)], token("t"))
    assert calls(result) == [("t", ("M0", "M1", "M2", "M3", "M4")), ("push", ("M5", "M6"))]


def test_the_token_that_ends_first_is_used_first() -> None:
    """Later tokens stay for later answers."""
    result = planned([waiting(1)], token("late", 40_000), token("soon", 5_000))
    assert calls(result) == [("soon", ("M1",))]


@pytest.mark.parametrize(("left", "used"), [(2_000, "t"), (1_999, "push"), (-1, "push")])
def test_a_token_about_to_end_is_left_alone(left: int, used: str) -> None:
    """A reply that would arrive too late is pushed at once."""
    assert calls(planned([waiting(1)], token("t", left))) == [(used, ("M1",))]


def test_quick_replies_end_a_batch() -> None:
    """LINE shows the quick replies of the last message of a call only."""
    result = planned([waiting(1), waiting(2, quick=True), waiting(3)])
    assert calls(result) == [("push", ("M1", "M2")), ("push", ("M3",))]


def test_the_words_quick_reply_in_a_text_end_nothing() -> None:
    """Only the property counts, not its name in somebody's text."""
    first = WaitingMessage(
        id=MessageId("M1"), author=BOT, content='{"type":"text","text":"\\"quickReply\\""}'
    )
    assert calls(planned([first, waiting(2)])) == [("push", ("M1", "M2"))]


def test_unequal_flags_do_not_merge() -> None:
    """A silent message and one that rings go in two calls, in order."""
    result = planned([waiting(1), waiting(2, silent=True), waiting(3)])
    assert calls(result) == [("push", ("M1",)), ("push", ("M2",)), ("push", ("M3",))]
    assert [call.notification_disabled for call in result.calls] == [False, True, False]


def test_below_the_reserve_only_people_push() -> None:
    """The bot's messages are parked with the reason, a person's go out."""
    quota = QuotaView(limit=100, used=80)
    result = planned([waiting(1), waiting(2, OPERATOR), waiting(3)], quota=quota)
    assert calls(result) == [("push", ("M2",))]
    assert [each.message_id for each in result.parked] == ["M1", "M3"]
    assert "kept for people" in result.parked[0].reason


def test_the_reserve_is_kept_within_one_plan() -> None:
    """The last message above the reserve goes out, the next is parked."""
    quota = QuotaView(limit=100, used=79)
    result = planned([waiting(number) for number in range(6)], quota=quota)
    assert calls(result) == [("push", ("M0", "M1", "M2", "M3", "M4"))]
    assert [each.message_id for each in result.parked] == ["M5"]


def test_a_used_up_month_parks_people_too() -> None:
    """LINE sends nothing then, whoever asks."""
    result = planned([waiting(1, OPERATOR)], quota=QuotaView(limit=100, used=100))
    assert result.calls == ()
    assert "used up" in result.parked[0].reason


def test_replies_are_free_of_the_quota() -> None:
    """A used-up month does not stop an answer by reply token."""
    result = planned([waiting(1)], token("t"), quota=QuotaView(limit=100, used=100))
    assert calls(result) == [("t", ("M1",))]
    assert result.pushes == 0


@pytest.mark.parametrize("quota", [None, QuotaView(limit=None, used=9_999)])
def test_no_known_limit_stops_nobody(quota: QuotaView | None) -> None:
    """An unlimited plan, or a quota not asked for yet, is tried."""
    assert calls(planned([waiting(1)], quota=quota)) == [("push", ("M1",))]


@pytest.mark.parametrize(
    ("friendship", "silent_for", "refused"),
    [
        (Friendship.BLOCKED, 0, True),
        (Friendship.NOT_FRIEND, 7 * DAY + 1, True),
        (Friendship.NOT_FRIEND, 7 * DAY, False),
        (Friendship.UNKNOWN, 400 * DAY, False),
        (Friendship.FRIEND, 400 * DAY, False),
    ],
)
def test_who_cannot_be_reached(friendship: Friendship, silent_for: int, *, refused: bool) -> None:
    """Blocked, or known not to be a friend and silent for over a week; unknown is tried."""
    customer = a_customer(friendship, last_seen_at=NOW - silent_for)
    assert (refusal(customer, NOW) is not None) is refused


def test_a_customer_who_blocked_us_meanwhile_gets_no_call() -> None:
    """LINE would answer 200 and drop the message: it is refused with the reason instead."""
    result = planned([waiting(1)], customer=a_customer(Friendship.BLOCKED))
    assert result.calls == ()
    assert [each.message_id for each in result.refused] == ["M1"]


@given(
    st.lists(
        st.tuples(st.sampled_from([BOT, OPERATOR, Author.SYSTEM]), st.booleans(), st.booleans()),
        max_size=23,
    ),
    st.lists(st.integers(-5_000, 60_000), max_size=4),
    st.one_of(st.none(), st.builds(QuotaView, limit=st.integers(0, 9), used=st.integers(0, 9))),
)
def test_a_plan_loses_and_overspends_nothing(
    messages: list[tuple[Author, bool, bool]], lives: list[int], quota: QuotaView | None
) -> None:
    """Each message is in one place, calls keep the order, pushes stay within the month."""
    queue = [
        waiting(number, author, silent=silent, quick=quick)
        for number, (author, silent, quick) in enumerate(messages)
    ]
    result = planned(queue, *(token(f"t{n}", life) for n, life in enumerate(lives)), quota=quota)
    sent = [message.id for call in result.calls for message in call.messages]
    parked = [each.message_id for each in result.parked]
    assert sorted(sent + parked) == sorted(each.id for each in queue)
    assert sent == [each.id for each in queue if each.id in sent]
    assert all(1 <= len(call.messages) <= 5 for call in result.calls)
    if quota is not None:
        assert result.pushes <= (quota.remaining or 0)
    tokens = [call.token for call in result.calls if call.route is Route.REPLY]
    assert None not in tokens
    assert len(set(tokens)) == len(tokens)
