"""JWT assertions with which a channel proves itself for a channel access token.

Source: LINE Developers, "Issue channel access token v2.1".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import frozen

from linecs.testing.simulator.accounts import Channel
from linecs.testing.simulator.wire import Answer, Refusal

if TYPE_CHECKING:
    from typing import NoReturn

    from linecs.testing.simulator.world import World

__all__ = ["ASSERTION_TYPE", "Assertion", "read_assertion", "refuse_client"]

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

_AUDIENCE = "https://api.line.me/"
_LONGEST_ASSERTION = 30 * 60
_LONGEST_TOKEN = 30 * 24 * 3600


@frozen
class Assertion:
    """What a valid assertion says.

    Attributes:
        channel: Who signed it.
        token_seconds: How long the token shall live; None where it does not say.
    """

    channel: Channel
    token_seconds: int | None


def refuse_client(description: str, error: str = "invalid_client") -> NoReturn:
    """End the request with 400 in OAuth's form.

    Raises:
        Refusal: Always.
    """
    body = {"error": error, "error_description": description}
    raise Refusal(Answer(status=400, json=body))


def read_assertion(world: World, assertion: str, now: int) -> Assertion:
    """Return what an assertion says, its signature and claims checked.

    Raises:
        Refusal: It is not signed by a registered key, or a claim is wrong.
    """
    header, claims = _verified(world, assertion)
    channel = _channel(world, header)
    if claims.get("iss") != channel.channel_id or claims.get("sub") != channel.channel_id:
        refuse_client("Invalid iss or sub")
    if claims.get("aud") != _AUDIENCE:
        refuse_client("Invalid aud")
    _check_expiry(claims.get("exp"), now)
    return Assertion(channel, _token_seconds(claims.get("token_exp")))


def _check_expiry(expiry: object, now: int) -> None:
    seconds_left = expiry - now / 1000 if isinstance(expiry, int) else 0
    if not 0 < seconds_left <= _LONGEST_ASSERTION:
        refuse_client("Invalid exp")


def _token_seconds(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or not 0 < value <= _LONGEST_TOKEN:
        refuse_client("Invalid token_exp")
    return value


def _channel(world: World, header: dict[str, Any]) -> Channel:
    for channel in world.channels.values():
        if header.get("kid") in channel.public_keys:
            return channel
    refuse_client("Invalid kid")


def _verified(world: World, assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
    from joserfc import jws  # noqa: PLC0415 - only who asks for such tokens needs it
    from joserfc.errors import JoseError  # noqa: PLC0415 - same
    from joserfc.jwk import RSAKey  # noqa: PLC0415 - same

    try:
        header = dict(jws.extract_compact(assertion.encode()).headers())
        key = RSAKey.import_key(_channel(world, header).public_keys[header["kid"]])
        payload = jws.deserialize_compact(assertion, key, algorithms=["RS256"]).payload
        claims = json.loads(payload)
    except (JoseError, ValueError):
        refuse_client("Invalid client_assertion")
    return header, claims if isinstance(claims, dict) else {}
