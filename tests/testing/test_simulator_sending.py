"""Reply and push through the SDK, and what LINE refuses."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from linebot.v3.messaging import (
    PushMessageRequest,
    ReplyMessageRequest,
    TextMessage,
    ValidateMessageRequest,
)

from testing.calls import HELLO, STRANGER, post, push, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from linebot.v3.messaging import (
        MessagingApi,
    )

    from linecs.testing import LineSimulator, VirtualClock


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
