"""What the webhook view of every host must do, as a pytest class.

A host's author says how to send a request to the view, and the rules come along::

    class TestMyHost(CommonHostTests):
        def create_host(self, desk):
            browser = create_app(desk).test_client()

            def send(method, body, headers):
                answer = browser.open("/line/webhook", method=method, data=body, headers=headers)
                return answer.status_code, answer.data

            return send

Sources: LINE Developers, "Receive messages (webhook)", "Verify webhook signature".
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from linecs.desk import DeskSettings, SupportDesk
from linecs.model import Answer, StoredEvent
from linecs.storage.memory import MemoryStorage
from linecs.storage.ports import Query
from linecs.testing.clock import VirtualClock
from linecs.testing.simulator import LineSimulator
from linecs.testing.simulator.events import encode_body, sign
from linecs.testing.wiring import desk_channel, settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linecs.model import Bubble, Inquiry
    from linecs.storage.ports import Storage
    from linecs.testing.simulator import WebhookEvent

__all__ = ["CommonHostTests", "Host"]

Host: TypeAlias = Callable[[str, bytes, Mapping[str, str]], tuple[int, bytes]]
"""Sends a request to a host's webhook view: method, body, headers in; status, body out.

It goes through all that a request from outside goes through, such as middleware and CSRF
checks, and answers what LINE would get: no exception of the view comes out of it.
"""

_LINE_WAITS_SECONDS = 2.0
_ANSWER = "承りました。"
_MISHAP = "the database password is hunter2"
_TRACES = (b"Traceback", b'.py"', b"SignatureError", b"PayloadError")


class CommonHostTests:
    """Rules for a host's webhook view; subclass it and give `create_host`."""

    def create_host(self, desk: SupportDesk) -> Host:
        """Return what sends requests to the webhook view of a host that serves this desk.

        Called once by every test, each time with a new desk.
        """
        raise NotImplementedError("give create_host(desk): what sends a request to the view")

    @pytest.fixture
    def line(self) -> Iterator[LineSimulator]:
        """LINE on this machine; its webhooks are handed to the host by the tests."""
        with LineSimulator(clock=VirtualClock()) as simulator:
            yield simulator

    def test_an_event_is_taken_and_kept(self, line: LineSimulator) -> None:
        """A signed webhook is answered 200, and its event is durable by then."""
        storage = MemoryStorage()
        send = self.create_host(_desk(line, storage))
        event = line.customer("c1").says("返品したい")
        assert _post(send, event.body, event.signature)[0] == 200
        assert [row.id for row in _events(storage)] == [event.webhook_event_id]

    def test_the_body_is_taken_byte_for_byte(self, line: LineSimulator) -> None:
        """Blanks, escapes and the order of keys reach the desk as LINE signed them."""
        storage = MemoryStorage()
        send = self.create_host(_desk(line, storage))
        body = _unusual(line.customer("c1").says("返品したい🍎"))
        assert _post(send, body, sign(line.channel.secret, body))[0] == 200
        assert len(_events(storage)) == 1

    @pytest.mark.parametrize("name", ["x-line-signature", "X-LINE-SIGNATURE"])
    def test_the_case_of_the_header_does_not_matter(self, line: LineSimulator, name: str) -> None:
        """LINE may change the case of its header's name."""
        send = self.create_host(_desk(line, MemoryStorage()))
        event = line.customer("c1").says("返品したい")
        headers = {"Content-Type": "application/json; charset=utf-8", name: event.signature}
        assert send("POST", event.body, headers)[0] == 200

    @pytest.mark.parametrize("signature", [None, "", "AAAA", "the signature of another body"])
    def test_a_bad_signature_is_refused(self, line: LineSimulator, signature: str | None) -> None:
        """What LINE did not sign is answered 400, briefly, and leaves nothing behind."""
        storage = MemoryStorage()
        send = self.create_host(_desk(line, storage))
        event = line.customer("c1").says("返品したい")
        if signature and " " in signature:
            signature = line.customer("c1").says("別件").signature
        status, answer = _post(send, event.body, signature)
        assert (status, list(_events(storage))) == (400, [])
        assert not any(trace in answer for trace in _TRACES)

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'{"events":[]}'])
    def test_signed_nonsense_is_refused(self, line: LineSimulator, body: bytes) -> None:
        """What is no webhook body is answered 400, briefly, whoever signed it."""
        send = self.create_host(_desk(line, MemoryStorage()))
        status, answer = _post(send, body, sign(line.channel.secret, body))
        assert status == 400
        assert not any(trace in answer for trace in _TRACES)

    def test_no_events_are_fine(self, line: LineSimulator) -> None:
        """The Verify button of LINE's console sends no events and expects 200."""
        send = self.create_host(_desk(line, MemoryStorage()))
        body = encode_body(line.channel.bot_user_id, [])
        assert _post(send, body, sign(line.channel.secret, body))[0] == 200

    def test_a_repeat_is_answered_200_and_done_once(self, line: LineSimulator) -> None:
        """LINE sends an event again until it gets its 200; the customer gets one answer."""
        desk = _desk(line, MemoryStorage())
        send = self.create_host(desk)
        line.deliver_to(lambda body, signature: statuses.append(_post(send, body, signature)[0]))
        statuses: list[int] = []
        customer = line.customer("c1")
        line.webhooks.duplicate_next()
        line.webhooks.redeliver(customer.says("返品したい"))
        settle(desk)
        assert statuses == [200, 200, 200]
        assert [bubble.text for bubble in customer.chat] == ["返品したい", _ANSWER]

    def test_slow_work_is_not_in_the_request(self, line: LineSimulator) -> None:
        """LINE waits two seconds; it has its 200 by then, however long an answer takes."""
        responder = _Responder(is_slow=True)
        send = self.create_host(_desk(line, MemoryStorage(), responder))
        event = line.customer("c1").says("返品したい")
        statuses: list[int] = []
        request = threading.Thread(
            target=lambda: statuses.append(_post(send, event.body, event.signature)[0]),
            daemon=True,
        )
        request.start()
        request.join(timeout=_LINE_WAITS_SECONDS)
        in_time = list(statuses)
        responder.go_on.set()
        request.join()
        assert in_time == [200]

    def test_a_failure_is_no_200_and_says_nothing(self, line: LineSimulator) -> None:
        """Where the event could not be kept LINE hears 5xx and sends it again; no more."""
        send = self.create_host(_desk(line, _FailingStorage()))
        event = line.customer("c1").says("返品したい")
        status, answer = _post(send, event.body, event.signature)
        assert 500 <= status <= 599
        assert not any(trace in answer for trace in (*_TRACES, _MISHAP.encode()))

    def test_get_is_refused(self, line: LineSimulator) -> None:
        """Only a POST is a webhook; a GET is answered 4xx, also with a good signature."""
        storage = MemoryStorage()
        send = self.create_host(_desk(line, storage))
        event = line.customer("c1").says("返品したい")
        status, _ = send("GET", b"", {"X-Line-Signature": event.signature})
        assert 400 <= status <= 499


