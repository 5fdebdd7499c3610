"""A browser without a window: it goes through LINE's login pages as a customer would."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from html.parser import HTMLParser
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from attrs import define, field, frozen

from linecs.testing.simulator.errors import SimulationError
from linecs.testing.simulator.login_authorize import AUTO_LOGIN_HEADER, PERSON_HEADER
from linecs.testing.simulator.login_state import AutoLogin

__all__ = ["Callback", "LoginBrowser"]

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_PAGES = 6
_REDIRECTS = frozenset({301, 302, 303})


@frozen(kw_only=True)
class Callback:
    """Where LINE sends the browser back to.

    Attributes:
        url: The callback URL; with its query where the fields come in it.
        method: `GET`, or `POST` for `response_mode=form_post`.
        fields: What LINE sends along, such as `code` and `state`.
    """

    url: str
    method: str
    fields: Mapping[str, str]


@define
class _Page:
    """A form on a page."""

    url: str
    action: str = ""
    hidden: dict[str, str] = field(factory=dict)
    names: set[str] = field(factory=set)
    buttons: set[str] = field(factory=set)


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.page = _Page(url)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.page.action = urljoin(self.page.url, given.get("action", ""))
        elif tag == "button":
            self.page.buttons.add(given.get("value", ""))
        elif tag == "input" and given.get("type") == "hidden":
            self.page.hidden[given["name"]] = given.get("value", "")
        elif tag == "input":
            self.page.names.add(given.get("name", ""))


@frozen(kw_only=True)
class LoginBrowser:
    """How a customer goes through the pages.

    Attributes:
        person: The name of who holds the phone.
        allow: Whether they allow what the app asks for.
        share_email: Whether they leave the email address ticked.
        add_friend: Whether they add the account where that is offered.
        auto_login: How LINE's auto login fares in this browser.
    """

    person: str
    allow: bool = True
    share_email: bool = True
    add_friend: bool = False
    auto_login: AutoLogin = AutoLogin.WORKS

    def open(self, url: str) -> Callback:
        """Go through the pages of an authorization URL and return where they lead.

        Raises:
            SimulationError: The URL is not the simulator's, or LINE shows its error page
                instead of going back to the app.
        """
        home = urlsplit(url)
        if home.hostname not in _LOOPBACK:
            raise SimulationError("That is no address of the simulator; nothing leaves here.")
        method, body = "GET", ""
        for _ in range(_PAGES):
            status, headers, text = self._request(method, url, body)
            if status in _REDIRECTS:
                return _callback(headers["Location"])
            if status != 200:
                raise SimulationError(f"LINE shows an error page, HTTP {status}.")
            page = _read(url, text)
            if urlsplit(page.action).netloc != home.netloc:
                return Callback(url=page.action, method="POST", fields=page.hidden)
            method, url, body = "POST", page.action, urlencode(self._filled(page))
        raise SimulationError("LINE's login pages do not come to an end.")

    def _filled(self, page: _Page) -> dict[str, str]:
        if "person" in page.names:
            return {**page.hidden, "person": self.person, "action": "login"}
        if "add" in page.buttons:
            return {**page.hidden, "action": "add" if self.add_friend else "skip"}
        ticked = {"scope": "email"} if self.share_email else {}
        added = {"add_friend": "yes"} if self.add_friend and "add_friend" in page.names else {}
        action = {"action": "allow" if self.allow else "cancel"}
        return {**page.hidden, **ticked, **added, **action}

    def _request(
        self, method: str, url: str, body: str
    ) -> tuple[int, http.client.HTTPMessage, str]:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            PERSON_HEADER: quote(self.person),
            AUTO_LOGIN_HEADER: self.auto_login,
        }
        try:
            connection.request(method, f"{parts.path}?{parts.query}", body, headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()
        finally:
            connection.close()


def _read(url: str, text: str) -> _Page:
    reader = _Reader(url)
    reader.feed(text)
    return reader.page


def _callback(url: str) -> Callback:
    fields = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    return Callback(url=url, method="GET", fields=fields)
