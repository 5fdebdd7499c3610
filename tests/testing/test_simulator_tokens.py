"""Channel access tokens through the SDK's client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from linebot.v3.messaging import ApiClient as MessagingClient
from linebot.v3.messaging import Configuration as MessagingConfiguration
from linebot.v3.messaging import MessagingApi
from linebot.v3.oauth import ApiClient, ChannelAccessToken, Configuration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linecs.testing import LineSimulator, VirtualClock

GRANT = "client_credentials"
ASSERTED = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(scope="module")
def key() -> RSAKey:
    """Give an assertion signing key."""
    return RSAKey.generate_key(2048)


@pytest.fixture
def tokens(line: LineSimulator) -> Iterator[ChannelAccessToken]:
    """Give the SDK's token client."""
    configuration = Configuration(host=line.url)
    configuration.retries = False
    with ApiClient(configuration) as client:
        yield ChannelAccessToken(client)
        client.rest_client.pool_manager.clear()


@pytest.fixture
def assertion(line: LineSimulator, clock: VirtualClock, key: RSAKey) -> Callable[..., str]:
    """Give a function that signs an assertion, right but for the claims it is given."""
    key_id = line.channel.register_key(key.as_dict(private=False))

    def sign(*, kid: str = key_id, signer: RSAKey = key, **claims: Any) -> str:
        right = {
            "iss": line.channel.channel_id,
            "sub": line.channel.channel_id,
            "aud": "https://api.line.me/",
            "exp": clock() // 1000 + 60 * 30,
            "token_exp": 86_400,
        }
        header = {"alg": "RS256", "typ": "JWT", "kid": kid}
        return jwt.encode(header, {**right, **claims}, signer)

    return sign


def opens(line: LineSimulator, token: str) -> bool:
    """Say whether a token opens the Messaging API."""
    configuration = MessagingConfiguration(host=line.url, access_token=token)
    configuration.retries = False
    with MessagingClient(configuration) as client:
        answer = MessagingApi(client).get_bot_info_with_http_info
        try:
            status: int = answer(_request_timeout=5).status_code
        except Exception as refused:  # noqa: BLE001 - the status is looked at
            status = getattr(refused, "status", 0)
        client.rest_client.pool_manager.clear()
    assert status in (200, 401)
    return status == 200


def by_secret(line: LineSimulator) -> dict[str, str]:
    """Return the credentials of the default channel."""
    return {"client_id": line.channel.channel_id, "client_secret": line.channel.secret}


def test_a_stateless_token_lives_15_minutes(
    line: LineSimulator, tokens: ChannelAccessToken, clock: VirtualClock
) -> None:
    """Issued by id and secret, it works at once and is dead a quarter of an hour later."""
    issued = tokens.issue_stateless_channel_token_by_client_secret(
        **by_secret(line), _request_timeout=5
    )
    assert (issued.token_type, issued.expires_in) == ("Bearer", 899)
    assert opens(line, issued.access_token)
    clock.advance(minutes=15)
    assert not opens(line, issued.access_token)


def test_a_stateless_token_is_issued_by_assertion_too(
    line: LineSimulator, tokens: ChannelAccessToken, assertion: Callable[..., str]
) -> None:
    """A signed assertion stands for the secret."""
    issued = tokens.issue_stateless_channel_token_by_jwt_assertion(
        client_assertion=assertion(), _request_timeout=5
    )
    assert opens(line, issued.access_token)


def issue(tokens: ChannelAccessToken, assertion: str) -> Any:
    """Issue a token v2.1."""
    return tokens.issue_channel_token_by_jwt(
        grant_type=GRANT,
        client_assertion_type=ASSERTED,
        client_assertion=assertion,
        _request_timeout=5,
    )


def test_a_token_v21_lives_as_long_as_asked(
    line: LineSimulator,
    tokens: ChannelAccessToken,
    clock: VirtualClock,
    assertion: Callable[..., str],
) -> None:
    """`token_exp` decides, verification tells, and then it is over."""
    issued = issue(tokens, assertion(token_exp=3600))
    verified = tokens.verify_channel_token_by_jwt(issued.access_token, _request_timeout=5)
    assert (verified.client_id, verified.expires_in) == (line.channel.channel_id, 3600)
    assert opens(line, issued.access_token)
    clock.advance(hours=1)
    assert not opens(line, issued.access_token)


def test_the_31st_token_v21_is_refused(
    tokens: ChannelAccessToken, assertion: Callable[..., str], refusal: Callable[..., Any]
) -> None:
    """A channel has 30 of them; their key ids are listed."""
    key_ids = [issue(tokens, assertion()).key_id for _ in range(30)]
    refused = refusal(
        tokens.issue_channel_token_by_jwt,
        grant_type=GRANT,
        client_assertion_type=ASSERTED,
        client_assertion=assertion(),
    )
    listed = tokens.gets_all_valid_channel_access_token_key_ids(
        ASSERTED, assertion(), _request_timeout=5
    )
    assert (refused.status, listed.kids) == (400, key_ids)


