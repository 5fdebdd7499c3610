"""LINE Login on the simulator, from the authorization URL to the tokens' end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import urllib3
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey

from linecs.testing.simulator import AutoLogin, Friendship, SimulationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.testing import LineSimulator, VirtualClock
    from linecs.testing.simulator import Callback, Customer, LoginChannel

CALLBACK = "https://shop.example/line/callback"
VERIFIER = "wJKN8qz5t8SSI9lMFhBB6qwNkQBkuPZoCxzRhwLRUo1"
CHALLENGE = "BSCQwo_m8Wf0fpjmwkIKmPAJ1A7tiuRSNDnXzODS7QI"


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


def test_a_login_returns_code_and_state(app: App, hanako: Customer) -> None:
    """The customer comes back to the callback with a code and the app's own state."""
    callback = hanako.logs_in(app.url())
    assert (callback.method, callback.fields["state"]) == ("GET", "state1")
    assert callback.url.startswith(f"{CALLBACK}?code=")


def test_the_code_buys_tokens(app: App, hanako: Customer, clock: VirtualClock) -> None:
    """Access token for 30 days, refresh token, and an id token that says who it is."""
    body = app.tokens(hanako, nonce="n-1")
    assert (body["expires_in"], body["token_type"], body["scope"]) == (
        30 * 24 * 3600,
        "Bearer",
        "profile openid",
    )
    claims = app.claims(body["id_token"])
    assert claims == {
        "iss": "https://access.line.me",
        "sub": hanako.user_id,
        "aud": app.channel.channel_id,
        "exp": clock() // 1000 + 3600,
        "iat": clock() // 1000,
        "nonce": "n-1",
        "amr": ["lineautologin"],
        "name": "花子",
    }


def test_the_user_id_is_the_providers(line: LineSimulator, app: App) -> None:
    """Within a provider LINE Login and webhooks speak of the same user; beyond it they do not."""
    elsewhere = line.add_login_channel(name="別", callbacks=[CALLBACK], provider="other")
    other = App(line, elsewhere)
    customer = line.customer("c1")
    assert app.claims(app.tokens(customer)["id_token"])["sub"] == customer.user_id
    assert other.claims(other.tokens(customer)["id_token"])["sub"] != customer.user_id
    other.http.close()


def test_a_code_works_once(app: App, hanako: Customer) -> None:
    """The second exchange of a code is refused."""
    code = hanako.logs_in(app.url()).fields["code"]
    app.redeem(code)
    status, body = app.redeem(code)
    assert (status, body["error"]) == (400, "invalid_grant")


def test_a_failed_exchange_uses_the_code_up(app: App, hanako: Customer) -> None:
    """After a wrong redirect_uri the right one is too late."""
    code = hanako.logs_in(app.url()).fields["code"]
    first = app.redeem(code, redirect_uri="https://shop.example/other")
    second = app.redeem(code)
    assert [first[1]["error"], second[1]["error"]] == ["invalid_grant", "invalid_grant"]


@pytest.mark.parametrize(("minutes", "status"), [(9.99, 200), (10, 400)])
def test_a_code_lives_ten_minutes(
    app: App, hanako: Customer, clock: VirtualClock, minutes: float, status: int
) -> None:
    """Ten minutes after the login the code is worth nothing."""
    code = hanako.logs_in(app.url()).fields["code"]
    clock.advance(minutes=minutes)
    assert app.redeem(code)[0] == status


def test_another_channels_secret_buys_nothing(
    line: LineSimulator, app: App, hanako: Customer
) -> None:
    """A code is bound to its channel, and a channel to its secret."""
    other = line.add_login_channel(name="別", callbacks=[CALLBACK])
    code = hanako.logs_in(app.url()).fields["code"]
    assert app.redeem(code, client_secret=other.secret)[1]["error"] == "invalid_client"
    code = hanako.logs_in(app.url()).fields["code"]
    theirs = {"client_id": other.channel_id, "client_secret": other.secret}
    assert app.redeem(code, **theirs)[1]["error"] == "invalid_grant"


def test_pkce_takes_lines_own_example(app: App, hanako: Customer) -> None:
    """The verifier and challenge of LINE's documents belong together."""
    url = app.url(code_challenge=CHALLENGE, code_challenge_method="S256")
    assert app.redeem(hanako.logs_in(url).fields["code"], code_verifier=VERIFIER)[0] == 200


