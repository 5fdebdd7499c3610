"""A customer and an account talk through the simulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from linebot.v3.messaging import (
    ApiException,
    PushMessageRequest,
    ReplyMessageRequest,
    TextMessage,
)
from linebot.v3.webhook import WebhookParser
from linebot.v3.webhooks import MessageEvent

if TYPE_CHECKING:
    from linebot.v3.messaging import (
        MessagingApi,
    )

    from linecs.testing import LineSimulator, VirtualClock

TIMEOUT = 5


def reply_with(api: MessagingApi, token: str | None, text: str) -> object:
    """Reply through the SDK."""
    request = ReplyMessageRequest(reply_token=token, messages=[TextMessage(text=text)])
    return api.reply_message(request, _request_timeout=TIMEOUT)


def test_a_customers_text_arrives_as_a_signed_webhook(line: LineSimulator) -> None:
    """The SDK's parser verifies the body and finds the text and the customer in it."""
    received: list[tuple[bytes, str]] = []
    line.deliver_to(lambda body, signature: received.append((body, signature)))
    customer = line.customer("c1", display_name="花子")
    sent = customer.says("返品したい🍎")
    body, signature = received[0]
    (event,) = WebhookParser(line.channel.secret).parse(body.decode(), signature)
    assert isinstance(event, MessageEvent)
    assert (event.message.text, event.source.user_id) == ("返品したい🍎", customer.user_id)
    assert (event.webhook_event_id, event.reply_token) == (sent.webhook_event_id, sent.reply_token)


def test_emoji_are_escaped_so_that_a_rewritten_body_fails(line: LineSimulator) -> None:
    """Parsing the body and writing it anew does not give the bytes that were signed."""
    sent = line.customer("c1").says("🍎")
    anew = json.dumps(json.loads(sent.body), ensure_ascii=False, separators=(",", ":")).encode()
    assert anew != sent.body


def test_a_reply_appears_in_the_chat(line: LineSimulator, api: MessagingApi) -> None:
    """The customer sees both bubbles in order."""
    customer = line.customer("c1")
    reply_with(api, customer.says("こんにちは").reply_token, "ようこそ")
    shown = [(bubble.sender, bubble.text) for bubble in customer.chat]
    assert shown == [("customer", "こんにちは"), ("account", "ようこそ")]


def test_a_reply_token_works_once(line: LineSimulator, api: MessagingApi) -> None:
    """The second use of a reply token is refused in LINE's words."""
    token = line.customer("c1").says("こんにちは").reply_token
    reply_with(api, token, "一度目")
    with pytest.raises(ApiException) as refused:
        reply_with(api, token, "二度目")
    assert (refused.value.status, json.loads(refused.value.body)) == (
        400,
        {"message": "Invalid reply token"},
    )


def test_a_reply_token_dies_after_a_minute(
    line: LineSimulator, clock: VirtualClock, api: MessagingApi
) -> None:
    """A minute and a millisecond after the webhook the token is refused."""
    token = line.customer("c1").says("こんにちは").reply_token
    clock.advance(seconds=60, milliseconds=1)
    with pytest.raises(ApiException) as refused:
        reply_with(api, token, "遅すぎた")
    assert refused.value.status == 400


def test_a_push_appears_in_the_chat(line: LineSimulator, api: MessagingApi) -> None:
    """A push to a friend is a bubble, and its id is the one the call returned."""
    customer = line.customer("c1")
    request = PushMessageRequest(to=customer.user_id, messages=[TextMessage(text="お知らせ")])
    sent = api.push_message(request, _request_timeout=TIMEOUT)
    assert [bubble.message_id for bubble in customer.chat] == [sent.sent_messages[0].id]


def test_every_call_is_written_down(line: LineSimulator, api: MessagingApi) -> None:
    """The call log keeps method, path, body, status and request id, and no token."""
    customer = line.customer("c1")
    request = PushMessageRequest(to=customer.user_id, messages=[TextMessage(text="お知らせ")])
    answer = api.push_message_with_http_info(request, _request_timeout=TIMEOUT)
    (call,) = line.calls
    assert (call.method, call.path, call.status) == ("POST", "/v2/bot/message/push", 200)
    assert call.body["to"] == customer.user_id
    assert call.request_id == answer.headers["x-line-request-id"]
    assert line.channel.access_token not in repr(call)
