"""Reply, push, multicast and broadcast through the SDK, and what LINE refuses."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
import requests
from linebot.v3.messaging import (
    ApiClient,
    BroadcastRequest,
    MessagingApi,
    MulticastRequest,
    PushMessageRequest,
    ReplyMessageRequest,
    TextMessage,
    ValidateMessageRequest,
)

from linecs.testing.simulator import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from linebot.v3.messaging import (
        Configuration,
    )

    from linecs.testing import LineSimulator, VirtualClock
    from linecs.testing.simulator import Customer

STRANGER = "U" + "0" * 32
HELLO = [TextMessage(text="こんにちは")]


def push(to: str, text: str = "こんにちは", **more: Any) -> PushMessageRequest:
    """Return a push of one text."""
    return PushMessageRequest(to=to, messages=[TextMessage(text=text, **more)])


def texts(customer: Customer) -> list[str | None]:
    """Return the texts on a customer's screen."""
    return [bubble.text for bubble in customer.chat]


def post(line: LineSimulator, path: str, **options: Any) -> requests.Response:
    """Call the API without the SDK, which would not let such a request out."""
    headers = {"Authorization": f"Bearer {line.channel.access_token}", **options.pop("headers", {})}
    return requests.post(f"{line.url}{path}", headers=headers, timeout=5, **options)


class TestReply:
    def test_five_messages_arrive_in_order(self, line: LineSimulator, api: MessagingApi) -> None:
        """A reply holds up to five messages, each with an id of its own."""
        customer = line.customer("c1")
        token = customer.says("質問").reply_token
        messages = [TextMessage(text=str(number)) for number in range(5)]
        answer = api.reply_message(
            ReplyMessageRequest(reply_token=token, messages=messages), _request_timeout=5
        )
        assert texts(customer) == ["質問", "0", "1", "2", "3", "4"]
        assert [sent.id for sent in answer.sent_messages] == [
            bubble.message_id for bubble in customer.chat[1:]
        ]

    def test_a_refused_message_leaves_the_token_unused(
        self, line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
    ) -> None:
        """Nothing is sent on an error, and the token still works."""
        customer = line.customer("c1")
        token = customer.says("質問").reply_token
        long = TextMessage(text="あ" * 5001)
        refused = refusal(
            api.reply_message, ReplyMessageRequest(reply_token=token, messages=[*HELLO, long])
        )
        assert refused.body["details"][0]["property"] == "messages[1].text"
        api.reply_message(
            ReplyMessageRequest(reply_token=token, messages=HELLO), _request_timeout=5
        )
        assert texts(customer) == ["質問", "こんにちは"]

    def test_another_channels_token_is_refused(
        self, line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
    ) -> None:
        """A reply token answers for the channel whose webhook brought it."""
        other = line.add_channel(name="別の店")
        token = line.customer("c1", channel=other).says("質問").reply_token
        request = ReplyMessageRequest(reply_token=token, messages=HELLO)
        assert refusal(api.reply_message, request).body == {"message": "Invalid reply token"}

    def test_a_redelivered_token_lives_anew(
        self, line: LineSimulator, api: MessagingApi, clock: VirtualClock
    ) -> None:
        """A redelivery gives an unused token another minute."""
        customer = line.customer("c1")
        event = customer.says("質問")
        clock.advance(minutes=10)
        line.webhooks.redeliver(event)
        clock.advance(seconds=60)
        api.reply_message(
            ReplyMessageRequest(reply_token=event.reply_token, messages=HELLO), _request_timeout=5
        )
        assert texts(customer) == ["質問", "こんにちは"]

    def test_a_redelivered_token_dies_20_minutes_after_its_event(
        self,
        line: LineSimulator,
        api: MessagingApi,
        clock: VirtualClock,
        refusal: Callable[..., Any],
    ) -> None:
        """Whatever the redelivery, 20 minutes after the event the token is dead."""
        event = line.customer("c1").says("質問")
        clock.advance(minutes=19, seconds=30)
        line.webhooks.redeliver(event)
        clock.advance(seconds=31)
        request = ReplyMessageRequest(reply_token=event.reply_token, messages=HELLO)
        assert refusal(api.reply_message, request).status == 400

    def test_a_reply_to_who_has_blocked_meanwhile_is_not_seen(
        self, line: LineSimulator, api: MessagingApi
    ) -> None:
        """The token works, and the bubble does not arrive."""
        customer = line.customer("c1")
        token = customer.says("質問").reply_token
        customer.blocks()
        api.reply_message(
            ReplyMessageRequest(reply_token=token, messages=HELLO), _request_timeout=5
        )
        assert texts(customer) == ["質問"]

    def test_a_retry_key_is_refused(self, line: LineSimulator) -> None:
        """Reply takes no retry key."""
        token = line.customer("c1").says("質問").reply_token
        body = {"replyToken": token, "messages": [{"type": "text", "text": "はい"}]}
        headers = {"X-Line-Retry-Key": str(uuid.uuid4())}
        answer = post(line, "/v2/bot/message/reply", json=body, headers=headers)
        assert answer.status_code == 400


