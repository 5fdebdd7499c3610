"""A plain OAuth client of the simulated LINE Login."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import urllib3
from joserfc import jwt
from joserfc.jwk import OctKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.testing import LineSimulator
    from linecs.testing.simulator import Customer, LoginChannel

__all__ = ["CALLBACK", "App", "app", "channel", "hanako"]

CALLBACK = "https://shop.example/line/callback"


class App:
    """A plain OAuth client of the simulator: what a shop's backend sends, and nothing more."""

    def __init__(self, line: LineSimulator, channel: LoginChannel) -> None:
        """Open one connection to the simulator."""
        self.line = line
        self.channel = channel
        self.http = urllib3.HTTPConnectionPool("127.0.0.1", int(line.url.rsplit(":", 1)[1]))

    def url(self, **changed: str | None) -> str:
        """Return an authorization URL; None leaves a parameter out."""
        query: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.channel.channel_id,
            "redirect_uri": CALLBACK,
            "state": "state1",
            "scope": "profile openid",
            **changed,
        }
        given = {name: value for name, value in query.items() if value is not None}
        return f"{self.line.url}/oauth2/v2.1/authorize?{urlencode(given)}"

    def call(
        self, method: str, path: str, *, token: str = "", **form: str
    ) -> tuple[int, dict[str, Any]]:
        """Call the API with a form, or a query for GET, and return status and JSON."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if method == "GET":
            path = f"{path}?{urlencode(form)}"
            answer = self.http.request("GET", path, headers=headers, retries=False, timeout=5)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form)
            answer = self.http.request(
                method, path, body=body, headers=headers, retries=False, timeout=5
            )
        return answer.status, json.loads(answer.data or b"{}")

    def client(self) -> dict[str, str]:
        """Return the fields that prove the app."""
        return {"client_id": self.channel.channel_id, "client_secret": self.channel.secret}

    def redeem(self, code: str, **changed: str) -> tuple[int, dict[str, Any]]:
        """Exchange a code."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            **self.client(),
            **changed,
        }
        return self.call("POST", "/oauth2/v2.1/token", **fields)

    def tokens(self, customer: Customer, **changed: str | None) -> dict[str, Any]:
        """Log a customer in and return LINE's answer."""
        status, body = self.redeem(customer.logs_in(self.url(**changed)).fields["code"])
        assert status == 200
        return body

    def claims(self, id_token: str) -> dict[str, Any]:
        """Return a web id token's claims, its signature checked with the channel secret."""
        key = OctKey.import_key(self.channel.secret)
        return dict(jwt.decode(id_token, key, algorithms=["HS256"]).claims)


@pytest.fixture
def channel(line: LineSimulator) -> LoginChannel:
    """Give a LINE Login channel of the default provider."""
    return line.add_login_channel(name="森の雑貨店", callbacks=[CALLBACK])


@pytest.fixture
def app(line: LineSimulator, channel: LoginChannel) -> Iterator[App]:
    """Give an app of that channel."""
    made = App(line, channel)
    yield made
    made.http.close()


@pytest.fixture
def hanako(line: LineSimulator) -> Customer:
    """Give a customer who is a friend of the account."""
    return line.customer("c1", display_name="花子")
