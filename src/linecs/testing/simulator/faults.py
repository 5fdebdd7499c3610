"""Faults on request: what goes wrong with which calls.

The texts of the monthly and the rate limit are LINE's; the other two kinds of 429 are
documented without theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from attrs import define, frozen

from linecs.testing.simulator.ids import chance as drawn
from linecs.testing.simulator.rate_limits import RATE_LIMITED
from linecs.testing.simulator.sending import MONTHLY_LIMIT
from linecs.testing.simulator.wire import UNAUTHORIZED, Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from linecs.testing.simulator.customer import Customer
    from linecs.testing.simulator.wire import Call

__all__ = ["Fault", "Faults"]


@frozen(kw_only=True)
class Fault:
    """What goes wrong with a call; made by one of the class methods.

    Attributes:
        accepts: Whether the platform acts on the call all the same.
        answer: What is answered instead of the platform's answer.
        drops: Whether the connection is cut instead of answered.
        delay_seconds: How long the answer takes, in real seconds.
        delays_acceptance: Whether the platform acts only after the delay.
    """

    accepts: bool = False
    answer: Answer | None = None
    drops: bool = False
    delay_seconds: float = 0
    delays_acceptance: bool = False

    @classmethod
    def refuse(cls, status: int, body: Any = None) -> Self:  # noqa: ANN401 - any JSON value
        """Answer a status without acting, by default as LINE words an internal error."""
        return cls(answer=_answer(status, body))

    @classmethod
    def accept_then_refuse(cls, status: int = 500, body: Any = None) -> Self:  # noqa: ANN401 - any JSON value
        """Act on the call, and then answer that it failed."""
        return cls(accepts=True, answer=_answer(status, body))

    @classmethod
    def drop(cls) -> Self:
        """Cut the connection without acting."""
        return cls(drops=True)

    @classmethod
    def accept_then_drop(cls) -> Self:
        """Act on the call, and cut the connection instead of answering."""
        return cls(accepts=True, drops=True)

    @classmethod
    def slow(cls, seconds: float, *, acts_late: bool = False) -> Self:
        """Answer after real seconds, having acted at once, or acting only then."""
        return cls(accepts=True, delay_seconds=seconds, delays_acceptance=acts_late)

    @classmethod
    def rate_limited(cls) -> Self:
        """Answer 429: too many calls to this endpoint."""
        return cls.refuse(429, {"message": RATE_LIMITED})

    @classmethod
    def monthly_limit(cls) -> Self:
        """Answer 429: the month's messages are used up."""
        return cls.refuse(429, {"message": MONTHLY_LIMIT})

    @classmethod
    def too_many_to_one_user(cls) -> Self:
        """Answer 429: too many messages to the same user."""
        return cls.refuse(429, {"message": "Too many messages have been sent to the same user."})

    @classmethod
    def too_many_audience_operations(cls) -> Self:
        """Answer 429: too many audience operations at a time."""
        return cls.refuse(429, {"message": "Too many concurrent audience operations."})

    @classmethod
    def expired_token(cls) -> Self:
        """Answer 401: the channel access token has expired."""
        return cls.refuse(401, {"message": UNAUTHORIZED.format(reason="expired token")})


def _answer(status: int, body: object) -> Answer:
    return Answer(
        status=status, json={"message": "Internal server error"} if body is None else body
    )


@define(eq=False, kw_only=True)
class _Rule:
    fault: Fault
    endpoint: str | None
    user_id: str | None
    nth: int | None
    times: int | None
    chance: float
    since: int | None
    until: int | None
    seen: int = 0
    struck: int = 0

    def concerns(self, call: Call, users_in: Callable[[Call], Collection[str]]) -> bool:
        if self.endpoint not in (None, call.endpoint, f"{call.method} {call.endpoint}"):
            return False
        if self.user_id is not None and self.user_id not in users_in(call):
            return False
        if self.since is not None and call.at < self.since:
            return False
        return self.until is None or call.at < self.until

    def strikes(self, seed: int) -> bool:
        self.seen += 1
        if self.nth not in (None, self.seen) or self.struck == self.times:
            return False
        if drawn(seed, self.seen) >= self.chance:
            return False
        self.struck += 1
        return True


class Faults:
    """The faults in force.

    Args:
        seed: Decides which calls a fault with a chance strikes.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._rules: list[_Rule] = []

    def add(
        self,
        fault: Fault,
        *,
        endpoint: str | None = None,
        customer: Customer | None = None,
        nth: int | None = None,
        times: int | None = None,
        chance: float = 1,
        since: int | None = None,
        until: int | None = None,
    ) -> None:
        """Let calls fail; all conditions given must hold.

        Args:
            fault: What goes wrong.
            endpoint: A path template, such as `/v2/bot/message/push`, with or without the
                method before it; by default every endpoint.
            customer: Calls that name this customer or answer them.
            nth: The nth such call from now on, counting from 1.
            times: At most so many calls.
            chance: Each such call with this probability, by the simulator's seed.
            since: From this moment on, epoch milliseconds.
            until: Until before this moment, epoch milliseconds; with `since`, an outage.
        """
        rule = _Rule(
            fault=fault,
            endpoint=endpoint,
            user_id=customer.user_id if customer else None,
            nth=nth,
            times=times,
            chance=chance,
            since=since,
            until=until,
        )
        self._rules.append(rule)

    def clear(self) -> None:
        """Let everything work again."""
        self._rules.clear()

    def strike(self, call: Call, users_in: Callable[[Call], Collection[str]]) -> Fault | None:
        """Return what goes wrong with a call, if anything.

        Args:
            call: The call.
            users_in: Returns the ids of the users a call names.
        """
        for rule in list(self._rules):
            if rule.concerns(call, users_in) and rule.strikes(self._seed):
                return rule.fault
        return None
