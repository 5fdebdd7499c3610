"""Channel access tokens: kept, renewed early, and never shown."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

import pytest
from joserfc import jwk

from delivery.server import http_answer
from linecs.delivery.tokens import (
    AccessTokenError,
    CallableToken,
    FixedToken,
    StatelessTokenSource,
    V21TokenSource,
    as_source,
)
from linecs.errors import ConfigurationError
from linecs.testing.simulator import Fault

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from delivery.server import ScriptedServer
    from linecs.delivery.gateway import LineGateway
    from linecs.testing import LineSimulator, VirtualClock

ISSUE = "/oauth2/v3/token"


@pytest.fixture
def stateless(line: LineSimulator, clock: VirtualClock) -> StatelessTokenSource:
    """Give a source of stateless tokens for the simulator's channel."""
    return StatelessTokenSource(
        channel_number=line.channel.channel_id,
        secret=line.channel.secret,
        api_url=line.url,
        clock=clock,
    )


@pytest.fixture(scope="module")
def private_key() -> dict[str, Any]:
    """Give an assertion signing key."""
    key = jwk.RSAKey.generate_key(2048)
    return dict(key.as_dict(private=True))


def v21(
    line: LineSimulator, clock: VirtualClock, private_key: dict[str, Any], **options: int
) -> V21TokenSource:
    """Return a source of v2.1 tokens, its public key registered."""
    public = {name: private_key[name] for name in ("kty", "n", "e")}
    return V21TokenSource(
        channel_number=line.channel.channel_id,
        private_key=private_key,
        key_id=line.channel.register_key(public),
        api_url=line.url,
        clock=clock,
        **options,
    )


def issued(line: LineSimulator) -> int:
    """Return how many tokens were asked for."""
    return sum(call.method == "POST" and "oauth2" in call.path for call in line.calls)


def test_a_stateless_token_works_and_is_kept(
    line: LineSimulator,
    stateless: StatelessTokenSource,
    gateways: Callable[..., LineGateway],
) -> None:
    """LINE accepts calls with it, and one token serves many."""
    gateway = gateways(line.url, stateless)
    gateway.bot_info()
    gateway.bot_info()
    assert issued(line) == 1


def test_a_token_is_renewed_before_it_ends(
    line: LineSimulator, clock: VirtualClock, stateless: StatelessTokenSource
) -> None:
    """Within its last fifth a token is replaced, so that no call meets its end."""
    first = stateless.token()
    clock.advance(minutes=11)
    assert stateless.token() == first
    clock.advance(minutes=2)
    assert stateless.token() != first
    assert issued(line) == 2


def test_an_early_renewal_that_fails_keeps_the_old_token(
    line: LineSimulator, clock: VirtualClock, stateless: StatelessTokenSource
) -> None:
    """While the old token is good, LINE's outage costs nothing."""
    first = stateless.token()
    line.faults.add(Fault.refuse(500))
    clock.advance(minutes=13)
    assert stateless.token() == first
    clock.advance(minutes=3)
    with pytest.raises(AccessTokenError) as caught:
        stateless.token()
    assert caught.value.transient


def test_a_v21_token_works(
    line: LineSimulator,
    clock: VirtualClock,
    private_key: dict[str, Any],
    gateways: Callable[..., LineGateway],
) -> None:
    """The assertion is signed as LINE asks, and the token opens the API."""
    gateway = gateways(line.url, v21(line, clock, private_key))
    assert gateway.bot_info().user_id == line.channel.bot_user_id


def test_a_v21_token_lives_as_long_as_asked(
    line: LineSimulator, clock: VirtualClock, private_key: dict[str, Any]
) -> None:
    """Its life is the shop's choice, as LINE confirms."""
    source = v21(line, clock, private_key, lifetime=7200)
    token = source.token()
    assert line.world.access_tokens[token].expires_at == clock() + 7_200_000


@pytest.mark.parametrize("lifetime", [0, 31 * 24 * 3600])
def test_a_v21_life_out_of_range_is_refused(
    line: LineSimulator, clock: VirtualClock, private_key: dict[str, Any], lifetime: int
) -> None:
    """LINE allows up to thirty days."""
    with pytest.raises(ConfigurationError, match="lifetime"):
        v21(line, clock, private_key, lifetime=lifetime)


