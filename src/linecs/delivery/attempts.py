"""Attempts as they are formed, called and divided; pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import evolve

from linecs.model import Attempt, AttemptState, ConversationId, Route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.delivery.planner import PlannedCall
    from linecs.model import AttemptId, Customer, MessageId

__all__ = ["begin_call", "divide", "form_attempt", "request_body"]


def form_attempt(
    call: PlannedCall,
    customer: Customer,
    *,
    attempt_id: AttemptId,
    retry_key: str,
    now: int,
    owner: str = "",
    until: int = 0,
) -> Attempt:
    """Return the attempt of a planned call, its body frozen.

    Args:
        call: As planned.
        customer: Whom it goes to.
        attempt_id: A fresh id.
        retry_key: A fresh UUID; used for pushes only.
        now: Epoch ms UTC.
        owner: The worker that calls at once, as after `begin_call`; empty lets it wait.
        until: As for `begin_call`.
    """
    at_once = bool(owner)
    return Attempt(
        id=attempt_id,
        channel_id=customer.channel_id,
        conversation_id=ConversationId(customer.id),
        route=call.route,
        to=customer.line_user_id,
        messages=f"[{','.join(each.content for each in call.messages)}]",
        message_ids=call.message_ids,
        notification_disabled=call.notification_disabled,
        reply_token=call.token.token if call.token else "",
        retry_key=retry_key if call.route is Route.PUSH else "",
        state=AttemptState.CALLING if at_once else AttemptState.WAITING,
        tries=int(at_once),
        due_at=until if at_once else now,
        owner=owner,
        created_at=now,
        first_called_at=now if at_once else 0,
    )


def begin_call(attempt: Attempt, *, owner: str, until: int, now: int) -> Attempt:
    """Return the attempt as it must be committed before LINE is called.

    Args:
        attempt: Formed, divided or waiting.
        owner: The worker that calls.
        until: When another worker may take the outcome for interrupted, epoch ms UTC.
        now: Epoch ms UTC.
    """
    return evolve(
        attempt,
        state=AttemptState.CALLING,
        owner=owner,
        due_at=until,
        tries=attempt.tries + 1,
        first_called_at=attempt.first_called_at or now,
    )


def divide(
    attempt: Attempt,
    groups: Sequence[tuple[MessageId, ...]],
    *,
    attempt_ids: Sequence[AttemptId],
    retry_keys: Sequence[str],
    now: int,
) -> tuple[Attempt, ...]:
    """Return the attempts that carry a refused attempt's groups, each under a new key.

    The first takes a refused reply's token, which was not spent; the others are pushes. Call
    them in this order.

    Args:
        attempt: The refused one.
        groups: As `Settlement.groups` has them.
        attempt_ids: A fresh id for each group.
        retry_keys: A fresh UUID for each group; used for pushes only.
        now: Epoch ms UTC.
    """
    texts = dict(zip(attempt.message_ids, _elements(attempt.messages), strict=True))
    parts = []
    for number, group in enumerate(groups):
        route = attempt.route if number == 0 else Route.PUSH
        parts.append(
            Attempt(
                id=attempt_ids[number],
                channel_id=attempt.channel_id,
                conversation_id=attempt.conversation_id,
                route=route,
                to=attempt.to,
                messages=f"[{','.join(texts[message_id] for message_id in group)}]",
                message_ids=group,
                notification_disabled=attempt.notification_disabled,
                reply_token=attempt.reply_token if route is Route.REPLY else "",
                retry_key=retry_keys[number] if route is Route.PUSH else "",
                state=AttemptState.WAITING,
                due_at=now,
                created_at=attempt.created_at,
            )
        )
    return tuple(parts)


def request_body(attempt: Attempt) -> bytes:
    """Return the HTTP body of the attempt's call; the same bytes at every try."""
    reply = attempt.route is Route.REPLY
    address = {"replyToken": attempt.reply_token} if reply else {"to": attempt.to}
    head = json.dumps(address)[:-1]
    silent = ',"notificationDisabled":true' if attempt.notification_disabled else ""
    return f'{head},"messages":{attempt.messages}{silent}}}'.encode()


def _elements(array: str) -> list[str]:
    """Return the text of each element of a JSON array, byte for byte."""
    decoder = json.JSONDecoder()
    found: list[str] = []
    position = array.index("[") + 1
    while True:
        while array[position] in " \t\r\n,":
            position += 1
        if array[position] == "]":
            return found
        _, end = decoder.raw_decode(array, position)
        found.append(array[position:end])
        position = end
