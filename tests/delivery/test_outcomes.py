"""What LINE's answers mean."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linecs.delivery import (
    Accepted,
    MonthlyLimit,
    RateLimited,
    Refused,
    SentMessage,
    Silence,
    TokenSpent,
    TooManyToUser,
    Unauthorised,
    Unclear,
    UnrecognisedLimit,
    classify,
)
from linecs.model import Route

if TYPE_CHECKING:
    from linecs.delivery import Outcome

HEADERS = {"x-line-request-id": "req-1"}


def answer(status: int, content: object, route: Route = Route.PUSH) -> Outcome:
    """Return the meaning of one of LINE's JSON answers."""
    return classify(route, status, HEADERS, json.dumps(content).encode())


def test_a_200_lists_what_was_sent() -> None:
    """LINE's ids and quote tokens come back in the order of the messages."""
    content = {"sentMessages": [{"id": "461", "quoteToken": "q1"}, {"id": "462"}]}
    sent = (
        SentMessage(line_message_id="461", quote_token="q1"),
        SentMessage(line_message_id="462"),
    )
    assert answer(200, content) == Accepted(sent=sent, request_id="req-1")


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"sentMessages":5}', b"<html>"])
def test_a_200_of_any_other_form_is_a_success(body: bytes) -> None:
    """The message was sent; what we cannot read of the answer does not change that."""
    assert classify(Route.REPLY, 200, HEADERS, body) == Accepted(request_id="req-1")


def test_a_number_for_an_id_is_taken() -> None:
    """LINE's reference says Number where its examples show a string."""
    outcome = answer(200, {"sentMessages": [{"id": 461}]})
    assert outcome == Accepted(sent=(SentMessage(line_message_id="461"),), request_id="req-1")


def test_409_is_the_earlier_acceptance() -> None:
    """A retry key that was accepted before means: sent, under the earlier request's id."""
    headers = {**HEADERS, "x-line-accepted-request-id": "req-0"}
    content = {
        "message": "The retry key is already accepted",
        "sentMessages": [{"id": "461", "quoteToken": "q1"}],
    }
    assert classify(Route.PUSH, 409, headers, json.dumps(content).encode()) == Accepted(
        sent=(SentMessage(line_message_id="461", quote_token="q1"),),
        request_id="req-0",
        status=409,
    )


def test_a_reply_has_no_409() -> None:
    """Replies carry no retry key; a 409 there tells nothing."""
    outcome = answer(409, {"message": "Conflict"}, Route.REPLY)
    assert outcome == Unclear(kind=Silence.UNPARSABLE, status=409, request_id="req-1")


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("You have reached your monthly limit.", MonthlyLimit),
        ("The API rate limit has been exceeded. Try again later.", RateLimited),
        ("Too many messages were sent to the same user.", TooManyToUser),
        ("Something new.", UnrecognisedLimit),
        ("", UnrecognisedLimit),
    ],
)
def test_the_meanings_of_429(message: str, kind: type[Outcome]) -> None:
    """Rate, month, user and unknown limits are told apart."""
    assert isinstance(answer(429, {"message": message}), kind)


@pytest.mark.parametrize(
    "content",
    [
        {"message": "Invalid reply token"},
        {
            "message": "The request body has 1 error(s)",
            "details": [{"message": "May not be empty", "property": "replyToken"}],
        },
        {"message": "The property, 'replyToken', in the request body is invalid (line: -)"},
    ],
)
def test_a_spent_reply_token(content: object) -> None:
    """A 400 about the reply token is no verdict on the messages."""
    assert answer(400, content, Route.REPLY) == TokenSpent(request_id="req-1")


def test_details_name_the_messages_at_fault() -> None:
    """LINE's property paths give the positions of the refused messages."""
    details = [
        {"message": "May not be empty", "property": "messages[1].text"},
        {"message": "too long", "property": "messages[3].template.columns[2].text"},
    ]
    outcome = answer(400, {"message": "The request body has 2 error(s)", "details": details})
    assert isinstance(outcome, Refused)
    assert (outcome.named, outcome.whole) == ((1, 3), False)
    assert "messages[1].text: May not be empty" in outcome.explanation


