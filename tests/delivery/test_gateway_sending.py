"""Replies and pushes over real HTTP."""

from __future__ import annotations

import json
import os
import threading
import time
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from delivery.server import http_answer
from delivery.values import NOW, USER, a_customer, an_attempt
from linecs.delivery import (
    Accepted,
    MonthlyLimit,
    PlannedCall,
    RateLimited,
    Refused,
    SentMessage,
    Silence,
    TokenSpent,
    TooManyToUser,
    Unauthorised,
    Unclear,
    Unreached,
    WaitingMessage,
    form_attempt,
    request_body,
)
from linecs.delivery.tokens import StatelessTokenSource
from linecs.model import AttemptId, Author, MessageId, Route
from linecs.testing.simulator import Fault

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from delivery.server import ScriptedServer
    from linecs.delivery import Outcome
    from linecs.delivery.gateway import LineGateway
    from linecs.model import Attempt
    from linecs.testing import LineSimulator, VirtualClock

PUSH = "/v2/bot/message/push"
REPLY = "/v2/bot/message/reply"

# Properties and kinds the SDK does not know, in the spelling of a host's own json.dumps.
STRANGE = (
    (
        '{"type": "flex", "altText": "\\u6848\\u5185", "contents": {"type": "bubble", "glow": 1.50,'
        ' "body": {"type": "box", "layout": "vertical", "contents": [{"type": "lottie"}]}}}'
    ),
    '{"type":"hologram","z":null,"a":[1e3,"返品"]}',
)


KEY = "5f0c1f4e-0000-4000-8000-000000000001"


def to(user_id: str, *, key: str = KEY) -> Attempt:
    """Return a push to a user."""
    return evolve(an_attempt(), to=user_id, retry_key=key)


def reply(token: str | None) -> Attempt:
    """Return a reply."""
    return evolve(an_attempt(Route.REPLY), reply_token=token or "")


def test_a_push_reaches_the_customer(line: LineSimulator, gateway: LineGateway) -> None:
    """The customer sees the bubble, and LINE's ids for it come back."""
    customer = line.customer("c1")
    outcome = gateway.send(to(customer.user_id))
    assert isinstance(outcome, Accepted)
    assert [bubble.text for bubble in customer.chat] == ["0番"]
    assert [each.line_message_id for each in outcome.sent] == [customer.chat[0].message_id]
    assert outcome.request_id == line.calls[-1].request_id


def test_a_reply_uses_its_token_once(line: LineSimulator, gateway: LineGateway) -> None:
    """The second call with a token learns that it is spent."""
    token = line.customer("c1").says("返品したい").reply_token
    assert isinstance(gateway.send(reply(token)), Accepted)
    assert isinstance(gateway.send(reply(token)), TokenSpent)


def test_a_retried_push_is_accepted_once(line: LineSimulator, gateway: LineGateway) -> None:
    """The same key again is LINE's 409: accepted, with the first call's id and bubbles."""
    customer = line.customer("c1")
    first, second = gateway.send(to(customer.user_id)), gateway.send(to(customer.user_id))
    assert isinstance(first, Accepted)
    assert second == evolve(first, status=409)
    assert len(customer.chat) == 1


def test_a_lost_answer_is_found_again(line: LineSimulator, gateway: LineGateway) -> None:
    """LINE accepted and the connection broke: the retry key tells, and nothing doubles."""
    customer = line.customer("c1")
    line.faults.add(Fault.accept_then_drop(), nth=1)
    assert gateway.send(to(customer.user_id)) == Unclear(kind=Silence.CONNECTION)
    assert isinstance(gateway.send(to(customer.user_id)), Accepted)
    assert len(customer.chat) == 1


def test_line_names_the_message_at_fault(line: LineSimulator, gateway: LineGateway) -> None:
    """LINE's details become the position of the refused message."""
    customer = line.customer("c1")
    messages = '[{"type":"text","text":"はい"},{"type":"text","text":""}]'
    outcome = gateway.send(evolve(to(customer.user_id), messages=messages))
    assert isinstance(outcome, Refused)
    assert (outcome.status, outcome.named) == (400, (1,))


def test_a_foreign_user_is_refused(gateway: LineGateway) -> None:
    """A user id of a wrong form is LINE's 400 about the whole call."""
    outcome = gateway.send(to("nobody"))
    assert isinstance(outcome, Refused)
    assert outcome.whole


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.rate_limited(), RateLimited),
        (Fault.monthly_limit(), MonthlyLimit),
        (Fault.too_many_to_one_user(), TooManyToUser),
        (Fault.expired_token(), Unauthorised),
        (Fault.refuse(500), Unclear),
        (Fault.refuse(403, {"message": "Access to this API is not available"}), Refused),
    ],
)
def test_each_fault_has_its_meaning(
    line: LineSimulator, gateway: LineGateway, fault: Fault, kind: type[Outcome]
) -> None:
    """What LINE answers over HTTP is told apart, and nothing reached the customer."""
    customer = line.customer("c1")
    line.faults.add(fault)
    assert isinstance(gateway.send(to(customer.user_id)), kind)
    assert len(customer.chat) == 0


