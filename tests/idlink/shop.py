"""A shop's backend and its customers' browsers, as small as a test needs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field, frozen

from idlink.people import subject
from linecs.idlink import (
    LineLogin,
    LoginProof,
    LoginRefused,
    MemoryLinks,
    StartedLogin,
)
from linecs.model import LineUserId
from linecs.model.link import LoginFlow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs.idlink import (
        LoginRefusal,
    )
    from linecs.model.link import LinkSubject
    from linecs.testing.simulator import Customer

CALLBACK = "https://shop.example/line/callback"


@define
class Browser:
    """One browser: what it holds is one cookie."""

    cookie: str | None = None


@frozen
class Shop:
    """Starts logins, keeps attempts, takes callbacks."""

    login: LineLogin
    store: MemoryLinks
    clock: Callable[[], int]
    started: list[StartedLogin] = field(factory=list)

    def start(
        self,
        browser: Browser,
        flow: LoginFlow = LoginFlow.LOG_IN,
        *,
        member_id: str | None = None,
        return_to: str | None = None,
    ) -> StartedLogin:
        """Answer a press on the LINE button."""
        return self.send_off(
            browser,
            self.login.authorization_url(
                flow, now=self.clock(), member_id=member_id, return_to=return_to
            ),
        )

    def send_off(self, browser: Browser, started: StartedLogin) -> StartedLogin:
        """Keep the attempt, set the cookie, and redirect."""
        self.store.add_login_attempt(started.attempt)
        browser.cookie = started.browser_key
        self.started.append(started)
        return started

    def callback(self, browser: Browser, query: Mapping[str, str]) -> LoginProof | LoginRefused:
        """Answer a request to the callback."""
        attempt = self.login.take_attempt(self.store, browser.cookie)
        return self.login.callback(query, attempt, now=self.clock())

    def log_in(
        self,
        customer: Customer,
        flow: LoginFlow = LoginFlow.LOG_IN,
        *,
        member_id: str | None = None,
        **how: Any,
    ) -> LoginProof:
        """Take a customer through the whole login."""
        browser = Browser()
        started = self.start(browser, flow, member_id=member_id)
        answer = self.callback(browser, customer.logs_in(started.url, **how).fields)
        assert isinstance(answer, LoginProof)
        return answer


def subject_of(proof: LoginProof, name: str = "hanako") -> LinkSubject:
    """Return the customer of a proof."""
    return evolve(subject(name), line_user_id=LineUserId(proof.line_user_id))


def reason(answer: LoginProof | LoginRefused) -> LoginRefusal:
    """Return why a login was refused, or fail."""
    assert isinstance(answer, LoginRefused)
    return answer.reason
