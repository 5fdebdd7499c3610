"""Multicast and broadcast through the SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from linebot.v3.messaging import (
    BroadcastRequest,
    MulticastRequest,
)

from testing.calls import HELLO, STRANGER, post, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from linebot.v3.messaging import (
        MessagingApi,
    )

    from linecs.testing import LineSimulator, VirtualClock


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
