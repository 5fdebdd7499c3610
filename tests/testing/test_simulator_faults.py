"""Faults on request, as the SDK's client meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import urllib3
from linebot.v3.messaging import PushMessageRequest, ReplyMessageRequest, TextMessage

from linecs.testing import LineSimulator, VirtualClock
from linecs.testing.simulator import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from linebot.v3.messaging import MessagingApi

PUSH = "/v2/bot/message/push"
BROKEN = (urllib3.exceptions.HTTPError, ConnectionError)


def push_to(user_id: str) -> PushMessageRequest:
    """Return a push of one text."""
    return PushMessageRequest(to=user_id, messages=[TextMessage(text="お知らせ")])


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.refuse(500), (500, "Internal server error")),
        (Fault.refuse(403, {"message": "いけません"}), (403, "いけません")),
        (Fault.rate_limited(), (429, "The API rate limit has been exceeded. Try again later.")),
        (Fault.monthly_limit(), (429, "You have reached your monthly limit.")),
        (Fault.too_many_to_one_user(), (429, "same user")),
        (Fault.too_many_audience_operations(), (429, "audience")),
        (Fault.expired_token(), (401, "expired token")),
    ],
)
def test_a_refusal_answers_its_status_and_sends_nothing(
    line: LineSimulator,
    api: MessagingApi,
    refusal: Callable[..., Any],
    fault: Fault,
    expected: tuple[int, str],
) -> None:
    """Each refusal reaches the client as LINE would word it, and nothing arrives."""
    customer = line.customer("c1")
    line.faults.add(fault)
    refused = refusal(api.push_message, push_to(customer.user_id))
    status, words = expected
    assert (refused.status, words in refused.body["message"]) == (status, True)
    assert (customer.chat, line.calls[-1].accepted) == ((), False)


def test_accept_then_refuse_sends_and_says_it_failed(
    line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
) -> None:
    """A 500 may come after the message has gone out."""
    customer = line.customer("c1")
    line.faults.add(Fault.accept_then_refuse(500))
    assert refusal(api.push_message, push_to(customer.user_id)).status == 500
    assert (len(customer.chat), line.calls[-1].accepted) == (1, True)


@pytest.mark.parametrize(("fault", "arrived"), [(Fault.drop(), 0), (Fault.accept_then_drop(), 1)])
def test_a_dropped_connection_is_no_answer(
    line: LineSimulator, api: MessagingApi, fault: Fault, arrived: int
) -> None:
    """The client sees a broken connection either way; the customer sees the difference."""
    customer = line.customer("c1")
    line.faults.add(fault)
    with pytest.raises(BROKEN):
        api.push_message(push_to(customer.user_id), _request_timeout=5)
    assert (len(customer.chat), line.calls[-1].status) == (arrived, None)


def test_an_accepted_then_dropped_push_is_409_at_the_retry(
    line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
) -> None:
    """The retry key tells that the first attempt was accepted."""
    customer, key = line.customer("c1"), "123e4567-e89b-12d3-a456-426655440000"
    line.faults.add(Fault.accept_then_drop(), times=1)
    with pytest.raises(BROKEN):
        api.push_message(push_to(customer.user_id), x_line_retry_key=key, _request_timeout=5)
    again = refusal(api.push_message, push_to(customer.user_id), x_line_retry_key=key)
    assert (again.status, len(customer.chat)) == (409, 1)


def test_a_slow_answer_times_out_though_the_message_went_out(
    line: LineSimulator, api: MessagingApi
) -> None:
    """A client that gives up does not take its message back."""
    customer = line.customer("c1")
    line.faults.add(Fault.slow(30))
    with pytest.raises(BROKEN):
        api.push_message(push_to(customer.user_id), _request_timeout=0.2)
    assert len(customer.chat) == 1


def test_a_slow_platform_may_not_have_acted_yet(line: LineSimulator, api: MessagingApi) -> None:
    """Acting late, the platform has sent nothing when the client gives up."""
    customer = line.customer("c1")
    line.faults.add(Fault.slow(30, acts_late=True))
    with pytest.raises(BROKEN):
        api.push_message(push_to(customer.user_id), _request_timeout=0.2)
    assert customer.chat == ()


def test_the_nth_call_alone_can_fail(
    line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
) -> None:
    """A fault for the second call leaves the first and the third alone."""
    request = push_to(line.customer("c1").user_id)
    line.faults.add(Fault.refuse(500), nth=2)
    api.push_message(request, _request_timeout=5)
    refusal(api.push_message, request)
    api.push_message(request, _request_timeout=5)
    assert [call.status for call in line.calls] == [200, 500, 200]


def test_a_fault_can_be_for_one_endpoint(
    line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
) -> None:
    """Other endpoints do not notice."""
    line.faults.add(Fault.refuse(500), endpoint=f"POST {PUSH}")
    assert api.get_bot_info(_request_timeout=5).user_id == line.channel.bot_user_id
    assert refusal(api.push_message, push_to(line.customer("c1").user_id)).status == 500


def test_a_fault_can_be_for_one_customer(
    line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
) -> None:
    """The customer is known by id, and by the event a reply answers."""
    unlucky, lucky = line.customer("c1"), line.customer("c2")
    line.faults.add(Fault.refuse(500), customer=unlucky)
    reply = ReplyMessageRequest(
        reply_token=unlucky.says("質問").reply_token, messages=[TextMessage(text="はい")]
    )
    assert refusal(api.reply_message, reply).status == 500
    assert refusal(api.get_profile, unlucky.user_id).status == 500
    api.push_message(push_to(lucky.user_id), _request_timeout=5)
    assert len(lucky.chat) == 1


def test_an_outage_lasts_from_then_to_then(
    line: LineSimulator, api: MessagingApi, clock: VirtualClock, refusal: Callable[..., Any]
) -> None:
    """Between two moments of the shared clock everything fails."""
    start = clock() + 60_000
    line.faults.add(Fault.refuse(503), since=start, until=start + 60_000)
    api.get_bot_info(_request_timeout=5)
    clock.advance(minutes=1)
    assert refusal(api.get_bot_info).status == 503
    clock.advance(minutes=1)
    api.get_bot_info(_request_timeout=5)
    assert [call.status for call in line.calls] == [200, 503, 200]


def outcomes(seed: int) -> list[int | None]:
    """Return the statuses of 40 calls of which about half fail."""
    with LineSimulator(clock=VirtualClock(), seed=seed) as line:
        line.faults.add(Fault.refuse(500), chance=0.5)
        for _ in range(40):
            urllib3.request("GET", f"{line.url}/v2/bot/info")
        return [call.status for call in line.calls]


def test_chance_is_decided_by_the_seed() -> None:
    """The same seed fails the same calls, another seed others, and about half of them."""
    first = outcomes(1)
    assert first == outcomes(1)
    assert first != outcomes(2)
    assert 10 <= first.count(500) <= 30


def test_cleared_faults_strike_no_more(line: LineSimulator, api: MessagingApi) -> None:
    """After clear everything works again."""
    line.faults.add(Fault.refuse(500))
    line.faults.clear()
    assert api.get_bot_info(_request_timeout=5).user_id == line.channel.bot_user_id
