"""What an account asks about itself, through the SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from linebot.v3.insight import ApiClient, Configuration, Insight
from linebot.v3.messaging import (
    BroadcastRequest,
    MulticastRequest,
    PushMessageRequest,
    ReplyMessageRequest,
    TextMessage,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linebot.v3.messaging import (
        MessagingApi,
    )

    from linecs.testing import LineSimulator, VirtualClock

HELLO = [TextMessage(text="こんにちは")]
TODAY = "20260601"


@pytest.fixture
def insight(line: LineSimulator) -> Iterator[Insight]:
    """Give the SDK's client for statistics."""
    configuration = Configuration(host=line.url, access_token=line.channel.access_token)
    configuration.retries = False
    with ApiClient(configuration) as client:
        yield Insight(client)
        client.rest_client.pool_manager.clear()


@pytest.fixture
def sent(line: LineSimulator, api: MessagingApi) -> None:
    """Send one reply, one push, one multicast and one broadcast to two friends."""
    first, second = line.customer("c1"), line.customer("c2")
    token = first.says("質問").reply_token
    api.reply_message(ReplyMessageRequest(reply_token=token, messages=HELLO), _request_timeout=5)
    api.push_message(PushMessageRequest(to=first.user_id, messages=HELLO), _request_timeout=5)
    both = [first.user_id, second.user_id]
    api.multicast(MulticastRequest(to=both, messages=HELLO), _request_timeout=5)
    api.broadcast(BroadcastRequest(messages=HELLO), _request_timeout=5)


def test_bot_info_names_the_account(line: LineSimulator, api: MessagingApi) -> None:
    """Ids, name and chat setting are the channel's."""
    info = api.get_bot_info(_request_timeout=5)
    assert (info.user_id, info.basic_id) == (line.channel.bot_user_id, line.channel.basic_id)
    assert (info.chat_mode, info.mark_as_read_mode) == ("chat", "manual")


def test_bot_info_tells_that_chat_is_off(line: LineSimulator, api: MessagingApi) -> None:
    """With chat off messages are read by themselves."""
    line.channel.chat_is_on = False
    info = api.get_bot_info(_request_timeout=5)
    assert (info.chat_mode, info.mark_as_read_mode) == ("bot", "auto")


def test_the_quota_is_none_or_a_number(line: LineSimulator, api: MessagingApi) -> None:
    """A plan without a limit has no value."""
    assert api.get_message_quota(_request_timeout=5).type == "none"
    line.channel.quota = 200
    assert api.get_message_quota(_request_timeout=5).value == 200


@pytest.mark.usefixtures("sent")
def test_consumption_counts_recipients_and_what_was_sent_elsewhere(
    line: LineSimulator, api: MessagingApi
) -> None:
    """One push, two by multicast, two by broadcast, and the account manager's."""
    line.channel.used_elsewhere = 10
    assert api.get_message_quota_consumption(_request_timeout=5).total_usage == 15


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(
    ("kind", "count"), [("reply", 1), ("push", 1), ("multicast", 2), ("broadcast", 2)]
)
def test_delivery_counts_are_ready_a_day_later(
    api: MessagingApi, clock: VirtualClock, kind: str, count: int
) -> None:
    """On the day itself, by UTC+9, the numbers are not ready."""
    ask = getattr(api, f"get_number_of_sent_{kind}_messages")
    clock.advance(hours=13, minutes=59)
    assert ask(TODAY, _request_timeout=5).status == "unready"
    clock.advance(minutes=1)
    told = ask(TODAY, _request_timeout=5)
    assert (told.status, told.success) == ("ready", count)


@pytest.mark.parametrize("date", ["2026-06-01", "20260631", "1"])
def test_a_date_that_is_none_is_refused(
    api: MessagingApi, refusal: Callable[..., Any], date: str
) -> None:
    """Dates are written yyyyMMdd."""
    assert refusal(api.get_number_of_sent_push_messages, date).status == 400


@pytest.mark.usefixtures("sent")
def test_insight_tells_what_was_sent_by_which_call(insight: Insight, clock: VirtualClock) -> None:
    """Each kind of call has its own number, a day later."""
    assert insight.get_number_of_message_deliveries(TODAY, _request_timeout=5).status == "unready"
    clock.advance(days=1)
    told = insight.get_number_of_message_deliveries(TODAY, _request_timeout=5)
    assert (told.api_reply, told.api_push, told.api_multicast, told.api_broadcast) == (1, 1, 2, 2)


def test_insight_counts_followers_of_a_day(
    line: LineSimulator, insight: Insight, clock: VirtualClock
) -> None:
    """Who ever was a friend counts, blocks are told apart, later changes do not matter."""
    line.customer("c1")
    line.customer("c2").blocks()
    line.customer("c3", friend=False)
    clock.advance(days=1)
    line.customer("c1").blocks()
    told = insight.get_number_of_followers(TODAY, _request_timeout=5)
    assert (told.followers, told.targeted_reaches, told.blocks) == (2, 1, 1)
    tomorrow = insight.get_number_of_followers("20260602", _request_timeout=5)
    assert tomorrow.status == "unready"
