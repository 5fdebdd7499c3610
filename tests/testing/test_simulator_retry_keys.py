"""Retry keys: what was accepted once is not accepted again."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from linebot.v3.messaging import (
    BroadcastRequest,
    MulticastRequest,
)

from linecs.testing.simulator import Fault
from testing.calls import HELLO, post, push, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from linebot.v3.messaging import (
        MessagingApi,
    )

    from linecs.testing import LineSimulator, VirtualClock


class TestRetryKey:
    def test_an_accepted_key_is_answered_409_with_the_first_answer(
        self, line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
    ) -> None:
        """The retry is told the accepted request's id and messages, and nothing is sent."""
        customer, key = line.customer("c1"), str(uuid.uuid4())
        first = api.push_message_with_http_info(
            push(customer.user_id), x_line_retry_key=key, _request_timeout=5
        )
        again = refusal(api.push_message, push(customer.user_id), x_line_retry_key=key)
        assert again.status == 409
        assert again.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
        assert again.body["message"] == "The retry key is already accepted"
        assert again.body["sentMessages"][0]["id"] == first.data.sent_messages[0].id
        assert len(customer.chat) == 1

    def test_an_accepted_key_with_another_body_sends_nothing_either(
        self, line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
    ) -> None:
        """A key stands for one request; a second body under it does not go out."""
        customer, key = line.customer("c1"), str(uuid.uuid4())
        api.push_message(push(customer.user_id), x_line_retry_key=key, _request_timeout=5)
        other = push(customer.user_id, "別の文")
        assert refusal(api.push_message, other, x_line_retry_key=key).status == 409
        assert texts(customer) == ["こんにちは"]

    def test_after_24_hours_the_key_is_a_new_request(
        self, line: LineSimulator, api: MessagingApi, clock: VirtualClock
    ) -> None:
        """A key kept too long sends the message twice, as it would on LINE."""
        customer, key = line.customer("c1"), str(uuid.uuid4())
        for _ in range(2):
            api.push_message(push(customer.user_id), x_line_retry_key=key, _request_timeout=5)
            clock.advance(hours=24)
        assert len(customer.chat) == 2

    def test_a_refused_request_leaves_its_key_free(
        self, line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
    ) -> None:
        """After a 429 the same key is accepted once the limit is gone."""
        customer, key = line.customer("c1"), str(uuid.uuid4())
        line.faults.add(Fault.rate_limited(), times=1)
        assert refusal(api.push_message, push(customer.user_id), x_line_retry_key=key).status == 429
        api.push_message(push(customer.user_id), x_line_retry_key=key, _request_timeout=5)
        assert len(customer.chat) == 1

    def test_a_key_that_is_no_uuid_is_refused(
        self, line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
    ) -> None:
        """The key must be a UUID."""
        request = push(line.customer("c1").user_id)
        assert refusal(api.push_message, request, x_line_retry_key="retry").status == 400

    def test_endpoints_that_take_no_key_refuse_it(self, line: LineSimulator) -> None:
        """Also a validation may not carry a retry key."""
        body = {"messages": [{"type": "text", "text": "はい"}]}
        headers = {"X-Line-Retry-Key": str(uuid.uuid4())}
        answer = post(line, "/v2/bot/message/validate/push", json=body, headers=headers)
        assert answer.status_code == 400

    @pytest.mark.parametrize("kind", ["multicast", "broadcast"])
    def test_sending_to_many_is_told_apart_from_its_retry_too(
        self, line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any], kind: str
    ) -> None:
        """The answer of a retried multicast or broadcast names the request, no messages."""
        customer, key = line.customer("c1"), str(uuid.uuid4())
        requests_of = {
            "multicast": MulticastRequest(to=[customer.user_id], messages=HELLO),
            "broadcast": BroadcastRequest(messages=HELLO),
        }
        send = getattr(api, kind)
        send(requests_of[kind], x_line_retry_key=key, _request_timeout=5)
        again = refusal(send, requests_of[kind], x_line_retry_key=key)
        assert (again.status, again.body) == (
            409,
            {"message": "The retry key is already accepted"},
        )
        assert again.headers["x-line-accepted-request-id"] == line.calls[0].request_id
        assert len(customer.chat) == 1