def test_a_late_answer_is_a_timeout(
    line: LineSimulator, gateways: Callable[..., LineGateway]
) -> None:
    """No call waits longer than its time limit, and none is repeated behind our back."""
    customer = line.customer("c1")
    line.faults.add(Fault.slow(5))
    gateway = gateways(line.url, line.channel.access_token, timeout=0.2)
    begun = time.monotonic()
    assert gateway.send(to(customer.user_id)) == Unclear(kind=Silence.TIMEOUT)
    assert time.monotonic() - begun < 2
    assert len(customer.chat) == 1


def test_message_objects_arrive_byte_for_byte(
    server: ScriptedServer, gateways: Callable[..., LineGateway]
) -> None:
    """Properties and kinds the SDK would drop or refuse are sent as they were frozen."""
    messages = tuple(
        WaitingMessage(id=MessageId(f"M{number}"), author=Author.BOT, content=content)
        for number, content in enumerate(STRANGE)
    )
    call = PlannedCall(route=Route.PUSH, messages=messages)
    attempt = form_attempt(
        call, a_customer(), attempt_id=AttemptId("A1"), retry_key="key-1", now=NOW
    )
    gateways(server.url, "token").send(attempt)
    (seen,) = server.seen
    assert seen.body == request_body(attempt)
    assert f'"messages":[{STRANGE[0]},{STRANGE[1]}]'.encode() in seen.body
    assert (seen.method, seen.path) == ("POST", PUSH)
    assert seen.headers["x-line-retry-key"] == "key-1"
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["user-agent"].startswith("line-bot-sdk-python/")


def test_a_reply_carries_no_retry_key(
    server: ScriptedServer, gateways: Callable[..., LineGateway]
) -> None:
    """LINE answers 400 to a retry key on a reply."""
    gateways(server.url, "token").send(an_attempt(Route.REPLY))
    (seen,) = server.seen
    assert seen.path == REPLY
    assert "x-line-retry-key" not in seen.headers
    assert json.loads(seen.body) == {
        "replyToken": "token-1",
        "messages": [{"type": "text", "text": "0番"}],
    }


def cut_off(connection: socket.socket) -> None:
    """Answer 200, but close before the body is whole."""
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"sent')


def drip(connection: socket.socket) -> None:
    """Answer 200, and send the body too slowly to wait for."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    for _ in range(100):
        connection.sendall(b" ")
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (http_answer(200, b"{}"), Accepted()),
        (http_answer(200, b'{"sentMessages":[{"id":{}}]}'), Accepted(sent=(SentMessage(),))),
        (http_answer(200, b"\xff\xfe"), Accepted()),
        (http_answer(202, b""), Accepted(status=202)),
        (cut_off, Accepted()),
        (drip, Accepted()),
        (http_answer(400, b"\xff\xfe"), Unclear(kind=Silence.UNPARSABLE, status=400)),
        (
            http_answer(302, location="http://127.0.0.1:1/"),
            Unclear(kind=Silence.UNPARSABLE, status=302),
        ),
        (
            http_answer(503, b"{}", retry_after="1"),
            Unclear(kind=Silence.SERVER_ERROR, status=503),
        ),
        (b"", Unclear(kind=Silence.CONNECTION)),
        (b"SSH-2.0-OpenSSH\r\n", Unclear(kind=Silence.CONNECTION)),
    ],
)
def test_one_attempt_and_no_surprise(
    server: ScriptedServer,
    gateways: Callable[..., LineGateway],
    answer: bytes | Callable[[socket.socket], None],
    meaning: Outcome,
) -> None:
    """Whatever answers, there is one request, and an outcome instead of an exception."""
    server.answers = [answer]
    outcome = gateways(server.url, "token", timeout=0.5).send(to(USER))
    assert len(server.seen) == 1
    assert outcome == meaning


def test_nobody_listening_proves_it_unsent(
    server: ScriptedServer, gateways: Callable[..., LineGateway]
) -> None:
    """A refused connection cannot have carried a message."""
    gateway = gateways("http://127.0.0.1:1", "token")
    assert isinstance(gateway.send(to(USER)), Unreached)
    assert server.seen == []


def test_an_unknown_host_proves_it_unsent(gateways: Callable[..., LineGateway]) -> None:
    """A name without an address is known before anything is sent."""
    gateway = gateways("http://line.invalid", "token", timeout=5)
    assert isinstance(gateway.send(to(USER)), Unreached)


def test_a_401_renews_the_token_once_and_repeats(
    line: LineSimulator, gateways: Callable[..., LineGateway]
) -> None:
    """The call goes through with the renewed token, under the same retry key."""

    class Renewing:
        renewed = 0

        def token(self) -> str:
            return line.channel.access_token if self.renewed else "stale"

        def renew(self) -> str:
            self.renewed += 1
            return self.token()

    source = Renewing()
    customer = line.customer("c1")
    assert isinstance(gateways(line.url, source).send(to(customer.user_id)), Accepted)
    assert source.renewed == 1
    assert [(call.status, call.retry_key) for call in line.calls] == [(401, KEY), (200, KEY)]


def test_a_second_401_is_reported(
    server: ScriptedServer, gateways: Callable[..., LineGateway]
) -> None:
    """Where the renewed token is no good either, a person must know; two calls, not more."""
    names = iter(["one", "two", "three", "four"])
    server.answers = [http_answer(401, b'{"message":"Authentication failed"}')]
    assert isinstance(gateways(server.url, lambda: next(names)).send(to(USER)), Unauthorised)
    assert [seen.headers["authorization"] for seen in server.seen] == ["Bearer one", "Bearer two"]


def test_a_fixed_token_is_not_tried_twice(
    server: ScriptedServer, gateways: Callable[..., LineGateway]
) -> None:
    """The same token would be refused again."""
    server.answers = [http_answer(401, b'{"message":"Authentication failed"}')]
    assert isinstance(gateways(server.url, "token").send(to(USER)), Unauthorised)
    assert len(server.seen) == 1


@pytest.mark.parametrize("token", ["", "a\r\nX-Evil: 1", "トークン"])
def test_a_callable_that_gives_no_token_alarms(
    server: ScriptedServer, gateways: Callable[..., LineGateway], token: str
) -> None:
    """An unusable token never reaches the wire, nor an exception the caller."""
    assert isinstance(gateways(server.url, lambda: token).send(to(USER)), Unauthorised)
    assert server.seen == []


def test_a_callable_that_fails_alarms(
    server: ScriptedServer, gateways: Callable[..., LineGateway]
) -> None:
    """The host's own error is an outcome like others: nothing was sent."""

    def broken() -> str:
        raise KeyError("LINE_TOKEN")

    assert isinstance(gateways(server.url, broken).send(to(USER)), Unauthorised)
    assert server.seen == []