class TestPush:
    def test_a_blocked_customer_gets_nothing(self, line: LineSimulator, api: MessagingApi) -> None:
        """A push to who has blocked the account is accepted, not delivered, not counted."""
        customer = line.customer("c1")
        customer.blocks()
        sent = api.push_message(push(customer.user_id), _request_timeout=5).sent_messages
        assert (len(sent), customer.chat) == (1, ())
        assert api.get_message_quota_consumption(_request_timeout=5).total_usage == 0

    def test_a_stranger_gets_nothing(self, api: MessagingApi) -> None:
        """A push to an id that never met the account is accepted and delivers nothing."""
        assert len(api.push_message(push(STRANGER), _request_timeout=5).sent_messages) == 1
        assert api.get_message_quota_consumption(_request_timeout=5).total_usage == 0

    @pytest.mark.parametrize(("days", "shown"), [(7, 2), (8, 1)])
    def test_who_is_no_friend_gets_pushes_for_a_week(
        self, line: LineSimulator, api: MessagingApi, clock: VirtualClock, days: int, shown: int
    ) -> None:
        """A person who wrote is reached for 7 days without being a friend."""
        customer = line.customer("c1", friend=False)
        customer.says("質問")
        clock.advance(days=days)
        api.push_message(push(customer.user_id), _request_timeout=5)
        assert len(customer.chat) == shown

    def test_who_has_not_written_and_is_no_friend_gets_nothing(
        self, line: LineSimulator, api: MessagingApi
    ) -> None:
        """Being known is not being reachable."""
        customer = line.customer("c1", friend=False)
        api.push_message(push(customer.user_id), _request_timeout=5)
        assert customer.chat == ()

    def test_a_login_id_of_another_provider_is_refused(
        self, line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
    ) -> None:
        """A Login channel under another provider gives ids that cannot be pushed to."""
        line.add_login_channel(name="ログイン", callbacks=["https://a.example/"], provider="other")
        foreign = line.customer("c1").person.user_id("other")
        assert refusal(api.push_message, push(foreign)).status == 400

    def test_an_id_of_another_provider_is_refused(
        self, line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
    ) -> None:
        """User ids are valid within one provider."""
        other = line.add_channel(name="別会社", provider="other")
        foreign = line.customer("c1", channel=other).user_id
        refused = refusal(api.push_message, push(foreign))
        assert (refused.status, refused.body) == (400, {"message": "Failed to send messages"})

    @pytest.mark.parametrize("to", ["", "kutemukan", "U123"])
    def test_a_malformed_id_is_refused(
        self, api: MessagingApi, refusal: Callable[..., Any], to: str
    ) -> None:
        """An id LINE cannot have given out is a bad request."""
        words = "The property, 'to', in the request body is invalid (line: -, column: -)"
        assert refusal(api.push_message, push(to)).body == {"message": words}

    def test_groups_are_said_not_to_be_simulated(
        self, api: MessagingApi, refusal: Callable[..., Any]
    ) -> None:
        """What the simulator lacks answers 501 and says so."""
        refused = refusal(api.push_message, push("C" + "0" * 32))
        assert (refused.status, "simulator" in refused.body["message"]) == (501, True)

    def test_coupons_are_said_not_to_be_simulated(self, line: LineSimulator) -> None:
        """A message kind the simulator lacks answers 501."""
        customer = line.customer("c1")
        body = {"to": customer.user_id, "messages": [{"type": "coupon", "couponId": "c"}]}
        assert post(line, "/v2/bot/message/push", json=body).status_code == 501

    def test_a_push_counts_recipients_not_messages(
        self, line: LineSimulator, api: MessagingApi
    ) -> None:
        """Five messages to one customer count once; a reply is free."""
        customer = line.customer("c1")
        api.push_message(
            PushMessageRequest(to=customer.user_id, messages=HELLO * 5), _request_timeout=5
        )
        token = customer.says("質問").reply_token
        api.reply_message(
            ReplyMessageRequest(reply_token=token, messages=HELLO), _request_timeout=5
        )
        assert api.get_message_quota_consumption(_request_timeout=5).total_usage == 1

    def test_the_monthly_limit_refuses_and_sends_nothing(
        self, line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
    ) -> None:
        """When the month's messages are used up a push is 429 and does not arrive."""
        line.channel.quota, line.channel.used_elsewhere = 200, 199
        customer = line.customer("c1")
        api.push_message(push(customer.user_id), _request_timeout=5)
        refused = refusal(api.push_message, push(customer.user_id))
        assert (refused.status, refused.body) == (
            429,
            {"message": "You have reached your monthly limit."},
        )
        assert len(customer.chat) == 1

    def test_a_new_month_in_japan_starts_at_nought(
        self, line: LineSimulator, api: MessagingApi, clock: VirtualClock
    ) -> None:
        """The quota's month is counted in UTC+9."""
        line.channel.quota = 1
        customer = line.customer("c1")
        api.push_message(push(customer.user_id), _request_timeout=5)
        clock.advance(days=29, hours=14)
        api.push_message(push(customer.user_id), _request_timeout=5)
        assert len(customer.chat) == 2

    def test_a_quote_shows_what_it_quotes(self, line: LineSimulator, api: MessagingApi) -> None:
        """The quote token of a customer's message quotes it in the same chat."""
        customer = line.customer("c1")
        asked = customer.says("これは?")
        request = push(customer.user_id, quoteToken=asked.event["message"]["quoteToken"])
        api.push_message(request, _request_timeout=5)
        assert customer.chat[-1].quoted_message_id == asked.message_id

    def test_a_quote_from_another_chat_is_refused(
        self, line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
    ) -> None:
        """A quote token is valid in its own chat alone."""
        token = line.customer("c2").says("秘密").event["message"]["quoteToken"]
        request = push(line.customer("c1").user_id, quoteToken=token)
        assert refusal(api.push_message, request).status == 400

    def test_sent_messages_can_be_quoted(self, line: LineSimulator, api: MessagingApi) -> None:
        """A text the account sent comes back with a quote token that works."""
        customer = line.customer("c1")
        sent = api.push_message(push(customer.user_id), _request_timeout=5).sent_messages[0]
        api.push_message(push(customer.user_id, quoteToken=sent.quote_token), _request_timeout=5)
        assert customer.chat[-1].quoted_message_id == sent.id

    @pytest.mark.parametrize(("units", "status"), [(["a_1"], 200), (["a", "b"], 400), (["-"], 400)])
    def test_one_well_named_aggregation_unit_may_be_given(
        self, line: LineSimulator, units: list[str], status: int
    ) -> None:
        """Two, or one with other characters, are refused."""
        body = {
            "to": line.customer("c1").user_id,
            "messages": [{"type": "text", "text": "はい"}],
            "customAggregationUnits": units,
        }
        assert post(line, "/v2/bot/message/push", json=body).status_code == status


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


