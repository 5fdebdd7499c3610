"""Id tokens of the simulated LINE Login: signed, published, verified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey

from testing.login_app import CALLBACK, app, channel, hanako

if TYPE_CHECKING:
    from linecs.testing import LineSimulator, VirtualClock
    from linecs.testing.simulator import Customer
    from testing.login_app import App

__all__ = ["app", "channel", "hanako"]


def test_liff_id_tokens_are_signed_with_the_published_key(app: App, hanako: Customer) -> None:
    """ES256 with a key id that the key set at `certs` explains."""
    published: Any = app.call("GET", "/oauth2/v2.1/certs")[1]
    keys = KeySet.import_key_set(published)
    token = jwt.decode(hanako.liff_id_token(app.channel), keys, algorithms=["ES256"])
    assert token.header["alg"] == "ES256"
    assert (token.claims["sub"], token.claims["aud"]) == (
        hanako.user_id,
        app.channel.channel_id,
    )


def test_the_key_set_holds_no_private_key(app: App) -> None:
    """What is published verifies and does not sign."""
    (key,) = app.call("GET", "/oauth2/v2.1/certs")[1]["keys"]
    assert "d" not in key
    assert (key["kty"], key["crv"], key["alg"]) == ("EC", "P-256", "ES256")


def test_discovery_names_every_endpoint(app: App) -> None:
    """A client that knows only the discovery document finds all it needs, here."""
    document = app.call("GET", "/.well-known/openid-configuration")[1]
    assert document["issuer"] == "https://access.line.me"
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
        assert document[name].startswith(app.line.url)


class TestVerifyingIdTokens:
    """LINE's own verification answers, one by one."""

    def verify(self, app: App, token: str, **form: str) -> tuple[int, dict[str, Any]]:
        """Call the verify endpoint."""
        fields = {"id_token": token, "client_id": app.channel.channel_id, **form}
        return app.call("POST", "/oauth2/v2.1/verify", **fields)

    def refused(self, app: App, token: str, **form: str) -> str:
        """Return the description of a refusal."""
        status, body = self.verify(app, token, **form)
        assert (status, body["error"]) == (400, "invalid_request")
        return str(body["error_description"])

    def test_a_good_token_gives_its_claims(self, app: App, hanako: Customer) -> None:
        """Both of LINE's algorithms are verified."""
        web = app.tokens(hanako, nonce="n-1")["id_token"]
        status, claims = self.verify(app, web, nonce="n-1", user_id=hanako.user_id)
        assert (status, claims["sub"]) == (200, hanako.user_id)
        assert self.verify(app, hanako.liff_id_token(app.channel))[0] == 200

    def test_a_forged_token(self, app: App, hanako: Customer) -> None:
        """Another key's signature is an invalid token."""
        claims = app.claims(app.tokens(hanako)["id_token"])
        forged = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("another-secret-of-32-b"))
        assert self.refused(app, forged) == "Invalid IdToken."
        assert self.refused(app, "not a token") == "Invalid IdToken."

    def test_another_issuer(self, app: App, hanako: Customer) -> None:
        """Signed with the secret, but not by LINE."""
        claims = app.claims(app.tokens(hanako)["id_token"])
        key = OctKey.import_key(app.channel.secret)
        token = jwt.encode({"alg": "HS256"}, {**claims, "iss": "https://evil.example"}, key)
        assert self.refused(app, token) == "Invalid IdToken Issuer."

    def test_an_expired_token(self, app: App, hanako: Customer, clock: VirtualClock) -> None:
        """After its `exp` by the simulator's clock."""
        token = app.tokens(hanako)["id_token"]
        clock.advance(hours=1)
        assert self.refused(app, token) == "IdToken expired."

    def test_another_audience(self, line: LineSimulator, app: App, hanako: Customer) -> None:
        """A token for another channel."""
        other = line.add_login_channel(name="別", callbacks=[CALLBACK])
        token = hanako.liff_id_token(other)
        assert self.refused(app, token) == "Invalid IdToken Audience."

    def test_another_nonce_or_user(self, app: App, hanako: Customer) -> None:
        """What the app expects has to be in it."""
        token = app.tokens(hanako, nonce="n-1")["id_token"]
        assert self.refused(app, token, nonce="n-2") == "Invalid IdToken Nonce."
        wrong = self.refused(app, token, user_id="U" + "0" * 32)
        assert wrong == "Invalid IdToken Subject Identifier."
