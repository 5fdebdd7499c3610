from __future__ import annotations

import json
import smtplib
import socketserver
import threading
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from desks import QUESTION
from linecs.desk import (
    Alert,
    Alerting,
    AlertKind,
    CallAlerts,
    EmailAlerts,
    Routing,
    WebhookAlerts,
)
from linecs.errors import ConfigurationError
from linecs.hours import MINUTE_MS, BusinessCalendar
from linecs.model import Job, JobState, OperatorId, TicketId
from linecs.routing import AssignmentRule, Roster, SlaPolicy, reply_within
from linecs.storage.ports import equal
from linecs.testing.simulator import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from desks import MakeScene, Scene

ITO, SATO = OperatorId("ito"), OperatorId("sato")
SHOP = BusinessCalendar(weekly={"mon-sun": "10:00-18:00"}, holidays=None)
ROUTING = Routing(
    calendar=SHOP,
    sla=SlaPolicy(
        calendar=SHOP, targets=reply_within(30 * MINUTE_MS, warn_before_ms=10 * MINUTE_MS)
    ),
)
ALERT = Alert(
    kind=AlertKind.OVERDUE, at=1, ticket_id=TicketId("t-1"), conversation_id="c-1", to=SATO
)


class Told:
    """Remembers what was told, and fails as often as it is told to."""

    def __init__(self) -> None:
        self.batches: list[tuple[str | None, list[AlertKind]]] = []
        self.failures = 0

    def __call__(self, alerts: Sequence[Alert], to: OperatorId | None) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        self.batches.append((to, [alert.kind for alert in alerts]))


@pytest.fixture
def told() -> Told:
    """Whoever listens."""
    return Told()


def alerting(told: Told) -> Alerting:
    """Alerts that go to a listener."""
    return Alerting(ways=[CallAlerts(call=told)])


def later(scene: Scene, minutes: float = 1) -> None:
    """Let time pass, and the worker do what is due."""
    scene.settle()
    scene.clock.advance(minutes=minutes)
    scene.settle()


def hour(scene: Scene, clock: str) -> None:
    """Let it be that hour of the first day."""
    at = datetime.fromisoformat(f"2026-06-01T{clock}+09:00").timestamp()
    scene.clock.advance(seconds=at - scene.clock() / 1000)


def test_the_team_hears_of_what_nobody_has(make: MakeScene, told: Told) -> None:
    """A hand-off without a person is told once, to all."""
    scene = make(routing=ROUTING, alerting=alerting(told))
    scene.settle()
    scene.asks(QUESTION)
    later(scene)
    later(scene)
    assert told.batches == [(None, [AlertKind.UNASSIGNED])]


def test_alerts_of_one_minute_go_out_together(make: MakeScene, told: Told) -> None:
    """Three customers are one message."""
    scene = make(routing=ROUTING, alerting=alerting(told))
    scene.settle()
    for name in ("c1", "c2", "c3"):
        scene.line.customer(name).says(QUESTION)
    later(scene)
    assert told.batches == [(None, [AlertKind.UNASSIGNED] * 3)]


def test_who_is_given_a_ticket_hears_of_it(make: MakeScene, told: Told) -> None:
    """An assignment is told to its person, and what they take themselves is not."""
    routing = Routing(assignment=AssignmentRule())
    scene = make(routing=routing, alerting=alerting(told))
    scene.desk.go_on_duty(SATO)
    scene.settle()
    scene.asks(QUESTION)
    later(scene)
    assert told.batches == [(SATO, [AlertKind.ASSIGNED])]
    scene.desk.assign(scene.ticket.id, SATO, actor=SATO, version=scene.ticket.version)
    later(scene)
    assert len(told.batches) == 1


