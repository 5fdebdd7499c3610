"""Values that the tests of the delivery room share."""

from __future__ import annotations

import json

from linecs.model import (
    Attempt,
    AttemptId,
    AttemptState,
    Author,
    ChannelId,
    ConversationId,
    Customer,
    CustomerId,
    Friendship,
    LineUserId,
    MessageId,
    Route,
)

NOW = 1_780_000_000_000
USER = "U" + "1" * 32


def a_customer(friendship: Friendship = Friendship.FRIEND, *, last_seen_at: int = NOW) -> Customer:
    """Return a customer who wrote just now."""
    return Customer(
        id=CustomerId("C1"),
        channel_id=ChannelId("main"),
        line_user_id=LineUserId(USER),
        first_seen_at=0,
        last_seen_at=last_seen_at,
        friendship=friendship,
    )


def an_attempt(
    route: Route = Route.PUSH,
    *,
    members: int = 1,
    tries: int = 1,
    unclear_tries: int = 0,
    created_at: int = NOW,
) -> Attempt:
    """Return an attempt as committed before its call."""
    messages = [{"type": "text", "text": f"{number}番"} for number in range(members)]
    return Attempt(
        id=AttemptId("A1"),
        channel_id=ChannelId("main"),
        conversation_id=ConversationId("C1"),
        route=route,
        to=USER,
        messages=json.dumps(messages, ensure_ascii=False),
        message_ids=tuple(MessageId(f"M{number}") for number in range(members)),
        reply_token="token-1" if route is Route.REPLY else "",
        retry_key="5f0c1f4e-0000-4000-8000-000000000001" if route is Route.PUSH else "",
        state=AttemptState.CALLING,
        tries=tries,
        unclear_tries=unclear_tries,
        due_at=created_at + 10_000,
        owner="worker",
        created_at=created_at,
        first_called_at=created_at,
    )


OPERATOR, BOT = Author.OPERATOR, Author.BOT
