"""How webhooks are delivered, and how they go wrong on request."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linebot.v3.messaging import (
    SetWebhookEndpointRequest,
)
from linebot.v3.messaging import TestWebhookEndpointRequest as EndpointCheckRequest
from linebot.v3.models.events import UnknownEvent
from linebot.v3.webhook import WebhookParser

from linecs.testing import LineSimulator, VirtualClock
from linecs.testing.simulator import events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linebot.v3.messaging import (
        MessagingApi,
    )


BodyReceiver = list[dict[str, Any]]


@pytest.fixture
def received(line: LineSimulator) -> BodyReceiver:
    """Collect the bodies of the default channel's webhooks, their signatures checked."""
    bodies: BodyReceiver = []

    def receive(body: bytes, signature: str) -> None:
        WebhookParser(line.channel.secret).parse(body.decode(), signature)
        bodies.append(json.loads(body))

    line.deliver_to(receive)
    return bodies


def texts(bodies: BodyReceiver) -> list[str]:
    """Return the texts of the events in the bodies."""
    return [event["message"]["text"] for body in bodies for event in body["events"]]


class TestOnRequest:
    def test_a_redelivery_is_the_same_event_marked(
        self, line: LineSimulator, received: BodyReceiver, clock: VirtualClock
    ) -> None:
        """Id, token and time stay; only isRedelivery turns true."""
        event = line.customer("c1").says("質問")
        clock.advance(minutes=5)
        line.webhooks.redeliver(event)
        first, again = (body["events"][0] for body in received)
        assert again.pop("deliveryContext") == {"isRedelivery": True}
        assert first.pop("deliveryContext") == {"isRedelivery": False}
        assert first == again

    def test_a_duplicate_is_not_marked(self, line: LineSimulator, received: BodyReceiver) -> None:
        """Network routing may deliver one event twice, byte for byte."""
        line.webhooks.duplicate_next()
        customer = line.customer("c1")
        customer.says("一")
        customer.says("二")
        assert texts(received) == ["一", "一", "二"]
        assert received[0] == received[1]

    def test_a_lost_event_never_arrives_by_itself(
        self, line: LineSimulator, received: BodyReceiver
    ) -> None:
        """It can be redelivered, as LINE may do."""
        line.webhooks.lose_next()
        customer = line.customer("c1")
        lost = customer.says("一")
        customer.says("二")
        line.webhooks.redeliver(lost)
        assert texts(received) == ["二", "一"]

    def test_held_events_arrive_in_an_order_the_seed_decides(
        self, line: LineSimulator, received: BodyReceiver
    ) -> None:
        """Shuffled, all arrive once, in the same order for the same seed, not as sent."""
        customer = line.customer("c1")
        line.webhooks.hold()
        for number in range(8):
            customer.says(str(number))
        assert received == []
        line.webhooks.release(seed=1)
        assert sorted(texts(received)) == [str(number) for number in range(8)]
        assert texts(received) != sorted(texts(received))

    def test_released_without_a_seed_the_order_stays(
        self, line: LineSimulator, received: BodyReceiver
    ) -> None:
        """Late is not out of order."""
        line.webhooks.hold()
        for number in range(3):
            line.customer("c1").says(str(number))
        line.webhooks.release()
        assert texts(received) == ["0", "1", "2"]

    def test_events_of_several_customers_may_share_a_body(
        self, line: LineSimulator, received: BodyReceiver
    ) -> None:
        """One body holds what was held, signed as a whole."""
        line.webhooks.hold()
        line.customer("c1").says("一")
        line.customer("c2").says("二")
        line.webhooks.release(together=True)
        assert [len(body["events"]) for body in received] == [2]

    def test_in_standby_mode_no_event_can_be_replied_to(
        self, line: LineSimulator, received: BodyReceiver
    ) -> None:
        """While a module channel holds the chat there is no reply token."""
        line.channel.standby = True
        event = line.customer("c1").says("質問")
        assert (event.reply_token, received[0]["events"][0]["mode"]) == (None, "standby")

    def test_what_the_receiver_raises_comes_out_where_the_event_was_caused(
        self, line: LineSimulator
    ) -> None:
        """A failing host is seen by the test, and the delivery is written down as failed."""

        def fail(_body: bytes, _signature: str) -> None:
            raise RuntimeError("down")

        line.deliver_to(fail)
        with pytest.raises(RuntimeError, match="down"):
            line.customer("c1").says("質問")
        assert [delivery.reason for delivery in line.webhooks.deliveries] == ["UNCLASSIFIED"]

    def test_each_channel_has_its_own_receiver_and_secret(self, line: LineSimulator) -> None:
        """A body goes to the channel it is addressed to, signed with its secret."""
        other = line.add_channel(name="別の店")
        bodies: list[tuple[bytes, str]] = []
        other.deliver_to(lambda body, signature: bodies.append((body, signature)))
        line.deliver_to(lambda _body, _signature: pytest.fail("the other channel's event"))
        line.customer("c1", channel=other).says("質問")
        body, signature = bodies[0]
        assert WebhookParser(other.secret).parse(body.decode(), signature)
        assert json.loads(body)["destination"] == other.bot_user_id

    def test_with_use_webhook_off_nothing_is_delivered(
        self, line: LineSimulator, received: BodyReceiver
    ) -> None:
        """The account manager's switch stops webhooks, not the chat."""
        line.channel.endpoint_is_active = False
        customer = line.customer("c1")
        customer.says("質問")
        assert (received, line.webhooks.deliveries, len(customer.chat)) == ([], [], 1)


