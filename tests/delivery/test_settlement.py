"""What becomes of an attempt and its messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from delivery.values import NOW, an_attempt
from linecs.delivery import (
    Accepted,
    Alarm,
    DeliveryPolicy,
    ErrorDetail,
    Fate,
    MonthlyLimit,
    OnUnknown,
    RateLimited,
    Refused,
    SentMessage,
    Silence,
    TokenSpent,
    TooManyToUser,
    Unauthorised,
    Unclear,
    Unreached,
    UnrecognisedLimit,
    give_up,
    settle,
    wait_after,
)
from linecs.model import AttemptId, AttemptState, Route

if TYPE_CHECKING:
    from linecs.delivery import Outcome, Settlement

POLICY = DeliveryPolicy()
HOUR = 3_600_000
TIMEOUT = Unclear(kind=Silence.TIMEOUT)
UNSENT: list[Outcome] = [
    RateLimited(),
    TooManyToUser(),
    UnrecognisedLimit(message="new words"),
    Unauthorised(),
    Unreached(error="refused"),
]


def fates(settlement: Settlement) -> list[Fate]:
    """Return what becomes of each message, in order."""
    return [each.fate for each in settlement.members]


def test_accepted_records_lines_ids() -> None:
    """Each message keeps the id and quote token LINE gave it."""
    sent = (SentMessage(line_message_id="1", quote_token="q"), SentMessage(line_message_id="2"))
    settlement = settle(an_attempt(members=2), Accepted(sent=sent), NOW, POLICY)
    assert settlement.after.state is AttemptState.ACCEPTED
    assert [(each.line_message_id, each.quote_token) for each in settlement.members] == [
        ("1", "q"),
        ("2", ""),
    ]


def test_accepted_without_ids_is_accepted() -> None:
    """An answer that lists too few messages still means that all went out."""
    sent = (SentMessage(line_message_id="1"),)
    settlement = settle(an_attempt(members=2), Accepted(sent=sent), NOW, POLICY)
    assert [(each.fate, each.line_message_id) for each in settlement.members] == [
        (Fate.SENT, ""),
        (Fate.SENT, ""),
    ]


@pytest.mark.parametrize("outcome", [TIMEOUT, *UNSENT], ids=lambda each: type(each).__name__)
def test_a_push_is_tried_again_with_the_same_key(outcome: Outcome) -> None:
    """What did not settle is called again later, body and retry key unchanged."""
    before = an_attempt()
    after = settle(before, outcome, NOW, POLICY).after
    assert after.state is AttemptState.WAITING
    assert NOW < after.due_at <= NOW + POLICY.first_wait
    assert (after.retry_key, after.messages, after.owner) == (before.retry_key, before.messages, "")


@pytest.mark.parametrize(
    ("outcome", "alarm"),
    [
        (Unauthorised(), Alarm.UNAUTHORISED),
        (MonthlyLimit(), Alarm.MONTHLY_LIMIT),
        (UnrecognisedLimit(), Alarm.CHECK_QUOTA),
        (RateLimited(), None),
        (TIMEOUT, None),
    ],
)
def test_what_a_person_should_know(outcome: Outcome, alarm: Alarm | None) -> None:
    """A dead token, a used-up month and an unknown limit raise an alarm; the rest does not."""
    assert settle(an_attempt(), outcome, NOW, POLICY).alarm is alarm


def test_the_months_end_parks() -> None:
    """A push over the monthly limit waits for quota, outside any attempt."""
    settlement = settle(an_attempt(members=2), MonthlyLimit(), NOW, POLICY)
    assert fates(settlement) == [Fate.PARKED, Fate.PARKED]
    assert settlement.after.state is AttemptState.REFUSED


def test_the_months_end_does_not_park_what_may_be_sent() -> None:
    """After an unclear call only the same retry key is safe, so the attempt stays."""
    settlement = settle(an_attempt(unclear_tries=1), MonthlyLimit(), NOW, POLICY)
    assert fates(settlement) == [Fate.RETRIED]


def test_a_push_given_up_unsent_is_dead() -> None:
    """After the time allowed, a message that cannot have gone out is a dead letter."""
    late = NOW + POLICY.give_up_after
    settlement = settle(an_attempt(), RateLimited(), late, POLICY)
    assert fates(settlement) == [Fate.DEAD]
    assert settlement.after.state is AttemptState.REFUSED


def test_a_push_given_up_in_the_dark_is_unknown() -> None:
    """A message that may have gone out is never called dead: someone would send it again."""
    late = NOW + POLICY.give_up_after
    settlement = settle(an_attempt(), TIMEOUT, late, POLICY)
    assert fates(settlement) == [Fate.UNKNOWN]
    assert settlement.after.state is AttemptState.UNKNOWN


def test_an_old_attempt_is_not_called_again() -> None:
    """A standstill longer than the retry key's life ends the attempt without a call."""
    attempt = evolve(an_attempt(unclear_tries=1), state=AttemptState.WAITING)
    assert give_up(attempt, NOW + POLICY.give_up_after - 1, POLICY) is None
    ended = give_up(attempt, NOW + POLICY.give_up_after, POLICY)
    assert ended is not None
    assert fates(ended) == [Fate.UNKNOWN]


