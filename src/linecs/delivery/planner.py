"""Which calls carry one customer's waiting messages, free ones first; pure (Promise 8)."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

from attrs import field, frozen

from linecs.delivery.quota import remaining_for
from linecs.model import Author, Friendship, MessageId, ReplyToken, Route

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linecs.delivery.policy import DeliveryPolicy
    from linecs.delivery.quota import QuotaView
    from linecs.model import Customer

__all__ = ["HeldBack", "Plan", "PlannedCall", "WaitingMessage", "plan", "refusal"]

_AT_ONCE = 5
_REACHABLE_AFTER_WRITING = 7 * 24 * 60 * 60 * 1000


@frozen(kw_only=True)
class WaitingMessage:
    """A message that waits in the outbox.

    Attributes:
        content: LINE's message object as JSON text, sent as it is.
    """

    id: MessageId
    author: Author
    content: str = field(repr=False)
    notification_disabled: bool = False


@frozen(kw_only=True)
class PlannedCall:
    """One call to make: one to five messages, all with the same flags."""

    route: Route
    messages: tuple[WaitingMessage, ...]
    token: ReplyToken | None = None

    @property
    def message_ids(self) -> tuple[MessageId, ...]:
        """Our ids, in order."""
        return tuple(each.id for each in self.messages)

    @property
    def notification_disabled(self) -> bool:
        """Whether the phone stays silent."""
        return self.messages[0].notification_disabled


@frozen(kw_only=True)
class HeldBack:
    """A message that does not go out, and why."""

    message_id: MessageId
    reason: str


@frozen(kw_only=True)
class Plan:
    """What to do with a customer's waiting messages.

    Attributes:
        calls: To be made in this order, one after another.
        parked: Wait for quota or for a person's word.
        refused: LINE would take and drop them; dead letters.
    """

    calls: tuple[PlannedCall, ...] = ()
    parked: tuple[HeldBack, ...] = ()
    refused: tuple[HeldBack, ...] = ()

    @property
    def pushes(self) -> int:
        """How many messages of the month's quota the calls cost."""
        return sum(call.route is Route.PUSH for call in self.calls)


def refusal(customer: Customer, now: int) -> str | None:
    """Return why nothing can reach this customer, or None where sending should be tried.

    LINE answers 200 to a push it does not deliver, so what is known must be said before.

    Args:
        customer: As last known.
        now: Epoch ms UTC.
    """
    if customer.friendship is Friendship.BLOCKED:
        return "The customer blocked this account."
    if customer.friendship is Friendship.WITHOUT_LINE:
        return "The customer is not on LINE."
    silent_for = now - customer.last_seen_at
    if customer.friendship is Friendship.NOT_FRIEND and silent_for > _REACHABLE_AFTER_WRITING:
        return "The customer is not a friend and has not written for seven days."
    return None


def plan(
    waiting: Sequence[WaitingMessage],
    *,
    customer: Customer,
    tokens: Sequence[ReplyToken],
    quota: QuotaView | None,
    policy: DeliveryPolicy,
    now: int,
) -> Plan:
    """Return the calls that carry one customer's waiting messages, in order.

    Batches with a usable reply token are free; the rest is pushed as far as the quota goes.
    Not to be called while an attempt of this customer is open, or messages would overtake.

    Args:
        waiting: In the order they shall arrive.
        customer: Whom they go to.
        tokens: The customer's unused reply tokens.
        quota: None where it is not known yet.
        policy: How much is kept for people.
        now: Epoch ms UTC.
    """
    reason = refusal(customer, now)
    if reason is not None:
        return Plan(refused=_held_back(waiting, reason))
    usable = sorted(
        (each for each in tokens if each.usable_until >= now + policy.token_margin),
        key=lambda each: each.usable_until,
    )
    calls, rest = _replies(waiting, usable)
    pushed, parked = _pushes(rest, quota, policy)
    return Plan(calls=calls + pushed, parked=parked)


def _replies(
    waiting: Sequence[WaitingMessage], tokens: Sequence[ReplyToken]
) -> tuple[tuple[PlannedCall, ...], Sequence[WaitingMessage]]:
    if not tokens:
        return (), waiting
    batches = tuple(_batches(waiting))[: len(tokens)]
    calls = tuple(
        PlannedCall(route=Route.REPLY, messages=batch, token=token)
        for batch, token in zip(batches, tokens, strict=False)
    )
    return calls, waiting[sum(map(len, batches)) :]


def _pushes(
    waiting: Sequence[WaitingMessage], quota: QuotaView | None, policy: DeliveryPolicy
) -> tuple[tuple[PlannedCall, ...], tuple[HeldBack, ...]]:
    calls: list[PlannedCall] = []
    parked: list[HeldBack] = []
    rest = list(waiting)
    while rest:
        view = quota.after(len(calls)) if quota else None
        stopped = [each for each in rest if remaining_for(each.author, view, policy) == 0]
        parked += _held_back(stopped, _why_parked(view))
        rest = [each for each in rest if each not in stopped]
        for batch in islice(_batches(rest), 1):
            calls.append(PlannedCall(route=Route.PUSH, messages=batch))
            rest = rest[len(batch) :]
    return tuple(calls), tuple(parked)


def _why_parked(quota: QuotaView | None) -> str:
    if quota is not None and quota.remaining:
        return "What is left of the month's messages is kept for people."
    return "The month's messages are used up."


def _held_back(messages: Sequence[WaitingMessage], reason: str) -> tuple[HeldBack, ...]:
    return tuple(HeldBack(message_id=each.id, reason=reason) for each in messages)


def _batches(waiting: Sequence[WaitingMessage]) -> Iterator[tuple[WaitingMessage, ...]]:
    """Yield neighbours that one call may carry, together all of `waiting` in order."""
    batch: list[WaitingMessage] = []
    for message in waiting:
        if batch and (len(batch) == _AT_ONCE or not _goes_with(batch[-1], message)):
            yield tuple(batch)
            batch = []
        batch.append(message)
    if batch:
        yield tuple(batch)


def _goes_with(earlier: WaitingMessage, later: WaitingMessage) -> bool:
    if earlier.notification_disabled != later.notification_disabled:
        return False
    # LINE shows quick replies of a call's last message only.
    return not _has_quick_reply(earlier.content)


def _has_quick_reply(content: str) -> bool:
    return '"quickReply"' in content and json.loads(content).get("quickReply") is not None
