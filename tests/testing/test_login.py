"""LINE Login's pages on the simulator, from the authorization URL to the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linecs.testing.simulator import AutoLogin, Friendship, SimulationError
from testing.login_app import CALLBACK, App, app, channel, hanako

if TYPE_CHECKING:
    from linecs.testing import LineSimulator, VirtualClock
    from linecs.testing.simulator import Callback, Customer

__all__ = ["app", "channel", "hanako"]

VERIFIER = "wJKN8qz5t8SSI9lMFhBB6qwNkQBkuPZoCxzRhwLRUo1"
CHALLENGE = "BSCQwo_m8Wf0fpjmwkIKmPAJ1A7tiuRSNDnXzODS7QI"


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
