"""What an account asks and does about its users, through the SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from linebot.v3.messaging import (
    ApiClient,
    MarkMessagesAsReadByTokenRequest,
    MarkMessagesAsReadRequest,
    MessagingApi,
    PushMessageRequest,
    ShowLoadingAnimationRequest,
    TextMessage,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from linebot.v3.messaging import (
        Configuration,
    )

    from linecs.testing import LineSimulator, VirtualClock
    from linecs.testing.simulator import WebhookEvent

STRANGER = "U" + "0" * 32


class TestProfile:
    def test_a_friends_profile_is_told(self, line: LineSimulator, api: MessagingApi) -> None:
        """What the person shows is told, what they do not have is left out."""
        customer = line.customer("c1", display_name="花子")
        profile = api.get_profile_with_http_info(customer.user_id, _request_timeout=5)
        assert profile.data.display_name == "花子"
        assert "statusMessage" not in profile.raw_data

    def test_a_name_may_change(self, line: LineSimulator, api: MessagingApi) -> None:
        """The profile is asked anew each time."""
        user_id = line.customer("c1", display_name="花子").user_id
        line.customer("c1", display_name="はなこ")
        assert api.get_profile(user_id, _request_timeout=5).display_name == "はなこ"

    def test_who_wrote_without_being_a_friend_has_one(
        self, line: LineSimulator, api: MessagingApi
    ) -> None:
        """Writing is enough."""
        customer = line.customer("c1", friend=False)
        customer.says("質問")
        assert api.get_profile(customer.user_id, _request_timeout=5).user_id == customer.user_id

    def test_others_have_none(
        self, line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
    ) -> None:
        """Blocked, never-met and unknown people are 404, a malformed id is 400."""
        blocked = line.customer("c1")
        blocked.blocks()
        unmet = line.customer("c2", friend=False)
        for user_id in (blocked.user_id, unmet.user_id, STRANGER):
            assert refusal(api.get_profile, user_id).status == 404
        assert refusal(api.get_profile, "U1").status == 400


class TestFollowers:
    def test_they_come_in_pages(self, line: LineSimulator, api: MessagingApi) -> None:
        """Friends alone are listed, each once, page by page."""
        friends = [line.customer(f"c{number}").user_id for number in range(5)]
        line.customer("writer", friend=False).says("質問")
        first = api.get_followers(limit=3, _request_timeout=5)
        rest = api.get_followers(limit=3, start=first.next, _request_timeout=5)
        assert (first.user_ids + rest.user_ids, rest.next) == (friends, None)

    def test_a_page_token_lives_a_day(
        self,
        line: LineSimulator,
        api: MessagingApi,
        clock: VirtualClock,
        refusal: Callable[..., Any],
    ) -> None:
        """A day later the list is begun anew."""
        for number in range(2):
            line.customer(f"c{number}")
        start = api.get_followers(limit=1, _request_timeout=5).next
        clock.advance(days=1)
        assert refusal(api.get_followers, limit=1, start=start).status == 400
        assert refusal(api.get_followers, limit=1, start="made-up").status == 400

    @pytest.mark.parametrize("limit", ["0", "1001", "x"])
    def test_a_page_has_1_to_1000(self, line: LineSimulator, limit: str) -> None:
        """Another size is refused."""
        headers = {"Authorization": f"Bearer {line.channel.access_token}"}
        url = f"{line.url}/v2/bot/followers/ids?limit={limit}"
        assert requests.get(url, headers=headers, timeout=5).status_code == 400

    def test_an_unverified_account_may_not_ask(
        self, line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
    ) -> None:
        """The list is for verified and premium accounts."""
        line.channel.is_premium = False
        refused = refusal(api.get_followers)
        assert (refused.status, "not available" in refused.body["message"]) == (403, True)


class TestLoading:
    def test_it_shows_until_its_time_is_over(
        self, line: LineSimulator, api: MessagingApi, clock: VirtualClock
    ) -> None:
        """The animation runs as long as asked."""
        customer = line.customer("c1")
        request = ShowLoadingAnimationRequest(chat_id=customer.user_id, loading_seconds=5)
        answer = api.show_loading_animation_with_http_info(request, _request_timeout=5)
        assert (answer.status_code, customer.sees_loading) == (202, True)
        clock.advance(seconds=5)
        assert not customer.sees_loading

    def test_it_ends_with_the_next_message(self, line: LineSimulator, api: MessagingApi) -> None:
        """An answer takes it off the screen."""
        customer = line.customer("c1")
        request = ShowLoadingAnimationRequest(chat_id=customer.user_id)
        api.show_loading_animation(request, _request_timeout=5)
        push = PushMessageRequest(to=customer.user_id, messages=[TextMessage(text="はい")])
        api.push_message(push, _request_timeout=5)
        assert not customer.sees_loading

    @pytest.mark.parametrize("seconds", [7, 12])
    def test_only_multiples_of_five_are_taken(
        self,
        line: LineSimulator,
        api: MessagingApi,
        refusal: Callable[..., Any],
        seconds: int,
    ) -> None:
        """Five to sixty in steps of five, which the SDK does not check."""
        request = ShowLoadingAnimationRequest(
            chat_id=line.customer("c1").user_id, loading_seconds=seconds
        )
        assert refusal(api.show_loading_animation, request).status == 400

    def test_a_group_is_refused(self, api: MessagingApi, refusal: Callable[..., Any]) -> None:
        """The animation is for one-to-one chats."""
        request = ShowLoadingAnimationRequest(chat_id="C" + "0" * 32)
        assert refusal(api.show_loading_animation, request).status == 400


def mark(event: WebhookEvent) -> MarkMessagesAsReadByTokenRequest:
    """Return the request that marks the event's message read."""
    token = event.event["message"]["markAsReadToken"]
    return MarkMessagesAsReadByTokenRequest(mark_as_read_token=token)