class _Responder:
    """Answers everything the same, at once or when told to go on."""

    name = "contract"

    def __init__(self, *, is_slow: bool = False) -> None:
        self.go_on = threading.Event()
        if not is_slow:
            self.go_on.set()

    def respond(self, inquiry: Inquiry) -> Answer:  # noqa: ARG002 - it answers all the same
        self.go_on.wait()
        return Answer(messages=({"type": "text", "text": _ANSWER},), source=self.name)

    def waits(self, bubble: Bubble) -> bool:  # noqa: ARG002 - same
        return False


class _FailingStorage(MemoryStorage):
    """A database that went away, with an error that says too much."""

    def run(self, work: Callable[..., Any]) -> Any:  # noqa: ANN401, ARG002 - never returns
        raise RuntimeError(_MISHAP)

    def run_together(self, works: Sequence[Callable[..., Any]]) -> Any:  # noqa: ANN401, ARG002 - same
        raise RuntimeError(_MISHAP)


def _desk(
    line: LineSimulator, storage: Storage, responder: _Responder | None = None
) -> SupportDesk:
    return SupportDesk(
        storage=storage,
        channels=[desk_channel(line)],
        responder=responder or _Responder(),
        settings=DeskSettings(inquiry_wait=0),
        clock=line.clock,
    )


def _post(send: Host, body: bytes, signature: str | None) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if signature is not None:
        headers["X-Line-Signature"] = signature
    return send("POST", body, headers)


def _events(storage: Storage) -> Sequence[StoredEvent]:
    return storage.read(lambda tx: tx.select(Query(row=StoredEvent)))


def _unusual(event: WebhookEvent) -> bytes:
    """Return an event's body as no JSON writer would write it, though it is the same JSON."""
    written = event.body.replace(b'"events":[', b'\r\n  "events" : [ ').replace(
        "返".encode(), rb"\u8fd4"
    )
    assert written != event.body
    return written + b" \n"