@pytest.mark.parametrize(
    ("verifier", "error"),
    [
        (None, "invalid_request"),
        ("short", "invalid_request"),
        ("あ" * 43, "invalid_request"),
        ("x" * 129, "invalid_request"),
        ("x" * 43, "invalid_grant"),
    ],
)
def test_pkce_refuses_every_other_verifier(
    app: App, hanako: Customer, verifier: str | None, error: str
) -> None:
    """A code with a challenge is worth nothing without the verifier."""
    url = app.url(code_challenge=CHALLENGE, code_challenge_method="S256")
    form = {} if verifier is None else {"code_verifier": verifier}
    assert app.redeem(hanako.logs_in(url).fields["code"], **form)[1]["error"] == error


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": None}, "INVALID_REQUEST"),
        ({"state": None}, "INVALID_REQUEST"),
        ({"max_age": "soon"}, "INVALID_REQUEST"),
        ({"prompt": "always"}, "INVALID_REQUEST"),
        ({"bot_prompt": "please"}, "INVALID_REQUEST"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "INVALID_REQUEST"),
        ({"code_challenge": "x", "code_challenge_method": "S256"}, "INVALID_REQUEST"),
        ({"code_challenge": CHALLENGE}, "INVALID_REQUEST"),
        ({"response_type": "token"}, "UNSUPPORTED_RESPONSE_TYPE"),
        ({"scope": ""}, "INVALID_SCOPE"),
        ({"scope": "email"}, "INVALID_SCOPE"),
        ({"scope": "profile email"}, "INVALID_SCOPE"),
        ({"scope": "profile friends"}, "INVALID_SCOPE"),
    ],
)
def test_a_wrong_request_comes_back_as_an_error(
    app: App, hanako: Customer, changed: dict[str, str | None], error: str
) -> None:
    """LINE tells the callback what is wrong, with the state if there was one."""
    fields = hanako.logs_in(app.url(**changed)).fields
    assert (fields["error"], fields.get("state")) == (error, changed.get("state", "state1"))


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "1"},
        {"redirect_uri": "https://evil.example/cb"},
        {"redirect_uri": "https://shop.example/line/callback/more"},
        {"redirect_uri": None},
    ],
)
def test_an_unknown_app_or_callback_is_an_error_page(
    app: App, hanako: Customer, changed: dict[str, str | None]
) -> None:
    """Nobody is sent to an address the channel did not register."""
    with pytest.raises(SimulationError):
        hanako.logs_in(app.url(**changed))


def test_a_callback_may_carry_a_query(app: App, hanako: Customer) -> None:
    """A registered callback is met with any query, which comes back untouched."""
    fields = hanako.logs_in(app.url(redirect_uri=f"{CALLBACK}?shop=1")).fields
    assert fields["shop"] == "1"


def test_a_customer_may_decline(app: App, hanako: Customer) -> None:
    """Cancelling the consent is ACCESS_DENIED with the state, and no code."""
    fields = hanako.logs_in(app.url(), allow=False).fields
    assert (fields["error"], fields["state"], "code" in fields) == (
        "ACCESS_DENIED",
        "state1",
        False,
    )


def test_a_server_error_comes_back(line: LineSimulator, app: App, hanako: Customer) -> None:
    """LINE's own trouble is SERVER_ERROR at the callback, and over with the next try."""
    line.world.login.server_errors = 1
    assert hanako.logs_in(app.url()).fields["error"] == "SERVER_ERROR"
    assert "code" in hanako.logs_in(app.url()).fields


def test_failed_auto_login_is_a_wrong_state_and_a_dead_code(app: App, hanako: Customer) -> None:
    """As in private browsing; only `disable_auto_login` gets out of it."""
    failed = hanako.logs_in(app.url(), auto_login=AutoLogin.FAILS).fields
    assert failed["state"] != "state1"
    assert app.redeem(failed["code"])[1]["error"] == "invalid_grant"
    again = hanako.logs_in(app.url(disable_auto_login="true"), auto_login=AutoLogin.FAILS)
    assert app.redeem(again.fields["code"])[0] == 200


def test_how_the_customer_logged_in_is_told(app: App, hanako: Customer) -> None:
    """`amr` tells auto login from a password."""
    callback = hanako.logs_in(app.url(prompt="login"))
    body = app.redeem(callback.fields["code"])[1]
    assert app.claims(body["id_token"])["amr"] == ["pwd"]


def test_the_time_of_the_login_is_told_on_request(
    app: App, hanako: Customer, clock: VirtualClock
) -> None:
    """`auth_time` is there if `max_age` was asked for, and only then."""
    with_age = app.claims(app.tokens(hanako, max_age="60")["id_token"])
    assert with_age["auth_time"] == clock() // 1000
    assert "auth_time" not in app.claims(app.tokens(hanako)["id_token"])


