"""What becomes of an attempt and its messages once LINE answered, or did not; pure.

A push carries a retry key, so calling again is safe for as long as LINE keeps the key. A reply
has none: its token is single-use, which makes one more call safe but not always telling.
Source: LINE Developers, "Retry failed API requests" and "Send reply message".
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, assert_never

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
    from collections.abc import Iterable

    from linecs.delivery.outcomes import Outcome
    from linecs.delivery.policy import DeliveryPolicy

__all__ = [
    "Alarm",
    "Fate",
    "MemberSettlement",
    "Settlement",
    "give_up",
    "postpone",
    "settle",
    "wait_after",
]

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
        attempt: As it was committed before the call.
        changes: Its fields that are to change, by name.
        members: One for each message, in order.
        groups: The messages of each new attempt to make (`divide`), in order.
        queue_at: When queued members may be planned again, epoch ms UTC.
        alarm: What a person should know.
        may_double: Whether a queued message may already have been sent (`OnUnknown.PUSH`).
    """

    attempt: Attempt
    changes: Mapping[str, Any] = field(repr=False)
    members: tuple[MemberSettlement, ...]
    groups: tuple[tuple[MessageId, ...], ...] = ()
    queue_at: int = 0
    alarm: Alarm | None = None
    may_double: bool = False

    @property
    def after(self) -> Attempt:
        """The attempt as it now is; called again at `due_at` where its state is `WAITING`."""
        return evolve(self.attempt, **self.changes)


def settle(attempt: Attempt, outcome: Outcome, now: int, policy: DeliveryPolicy) -> Settlement:
    """Return what becomes of an attempt whose call just ended so.

    Args:
        attempt: As committed before the call, that call counted in `tries`. After a crash, the
            outcome is `Unclear` with `Silence.INTERRUPTED`.
        outcome: How the call ended.
        now: Epoch ms UTC.
        policy: When to call again, and until when.
    """
    call = _EndedCall(attempt, outcome, now, policy)
    match outcome:
        case Accepted():
            return call.accepted(outcome)
        case Refused():
            return call.refused(outcome)
        case TokenSpent():
            return call.token_spent()
        case MonthlyLimit():
            return call.monthly_limit()
        case Unclear():
            return call.unclear(outcome)
        case RateLimited() | TooManyToUser() | UnrecognisedLimit() | Unauthorised() | Unreached():
            return call.unsent(_problem(outcome))
        case _:
            assert_never(outcome)


def give_up(attempt: Attempt, now: int, policy: DeliveryPolicy) -> Settlement | None:
    """Return the end of an attempt whose time is over, or None where it may still be called.

    Ask before every call: after a long standstill a retry key may be too old to protect.
    """
    if attempt.tries == 0 or now < attempt.first_called_at + policy.give_up_after:
        return None
    return _EndedCall(attempt, None, now, policy).ended(attempt.error)


def postpone(attempt: Attempt, now: int) -> Settlement:
    """Return an attempt as it was before a call that was committed and then not made."""
    waiting = {"owner": "", "due_at": now, "tries": attempt.tries - 1}
    return Settlement(
        attempt=attempt, changes={**waiting, "state": AttemptState.WAITING}, members=()
    )


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


def _alarm(outcome: Outcome | None) -> Alarm | None:
    match outcome:
        case MonthlyLimit():
            return Alarm.MONTHLY_LIMIT
        case UnrecognisedLimit():
            return Alarm.CHECK_QUOTA
        case Unauthorised():
            return Alarm.UNAUTHORISED
        case _:
            return None


