"""LINE Login's API on the simulator, from the tokens to their end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from testing.login_app import app, channel, hanako

if TYPE_CHECKING:
    from linecs.testing import LineSimulator, VirtualClock
    from linecs.testing.simulator import Customer
    from testing.login_app import App

__all__ = ["app", "channel", "hanako"]


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