def test_its_person_hears_before_a_reply_is_due_and_when_it_is_overdue(
    make: MakeScene, told: Told
) -> None:
    """Ten minutes before, and once it has passed."""
    scene = make(routing=ROUTING, alerting=alerting(told))
    scene.settle()
    scene.asks(QUESTION)
    scene.desk.claim(scene.ticket.id, actor=SATO, version=scene.ticket.version)
    for _ in range(4):
        later(scene, minutes=11)
    assert told.batches == [(SATO, [AlertKind.DUE_SOON]), (SATO, [AlertKind.OVERDUE])]


def test_a_failed_delivery_is_told(make: MakeScene, told: Told) -> None:
    """What LINE refuses reaches a person twice: as a ticket and as an alert."""
    scene = make(routing=ROUTING, alerting=alerting(told))
    scene.settle()
    now = scene.asks(QUESTION)
    scene.desk.reply(now.id, "はい。", actor=SATO, version=now.version, seen=now.newest_message_id)
    scene.line.faults.add(Fault.refuse(400), customer=scene.line.customer("c1"))
    later(scene)
    assert (SATO, [AlertKind.NOT_DELIVERED]) in told.batches


def test_outside_a_persons_hours_nothing_rings(make: MakeScene, told: Told) -> None:
    """It waits for the roster's next hours, and is told then."""
    roster = Roster(people={SATO: BusinessCalendar(weekly={"mon-sun": "12:00-18:00"})})
    routing = Routing(roster=roster)
    scene = make(routing=routing, alerting=alerting(told))
    scene.settle()
    scene.asks(QUESTION)
    scene.desk.claim(scene.ticket.id, actor=SATO, version=scene.ticket.version)
    later(scene, minutes=45)
    assert not [batch for batch in told.batches if batch[0] == SATO]
    hour(scene, "12:00:00")
    scene.settle()
    assert (SATO, [AlertKind.OVERDUE]) in told.batches


def test_what_was_settled_meanwhile_is_not_told(make: MakeScene, told: Told) -> None:
    """In the morning nobody hears of what somebody answered at night."""
    scene = make(routing=ROUTING, alerting=alerting(told))
    hour(scene, "21:00:00")
    scene.settle()
    scene.asks(QUESTION)
    later(scene)
    scene.desk.resolve(scene.ticket.id, actor=SATO, version=scene.ticket.version)
    scene.clock.advance(days=1)
    scene.settle()
    assert told.batches == []


def test_what_could_not_be_told_is_told_later(make: MakeScene, told: Told) -> None:
    """A chat that is away costs no alert, and stops no job."""
    scene = make(routing=ROUTING, alerting=alerting(told))
    scene.settle()
    scene.asks(QUESTION)
    told.failures = 12
    for _ in range(14):
        later(scene)
    assert told.batches[0] == (None, [AlertKind.UNASSIGNED])
    assert not scene.rows(Job, equal("state", JobState.FAILED))


def test_a_new_way_begins_with_what_happens_from_then_on(make: MakeScene, told: Told) -> None:
    """Nobody is told of last year."""
    scene = make(routing=ROUTING)
    scene.asks(QUESTION)
    scene.settle()
    scene.desk.feed()
    after = make(routing=ROUTING, alerting=alerting(told))
    later(after)
    assert told.batches == []


