"""What a customer does and sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from linebot.v3.messaging import (
    FlexMessage,
    Message,
    PushMessageRequest,
)

from linecs.testing import LineSimulator, VirtualClock
from linecs.testing.simulator import Friendship, SimulationError

if TYPE_CHECKING:
    from linebot.v3.messaging import (
        MessagingApi,
    )

    from linecs.testing.simulator import Customer

YES = {"type": "message", "label": "はい", "text": "はい、お願いします"}
POSTBACK = {"type": "postback", "label": "返品", "data": "action=return", "displayText": "返品する"}
SILENT = {"type": "postback", "label": "静かに", "data": "action=silent"}
OPEN = {"type": "uri", "label": "開く", "uri": "https://example.com/returns"}
COPY = {"type": "clipboard", "label": "コピー", "clipboardText": "ABC-123"}
PICK = {
    "type": "datetimepicker",
    "label": "日付",
    "data": "date",
    "mode": "date",
    "min": "2026-06-01",
    "max": "2026-06-30",
}


def push(api: MessagingApi, customer: Customer, *messages: dict[str, Any]) -> None:
    """Push messages given as JSON."""
    built = [Message.from_dict(message) for message in messages]
    request = PushMessageRequest(to=customer.user_id, messages=built)
    api.push_message(request, _request_timeout=5)


def with_quick_replies(*actions: dict[str, Any]) -> dict[str, Any]:
    """Return a text with quick replies."""
    items = [{"type": "action", "action": action} for action in actions]
    return {"type": "text", "text": "どうしますか", "quickReply": {"items": items}}


def with_buttons(*actions: dict[str, Any]) -> dict[str, Any]:
    """Return a buttons template."""
    template = {"type": "buttons", "text": "どれですか", "actions": list(actions)}
    return {"type": "template", "altText": "選んでください", "template": template}


def shown_labels(customer: Customer) -> list[str]:
    """Return the labels of the quick replies on the screen."""
    return [each.label for bubble in customer.chat for each in bubble.quick_replies]


class TestSending:
    def test_a_text_may_quote_and_mention(self, line: LineSimulator) -> None:
        """What a text can hold besides words reaches the webhook."""
        customer = line.customer("c1")
        first = customer.says("一つ目")
        emojis = [{"index": 0, "length": 7, "productId": "p", "emojiId": "1"}]
        mention = {"mentionees": [{"type": "all", "index": 0, "length": 4}]}
        message = customer.says("(hello)", quoting=first, emojis=emojis, mention=mention).event[
            "message"
        ]
        assert (message["quotedMessageId"], message["emojis"]) == (first.message_id, emojis)
        assert message["mention"] == mention

    def test_every_kind_of_message_is_written_as_line_writes_it(self, line: LineSimulator) -> None:
        """Each kind has its own properties and a markAsReadToken; four have a quoteToken."""
        customer = line.customer("c1")
        sent = [
            customer.says("文"),
            customer.sends_image(),
            customer.sends_video(b"mp4", duration=1000),
            customer.sends_audio(b"m4a", duration=1000),
            customer.sends_file("領収書.pdf", b"%PDF-"),
            customer.sends_location(35.6, 139.7, title="本店"),
            customer.sends_sticker("446", "1988", keywords=["ありがとう"]),
        ]
        kinds = [event.event["message"]["type"] for event in sent]
        assert kinds == ["text", "image", "video", "audio", "file", "location", "sticker"]
        assert all("markAsReadToken" in event.event["message"] for event in sent)
        quotable = [kind for kind, e in zip(kinds, sent, strict=True) if "quoteToken" in str(e)]
        assert quotable == ["text", "image", "video", "sticker"]

    def test_an_image_from_elsewhere_has_no_content(self, line: LineSimulator) -> None:
        """A third party's picture is named by its address, and LINE keeps nothing of it."""
        event = line.customer("c1").sends_image(external_url="https://example.com/a.jpg")
        assert event.event["message"]["contentProvider"]["type"] == "external"
        assert line.world.contents == {}

    def test_an_id_is_the_same_within_a_provider_alone(self, line: LineSimulator) -> None:
        """One person has one user id per provider."""
        sister = line.add_channel(name="姉妹店")
        stranger = line.add_channel(name="別会社", provider="other")
        ids = [
            line.customer("c1").user_id,
            line.customer("c1", channel=sister).user_id,
            line.customer("c1", channel=stranger).user_id,
        ]
        assert (ids[0] == ids[1], ids[0] == ids[2]) == (True, False)