STEP = st.sampled_from(["say", "hold", "release", "shuffle", "together", "lose", "duplicate"])


@given(st.lists(STEP, max_size=30))
def test_nothing_is_lost_or_doubled_but_on_request(steps: list[str]) -> None:
    """Whatever is held and shuffled, every event arrives that was not asked to be lost."""
    line = LineSimulator(clock=VirtualClock())
    arrived: list[str] = []
    line.deliver_to(lambda body, _: arrived.extend(texts([json.loads(body)])))
    customer = line.customer("c1")
    acts: dict[str, Callable[[], object]] = {
        "say": lambda: customer.says(str(len(line.webhooks.sent))),
        "hold": line.webhooks.hold,
        "release": line.webhooks.release,
        "shuffle": lambda: line.webhooks.release(seed=1),
        "together": lambda: line.webhooks.release(together=True),
        "lose": line.webhooks.lose_next,
        "duplicate": line.webhooks.duplicate_next,
    }
    expected, to_lose = set(), 0
    for step in steps:
        if step == "say" and not to_lose:
            expected.add(str(len(line.webhooks.sent)))
        to_lose = max(0, to_lose + (step == "lose") - (step == "say"))
        acts[step]()
    line.webhooks.release()
    assert set(arrived) == expected
    assert "duplicate" in steps or len(arrived) == len(expected)