def test_threads_do_not_mix_up_answers(line: LineSimulator, gateway: LineGateway) -> None:
    """Sixteen threads share a gateway; each customer gets what was meant for them."""
    customers = [line.customer(f"c{number}") for number in range(16)]
    accepted: dict[int, list[Outcome]] = {}

    def talk(number: int) -> None:
        messages = f'[{{"type":"text","text":"{number}"}}]'
        accepted[number] = [
            gateway.send(
                evolve(
                    to(
                        customers[number].user_id, key=f"5f0c1f4e-0000-4000-8{number:03}-{turn:012}"
                    ),
                    messages=messages,
                )
            )
            for turn in range(5)
        ]

    threads = [threading.Thread(target=talk, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, customer in enumerate(customers):
        assert [bubble.text for bubble in customer.chat] == [str(number)] * 5
        sent = [each.sent for each in accepted[number] if isinstance(each, Accepted)]
        assert [each.line_message_id for (each,) in sent] == [
            bubble.message_id for bubble in customer.chat
        ]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_worker_has_connections_of_its_own(
    line: LineSimulator, gateway: LineGateway
) -> None:
    """Parent and child use one gateway after a fork without reading each other's answers."""
    mine, its = line.customer("parent"), line.customer("child")
    assert isinstance(gateway.send(to(mine.user_id)), Accepted)
    child = os.fork()
    if child == 0:
        try:
            outcome = gateway.send(to(its.user_id, key=f"{KEY[:-1]}0"))
            os._exit(0 if isinstance(outcome, Accepted) else 1)
        finally:
            os._exit(2)
    outcomes = [gateway.send(to(mine.user_id, key=f"{KEY[:-1]}{turn}")) for turn in range(2, 5)]
    assert os.waitpid(child, 0)[1] == 0
    assert all(isinstance(each, Accepted) for each in outcomes)
    assert (len(mine.chat), len(its.chat)) == (4, 1)


def test_an_expired_reply_token_is_spent(
    line: LineSimulator, clock: VirtualClock, gateway: LineGateway
) -> None:
    """LINE words an old token as it words a used one."""
    token = line.customer("c1").says("返品したい").reply_token
    clock.advance(seconds=61)
    assert isinstance(gateway.send(reply(token)), TokenSpent)


def test_a_silent_token_issuer_proves_it_unsent(
    server: ScriptedServer, gateways: Callable[..., LineGateway]
) -> None:
    """No token could be had this time: nothing was sent, and it is tried again."""
    source = StatelessTokenSource(channel_number="1", secret="s", api_url="http://127.0.0.1:1")
    assert isinstance(gateways(server.url, source).send(to(USER)), Unreached)
    assert server.seen == []


def test_a_token_issuer_that_refuses_alarms(
    line: LineSimulator, gateways: Callable[..., LineGateway]
) -> None:
    """A wrong secret does not heal by waiting."""
    source = StatelessTokenSource(channel_number="1", secret="wrong", api_url=line.url)
    assert isinstance(gateways(line.url, source).send(to(USER)), Unauthorised)


def test_an_endless_answer_is_cut_off(
    server: ScriptedServer, gateways: Callable[..., LineGateway]
) -> None:
    """A status is enough: a body without an end does not fill the memory."""
    server.answers = [http_answer(200, b" " * 5_000_000)]
    assert gateways(server.url, "token").send(to(USER)) == Accepted()
