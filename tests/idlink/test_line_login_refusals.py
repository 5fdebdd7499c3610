"""Every way a LINE Login can end badly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from attrs import evolve

from idlink.shop import Browser
from linecs.idlink import (
    HttpAnswer,
    LineHttp,
    LoginProof,
    LoginRefusal,
    LoginRefused,
)
from linecs.testing.simulator import AutoLogin, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idlink.shop import Shop
    from linecs.testing import LineSimulator, VirtualClock
    from linecs.testing.simulator import Customer, LoginChannel


def refused(answer: LoginProof | LoginRefused) -> LoginRefused:
    """Return a refusal, or fail."""
    assert isinstance(answer, LoginRefused)
    return answer


class WithoutTokens(LineHttp):
    """A LINE that sends an id token and no access token."""

    def call(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> HttpAnswer:
        """Pass a call on and drop the access token from its answer."""
        answer = super().call(method, url, headers=headers, body=body)
        kept = {name: value for name, value in answer.json().items() if name == "id_token"}
        return HttpAnswer(status=answer.status, body=json.dumps(kept).encode())


class TestRefusals:
    """Every way a login can end badly ends cleanly."""

    def test_the_customer_declines(self, shop: Shop, hanako: Customer) -> None:
        """No means no: nothing is retried by itself."""
        browser = Browser()
        fields = hanako.logs_in(shop.start(browser).url, allow=False).fields
        answer = refused(shop.callback(browser, fields))
        assert (answer.reason, answer.error, answer.may_retry) == (
            LoginRefusal.DECLINED,
            "ACCESS_DENIED",
            False,
        )

    @pytest.mark.parametrize(
        ("error", "reason"),
        [
            ("INVALID_REQUEST", LoginRefusal.MISCONFIGURED),
            ("ACCESS_DENIED", LoginRefusal.DECLINED),
            ("UNSUPPORTED_RESPONSE_TYPE", LoginRefusal.MISCONFIGURED),
            ("INVALID_SCOPE", LoginRefusal.MISCONFIGURED),
            ("SERVER_ERROR", LoginRefusal.LINE_FAILED),
            ("LOGIN_REQUIRED", LoginRefusal.LOGIN_REQUIRED),
            ("INTERACTION_REQUIRED", LoginRefusal.LOGIN_REQUIRED),
            ("SOMETHING_NEW", LoginRefusal.LINE_FAILED),
        ],
    )
    def test_every_documented_error_has_its_reason(
        self, shop: Shop, error: str, reason: LoginRefusal
    ) -> None:
        """LINE's word becomes ours, and one it adds later is LINE's failure."""
        browser = Browser()
        started = shop.start(browser)
        state = parse_qs(urlsplit(started.url).query)["state"][0]
        answer = refused(shop.callback(browser, {"error": error, "state": state}))
        assert (answer.reason, answer.error) == (reason, error)

    def test_lines_own_trouble_may_be_tried_again(
        self, shop: Shop, hanako: Customer, line: LineSimulator
    ) -> None:
        """SERVER_ERROR at the callback."""
        line.world.login.server_errors = 1
        browser = Browser()
        fields = hanako.logs_in(shop.start(browser).url).fields
        assert refused(shop.callback(browser, fields)).may_retry

    def test_failed_auto_login_is_retried_without_it_once(
        self, shop: Shop, hanako: Customer
    ) -> None:
        """LINE's loop is avoided: the second try asks LINE to show its login, the third is none."""
        browser = Browser()
        started = shop.start(browser, return_to="/orders")
        fields = hanako.logs_in(started.url, auto_login=AutoLogin.FAILS).fields
        first = refused(shop.callback(browser, fields))
        assert (first.reason, first.may_retry) == (LoginRefusal.STATE_MISMATCH, True)
        again = shop.send_off(browser, shop.login.retry(started.attempt, now=shop.clock()))
        answer = shop.callback(
            browser, hanako.logs_in(again.url, auto_login=AutoLogin.FAILS).fields
        )
        assert isinstance(answer, LoginProof)
        assert (answer.line_user_id, answer.return_to) == (hanako.user_id, "/orders")

    def test_a_second_mismatch_is_the_end(self, shop: Shop) -> None:
        """Without auto login a wrong state is no auto-login failure any more."""
        browser = Browser()
        retried = shop.login.retry(shop.start(browser).attempt, now=shop.clock())
        shop.send_off(browser, retried)
        answer = refused(shop.callback(browser, {"code": "c", "state": "s"}))
        assert (answer.reason, answer.may_retry) == (LoginRefusal.STATE_MISMATCH, False)

    def test_a_slow_customer_starts_again(
        self, shop: Shop, hanako: Customer, clock: VirtualClock
    ) -> None:
        """After ten minutes the attempt is over."""
        browser = Browser()
        fields = hanako.logs_in(shop.start(browser).url).fields
        clock.advance(minutes=10)
        assert refused(shop.callback(browser, fields)).reason is LoginRefusal.EXPIRED

    def test_a_callback_with_nothing_in_it(self, shop: Shop) -> None:
        """Neither code nor error is no answer of LINE's."""
        browser = Browser()
        started = shop.start(browser)
        state = parse_qs(urlsplit(started.url).query)["state"][0]
        answer = refused(shop.callback(browser, {"state": state}))
        assert answer.reason is LoginRefusal.LINE_FAILED

    def test_a_wrong_channel_secret_is_our_mistake(self, shop: Shop, hanako: Customer) -> None:
        """LINE refuses us, not the customer."""
        wrong = evolve(shop, login=evolve(shop.login, channel_secret="0" * 32))
        browser = Browser()
        fields = hanako.logs_in(wrong.start(browser).url).fields
        answer = refused(wrong.callback(browser, fields))
        assert (answer.reason, answer.error, answer.may_retry) == (
            LoginRefusal.MISCONFIGURED,
            "invalid_client",
            False,
        )

    @pytest.mark.parametrize("status", [429, 500])
    def test_line_refusing_the_exchange_is_told_with_its_request_id(
        self, shop: Shop, hanako: Customer, line: LineSimulator, status: int
    ) -> None:
        """What LINE's support asks for is in the answer, and the try may be repeated."""
        browser = Browser()
        fields = hanako.logs_in(shop.start(browser).url).fields
        line.faults.add(Fault.refuse(status), endpoint="/oauth2/v2.1/token")
        answer = refused(shop.callback(browser, fields))
        assert (answer.reason, answer.may_retry) == (LoginRefusal.LINE_FAILED, True)
        assert answer.request_id

    def test_line_not_answering_is_no_crash(self, shop: Shop, hanako: Customer) -> None:
        """No connection is LINE's failure too."""
        browser = Browser()
        fields = hanako.logs_in(shop.start(browser).url).fields
        away = evolve(shop, login=evolve(shop.login, api_url="http://127.0.0.1:9"))
        assert refused(away.callback(browser, fields)).reason is LoginRefusal.LINE_FAILED

    def test_a_slow_line_is_given_up(
        self, shop: Shop, hanako: Customer, line: LineSimulator
    ) -> None:
        """Every call has a timeout."""
        hasty = evolve(shop, login=evolve(shop.login, http=LineHttp(timeout=0.05)))
        browser = Browser()
        fields = hanako.logs_in(hasty.start(browser).url).fields
        line.faults.add(Fault.slow(0.5), endpoint="/oauth2/v2.1/token")
        assert refused(hasty.callback(browser, fields)).reason is LoginRefusal.LINE_FAILED

    def test_a_friendship_nobody_tells_is_not_known(
        self, shop: Shop, hanako: Customer, line: LineSimulator
    ) -> None:
        """No answer, no `profile` scope, or no access token: the login stands all the same."""
        line.faults.add(Fault.drop(), endpoint="/friendship/v1/status")
        assert shop.log_in(hanako).is_friend is None
        line.faults.clear()
        alone = evolve(shop, login=evolve(shop.login, scopes={"openid"}))
        assert alone.log_in(hanako).is_friend is None
        bare = evolve(shop, login=evolve(shop.login, http=WithoutTokens()))
        assert bare.log_in(hanako).is_friend is None

    def test_an_unknown_friendship_is_no_failure(
        self, shop: Shop, hanako: Customer, login_channel: LoginChannel
    ) -> None:
        """Where LINE does not tell, the proof stands and says so."""
        login_channel.linked_channel = None
        assert shop.log_in(hanako).is_friend is None
