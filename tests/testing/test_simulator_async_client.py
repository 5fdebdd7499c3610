"""The SDK's asynchronous client against the simulator."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from linebot.v3.messaging import (
    ApiException,
    AsyncApiClient,
    AsyncMessagingApi,
    AsyncMessagingApiBlob,
    BroadcastRequest,
    MarkMessagesAsReadByTokenRequest,
    MulticastRequest,
    PushMessageRequest,
    ReplyMessageRequest,
    ShowLoadingAnimationRequest,
    TextMessage,
    ValidateMessageRequest,
)

from linecs.testing.simulator import Fault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from linebot.v3.messaging import (
        Configuration,
    )

    from linecs.testing import LineSimulator

HELLO = [TextMessage(text="こんにちは")]
KEY = "123e4567-e89b-12d3-a456-426655440000"


def run(
    configuration: Configuration,
    talk: Callable[[AsyncMessagingApi, AsyncMessagingApiBlob], Awaitable[Any]],
) -> Any:
    """Run a coroutine with the asynchronous clients in a loop of its own."""

    async def main() -> Any:
        async with AsyncApiClient(configuration) as client:
            return await talk(AsyncMessagingApi(client), AsyncMessagingApiBlob(client))

    return asyncio.run(main())


def test_every_call_that_sends_succeeds(line: LineSimulator, configuration: Configuration) -> None:
    """Reply, push, multicast and broadcast arrive; validation sends nothing."""
    customer = line.customer("c1")
    token = customer.says("質問").reply_token
    to = customer.user_id

    async def talk(api: AsyncMessagingApi, _blobs: AsyncMessagingApiBlob) -> None:
        await api.reply_message(ReplyMessageRequest(reply_token=token, messages=HELLO))
        await api.push_message(PushMessageRequest(to=to, messages=HELLO))
        await api.multicast(MulticastRequest(to=[to], messages=HELLO))
        await api.broadcast(BroadcastRequest(messages=HELLO))
        await api.validate_push(ValidateMessageRequest(messages=HELLO))

    run(configuration, talk)
    assert len(customer.chat) == 5


def test_every_question_is_answered(line: LineSimulator, configuration: Configuration) -> None:
    """Bot info, quota, counts, profile, followers, link token and content all come back."""
    customer = line.customer("c1", display_name="花子")
    picture = customer.sends_image(b"png")
    read = picture.event["message"]["markAsReadToken"]
    to = customer.user_id

    async def talk(api: AsyncMessagingApi, blobs: AsyncMessagingApiBlob) -> list[Any]:
        await api.mark_messages_as_read_by_token(
            MarkMessagesAsReadByTokenRequest(mark_as_read_token=read)
        )
        await api.show_loading_animation(ShowLoadingAnimationRequest(chat_id=to))
        return [
            (await api.get_bot_info()).user_id,
            (await api.get_message_quota()).type,
            (await api.get_message_quota_consumption()).total_usage,
            (await api.get_number_of_sent_push_messages("20260531")).success,
            (await api.get_profile(to)).display_name,
            (await api.get_followers()).user_ids,
            len((await api.issue_link_token(to)).link_token),
            bytes(await blobs.get_message_content(picture.message_id)),
        ]

    answers = run(configuration, talk)
    assert answers == [line.channel.bot_user_id, "none", 0, 0, "花子", [to], 64, b"png"]
    assert (customer.chat[0].read, customer.sees_loading) == (True, True)


def status_of(configuration: Configuration, call: Callable[[AsyncMessagingApi], Any]) -> int:
    """Return the status of the refusal a call meets."""

    async def talk(api: AsyncMessagingApi, _blobs: AsyncMessagingApiBlob) -> int:
        with pytest.raises(ApiException) as refused:
            await call(api)
        return int(refused.value.status)

    return int(run(configuration, talk))


def test_documented_refusals_reach_the_client(
    line: LineSimulator, configuration: Configuration
) -> None:
    """400, 401, 404, 409 and 429 are raised with their status."""
    customer = line.customer("c1")
    push = PushMessageRequest(to=customer.user_id, messages=HELLO)

    def dead_reply(api: AsyncMessagingApi) -> Any:
        return api.reply_message(ReplyMessageRequest(reply_token="0" * 32, messages=HELLO))

    async def push_twice(api: AsyncMessagingApi) -> None:
        for _ in range(2):
            await api.push_message(push, x_line_retry_key=KEY)

    statuses = [
        status_of(configuration, dead_reply),
        status_of(configuration, lambda api: api.get_profile("U" + "0" * 32)),
        status_of(configuration, push_twice),
    ]
    line.channel.quota = 1
    statuses.append(status_of(configuration, lambda api: api.push_message(push)))
    line.faults.add(Fault.expired_token())
    statuses.append(status_of(configuration, lambda api: api.push_message(push)))
    assert statuses == [400, 404, 409, 429, 401]
    assert len(customer.chat) == 1


def test_a_dropped_connection_is_a_transport_error(
    line: LineSimulator, configuration: Configuration
) -> None:
    """It is no ApiException, and the message has arrived."""
    customer = line.customer("c1")
    line.faults.add(Fault.accept_then_drop())

    async def talk(api: AsyncMessagingApi, _blobs: AsyncMessagingApiBlob) -> Exception:
        with pytest.raises(Exception) as broken:  # noqa: PT011 - its type is looked at below
            await api.push_message(PushMessageRequest(to=customer.user_id, messages=HELLO))
        return broken.value

    assert not isinstance(run(configuration, talk), ApiException)
    assert len(customer.chat) == 1