GROUP = {"type": "group", "groupId": "C" + "0" * 32}
USER = "U" + "1" * 32
REPLIED = {"message", "join", "memberJoined", "postback", "beacon", "membership", "follow"}
OTHERS = {
    "unsend": events.unsend("1"),
    "follow": events.follow(is_unblocked=False),
    "unfollow": events.bot_event("unfollow"),
    "join": events.bot_event("join"),
    "leave": events.bot_event("leave"),
    "memberJoined": events.member_joined(USER),
    "memberLeft": events.member_left(USER),
    "postback": events.postback("d", {"newRichMenuAliasId": "a", "status": "SUCCESS"}),
    "beacon": events.beacon("d41d8cd98f", dm="00"),
    "membership": events.membership("joined", 3189),
    "module": events.module("attached", USER, scopes=["message:send"]),
    "activated": {**events.bot_event("activated"), "chatControl": {"expireAt": 1}},
    "deactivated": events.bot_event("deactivated"),
    "botSuspended": events.bot_event("botSuspended"),
    "botResumed": events.bot_event("botResumed"),
    "delivery": events.delivery("tag"),
    "message": events.message({**events.text("群れ"), "id": "1", "quoteToken": "q"}),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_every_event_of_line_can_be_sent(line: LineSimulator, kind: str) -> None:
    """Each is understood by the SDK, and has a reply token where LINE gives one."""
    source = None if kind == "delivery" else GROUP
    sent = line.webhooks.send(line.channel, OTHERS[kind], source=source)
    (parsed,) = WebhookParser(line.channel.secret).parse(sent.body.decode(), sent.signature)
    assert not isinstance(parsed, UnknownEvent)
    assert parsed.type == kind
    assert (sent.reply_token is not None) == (kind in REPLIED)


def test_an_edited_text_keeps_its_id(line: LineSimulator) -> None:
    """The event of an edit names the message it changes."""
    edited = events.message_edited({**events.text("直した"), "id": "1", "quoteToken": "q"})
    sent = line.webhooks.send(line.channel, edited, source=GROUP)
    assert (sent.event["type"], sent.message_id) == ("messageEdited", "1")


class Host(BaseHTTPRequestHandler):
    """A host that answers what it is told to."""

    status = 200
    seconds = 0.0
    stalled = threading.Event()
    seen: ClassVar[list[tuple[bytes, str]]] = []

    def do_POST(self) -> None:
        """Keep the body and its signature."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((body, self.headers["x-line-signature"]))
        if self.seconds:
            self.stalled.wait(self.seconds)
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def host() -> Iterator[str]:
    """Give the address of a running host."""
    Host.status, Host.seconds = 200, 0.0
    Host.seen.clear()
    Host.stalled.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/line/webhook"
        Host.stalled.set()
        server.shutdown()
        thread.join()


class TestByUrl:
    def test_a_webhook_is_posted(self, line: LineSimulator, host: str) -> None:
        """The host gets the raw body and the signature over it."""
        line.deliver_to(host)
        sent = line.customer("c1").says("質問")
        assert Host.seen == [(sent.body, sent.signature)]
        assert [(d.status, d.reason) for d in line.webhooks.deliveries] == [(200, "OK")]

    def test_an_error_status_is_written_down(self, line: LineSimulator, host: str) -> None:
        """Anything but 2xx is a failed delivery."""
        Host.status = 500
        line.deliver_to(host)
        line.customer("c1").says("質問")
        assert line.webhooks.deliveries[0].reason == "ERROR_STATUS_CODE"

    def test_a_redirect_is_not_followed(self, line: LineSimulator, host: str) -> None:
        """A 302 is an error status."""
        Host.status = 302
        line.deliver_to(host)
        line.customer("c1").says("質問")
        assert (line.webhooks.deliveries[0].status, len(Host.seen)) == (302, 1)

    def test_after_two_seconds_line_gives_up(
        self, line: LineSimulator, host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A slow host has received the webhook, but it counts as timed out."""
        monkeypatch.setattr("linecs.testing.simulator.webhooks.TIMEOUT_SECONDS", 0.1)
        Host.seconds = 30
        line.deliver_to(host)
        line.customer("c1").says("質問")
        assert (line.webhooks.deliveries[0].reason, len(Host.seen)) == ("REQUEST_TIMEOUT", 1)

    def test_nobody_there_is_no_connection(self, line: LineSimulator) -> None:
        """A wrong port cannot be connected to."""
        line.deliver_to("http://127.0.0.1:1/line/webhook")
        line.customer("c1").says("質問")
        assert line.webhooks.deliveries[0].reason == "COULD_NOT_CONNECT"


class TestTheEndpointSetting:
    def test_it_is_set_and_told(self, line: LineSimulator, api: MessagingApi, host: str) -> None:
        """The address set by API is where webhooks go."""
        api.set_webhook_endpoint(SetWebhookEndpointRequest(endpoint=host), _request_timeout=5)
        told = api.get_webhook_endpoint(_request_timeout=5)
        line.customer("c1").says("質問")
        assert (told.endpoint, told.active, len(Host.seen)) == (host, True, 1)

    @pytest.mark.parametrize("endpoint", ["http://example.com/", "https://a/" + "a" * 500, "here"])
    def test_a_bad_address_is_refused(
        self, api: MessagingApi, refusal: Callable[..., Any], endpoint: str
    ) -> None:
        """It must be HTTPS and no longer than 500 characters."""
        request = SetWebhookEndpointRequest.construct(endpoint=endpoint)
        assert refusal(api.set_webhook_endpoint, request).status == 400

    def test_none_set_is_not_found(self, api: MessagingApi, refusal: Callable[..., Any]) -> None:
        """A channel without an address says so."""
        assert refusal(api.get_webhook_endpoint).status == 404

    def test_a_test_sends_an_empty_webhook(
        self, line: LineSimulator, api: MessagingApi, host: str
    ) -> None:
        """The test is signed, holds no events, and its outcome is told."""
        told = api.test_webhook_endpoint(EndpointCheckRequest(endpoint=host), _request_timeout=5)
        body, signature = Host.seen[0]
        assert WebhookParser(line.channel.secret).parse(body.decode(), signature) == []
        assert (told.success, told.status_code, told.reason) == (True, 200, "OK")

    def test_there_must_be_something_to_test(
        self, api: MessagingApi, refusal: Callable[..., Any]
    ) -> None:
        """Without an address a test is refused."""
        assert refusal(api.test_webhook_endpoint).status == 400

    def test_a_failed_test_tells_why(
        self, api: MessagingApi, line: LineSimulator, host: str
    ) -> None:
        """An error status of the host is reported, not raised."""
        Host.status = 400
        line.deliver_to(host)
        told = api.test_webhook_endpoint(_request_timeout=5)
        assert (told.success, told.status_code, told.reason) == (False, 400, "ERROR_STATUS_CODE")
