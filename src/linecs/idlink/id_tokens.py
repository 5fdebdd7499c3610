"""Id tokens verified: the flow says which algorithm and key, the token never does.

Source: LINE Developers, "Get profile information from ID tokens": web login is signed HS256
with the channel secret, LIFF and native apps ES256 with a published key. OpenID Connect
Core 1.0, 3.1.3.7; RFC 8725 (JSON Web Token best current practices), 3.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from linecs.idlink.errors import IdTokenError
from linecs.idlink.secret import is_same_secret
from linecs.model.ids import LineUserId

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from joserfc.jwk import ECKey, OctKey

__all__ = ["IdClaims", "verified_claims", "verify_web_id_token"]

_ISSUER = "https://access.line.me"
_LEEWAY = 60
"""Seconds an `iat` may lie ahead of our clock."""
_LARGEST = 16_384
_LONGEST_ID = 255
_SECOND = 1000


@frozen(kw_only=True)
class IdClaims:
    """What a verified id token says.

    Attributes:
        display_name: Empty where the `profile` scope was not granted.
        email: Empty where it was not asked for or not shared.
        methods: How the customer logged in, LINE's `amr`.
    """

    line_user_id: LineUserId
    display_name: str = field(default="", repr=False)
    picture_url: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    methods: tuple[str, ...] = ()


def verify_web_id_token(
    token: str, *, channel_id: str, channel_secret: str, nonce: str, now: int
) -> IdClaims:
    """Return what an id token of the web flow says: HS256 with the channel secret, only.

    Args:
        token: As the token endpoint gave it.
        channel_id: The LINE Login channel it must be for.
        channel_secret: That channel's secret.
        nonce: What was sent with the authorization request.
        now: Epoch ms UTC.

    Raises:
        IdTokenError: Any check failed.
    """
    from joserfc.jwk import OctKey  # noqa: PLC0415 - the extra `login`

    key = OctKey.import_key(channel_secret)
    return verified_claims(token, key, "HS256", channel_id=channel_id, nonce=nonce, now=now)


def verified_claims(
    token: str,
    key: OctKey | Callable[[Mapping[str, Any]], ECKey],
    algorithm: str,
    *,
    channel_id: str,
    nonce: str | None,
    now: int,
) -> IdClaims:
    """Return what a token says once signature and claims hold.

    Args:
        token: The compact JWT.
        key: The key, or what finds it from the token's header.
        algorithm: The only one taken.
        channel_id: Whom it must be for.
        nonce: What it must repeat; None where none was sent.
        now: Epoch ms UTC.

    Raises:
        IdTokenError: Any check failed.
    """
    claims = _signed_claims(token, key, algorithm)
    _check_claims(claims, channel_id, now // _SECOND)
    if nonce is not None and not is_same_secret(str(claims.get("nonce", "")), nonce):
        raise IdTokenError("nonce")
    return IdClaims(
        line_user_id=LineUserId(claims["sub"]),
        display_name=_text(claims, "name"),
        picture_url=_text(claims, "picture"),
        email=_text(claims, "email"),
        methods=tuple(str(each) for each in claims.get("amr") or ()),
    )


def _signed_claims(
    token: str, key: OctKey | Callable[[Mapping[str, Any]], ECKey], algorithm: str
) -> dict[str, Any]:
    from joserfc import jwt  # noqa: PLC0415 - the extra `login`
    from joserfc.errors import JoseError  # noqa: PLC0415 - as above
    from joserfc.jws import JWSRegistry  # noqa: PLC0415 - as above

    if len(token) > _LARGEST:
        raise IdTokenError("size")
    # LINE may add header fields at any time, so unknown ones do not refuse a token.
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    chosen: Any = (lambda guest: key(guest.headers())) if callable(key) else key
    try:
        return dict(jwt.decode(token, chosen, registry=registry).claims)
    except (JoseError, ValueError) as error:
        raise IdTokenError("signature") from error


def _check_claims(claims: dict[str, Any], channel_id: str, now: int) -> None:
    from joserfc.errors import JoseError  # noqa: PLC0415 - the extra `login`
    from joserfc.jwt import JWTClaimsRegistry  # noqa: PLC0415 - as above

    registry = JWTClaimsRegistry(
        now=now,
        leeway=_LEEWAY,
        iss={"essential": True, "value": _ISSUER},
        aud={"essential": True, "value": channel_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        registry.validate(claims)
    except JoseError as error:
        raise IdTokenError(str(getattr(error, "claim", "claims"))) from error
    if claims["exp"] <= now:
        raise IdTokenError("exp")
    if not isinstance(claims["aud"], str):
        raise IdTokenError("aud")
    if not 0 < len(claims["sub"]) <= _LONGEST_ID:
        raise IdTokenError("sub")


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""
