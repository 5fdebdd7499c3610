"""What becomes of an attempt and its messages once LINE answered, or did not; pure.

A push carries a retry key, so calling again is safe for as long as LINE keeps the key. A reply
has none: its token is single-use, which makes one more call safe but not always telling.
Source: LINE Developers, "Retry failed API requests" and "Send reply message".
"""

from __future__ import annotations

import random
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from attrs import evolve, field, frozen

from linecs.delivery.outcomes import (
    Accepted,
    MonthlyLimit,
    RateLimited,
    Refused,
    SentMessage,
    TokenSpent,
    TooManyToUser,
    Unauthorised,
    Unclear,
    Unreached,
    UnrecognisedLimit,
)
from linecs.delivery.policy import OnUnknown
from linecs.model import Attempt, AttemptState, MessageId, Route

if TYPE_CHECKING:
    from linecs.delivery.outcomes import Outcome
    from linecs.delivery.policy import DeliveryPolicy

__all__ = ["Alarm", "Fate", "MemberSettlement", "Settlement", "give_up", "settle", "wait_after"]

_TOKEN_LIFE = 60_000
_REPLY_TRIES_IN_THE_DARK = 2
_DIVISIBLE = frozenset({400, 413})


class Fate(StrEnum):
    """What becomes of one message of an attempt."""

    SENT = "sent"
    RETRIED = "retried"
    """It stays in this attempt, which is called again."""
    QUEUED = "queued"
    """It goes back to the outbox, to be planned anew."""
    DIVIDED = "divided"
    """It goes into a new attempt; see `Settlement.groups`."""
    PARKED = "parked"
    DEAD = "dead"
    UNKNOWN = "unknown"


class Alarm(StrEnum):
    """What the desk should tell a person, or look into."""

    UNAUTHORISED = "unauthorised"
    """The channel access token must be replaced."""
    MONTHLY_LIMIT = "monthly_limit"
    CHECK_QUOTA = "check_quota"
    """Ask the quota endpoints; where the month is used up, settle as `MonthlyLimit`."""


@frozen(kw_only=True)
class MemberSettlement:
    """What becomes of one message.

    Attributes:
        error: LINE's explanation or ours; empty where all is well.
    """

    message_id: MessageId
    fate: Fate
    line_message_id: str = ""
    quote_token: str = field(default="", repr=False)
    error: str = ""


@frozen(kw_only=True)
class Settlement:
    """What to record in one commit after a call.

    Attributes:
        attempt: As it now is; called again at `due_at` where its state is `WAITING`.
        members: One for each message, in order.
        groups: The messages of each new attempt to make (`divide`), in order.
        queue_at: When queued members may be planned again, epoch ms UTC.
        alarm: What a person should know.
        may_double: Whether a queued message may already have been sent (`OnUnknown.PUSH`).
    """

    attempt: Attempt
    members: tuple[MemberSettlement, ...]
    groups: tuple[tuple[MessageId, ...], ...] = ()
    queue_at: int = 0
    alarm: Alarm | None = None
    may_double: bool = False


def settle(attempt: Attempt, outcome: Outcome, now: int, policy: DeliveryPolicy) -> Settlement:
    """Return what becomes of an attempt whose call just ended so.

    Args:
        attempt: As committed before the call, that call counted in `tries`. After a crash, the
            outcome is `Unclear` with `Silence.INTERRUPTED`.
        outcome: How the call ended.
        now: Epoch ms UTC.
        policy: When to call again, and until when.
    """
    called = evolve(
        attempt,
        owner="",
        status=outcome.status,
        request_id=outcome.request_id,
        unclear_tries=attempt.unclear_tries + isinstance(outcome, Unclear),
    )
    match outcome:
        case Accepted():
            settlement = _accepted(called, outcome)
        case Refused():
            settlement = _refused(called, outcome, now, policy)
        case TokenSpent():
            settlement = _token_spent(called, now, policy)
        case MonthlyLimit():
            settlement = _monthly_limit(called, now, policy)
        case Unclear():
            settlement = _unclear(called, outcome, now, policy)
        case RateLimited() | TooManyToUser() | UnrecognisedLimit() | Unauthorised() | Unreached():
            settlement = _unsent(called, _problem(outcome), now, policy)
        case _:
            assert_never(outcome)
    return evolve(settlement, alarm=_alarm(outcome))


def give_up(attempt: Attempt, now: int, policy: DeliveryPolicy) -> Settlement | None:
    """Return the end of an attempt whose time is over, or None where it may still be called.

    Ask before every call: after a long standstill a retry key may be too old to protect.
    """
    if attempt.tries == 0 or now < attempt.first_called_at + policy.give_up_after:
        return None
    return _ended(evolve(attempt, owner=""), attempt.error, now, policy)


def wait_after(attempt: Attempt, policy: DeliveryPolicy) -> int:
    """Return how long to wait before the next call, in ms.

    Exponential, between half and all of the doubled wait; the jitter is the attempt's own.
    """
    from tenacity import RetryCallState, Retrying, wait_exponential  # noqa: PLC0415 - seldom needed

    exponential = wait_exponential(multiplier=policy.first_wait, max=policy.longest_wait)
    state = RetryCallState(Retrying(), None, (), {})
    state.attempt_number = max(attempt.tries, 1)
    seeded = random.Random(f"{attempt.id}/{attempt.tries}")  # noqa: S311 - jitter, not a secret
    return round(exponential(state) * seeded.uniform(0.5, 1))


