"""A kept OAuth client, Authlib in a Flask host, goes through LINE Login."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify, url_for

from linecs.testing import LineSimulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Response

    from linecs.testing.simulator import LoginChannel

CALLBACK = "http://localhost/callback"


@pytest.fixture
def line() -> Iterator[LineSimulator]:
    """Give a simulator on the computer's clock, which is the one Authlib knows."""
    with LineSimulator() as simulator:
        yield simulator


def host(line: LineSimulator, channel: LoginChannel) -> Flask:
    """Return a Flask application that logs people in, written as Authlib's guide shows."""
    app = Flask("shop")
    app.secret_key = "guards nothing here"
    # LINE signs web id tokens with the channel secret, which no key set can publish.
    secret = base64.urlsafe_b64encode(channel.secret.encode()).decode().rstrip("=")
    oauth: Any = OAuth(app)
    oauth.register(
        "line",
        client_id=channel.channel_id,
        client_secret=channel.secret,
        server_metadata_url=f"{line.url}/.well-known/openid-configuration",
        jwks={"keys": [{"kty": "oct", "k": secret, "alg": "HS256"}]},
        client_kwargs={
            "scope": "openid profile",
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_post",
        },
    )

    @app.get("/login")
    def login() -> Response:
        redirect: Response = oauth.line.authorize_redirect(url_for("callback", _external=True))
        return redirect

    @app.get("/callback")
    def callback() -> Response:
        token = oauth.line.authorize_access_token()
        asked = oauth.line.userinfo(token=token)
        return jsonify({"claims": token["userinfo"], "userinfo": asked})

    return app


def test_authlib_logs_a_customer_in(line: LineSimulator) -> None:
    """Discovery, state, nonce, PKCE, token, id token and userinfo, all by Authlib."""
    channel = line.add_login_channel(name="森の雑貨店", callbacks=[CALLBACK])
    customer = line.customer("c1", display_name="花子")
    browser = host(line, channel).test_client()
    callback = customer.logs_in(browser.get("/login").headers["Location"])
    parts = urlsplit(callback.url)
    answer = browser.get(f"{parts.path}?{parts.query}").get_json()
    assert (answer["claims"]["sub"], answer["claims"]["name"]) == (customer.user_id, "花子")
    assert answer["userinfo"] == {"sub": customer.user_id, "name": "花子"}