class TestToMany:
    def test_a_multicast_reaches_whom_it_can(self, line: LineSimulator, api: MessagingApi) -> None:
        """Those who blocked the account are left out and not counted."""
        customers = [line.customer(name) for name in ("c1", "c2", "c3")]
        customers[1].blocks()
        to = [customer.user_id for customer in customers]
        api.multicast(MulticastRequest(to=to, messages=HELLO), _request_timeout=5)
        assert [len(customer.chat) for customer in customers] == [1, 0, 1]
        assert api.get_message_quota_consumption(_request_timeout=5).total_usage == 2

    @pytest.mark.parametrize("kind", ["multicast", "broadcast"])
    def test_nothing_is_quoted_to_many(self, line: LineSimulator, kind: str) -> None:
        """A quote belongs to one chat."""
        customer = line.customer("c1")
        token = customer.says("質問").event["message"]["quoteToken"]
        quoting = [{"type": "text", "text": "はい", "quoteToken": token}]
        body = {"to": [customer.user_id], "messages": quoting}
        assert post(line, f"/v2/bot/message/{kind}", json=body).status_code == 400

    def test_501_recipients_are_too_many(self, line: LineSimulator) -> None:
        """A multicast goes to 500 users at most."""
        body = {"to": [STRANGER] * 501, "messages": [{"type": "text", "text": "はい"}]}
        answer = post(line, "/v2/bot/message/multicast", json=body)
        assert answer.json()["details"] == [
            {"message": "Size must be between 1 and 500", "property": "to"}
        ]

    def test_a_broadcast_reaches_friends_alone(
        self, line: LineSimulator, api: MessagingApi
    ) -> None:
        """Who only wrote is no friend and is left out."""
        friend, writer = line.customer("c1"), line.customer("c2", friend=False)
        writer.says("質問")
        api.broadcast(BroadcastRequest(messages=HELLO), _request_timeout=5)
        assert (texts(friend), texts(writer)) == (["こんにちは"], ["質問"])

    def test_a_broadcast_beyond_the_quota_goes_to_nobody(
        self, line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
    ) -> None:
        """When the reach is larger than what is left nothing is sent."""
        line.channel.quota = 1
        customers = [line.customer(name) for name in ("c1", "c2")]
        assert refusal(api.broadcast, BroadcastRequest(messages=HELLO)).status == 429
        assert [customer.chat for customer in customers] == [(), ()]

    def test_the_61st_broadcast_in_an_hour_is_too_many(
        self,
        line: LineSimulator,
        api: MessagingApi,
        clock: VirtualClock,
        refusal: Callable[..., Any],
    ) -> None:
        """Broadcasts are limited to 60 an hour, in LINE's words; the hour passes."""
        customer = line.customer("c1")
        request = BroadcastRequest(messages=HELLO)
        for _ in range(60):
            api.broadcast(request, _request_timeout=5)
        refused = refusal(api.broadcast, request)
        assert (refused.status, refused.body["message"]) == (
            429,
            "The API rate limit has been exceeded. Try again later.",
        )
        clock.advance(hours=1)
        api.broadcast(request, _request_timeout=5)
        assert len(customer.chat) == 61


