"""Attempts as they are formed, called and divided."""

from __future__ import annotations

import json

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from delivery.values import BOT, NOW, USER, a_customer, an_attempt
from linecs.delivery import (
    PlannedCall,
    WaitingMessage,
    begin_call,
    divide,
    form_attempt,
    request_body,
)
from linecs.model import (
    AttemptId,
    AttemptState,
    ConversationId,
    EventId,
    MessageId,
    ReplyToken,
    Route,
)

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MESSAGES = st.lists(
    st.builds(
        lambda value, indent, ascii_only: json.dumps(
            {"type": "new", "value": value}, indent=indent, ensure_ascii=ascii_only
        ),
        JSON_VALUES,
        st.sampled_from([None, 2]),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


def waiting(contents: list[str], *, silent: bool = False) -> tuple[WaitingMessage, ...]:
    """Return waiting messages with these contents."""
    return tuple(
        WaitingMessage(
            id=MessageId(f"M{number}"), author=BOT, content=text, notification_disabled=silent
        )
        for number, text in enumerate(contents)
    )


def formed(call: PlannedCall) -> dict[str, object]:
    """Return the JSON body of a planned call."""
    attempt = form_attempt(call, a_customer(), attempt_id=AttemptId("A1"), retry_key="key", now=NOW)
    body: dict[str, object] = json.loads(request_body(attempt))
    return body


def test_a_push_names_its_recipient() -> None:
    """A push carries the user id and no flag that was not asked for."""
    call = PlannedCall(route=Route.PUSH, messages=waiting(['{"type":"text","text":"はい"}']))
    assert formed(call) == {"to": USER, "messages": [{"type": "text", "text": "はい"}]}


def test_a_silent_reply_carries_its_token_and_flag() -> None:
    """A reply names no recipient; the flag is there where it was asked for."""
    token = ReplyToken(
        event_id=EventId("e"),
        conversation_id=ConversationId("C1"),
        token="t1",
        usable_until=NOW,
    )
    call = PlannedCall(
        route=Route.REPLY, messages=waiting(['{"type":"text"}'], silent=True), token=token
    )
    assert formed(call) == {
        "replyToken": "t1",
        "messages": [{"type": "text"}],
        "notificationDisabled": True,
    }


@given(MESSAGES)
def test_message_objects_are_sent_byte_for_byte(contents: list[str]) -> None:
    """Whatever stands in a message object stands in the body, in order."""
    call = PlannedCall(route=Route.PUSH, messages=waiting(contents))
    attempt = form_attempt(call, a_customer(), attempt_id=AttemptId("A1"), retry_key="key", now=NOW)
    assert f'"messages":[{",".join(contents)}]'.encode() in request_body(attempt)


@given(MESSAGES)
def test_division_keeps_every_message_as_it_was(contents: list[str]) -> None:
    """Each part holds its own messages' text unchanged, whatever brackets that text holds."""
    call = PlannedCall(route=Route.PUSH, messages=waiting(contents))
    attempt = form_attempt(call, a_customer(), attempt_id=AttemptId("A1"), retry_key="key", now=NOW)
    parts = divide(
        attempt,
        [(each,) for each in attempt.message_ids],
        attempt_ids=[AttemptId(f"B{number}") for number in range(len(contents))],
        retry_keys=[f"key{number}" for number in range(len(contents))],
        now=NOW,
    )
    assert [part.messages for part in parts] == [f"[{text}]" for text in contents]
    assert len({part.retry_key for part in parts} | {attempt.retry_key}) == len(contents) + 1


def test_a_divided_reply_keeps_its_token_for_the_first_part() -> None:
    """The refused call did not spend it; the other parts are pushed under keys of their own."""
    attempt = an_attempt(Route.REPLY, members=3)
    first, second = divide(
        attempt,
        [(MessageId("M0"), MessageId("M2")), (MessageId("M1"),)],
        attempt_ids=[AttemptId("B1"), AttemptId("B2")],
        retry_keys=["key1", "key2"],
        now=NOW + 5,
    )
    assert (first.route, first.reply_token, first.retry_key) == (Route.REPLY, "token-1", "")
    assert (second.route, second.reply_token, second.retry_key) == (Route.PUSH, "", "key2")
    assert json.loads(first.messages) == [
        {"type": "text", "text": "0番"},
        {"type": "text", "text": "2番"},
    ]


def test_a_call_is_counted_before_it_is_made() -> None:
    """State, try and the first call's time are in the row that is committed before the call."""
    waiting_attempt = evolve(
        an_attempt(tries=0), state=AttemptState.WAITING, owner="", first_called_at=0
    )
    first = begin_call(waiting_attempt, owner="w1", until=NOW + 9, now=NOW)
    again = begin_call(first, owner="w2", until=NOW + 99, now=NOW + 50)
    assert (first.state, first.tries, first.first_called_at) == (AttemptState.CALLING, 1, NOW)
    assert (again.tries, again.first_called_at, again.owner) == (2, NOW, "w2")
    assert request_body(again) == request_body(first)