def test_a_revoked_token_v21_opens_nothing(
    line: LineSimulator, tokens: ChannelAccessToken, assertion: Callable[..., str]
) -> None:
    """Revocation works at once, and once more without an error."""
    issued = issue(tokens, assertion())
    for _ in range(2):
        tokens.revoke_channel_token_by_jwt(
            **by_secret(line), access_token=issued.access_token, _request_timeout=5
        )
    assert not opens(line, issued.access_token)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "1234567890"},
        {"sub": "1234567890"},
        {"aud": "https://example.com/"},
        {"exp": 0},
        {"exp": 4_000_000_000},
        {"token_exp": 31 * 86_400},
        {"kid": "unknown"},
        {"signer": RSAKey.generate_key(2048)},
    ],
)
def test_a_wrong_assertion_is_refused(
    tokens: ChannelAccessToken,
    assertion: Callable[..., str],
    refusal: Callable[..., Any],
    claims: dict[str, Any],
) -> None:
    """A wrong claim, an unregistered key and a foreign signature get no token."""
    refused = refusal(
        tokens.issue_channel_token_by_jwt,
        grant_type=GRANT,
        client_assertion_type=ASSERTED,
        client_assertion=assertion(**claims),
    )
    assert (refused.status, refused.body["error"]) == (400, "invalid_client")


def short_lived(line: LineSimulator, tokens: ChannelAccessToken) -> Any:
    """Issue a short-lived token."""
    return tokens.issue_channel_token(grant_type=GRANT, **by_secret(line), _request_timeout=5)


def test_a_short_lived_token_is_verified_and_revoked(
    line: LineSimulator, tokens: ChannelAccessToken, refusal: Callable[..., Any]
) -> None:
    """It lives 30 days unless revoked, and then it cannot be verified."""
    issued = short_lived(line, tokens)
    assert issued.expires_in == 2_592_000
    verified = tokens.verify_channel_token(issued.access_token, _request_timeout=5)
    assert verified.client_id == line.channel.channel_id
    tokens.revoke_channel_token(issued.access_token, _request_timeout=5)
    refused = refusal(tokens.verify_channel_token, issued.access_token)
    assert (refused.status, opens(line, issued.access_token)) == (400, False)


def test_the_31st_short_lived_token_ends_the_oldest(
    line: LineSimulator, tokens: ChannelAccessToken
) -> None:
    """Too many short-lived tokens revoke the oldest instead of being refused."""
    issued = [short_lived(line, tokens).access_token for _ in range(31)]
    assert [opens(line, token) for token in (issued[0], issued[1], issued[30])] == [
        False,
        True,
        True,
    ]


def test_a_wrong_secret_gets_no_token(
    line: LineSimulator, tokens: ChannelAccessToken, refusal: Callable[..., Any]
) -> None:
    """Both kinds of token issued by secret need the right one."""
    wrong = {"client_id": line.channel.channel_id, "client_secret": "wrong"}
    for call in (
        tokens.issue_channel_token,
        tokens.issue_stateless_channel_token,
    ):
        assert refusal(call, grant_type=GRANT, **wrong).body["error"] == "invalid_client"


def test_other_ways_to_ask_for_a_token_are_refused(
    line: LineSimulator,
    tokens: ChannelAccessToken,
    assertion: Callable[..., str],
    refusal: Callable[..., Any],
) -> None:
    """The grant type and the assertion type are OAuth's."""
    grant = refusal(tokens.issue_channel_token, grant_type="password", **by_secret(line))
    kind = refusal(
        tokens.issue_channel_token_by_jwt,
        grant_type=GRANT,
        client_assertion_type="jwt",
        client_assertion=assertion(),
    )
    assert [grant.body["error"], kind.body["error"]] == ["unsupported_grant_type", "invalid_client"]


def test_an_assertion_need_not_say_how_long(
    tokens: ChannelAccessToken, assertion: Callable[..., str]
) -> None:
    """Without `token_exp` a token lives the longest it may, 30 days."""
    assert issue(tokens, assertion(token_exp=None)).expires_in == 2_592_000


def test_an_expired_token_is_told_apart_in_the_answer(
    line: LineSimulator, tokens: ChannelAccessToken, clock: VirtualClock
) -> None:
    """The call log shows the 401 of a token that was good once."""
    token = short_lived(line, tokens).access_token
    clock.advance(days=30)
    assert not opens(line, token)
    assert (line.calls[-1].status, line.calls[-1].channel_id) == (401, line.channel.channel_id)