def _problem(
    outcome: RateLimited | TooManyToUser | UnrecognisedLimit | Unauthorised | Unreached,
) -> str:
    match outcome:
        case UnrecognisedLimit():
            return f"LINE's limit: {outcome.message}"
        case Unauthorised():
            return "LINE does not accept the channel access token."
        case Unreached():
            return f"LINE could not be reached: {outcome.error}"
        case RateLimited() | TooManyToUser():
            return "LINE asks for fewer calls."
        case _:
            assert_never(outcome)


def _alarm(outcome: Outcome) -> Alarm | None:
    match outcome:
        case MonthlyLimit():
            return Alarm.MONTHLY_LIMIT
        case UnrecognisedLimit():
            return Alarm.CHECK_QUOTA
        case Unauthorised():
            return Alarm.UNAUTHORISED
        case _:
            return None


def _accepted(attempt: Attempt, outcome: Accepted) -> Settlement:
    sent = outcome.sent
    if len(sent) != len(attempt.message_ids):
        sent = (SentMessage(),) * len(attempt.message_ids)
    return Settlement(
        attempt=evolve(attempt, state=AttemptState.ACCEPTED, error=""),
        members=tuple(
            MemberSettlement(
                message_id=message_id,
                fate=Fate.SENT,
                line_message_id=each.line_message_id,
                quote_token=each.quote_token,
            )
            for message_id, each in zip(attempt.message_ids, sent, strict=True)
        ),
    )


def _refused(attempt: Attempt, outcome: Refused, now: int, policy: DeliveryPolicy) -> Settlement:
    error = f"LINE refused it ({outcome.status}): {outcome.explanation}"
    if outcome.status not in _DIVISIBLE:
        return _ended(attempt, error, now, policy)
    count = len(attempt.message_ids)
    dead = {each for each in outcome.named if each < count}
    if outcome.whole or count == 1:
        dead = set(range(count))
    rest = [message for index, message in enumerate(attempt.message_ids) if index not in dead]
    groups = (tuple(rest),) if dead else tuple((message,) for message in rest)
    return Settlement(
        attempt=evolve(attempt, state=AttemptState.REFUSED, error=error),
        members=tuple(
            MemberSettlement(message_id=message, fate=Fate.DIVIDED)
            if message in rest
            else MemberSettlement(message_id=message, fate=Fate.DEAD, error=error)
            for message in attempt.message_ids
        ),
        groups=tuple(filter(None, groups)),
    )


def _token_spent(attempt: Attempt, now: int, policy: DeliveryPolicy) -> Settlement:
    if attempt.unclear_tries:
        return _ended(attempt, "The reply token was spent, perhaps by our own call.", now, policy)
    return _queued(attempt, "The reply token was no longer valid.", now)


def _monthly_limit(attempt: Attempt, now: int, policy: DeliveryPolicy) -> Settlement:
    problem = "The month's messages are used up."
    if attempt.unclear_tries or attempt.route is Route.REPLY:
        return _unsent(attempt, problem, now, policy)
    refused = evolve(attempt, state=AttemptState.REFUSED, error=problem)
    return _all(refused, Fate.PARKED, problem)


def _unclear(attempt: Attempt, outcome: Unclear, now: int, policy: DeliveryPolicy) -> Settlement:
    problem = f"LINE's answer did not come or could not be read ({outcome.kind})."
    if attempt.route is Route.REPLY and attempt.unclear_tries >= _REPLY_TRIES_IN_THE_DARK:
        return _ended(attempt, problem, now, policy)
    return _again(attempt, problem, now, policy)


def _unsent(attempt: Attempt, problem: str, now: int, policy: DeliveryPolicy) -> Settlement:
    """Call again later: this call sent nothing, though an earlier unclear one may have."""
    due_at = now + wait_after(attempt, policy)
    if attempt.route is Route.PUSH or due_at <= attempt.created_at + _TOKEN_LIFE:
        return _again(attempt, problem, now, policy)
    if attempt.unclear_tries:
        return _ended(attempt, problem, now, policy)
    return _queued(attempt, problem, due_at)


def _again(attempt: Attempt, problem: str, now: int, policy: DeliveryPolicy) -> Settlement:
    due_at = now + wait_after(attempt, policy)
    if due_at >= attempt.first_called_at + policy.give_up_after:
        return _ended(attempt, problem, now, policy)
    waiting = evolve(attempt, state=AttemptState.WAITING, due_at=due_at, error=problem)
    return _all(waiting, Fate.RETRIED, problem)


def _ended(attempt: Attempt, error: str, now: int, policy: DeliveryPolicy) -> Settlement:
    """No further call: dead where nothing can have been sent, else unknown."""
    if not attempt.unclear_tries:
        refused = evolve(attempt, state=AttemptState.REFUSED, error=error)
        return _all(refused, Fate.DEAD, error)
    unknown = evolve(attempt, state=AttemptState.UNKNOWN, error=error)
    if policy.on_unknown is OnUnknown.PUSH and attempt.route is Route.REPLY:
        return evolve(_queued(unknown, error, now), attempt=unknown, may_double=True)
    return _all(unknown, Fate.UNKNOWN, error)


def _queued(attempt: Attempt, error: str, queue_at: int) -> Settlement:
    refused = evolve(attempt, state=AttemptState.REFUSED, error=error)
    return evolve(_all(refused, Fate.QUEUED, error), queue_at=queue_at)


def _all(attempt: Attempt, fate: Fate, error: str) -> Settlement:
    members = tuple(
        MemberSettlement(message_id=message_id, fate=fate, error=error)
        for message_id in attempt.message_ids
    )
    return Settlement(attempt=attempt, members=members)
