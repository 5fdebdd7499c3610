"""Attacks on LINE Login in a browser, each played against the simulated LINE."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from idlink.backend import subject_for
from idlink.shop import Browser, reason, subject_of
from linecs.idlink import LoginProof, LoginRefusal, ProofError, link_member, safe_return_path
from linecs.model.link import LoginFlow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idlink.shop import Shop
    from linecs.idlink import LinkRegistry
    from linecs.testing import LineSimulator
    from linecs.testing.simulator import Customer


class TestLoginCsrf:
    """A victim's browser made to finish a login the attacker began."""

    def attack(self, shop: Shop, mallory: Customer) -> Mapping[str, str]:
        """Begin a login as the attacker and stop before the callback."""
        return mallory.logs_in(shop.start(Browser()).url).fields

    def test_missing_state(self, shop: Shop, mallory: Customer) -> None:
        """A callback without `state` is refused though the browser has an attempt."""
        victim = Browser()
        shop.start(victim)
        fields = {"code": self.attack(shop, mallory)["code"]}
        assert reason(shop.callback(victim, fields)) is LoginRefusal.STATE_MISMATCH

    def test_foreign_state(self, shop: Shop, mallory: Customer) -> None:
        """The attacker's own state is not the victim's."""
        victim = Browser()
        shop.start(victim)
        answer = shop.callback(victim, self.attack(shop, mallory))
        assert reason(answer) is LoginRefusal.STATE_MISMATCH

    def test_a_browser_that_started_nothing(self, shop: Shop, mallory: Customer) -> None:
        """No cookie, no attempt, no login."""
        answer = shop.callback(Browser(), self.attack(shop, mallory))
        assert reason(answer) is LoginRefusal.NO_ATTEMPT

    def test_reused_state(self, shop: Shop, hanako: Customer) -> None:
        """A callback works once, also for the browser it belongs to."""
        browser = Browser()
        fields = hanako.logs_in(shop.start(browser).url).fields
        assert isinstance(shop.callback(browser, fields), LoginProof)
        assert reason(shop.callback(browser, fields)) is LoginRefusal.NO_ATTEMPT

    def test_no_call_to_line_is_made_for_it(
        self, shop: Shop, mallory: Customer, line: LineSimulator
    ) -> None:
        """A foreign code is not even redeemed."""
        shop.callback(Browser(), self.attack(shop, mallory))
        assert "/oauth2/v2.1/token" not in [each.path for each in line.calls]


def test_code_injection_without_the_verifier(
    shop: Shop, hanako: Customer, mallory: Customer
) -> None:
    """A stolen code in the attacker's own attempt is refused by PKCE, and is used up."""
    victim, thief = Browser(), Browser()
    stolen = hanako.logs_in(shop.start(victim).url).fields
    own = mallory.logs_in(shop.start(thief).url).fields
    injected = shop.callback(thief, {**own, "code": stolen["code"]})
    assert reason(injected) is LoginRefusal.CODE_REFUSED
    assert reason(shop.callback(victim, stolen)) is LoginRefusal.CODE_REFUSED


def test_the_members_id_of_a_login_is_the_sessions(
    shop: Shop, mallory: Customer, registry: LinkRegistry
) -> None:
    """A login the attacker started for their own member does not link the victim's."""
    proof = shop.log_in(mallory, LoginFlow.LINK, member_id="M-of-mallory")
    with pytest.raises(ProofError):
        link_member(
            registry,
            shop.store,
            proof,
            subject=subject_of(proof, "mallory"),
            session_member_id="M-of-hanako",
            now=shop.clock(),
        )


def test_another_customers_proof_links_nobody(
    shop: Shop, hanako: Customer, mallory: Customer, registry: LinkRegistry
) -> None:
    """A proof is of the LINE user it names, not of whom the caller says."""
    proof = shop.log_in(mallory, LoginFlow.LINK, member_id="M1")
    with pytest.raises(ProofError):
        link_member(
            registry,
            shop.store,
            proof,
            subject=subject_for(hanako.user_id),
            session_member_id="M1",
            now=shop.clock(),
        )


@pytest.mark.parametrize(
    "return_to",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\r\nSet-Cookie: a=b",
    ],
)
def test_open_redirect_on_the_return_url(shop: Shop, hanako: Customer, return_to: str) -> None:
    """Where a login returns to is a path on the shop's site, from start to proof."""
    browser = Browser()
    started = shop.start(browser, return_to=return_to)
    answer = shop.callback(browser, hanako.logs_in(started.url).fields)
    assert answer.return_to == "/"
    assert safe_return_path(answer.return_to) == answer.return_to