class TestTheScreen:
    def test_an_unsent_bubble_is_gone(self, line: LineSimulator) -> None:
        """Taking back a message removes it and tells the account its id."""
        customer = line.customer("c1")
        sent = customer.says("間違い")
        unsend = customer.unsends(sent)
        assert unsend.event["unsend"] == {"messageId": sent.message_id}
        assert (customer.chat, "replyToken" in unsend.event) == ((), False)

    def test_the_accounts_bubbles_cannot_be_unsent(
        self, line: LineSimulator, api: MessagingApi
    ) -> None:
        """A customer takes back their own messages alone."""
        customer = line.customer("c1")
        push(api, customer, {"type": "text", "text": "お知らせ"})
        with pytest.raises(SimulationError):
            customer.unsends(customer.chat[0])

    def test_reading_marks_the_accounts_bubbles(
        self, line: LineSimulator, api: MessagingApi
    ) -> None:
        """Opening the chat reads what the account sent, not what the customer sent."""
        customer = line.customer("c1")
        customer.says("質問")
        push(api, customer, {"type": "text", "text": "答え"})
        customer.reads()
        assert [bubble.read for bubble in customer.chat] == [False, True]

    def test_with_chat_off_messages_are_read_at_once(self, line: LineSimulator) -> None:
        """A bot account reads without doing anything."""
        line.channel.chat_is_on = False
        customer = line.customer("c1")
        customer.says("質問")
        assert customer.chat[0].read

    def test_quick_replies_show_under_the_last_message_alone(
        self, line: LineSimulator, api: MessagingApi
    ) -> None:
        """Those of an earlier message in the same push never show."""
        customer = line.customer("c1")
        push(api, customer, with_quick_replies(YES), with_quick_replies(POSTBACK))
        assert shown_labels(customer) == ["返品"]

    def test_quick_replies_go_with_a_new_message(
        self, line: LineSimulator, api: MessagingApi
    ) -> None:
        """Writing instead of tapping takes them off the screen."""
        customer = line.customer("c1")
        push(api, customer, with_quick_replies(YES))
        customer.says("自分で書く")
        assert shown_labels(customer) == []

    def test_quick_replies_go_with_a_tap_that_says_nothing(
        self, line: LineSimulator, api: MessagingApi
    ) -> None:
        """A silent postback takes them off the screen too."""
        customer = line.customer("c1")
        push(api, customer, with_quick_replies(SILENT))
        customer.taps("静かに")
        assert (shown_labels(customer), len(customer.chat)) == ([], 1)


class TestTaps:
    def test_a_message_button_says_its_text(self, line: LineSimulator, api: MessagingApi) -> None:
        """The text, not the label, is sent."""
        customer = line.customer("c1")
        push(api, customer, with_quick_replies(YES))
        tap = customer.taps("はい")
        assert tap.event is not None
        assert tap.event.event["message"]["text"] == "はい、お願いします"
        assert customer.chat[-1].text == "はい、お願いします"

    def test_a_postback_shows_its_display_text(
        self, line: LineSimulator, api: MessagingApi
    ) -> None:
        """The data goes to the account, the display text on the screen."""
        customer = line.customer("c1")
        push(api, customer, with_buttons(POSTBACK))
        tap = customer.taps("返品")
        assert tap.event is not None
        assert tap.event.event["postback"] == {"data": "action=return"}
        assert (customer.chat[-1].text, tap.event.reply_token is None) == ("返品する", False)

    def test_a_link_and_a_clipboard_tell_the_account_nothing(
        self, line: LineSimulator, api: MessagingApi
    ) -> None:
        """They open and copy; no webhook is sent."""
        customer = line.customer("c1")
        push(api, customer, with_buttons(OPEN, COPY))
        assert customer.taps("開く").uri == "https://example.com/returns"
        assert customer.taps("コピー").copied == "ABC-123"
        assert line.webhooks.sent == []

    def test_a_picker_sends_what_was_picked(self, line: LineSimulator, api: MessagingApi) -> None:
        """The value comes in the postback's params under the picker's mode."""
        customer = line.customer("c1")
        push(api, customer, with_buttons(PICK))
        tap = customer.taps("日付", value="2026-06-15")
        assert tap.event is not None
        assert tap.event.event["postback"] == {"data": "date", "params": {"date": "2026-06-15"}}

    @pytest.mark.parametrize("value", [None, "2026-07-01", "6月1日"])
    def test_a_picker_takes_a_date_it_offers(
        self, line: LineSimulator, api: MessagingApi, value: str | None
    ) -> None:
        """No value, one out of bounds and one that is no date cannot be picked."""
        customer = line.customer("c1")
        push(api, customer, with_buttons(PICK))
        with pytest.raises(SimulationError):
            customer.taps("日付", value=value)

    def test_the_newest_button_of_a_name_is_tapped(
        self, line: LineSimulator, api: MessagingApi
    ) -> None:
        """Older bubbles can be tapped still, but the newest comes first."""
        customer = line.customer("c1")
        push(api, customer, with_buttons({**POSTBACK, "data": "old"}))
        push(api, customer, with_buttons({**POSTBACK, "data": "new"}))
        tap = customer.taps("返品")
        assert tap.event is not None
        assert tap.event.event["postback"]["data"] == "new"
        assert customer.taps("old").kind == "postback"

    def test_carousel_and_flex_buttons_are_tapped(
        self, line: LineSimulator, api: MessagingApi
    ) -> None:
        """Buttons deep inside a carousel or a Flex box are found by what they send."""
        customer = line.customer("c1")
        columns = [{"text": name, "actions": [{**YES, "text": name}]} for name in ("甲", "乙")]
        template = {"type": "carousel", "columns": columns}
        push(api, customer, {"type": "template", "altText": "商品", "template": template})
        button = {"type": "button", "action": POSTBACK}
        body = {"type": "box", "layout": "vertical", "contents": [button]}
        flex = {
            "type": "flex",
            "altText": "カード",
            "contents": {"type": "bubble", "body": body},
        }
        request = PushMessageRequest(to=customer.user_id, messages=[FlexMessage.from_dict(flex)])
        api.push_message(request, _request_timeout=5)
        assert customer.taps("乙").kind == "message"
        assert customer.taps("action=return").kind == "postback"

    def test_what_is_not_there_cannot_be_tapped(
        self, line: LineSimulator, api: MessagingApi
    ) -> None:
        """The error names what there is."""
        customer = line.customer("c1")
        push(api, customer, with_buttons(POSTBACK))
        with pytest.raises(SimulationError, match="返品"):
            customer.taps("交換")