def test_prompt_none_asks_nobody(app: App, hanako: Customer) -> None:
    """Without a login LOGIN_REQUIRED, without consent INTERACTION_REQUIRED, else silence."""
    url = app.url(prompt="none")
    unavailable = hanako.logs_in(url, auto_login=AutoLogin.UNAVAILABLE)
    unasked = hanako.logs_in(url)
    hanako.logs_in(app.url())
    silent = hanako.logs_in(url)
    assert unavailable.fields["error"] == "LOGIN_REQUIRED"
    assert unasked.fields["error"] == "INTERACTION_REQUIRED"
    assert "code" in silent.fields


def test_the_email_address_needs_permission_scope_and_a_tick(app: App, hanako: Customer) -> None:
    """It is in the id token if the customer left it ticked, and never in `scope`."""
    url = app.url(scope="openid email", prompt="consent")
    shared = app.redeem(hanako.logs_in(url).fields["code"])[1]
    kept = app.redeem(hanako.logs_in(url, share_email=False).fields["code"])[1]
    assert "@" in app.claims(shared["id_token"])["email"]
    assert "email" not in app.claims(kept["id_token"])
    assert shared["scope"] == "openid"
    app.channel.may_ask_email = False
    assert hanako.logs_in(url).fields["error"] == "INVALID_SCOPE"


def test_the_profile_scope_gives_the_name(app: App, hanako: Customer) -> None:
    """With `openid` alone the id token names nobody."""
    assert "name" not in app.claims(app.tokens(hanako, scope="openid")["id_token"])


@pytest.mark.parametrize("prompt", ["normal", "aggressive"])
def test_the_account_can_be_added_on_the_way(line: LineSimulator, app: App, prompt: str) -> None:
    """The customer becomes a friend, the account hears of it, the callback says so."""
    customer = line.customer("stranger", friend=False)
    callback = customer.logs_in(app.url(bot_prompt=prompt), add_friend=True)
    assert callback.fields["friendship_status_changed"] == "true"
    assert customer.friendship is Friendship.FRIEND
    (event,) = [each.event for each in line.webhooks.sent]
    assert (event["type"], event["follow"]) == ("follow", {"isUnblocked": False})


def test_a_blocked_account_can_be_unblocked_on_the_way(app: App, hanako: Customer) -> None:
    """The follow event says that it was an unblocking."""
    hanako.blocks()
    hanako.logs_in(app.url(bot_prompt="normal"), add_friend=True)
    assert app.line.webhooks.sent[-1].event["follow"] == {"isUnblocked": True}


def test_an_unchanged_friendship_is_told_too(app: App, hanako: Customer) -> None:
    """A friend stays one: false; without `bot_prompt` nothing is said."""
    assert (
        hanako.logs_in(app.url(bot_prompt="normal")).fields["friendship_status_changed"] == "false"
    )
    plain = hanako.logs_in(app.url(prompt="consent")).fields
    assert "friendship_status_changed" not in plain


def test_the_friendship_can_be_asked_for(app: App, hanako: Customer) -> None:
    """A friend who has not blocked the account: true; blocked: false."""
    token = app.tokens(hanako)["access_token"]
    assert app.call("GET", "/friendship/v1/status", token=token) == (200, {"friendFlag": True})
    hanako.blocks()
    assert app.call("GET", "/friendship/v1/status", token=token) == (200, {"friendFlag": False})


def test_profile_and_userinfo_ask_for_their_scopes(app: App, hanako: Customer) -> None:
    """`profile` opens the profile, `openid` the userinfo, and no token opens nothing."""
    token = app.tokens(hanako)["access_token"]
    assert app.call("GET", "/v2/profile", token=token)[1] == {
        "userId": hanako.user_id,
        "displayName": "花子",
    }
    for method in ("GET", "POST"):
        assert app.call(method, "/oauth2/v2.1/userinfo", token=token)[1] == {
            "sub": hanako.user_id,
            "name": "花子",
        }
    only_openid = app.tokens(hanako, scope="openid")["access_token"]
    assert app.call("GET", "/v2/profile", token=only_openid)[0] == 403
    assert app.call("GET", "/v2/profile", token="made up")[0] == 401


def test_an_access_token_is_verified_until_it_expires(
    app: App, hanako: Customer, clock: VirtualClock
) -> None:
    """Its channel, scope and seconds left; after 30 days LINE's own words."""
    token = app.tokens(hanako)["access_token"]
    clock.advance(seconds=1)
    answer = app.call("GET", "/oauth2/v2.1/verify", access_token=token)
    assert answer == (
        200,
        {
            "scope": "profile openid",
            "client_id": app.channel.channel_id,
            "expires_in": 2_591_999,
        },
    )
    clock.advance(days=30)
    assert app.call("GET", "/oauth2/v2.1/verify", access_token=token) == (
        400,
        {"error": "invalid_request", "error_description": "access token expired"},
    )