class TestMarkAsRead:
    def test_it_marks_the_message_and_all_before(
        self, line: LineSimulator, api: MessagingApi
    ) -> None:
        """Later messages stay unread."""
        customer = line.customer("c1")
        events = [customer.says(str(number)) for number in range(3)]
        api.mark_messages_as_read_by_token(mark(events[1]), _request_timeout=5)
        assert [bubble.read for bubble in customer.chat] == [True, True, False]

    def test_an_unsent_messages_token_marks_those_before(
        self, line: LineSimulator, api: MessagingApi
    ) -> None:
        """Tokens never expire, also when their message is gone."""
        customer = line.customer("c1")
        events = [customer.says(str(number)) for number in range(3)]
        customer.unsends(events[1])
        api.mark_messages_as_read_by_token(mark(events[1]), _request_timeout=5)
        assert [bubble.read for bubble in customer.chat] == [True, False]

    def test_another_accounts_token_is_refused(
        self, line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
    ) -> None:
        """A token marks for the account it was issued to."""
        other = line.add_channel(name="別の店")
        request = mark(line.customer("c1", channel=other).says("質問"))
        assert refusal(api.mark_messages_as_read_by_token, request).status == 400

    def test_marking_by_user_needs_an_application(
        self, line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
    ) -> None:
        """The older call is not open to all."""
        request = MarkMessagesAsReadRequest.from_dict(
            {"chat": {"userId": line.customer("c1").user_id}}
        )
        assert refusal(api.mark_messages_as_read, request).status == 403


class TestLinkToken:
    def test_a_friend_gets_one(self, line: LineSimulator, api: MessagingApi) -> None:
        """Each call issues a token of its own."""
        user_id = line.customer("c1").user_id
        tokens = {api.issue_link_token(user_id, _request_timeout=5).link_token for _ in range(2)}
        assert len(tokens) == 2

    def test_others_get_none(
        self, line: LineSimulator, api: MessagingApi, refusal: Callable[..., Any]
    ) -> None:
        """Linking an account asks for a friend."""
        for user_id in (line.customer("c1", friend=False).user_id, STRANGER):
            assert refusal(api.issue_link_token, user_id).status == 404


def test_a_channel_sees_its_own_customers_alone(
    line: LineSimulator, configuration: Configuration, refusal: Callable[..., Any]
) -> None:
    """The same person is no friend of the sister channel."""
    sister = line.add_channel(name="姉妹店")
    user_id = line.customer("c1").user_id
    configuration.access_token = sister.access_token
    with ApiClient(configuration) as client:
        assert refusal(MessagingApi(client).get_profile, user_id).status == 404
        client.rest_client.pool_manager.clear()
