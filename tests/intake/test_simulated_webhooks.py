"""What the simulator of `linecs.testing` sends is what the intake reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from intake.documented_events import GROUP, USER
from intake.lines_view import as_line_wrote
from linecs.intake import open_body, parse_event
from linecs.model import Channel
from linecs.model.webhook import UnrecognisedContent, UnrecognisedEvent
from linecs.testing import LineSimulator, VirtualClock
from linecs.testing.simulator import events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.model import StoredEvent


class Inbox:
    """Opens what a simulator sends to its default channel."""

    def __init__(self, line: LineSimulator) -> None:
        self.stored: list[StoredEvent] = []
        self._line = line
        account = line.channel
        self._channel = Channel(
            id="main",
            bot_user_id=account.bot_user_id,
            secrets=account.secret,
            access_token=account.access_token,
        )
        line.deliver_to(self.receive)

    def receive(self, body: bytes, signature: str) -> None:
        """Open a body as the desk does."""
        channels = {self._channel.bot_user_id: self._channel}
        opened = open_body(body, signature, channels=channels, now=self._line.world.clock())
        self.stored += opened.events


@pytest.fixture
def line() -> Iterator[LineSimulator]:
    """Give a simulated LINE."""
    with LineSimulator(clock=VirtualClock()) as simulator:
        yield simulator


@pytest.fixture
def inbox(line: LineSimulator) -> Inbox:
    """Give what has come in."""
    return Inbox(line)


def test_all_that_a_customer_does_is_recognised(line: LineSimulator, inbox: Inbox) -> None:
    """Every act of a simulated customer has a typed value that says the same as its JSON."""
    customer = line.customer("c1", friend=False)
    customer.follows()
    question = customer.says("返品できますか🍎")
    customer.says("これです", quoting=question)
    customer.sends_sticker(resource_type="MESSAGE", keywords=["hi"], text="やあ")
    customer.sends_image(image_set={"id": "set", "index": 1, "total": 2})
    customer.sends_image(external_url="https://example.com/picture.png")
    customer.sends_video(b"video", duration=1_000)
    customer.sends_audio(b"audio", duration=1_000)
    customer.sends_file("注文書.pdf", b"%PDF")
    customer.sends_location(35.6, 139.7, title="本店", address="東京都")
    customer.unsends(question)
    customer.blocks()
    customer.unblocks()
    assert [as_line_wrote(parse_event(stored)) for stored in inbox.stored] == [
        sent.event for sent in line.webhooks.sent
    ]


@pytest.mark.parametrize(
    "event",
    [
        events.message_edited({**events.text("後で"), "id": "1"}),
        events.bot_event("join"),
        events.bot_event("leave"),
        events.member_joined(USER["userId"]),
        events.member_left(USER["userId"]),
        events.postback("again=1", {"date": "2026-11-21"}),
        events.video_play_complete("intro"),
        events.beacon("d41d8cd98f", "stay", "00a1"),
        events.account_link("ok", "nonce-1234567890"),
        events.membership("renewed", 3189),
        events.delivery("15034552939"),
        events.module("attached", "U" + "5" * 32, scopes=["message:send"]),
        events.bot_event("botSuspended"),
    ],
    ids=lambda event: event["type"],
)
@pytest.mark.parametrize("source", [USER, GROUP, None], ids=["user", "group", "none"])
def test_all_that_else_happens_is_recognised(
    line: LineSimulator, inbox: Inbox, event: dict[str, Any], source: dict[str, str] | None
) -> None:
    """The same for every event that is no act of a customer in a chat of their own."""
    sent = line.webhooks.send(line.channel, event, source=source)
    (stored,) = inbox.stored
    typed = parse_event(stored)
    assert not isinstance(typed, UnrecognisedEvent)
    assert not isinstance(getattr(typed, "message", None), UnrecognisedContent)
    assert as_line_wrote(typed) == sent.event


def test_a_redelivery_has_the_same_key(line: LineSimulator, inbox: Inbox) -> None:
    """The repeat differs in `isRedelivery` alone, so it is the same event."""
    sent = line.customer("c1").says("質問")
    line.webhooks.redeliver(sent)
    first, again = inbox.stored
    assert first.id == again.id == sent.webhook_event_id
    assert [parse_event(each).is_redelivery for each in (first, again)] == [False, True]


def test_standby_is_kept_and_cannot_be_answered(line: LineSimulator, inbox: Inbox) -> None:
    """Where another channel holds the chat, the event is stored and has no reply token."""
    line.channel.standby = True
    line.customer("c1").says("質問")
    (stored,) = inbox.stored
    assert stored.state == "kept"
    assert parse_event(stored).reply_token is None