def test_an_attempt_never_called_does_not_age() -> None:
    """The key's life begins with the first call."""
    assert give_up(an_attempt(tries=0), NOW + 100 * HOUR, POLICY) is None


@given(st.integers(1, 200), st.text(min_size=1, max_size=26))
def test_waits_double_up_to_the_longest(tries: int, attempt_id: str) -> None:
    """A wait lies between half and all of the doubled first wait, and never above the longest."""
    attempt = evolve(an_attempt(tries=tries), id=AttemptId(attempt_id))
    full = min(POLICY.first_wait * 2 ** (tries - 1), POLICY.longest_wait)
    assert full / 2 <= wait_after(attempt, POLICY) <= full


def test_waits_differ_between_attempts_and_repeat_for_one() -> None:
    """The jitter is an attempt's own: spread over attempts, equal when computed again."""
    attempts = [evolve(an_attempt(tries=8), id=AttemptId(f"A{number}")) for number in range(50)]
    waits = [wait_after(each, POLICY) for each in attempts]
    assert len(set(waits)) > 40
    assert waits == [wait_after(each, POLICY) for each in attempts]


def test_a_named_message_dies_and_the_rest_goes_on_together() -> None:
    """LINE named one bubble of a merged call: it is dead-lettered, the others share a new call."""
    refused = Refused(
        status=400,
        message="The request body has 1 error(s)",
        details=(ErrorDetail(property="messages[1].text", message="May not be empty"),),
        named=(1,),
    )
    settlement = settle(an_attempt(members=4), refused, NOW, POLICY)
    assert fates(settlement) == [Fate.DIVIDED, Fate.DEAD, Fate.DIVIDED, Fate.DIVIDED]
    assert settlement.groups == (("M0", "M2", "M3"),)
    assert "May not be empty" in settlement.members[1].error


def test_nothing_named_splits_each_alone() -> None:
    """Where LINE blames no bubble, each goes alone, so that one cannot hold back the others."""
    refused = Refused(status=400, message="Failed to send messages")
    settlement = settle(an_attempt(members=3), refused, NOW, POLICY)
    assert settlement.groups == (("M0",), ("M1",), ("M2",))


def test_a_name_out_of_range_names_nothing() -> None:
    """A position the call does not have is no verdict on any message."""
    settlement = settle(an_attempt(members=2), Refused(status=400, named=(7,)), NOW, POLICY)
    assert settlement.groups == (("M0",), ("M1",))


@pytest.mark.parametrize(
    "refused",
    [
        Refused(status=400, whole=True),
        Refused(status=400, named=(0, 1, 2)),
        Refused(status=403, message="Access to this API is not available for your account"),
        Refused(status=404),
    ],
)
def test_a_refusal_of_the_whole_call_kills_all(refused: Refused) -> None:
    """A wrong recipient, a plan that does not allow it, or every message named: dead letters."""
    settlement = settle(an_attempt(members=3), refused, NOW, POLICY)
    assert fates(settlement) == [Fate.DEAD] * 3
    assert settlement.groups == ()


def test_a_single_refused_message_is_dead() -> None:
    """A call of one message needs no name."""
    assert fates(settle(an_attempt(), Refused(status=400), NOW, POLICY)) == [Fate.DEAD]