def test_a_wrong_secret_is_final(line: LineSimulator, clock: VirtualClock) -> None:
    """LINE's own words say why, and that coming back will not help."""
    source = StatelessTokenSource(
        channel_number=line.channel.channel_id, secret="wrong", api_url=line.url, clock=clock
    )
    with pytest.raises(AccessTokenError, match="invalid_client") as caught:
        source.token()
    assert not caught.value.transient


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_issuer_is_transient(server: ScriptedServer, status: int) -> None:
    """Limits and server errors pass."""
    server.answers = [http_answer(status, b"<html>")]
    source = StatelessTokenSource(channel_number="1", secret="s", api_url=server.url)
    with pytest.raises(AccessTokenError) as caught:
        source.token()
    assert caught.value.transient


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'{"access_token":5,"expires_in":9}', b'{"access_token":"a"}']
)
def test_an_answer_of_another_form_gives_no_token(server: ScriptedServer, body: bytes) -> None:
    """Whatever a 200 holds, it is a token or our error."""
    server.answers = [http_answer(200, body)]
    with pytest.raises(AccessTokenError):
        StatelessTokenSource(channel_number="1", secret="s", api_url=server.url).token()


def say_nothing(connection: socket.socket) -> None:
    """Hold the line until the other side gives up."""
    connection.recv(1)


def test_a_silent_issuer_is_not_waited_for(server: ScriptedServer) -> None:
    """Issuing has a time limit of its own."""
    server.answers = [say_nothing]
    source = StatelessTokenSource(channel_number="1", secret="s", api_url=server.url, timeout=0.2)
    with pytest.raises(AccessTokenError) as caught:
        source.token()
    assert caught.value.transient


def test_threads_that_meet_a_401_together_renew_once(
    line: LineSimulator, clock: VirtualClock, stateless: StatelessTokenSource
) -> None:
    """Eight threads ask for another token at the same time: one is issued, and all get it."""
    first = stateless.token()
    clock.advance(seconds=30)
    barrier, tokens = threading.Barrier(8), []

    def renew() -> None:
        barrier.wait()
        tokens.append(stateless.renew())

    threads = [threading.Thread(target=renew) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(tokens)) == 1
    assert first not in tokens
    assert issued(line) == 2


def test_threads_that_need_a_first_token_have_one_issued(
    line: LineSimulator, stateless: StatelessTokenSource
) -> None:
    """A cold start under load asks LINE once."""
    barrier, tokens = threading.Barrier(8), []

    def ask() -> None:
        barrier.wait()
        tokens.append(stateless.token())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(tokens)) == 1
    assert issued(line) == 1


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_while_a_token_is_issued_does_not_hang_the_child(
    line: LineSimulator, stateless: StatelessTokenSource
) -> None:
    """The child does not inherit a lock that a thread of the parent holds."""
    line.faults.add(Fault.slow(0.5), nth=1)
    issuing = threading.Thread(target=stateless.token)
    issuing.start()
    while not stateless._locks.get().locked():
        pass
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if stateless.token() else 1)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    issuing.join()


def test_no_secret_is_shown(line: LineSimulator, stateless: StatelessTokenSource) -> None:
    """Neither token nor secret stands in a representation or an error."""
    fixed, called = FixedToken("secret-token"), CallableToken(lambda: "secret-token")
    token = stateless.token()
    shown = f"{fixed!r} {called!r} {stateless!r} {stateless._held!r}"
    assert "secret-token" not in shown
    assert token not in shown
    assert line.channel.secret not in shown
    with pytest.raises(ConfigurationError) as caught:
        FixedToken("secret\ntoken")
    assert "secret" not in str(caught.value)


def test_what_a_channel_may_be_given(stateless: StatelessTokenSource) -> None:
    """A string, a callable or a source; a string's stray line feed at its end is forgiven."""
    assert as_source("token\n").token() == "token"
    assert as_source(lambda: "called").token() == "called"
    assert as_source(stateless) is stateless


@pytest.mark.parametrize("token", ["", "  ", "a b\nc", "トークン"])
def test_a_string_that_is_no_token_is_refused(token: str) -> None:
    """At start-up, not at the first call."""
    with pytest.raises(ConfigurationError):
        as_source(token)