@pytest.mark.parametrize(
    "name", ["validate_reply", "validate_push", "validate_multicast", "validate_broadcast"]
)
def test_validation_judges_and_sends_nothing(
    line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any], name: str
) -> None:
    """Each validate endpoint takes good messages, refuses bad ones, and sends neither."""
    customer = line.customer("c1")
    validate = getattr(api, name)
    validate(ValidateMessageRequest(messages=HELLO), _request_timeout=5)
    bad = ValidateMessageRequest(messages=[TextMessage(text="あ" * 5001)])
    assert (refusal(validate, bad).status, customer.chat) == (400, ())


def test_a_picture_on_this_machine_is_let_through_with_a_warning(
    line: LineSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """LINE takes HTTPS alone; a test may serve its own media, and is told the difference."""
    customer = line.customer("c1")
    urls = dict.fromkeys(("originalContentUrl", "previewImageUrl"), "http://127.0.0.1:8000/a.jpg")
    body = {"to": customer.user_id, "messages": [{"type": "image", **urls}]}
    assert post(line, "/v2/bot/message/push", json=body).status_code == 200
    assert "LINE takes https addresses only" in caplog.text
    assert customer.chat[0].kind == "image"


class TestTheDoor:
    def test_an_unknown_token_is_refused(
        self, configuration: Configuration, refusal: Callable[..., Any]
    ) -> None:
        """A call with a token LINE never issued is 401."""
        configuration.access_token = "made-up"
        with ApiClient(configuration) as client:
            refused = refusal(MessagingApi(client).push_message, push(STRANGER))
            client.rest_client.pool_manager.clear()
        assert (refused.status, "invalid token" in refused.body["message"]) == (401, True)

    def test_a_body_beyond_two_megabytes_is_too_large(self, line: LineSimulator) -> None:
        """LINE answers 413 above 2 MB."""
        body = {"to": STRANGER, "messages": [{"type": "text", "text": "a" * (2 * 1024 * 1024)}]}
        assert post(line, "/v2/bot/message/push", json=body).status_code == 413

    def test_another_content_type_is_refused(self, line: LineSimulator) -> None:
        """The Messaging API takes JSON."""
        answer = post(line, "/v2/bot/message/push", data={"to": STRANGER})
        assert answer.status_code == 415

    def test_a_body_that_is_no_json_is_refused(self, line: LineSimulator) -> None:
        """A broken body is a bad request, told in LINE's words."""
        headers = {"Content-Type": "application/json"}
        answer = post(line, "/v2/bot/message/push", data=b"{", headers=headers)
        assert answer.json()["message"].startswith("The request body could not be parsed as JSON")

    def test_a_mistake_of_the_simulator_is_a_500_in_its_log(
        self,
        line: LineSimulator,
        api: MessagingApi,
        refusal: Callable[..., Any],
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """It is not taken for one of LINE's refusals."""
        monkeypatch.delattr(line.world, "ledger")
        refused = refusal(api.push_message, push(line.customer("c1").user_id))
        assert (refused.status, "failed" in refused.body["message"]) == (500, True)
        assert "AttributeError" in caplog.text

    def test_what_is_not_simulated_says_so(self, line: LineSimulator) -> None:
        """An endpoint the simulator lacks answers 501 with a request id."""
        answer = post(line, "/v2/bot/message/narrowcast", json={})
        assert (answer.status_code, "x-line-request-id" in answer.headers) == (501, True)
        assert "does not simulate POST /v2/bot/message/narrowcast" in answer.json()["message"]