def test_a_refusal_other_than_400_does_not_undo_an_unclear_call() -> None:
    """A 403 after a lost answer leaves open whether the earlier call went through."""
    settlement = settle(an_attempt(unclear_tries=1), Refused(status=403), NOW, POLICY)
    assert fates(settlement) == [Fate.UNKNOWN]


def test_a_400_after_an_unclear_call_proves_it_unsent() -> None:
    """The same body cannot have been accepted before."""
    attempt = an_attempt(Route.REPLY, tries=2, unclear_tries=1)
    assert fates(settle(attempt, Refused(status=400), NOW, POLICY)) == [Fate.DEAD]


def test_an_unclear_reply_is_tried_once_more() -> None:
    """The same token again: at worst LINE says it was spent."""
    settlement = settle(an_attempt(Route.REPLY), TIMEOUT, NOW, POLICY)
    assert fates(settlement) == [Fate.RETRIED]
    assert settlement.after.reply_token == "token-1"


@pytest.mark.parametrize("outcome", [TIMEOUT, TokenSpent()], ids=["silence", "spent"])
def test_a_reply_unclear_twice_is_unknown(outcome: Outcome) -> None:
    """Another silence, or a token spent perhaps by us, cannot be told apart from sent."""
    attempt = an_attempt(Route.REPLY, tries=2, unclear_tries=1)
    settlement = settle(attempt, outcome, NOW, POLICY)
    assert fates(settlement) == [Fate.UNKNOWN]
    assert not settlement.may_double


def test_a_reply_accepted_at_the_second_call_is_settled() -> None:
    """The token worked, so the first call had not reached it."""
    attempt = an_attempt(Route.REPLY, tries=2, unclear_tries=1)
    assert fates(settle(attempt, Accepted(), NOW, POLICY)) == [Fate.SENT]


def test_unknown_may_be_pushed_where_the_shop_says_so() -> None:
    """`on_unknown="push"` sends it again and says that it may double."""
    policy = DeliveryPolicy(on_unknown=OnUnknown.PUSH)
    attempt = an_attempt(Route.REPLY, tries=2, unclear_tries=1)
    settlement = settle(attempt, TIMEOUT, NOW, policy)
    assert fates(settlement) == [Fate.QUEUED]
    assert settlement.may_double
    assert settlement.after.state is AttemptState.UNKNOWN


def test_a_token_spent_at_the_first_call_is_pushed_instead() -> None:
    """Nothing was sent: the messages go back to the outbox at once."""
    settlement = settle(an_attempt(Route.REPLY, members=2), TokenSpent(), NOW, POLICY)
    assert fates(settlement) == [Fate.QUEUED, Fate.QUEUED]
    assert settlement.queue_at == NOW


@pytest.mark.parametrize("outcome", UNSENT, ids=lambda each: type(each).__name__)
def test_an_unsent_reply_keeps_its_token_while_that_lives(outcome: Outcome) -> None:
    """Within the token's minute the reply stays free."""
    settlement = settle(an_attempt(Route.REPLY), outcome, NOW + 1_000, POLICY)
    assert fates(settlement) == [Fate.RETRIED]


@pytest.mark.parametrize("outcome", UNSENT, ids=lambda each: type(each).__name__)
def test_an_unsent_reply_is_pushed_once_its_token_is_old(outcome: Outcome) -> None:
    """After the token's minute the messages go back to the outbox, after a wait."""
    settlement = settle(an_attempt(Route.REPLY), outcome, NOW + 60_000, POLICY)
    assert fates(settlement) == [Fate.QUEUED]
    assert NOW + 60_000 < settlement.queue_at <= NOW + 61_000


def test_an_old_reply_with_a_dark_past_is_unknown() -> None:
    """Its token can prove nothing any more."""
    attempt = an_attempt(Route.REPLY, tries=2, unclear_tries=1)
    assert fates(settle(attempt, RateLimited(), NOW + 60_000, POLICY)) == [Fate.UNKNOWN]


def test_an_error_tells_no_secret() -> None:
    """Recorded errors hold neither the reply token nor the recipient."""
    settlement = settle(an_attempt(Route.REPLY, tries=2, unclear_tries=1), TIMEOUT, NOW, POLICY)
    assert "token-1" not in settlement.members[0].error + repr(settlement)