class _EndedCall:
    """A call that just ended (`outcome` None: one not made any more), and what may follow."""

    def __init__(
        self, attempt: Attempt, outcome: Outcome | None, now: int, policy: DeliveryPolicy
    ) -> None:
        self._attempt = attempt
        self._now = now
        self._policy = policy
        self._alarm = _alarm(outcome)
        self._unclear_tries = attempt.unclear_tries + isinstance(outcome, Unclear)
        self._seen: dict[str, Any] = {"owner": "", "unclear_tries": self._unclear_tries}
        if outcome is not None:
            self._seen |= {"status": outcome.status, "request_id": outcome.request_id}

    def accepted(self, outcome: Accepted) -> Settlement:
        message_ids = self._attempt.message_ids
        sent = outcome.sent
        if len(sent) != len(message_ids):
            sent = (SentMessage(),) * len(message_ids)
        members = [
            MemberSettlement(
                message_id=message_id,
                fate=Fate.SENT,
                line_message_id=each.line_message_id,
                quote_token=each.quote_token,
            )
            for message_id, each in zip(message_ids, sent, strict=True)
        ]
        return self._settled(AttemptState.ACCEPTED, members)

    def refused(self, outcome: Refused) -> Settlement:
        error = f"LINE refused it ({outcome.status}): {outcome.explanation}"
        if outcome.status not in _DIVISIBLE:
            return self.ended(error)
        message_ids = self._attempt.message_ids
        named = {message_ids[index] for index in outcome.named if index < len(message_ids)}
        dead = set(message_ids) if outcome.whole or len(message_ids) == 1 else named
        rest = tuple(each for each in message_ids if each not in dead)
        groups = (rest,) if dead else tuple((each,) for each in rest)
        members = [
            MemberSettlement(message_id=each, fate=Fate.DEAD, error=error)
            if each in dead
            else MemberSettlement(message_id=each, fate=Fate.DIVIDED)
            for each in message_ids
        ]
        settlement = self._settled(AttemptState.REFUSED, members, error)
        return evolve(settlement, groups=tuple(filter(None, groups)))

    def token_spent(self) -> Settlement:
        if self._unclear_tries:
            return self.ended("The reply token was spent, perhaps by our own call.")
        return self._queued("The reply token was no longer valid.", self._now)

    def monthly_limit(self) -> Settlement:
        problem = "The month's messages are used up."
        if self._unclear_tries or self._attempt.route is Route.REPLY:
            return self.unsent(problem)
        return self._all(AttemptState.REFUSED, Fate.PARKED, problem)

    def unclear(self, outcome: Unclear) -> Settlement:
        problem = f"LINE's answer did not come or could not be read ({outcome.kind})."
        is_reply = self._attempt.route is Route.REPLY
        if is_reply and self._unclear_tries >= _REPLY_TRIES_IN_THE_DARK:
            return self.ended(problem)
        return self._again(problem)

    def unsent(self, problem: str) -> Settlement:
        """Call again later: this call sent nothing, though an earlier unclear one may have."""
        due_at = self._now + wait_after(self._attempt, self._policy)
        is_reply = self._attempt.route is Route.REPLY
        if not is_reply or due_at <= self._attempt.created_at + _TOKEN_LIFE:
            return self._again(problem)
        return self.ended(problem) if self._unclear_tries else self._queued(problem, due_at)

    def ended(self, error: str) -> Settlement:
        """No further call: dead where nothing can have been sent, else unknown."""
        if not self._unclear_tries:
            return self._all(AttemptState.REFUSED, Fate.DEAD, error)
        may_push = self._attempt.route is Route.REPLY
        if may_push and self._policy.on_unknown is OnUnknown.PUSH:
            pushed = self._all(AttemptState.UNKNOWN, Fate.QUEUED, error)
            return evolve(pushed, queue_at=self._now, may_double=True)
        return self._all(AttemptState.UNKNOWN, Fate.UNKNOWN, error)

    def _again(self, problem: str) -> Settlement:
        due_at = self._now + wait_after(self._attempt, self._policy)
        if due_at >= self._attempt.first_called_at + self._policy.give_up_after:
            return self.ended(problem)
        self._seen["due_at"] = due_at
        return self._all(AttemptState.WAITING, Fate.RETRIED, problem)

    def _queued(self, error: str, queue_at: int) -> Settlement:
        return evolve(self._all(AttemptState.REFUSED, Fate.QUEUED, error), queue_at=queue_at)

    def _all(self, state: AttemptState, fate: Fate, error: str) -> Settlement:
        members = [
            MemberSettlement(message_id=message_id, fate=fate, error=error)
            for message_id in self._attempt.message_ids
        ]
        return self._settled(state, members, error)

    def _settled(
        self, state: AttemptState, members: Iterable[MemberSettlement], error: str = ""
    ) -> Settlement:
        # Changes, not a copy of the attempt: this runs for every message that goes out.
        changes = {**self._seen, "state": state, "error": error}
        return Settlement(
            attempt=self._attempt, changes=changes, members=tuple(members), alarm=self._alarm
        )