def test_the_message_itself_may_name_one() -> None:
    """Flex errors come without details: the place stands in the message."""
    outcome = answer(400, {"message": "A message (messages[2]) in the request body is invalid"})
    assert isinstance(outcome, Refused)
    assert outcome.named == (2,)


@pytest.mark.parametrize(
    "content",
    [
        {"message": "The property, 'to', in the request body is invalid (line: -, column: -)"},
        {"message": "1 error(s)", "details": [{"message": "bad", "property": "to"}]},
    ],
)
def test_a_wrong_recipient_concerns_the_whole_call(content: object) -> None:
    """Where LINE names something else than a message, no message of the call can go."""
    outcome = answer(400, content)
    assert isinstance(outcome, Refused)
    assert (outcome.named, outcome.whole) == ((), True)


def test_a_place_within_a_message_blames_the_message_named_with_it() -> None:
    """LINE gives some places relative to the message it names in words."""
    details = [{"message": "must be specified", "property": "quickReply/items/0/action/label"}]
    message = "A message (messages[1]) in the request body is invalid"
    outcome = answer(400, {"message": message, "details": details})
    assert isinstance(outcome, Refused)
    assert (outcome.named, outcome.whole) == ((1,), False)


def test_a_place_we_do_not_know_blames_nothing() -> None:
    """Then each message goes alone, rather than all of them to the dead letters."""
    details = [{"message": "invalid property", "property": "/body/contents/0"}]
    outcome = answer(400, {"message": "The request body has 1 error(s)", "details": details})
    assert isinstance(outcome, Refused)
    assert (outcome.named, outcome.whole) == ((), False)


def test_an_error_may_name_nothing() -> None:
    """`Failed to send messages` blames neither a message nor the recipient."""
    outcome = answer(400, {"message": "Failed to send messages"})
    assert isinstance(outcome, Refused)
    assert (outcome.named, outcome.whole) == ((), False)


@pytest.mark.parametrize("status", [403, 404, 410, 413, 415, 423])
def test_other_refusals_are_final(status: int) -> None:
    """Any other 4xx from LINE is a refusal that keeps its status."""
    outcome = answer(status, {"message": "no"})
    assert isinstance(outcome, Refused)
    assert outcome.status == status


def test_401_is_about_the_token() -> None:
    """A 401 says nothing of the messages."""
    assert answer(401, {"message": "Authentication failed"}) == Unauthorised(request_id="req-1")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_5xx_is_unclear(status: int) -> None:
    """A server error may come after LINE accepted the call."""
    outcome = classify(Route.PUSH, status, {}, b"<html>Bad Gateway")
    assert outcome == Unclear(kind=Silence.SERVER_ERROR, status=status)


@pytest.mark.parametrize("status", [302, 400, 403, 404, 408])
def test_an_answer_not_from_line_is_unclear(status: int) -> None:
    """A proxy's page, without LINE's request id or words, settles nothing."""
    outcome = classify(Route.PUSH, status, {}, b"<html>captive portal</html>")
    assert outcome == Unclear(kind=Silence.UNPARSABLE, status=status)


@given(
    st.sampled_from(Route),
    st.integers(100, 599),
    st.dictionaries(
        st.sampled_from(["x-line-request-id", "x-line-accepted-request-id"]), st.text()
    ),
    st.one_of(
        st.binary(max_size=40),
        st.recursive(
            st.none() | st.text() | st.integers(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(
                    st.sampled_from(["message", "details", "property", "sentMessages", "id"]), inner
                )
            ),
        ).map(lambda value: json.dumps(value).encode()),
    ),
)
def test_any_answer_has_a_meaning(
    route: Route, status: int, headers: dict[str, str], body: bytes
) -> None:
    """No answer raises, and only a 2xx or a push's 409 counts as accepted."""
    outcome = classify(route, status, headers, body)
    accepted = 200 <= status < 300 or (status == 409 and route is Route.PUSH)
    assert isinstance(outcome, Accepted) is accepted