class TestFriendship:
    def test_a_new_friend_is_told_with_a_reply_token(self, line: LineSimulator) -> None:
        """Following gives a token, and is no unblocking."""
        customer = line.customer("c1", friend=False)
        event = customer.follows()
        assert event.event["follow"] == {"isUnblocked": False}
        assert (event.reply_token is None, customer.friendship) == (False, Friendship.FRIEND)

    def test_a_block_is_told_without_one(self, line: LineSimulator) -> None:
        """Unfollow cannot be replied to."""
        customer = line.customer("c1")
        event = customer.blocks()
        assert (event.event["type"], event.reply_token) == ("unfollow", None)

    def test_taking_the_block_back_is_a_follow(self, line: LineSimulator) -> None:
        """The account learns that the friend is an old one."""
        customer = line.customer("c1")
        customer.blocks()
        assert customer.unblocks().event["follow"] == {"isUnblocked": True}

    def test_who_has_blocked_the_account_cannot_write(self, line: LineSimulator) -> None:
        """The app offers no field to write in."""
        customer = line.customer("c1")
        customer.blocks()
        with pytest.raises(SimulationError, match="blocked"):
            customer.says("聞こえますか")

    def test_nothing_can_be_done_twice(self, line: LineSimulator) -> None:
        """A friend cannot follow, nor a blocked account be blocked."""
        customer = line.customer("c1")
        with pytest.raises(SimulationError):
            customer.follows()
        with pytest.raises(SimulationError):
            customer.unblocks()
        customer.blocks()
        with pytest.raises(SimulationError):
            customer.blocks()


def test_a_watched_video_is_told_by_its_tracking_id(line: LineSimulator, api: MessagingApi) -> None:
    """The event names the tracking id, and a video without one tells nothing."""
    customer = line.customer("c1")
    video = {
        "type": "video",
        "originalContentUrl": "https://example.com/v.mp4",
        "previewImageUrl": "https://example.com/v.jpg",
    }
    push(api, customer, {**video, "trackingId": "t1"}, video)
    tracked, untracked = customer.chat
    assert customer.watches(tracked).event["videoPlayComplete"] == {"trackingId": "t1"}
    with pytest.raises(SimulationError):
        customer.watches(untracked)


def bodies_of(seed: int) -> list[bytes]:
    """Return the webhooks of a short conversation."""
    with LineSimulator(clock=VirtualClock(), seed=seed) as line:
        customer = line.customer("c1")
        return [customer.says("質問").body, customer.sends_sticker().body]


def test_two_runs_of_one_seed_are_the_same() -> None:
    """Ids and tokens depend on the seed and on what happens, on nothing else."""
    assert bodies_of(1) == bodies_of(1)
    assert bodies_of(1) != bodies_of(2)