class _Chat(BaseHTTPRequestHandler):
    posts: list[dict[str, Any]] = []  # noqa: RUF012 - one server a test, emptied by it
    failures = 0

    def do_POST(self) -> None:
        """Take a post as Slack does, unless it is to fail."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        fails = _Chat.failures > 0
        _Chat.failures -= fails
        if not fails:
            self.posts.append(body)
        self.send_response(503 if fails else 200)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


class _Mail(socketserver.StreamRequestHandler):
    mails: list[str] = []  # noqa: RUF012 - same

    def handle(self) -> None:
        """Take a mail as an SMTP server does (RFC 5321)."""
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline().decode():
            verb = line.strip().upper()
            if verb == "DATA":
                self.wfile.write(b"354 go on\r\n")
                self.mails.append("".join(iter(lambda: self.rfile.readline().decode(), ".\r\n")))
            self.wfile.write(b"221 bye\r\n" if verb == "QUIT" else b"250 ok\r\n")
            if verb == "QUIT":
                return


@pytest.fixture
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """A server on loopback, of the kind the test names."""
    with serving(*request.param) as port:
        yield port


@contextmanager
def serving(
    kind: type[socketserver.TCPServer], handler: type[socketserver.BaseRequestHandler]
) -> Iterator[int]:
    """Serve on a free port of loopback."""
    with kind(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize("port", [(HTTPServer, _Chat)], indirect=True, ids=["http"])
def test_a_chats_incoming_webhook_takes_them(port: int) -> None:
    """One post, with the person called and the page linked."""
    _Chat.posts.clear()
    way = WebhookAlerts(url=f"http://127.0.0.1:{port}/hook", names={SATO: "<@U1>"})
    lines = Alerting(ways=[way], link="https://shop.example/desk/{conversation_id}").lines([ALERT])
    way.send([ALERT], lines, to=SATO)
    assert _Chat.posts == [
        {"text": "<@U1>\n返信の期限を過ぎました (https://shop.example/desk/c-1)"}
    ]


@pytest.mark.parametrize(
    "port", [(socketserver.ThreadingTCPServer, _Mail)], indirect=True, ids=["smtp"]
)
def test_a_mail_server_takes_them(port: int) -> None:
    """A person's own address, and the team's for who has none."""
    _Mail.mails.clear()
    way = EmailAlerts(
        host="127.0.0.1",
        port=port,
        sender="desk@shop.example",
        team=["team@shop.example"],
        addresses={SATO: "sato@shop.example"},
        starttls=False,
    )
    for to in (SATO, ITO, None):
        way.send([ALERT], ["返信の期限を過ぎました (t-1)"], to=to)
    receivers = [mail.split("To: ")[1].split("\r\n")[0] for mail in _Mail.mails]
    assert receivers == ["sato@shop.example", "team@shop.example", "team@shop.example"]


def test_each_way_is_told_at_its_own_pace_and_at_least_once(make: MakeScene) -> None:
    """A chat that is down hears later; the mail that went out goes out once."""
    _Mail.mails.clear()
    _Chat.posts.clear()
    _Chat.failures = 2
    with (
        serving(HTTPServer, _Chat) as chat,
        serving(socketserver.ThreadingTCPServer, _Mail) as post,
    ):
        ways = [
            WebhookAlerts(url=f"http://127.0.0.1:{chat}/hook"),
            EmailAlerts(host="127.0.0.1", port=post, sender="a@b", team=["t@b"], starttls=False),
        ]
        scene = make(routing=ROUTING, alerting=Alerting(ways=ways))
        scene.settle()
        scene.asks(QUESTION)
        for told in ([], [], [1]):
            later(scene)
            assert [len(body["text"].splitlines()) for body in _Chat.posts] == told
            assert len(_Mail.mails) == 1


@pytest.mark.parametrize(
    "port", [(socketserver.ThreadingTCPServer, _Mail)], indirect=True, ids=["smtp"]
)
def test_no_mail_is_sent_in_the_clear_unless_the_shop_says_so(port: int) -> None:
    """A server that offers no encryption gets neither the password nor the mail."""
    _Mail.mails.clear()
    way = EmailAlerts(
        host="127.0.0.1", port=port, sender="a@b", team=["t@b"], username="u", password="p"
    )
    with pytest.raises(smtplib.SMTPNotSupportedError):
        way.send([ALERT], ["x"], to=None)
    assert _Mail.mails == []


def test_a_webhook_in_the_clear_is_refused() -> None:
    """Its address is a secret."""
    with pytest.raises(ConfigurationError):
        WebhookAlerts(url="http://chat.example/hook")
    assert "example" not in repr(WebhookAlerts(url="https://chat.example/hook"))