def test_refreshing_does_not_lengthen_the_refresh_token(
    app: App, hanako: Customer, clock: VirtualClock
) -> None:
    """A new access token for the same refresh token, until 90 days after the login."""
    first = app.tokens(hanako)
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    clock.advance(days=89)
    status, second = app.call("POST", "/oauth2/v2.1/token", **form, **app.client())
    assert (status, second["refresh_token"]) == (200, first["refresh_token"])
    assert second["access_token"] != first["access_token"]
    clock.advance(days=1)
    assert app.call("POST", "/oauth2/v2.1/token", **form, **app.client()) == (
        400,
        {"error": "invalid_grant", "error_description": "invalid refresh token"},
    )


def test_a_revoked_token_opens_nothing(app: App, hanako: Customer) -> None:
    """Revoking needs the channel's secret and answers 200 with nothing."""
    token = app.tokens(hanako)["access_token"]
    wrong = {"client_id": app.channel.channel_id, "client_secret": "wrong"}
    app.call("POST", "/oauth2/v2.1/revoke", access_token=token, **wrong)
    assert app.call("GET", "/v2/profile", token=token)[0] == 200
    assert app.call("POST", "/oauth2/v2.1/revoke", access_token=token, **app.client()) == (200, {})
    assert app.call("GET", "/v2/profile", token=token)[0] == 401


def deauthorize(app: App, channel_token: str, user_token: str) -> tuple[int, dict[str, Any]]:
    """Call the deauthorize endpoint."""
    answer = app.http.request(
        "POST",
        "/user/v1/deauthorize",
        body=json.dumps({"userAccessToken": user_token}),
        headers={
            "Authorization": f"Bearer {channel_token}",
            "Content-Type": "application/json",
        },
        retries=False,
        timeout=5,
    )
    return answer.status, json.loads(answer.data or b"{}")


def test_deauthorizing_takes_everything_back(app: App, hanako: Customer) -> None:
    """204 once; then the tokens are dead, and the next login asks for consent again."""
    token = app.tokens(hanako)["access_token"]
    grant = {"grant_type": "client_credentials"}
    ours = app.call("POST", "/oauth2/v3/token", **grant, **app.client())[1]["access_token"]
    assert deauthorize(app, "made up", token)[0] == 401
    assert deauthorize(app, ours, token) == (204, {})
    assert deauthorize(app, ours, token) == (400, {"message": "invalid token"})
    assert hanako.logs_in(app.url(prompt="none")).fields["error"] == "INTERACTION_REQUIRED"


def test_a_customer_revokes_in_the_line_app(app: App, hanako: Customer) -> None:
    """Access and refresh tokens die; the user id stays the same at the next login."""
    first = app.tokens(hanako)
    hanako.revokes(app.channel)
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert app.call("GET", "/v2/profile", token=first["access_token"])[0] == 401
    assert app.call("POST", "/oauth2/v2.1/token", **form, **app.client())[0] == 400
    again = app.claims(app.tokens(hanako)["id_token"])
    assert again["sub"] == hanako.user_id


def test_messaging_tokens_are_issued_beside_it(line: LineSimulator, app: App) -> None:
    """The endpoints shared with channel access tokens still serve those."""
    ours = {"client_id": line.channel.channel_id, "client_secret": line.channel.secret}
    status, body = app.call("POST", "/oauth2/v3/token", grant_type="client_credentials", **ours)
    assert (status, body["expires_in"]) == (200, 899)


def test_an_unpublished_channel_lets_testers_in_only(app: App, hanako: Customer) -> None:
    """Others see LINE's error page."""
    app.channel.is_published = False
    with pytest.raises(SimulationError):
        hanako.logs_in(app.url())
    app.channel.testers = frozenset({"c1"})
    assert "code" in hanako.logs_in(app.url()).fields


def test_the_response_can_be_posted(app: App, hanako: Customer) -> None:
    """`form_post` sends the fields in a form instead of the query."""
    callback = hanako.logs_in(app.url(response_mode="form_post"))
    assert (callback.method, callback.url) == ("POST", CALLBACK)
    assert app.redeem(callback.fields["code"])[0] == 200


@pytest.mark.parametrize("mode", ["jwt", "query.jwt", "form_post.jwt"])
def test_the_response_can_be_signed(app: App, hanako: Customer, mode: str) -> None:
    """The `.jwt` modes put the fields into a JWT of the issuer for the channel."""
    callback: Callback = hanako.logs_in(app.url(response_mode=mode))
    claims = app.claims(callback.fields["response"])
    assert (claims["aud"], claims["state"]) == (app.channel.channel_id, "state1")
    assert app.redeem(claims["code"])[0] == 200


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
