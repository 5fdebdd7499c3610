"""Id tokens: made, and checked as LINE's verify endpoint checks them.

Source: LINE Developers, "Get profile information from ID tokens" and "LINE Login v2.1 API
reference", Verify ID token. The lifetime of an hour is ours; LINE states none.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from linecs.testing.simulator.ids import stable_hex

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joserfc.jwk import ECKey, OctKey

    from linecs.testing.simulator.accounts import Person
    from linecs.testing.simulator.login_state import LoginChannel

__all__ = ["ISSUER", "IdTokens", "profile_claims", "signed_response"]

ISSUER = "https://access.line.me"
_LIFE = 3600
_RESPONSE_LIFE = 600


class IdTokens:
    """Signs and checks id tokens with one ES256 key and each channel's secret.

    Args:
        seed: Decides the key.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._made: ECKey | None = None

    def public_keys(self) -> dict[str, Any]:
        """Return the JSON Web Key Set at `/oauth2/v2.1/certs`."""
        return {"keys": [self._key.as_dict(private=False, alg="ES256", use="sig")]}

    def web(
        self,
        channel: LoginChannel,
        person: Person,
        scopes: frozenset[str],
        now: int,
        **claims: object,
    ) -> str:
        """Return an id token of the web flow: HS256, keyed with the channel secret."""
        payload = _payload(channel, person, scopes, now, claims)
        return _signed({"alg": "HS256", "typ": "JWT"}, payload, _secret_key(channel))

    def liff(
        self,
        channel: LoginChannel,
        person: Person,
        scopes: frozenset[str],
        now: int,
        **claims: object,
    ) -> str:
        """Return an id token as `liff.getIDToken()` does: ES256, with a key id."""
        header = {"alg": "ES256", "typ": "JWT", "kid": self._key.kid}
        payload = _payload(channel, person, scopes, now, claims)
        return _signed(header, payload, self._key)

    def read(self, token: str, channel: LoginChannel) -> Mapping[str, Any] | None:
        """Return the claims of a token this issuer signed for the channel, or None."""
        from joserfc import jwt  # noqa: PLC0415 - only for LINE Login
        from joserfc.errors import JoseError  # noqa: PLC0415 - as above

        for key, algorithm in ((_secret_key(channel), "HS256"), (self._key, "ES256")):
            try:
                return jwt.decode(token, key, algorithms=[algorithm]).claims
            except (JoseError, ValueError):
                continue
        return None

    @property
    def _key(self) -> ECKey:
        if self._made is None:
            self._made = _derived_key(self._seed)
        return self._made


def signed_response(channel: LoginChannel, fields: Mapping[str, str], now: int) -> str:
    """Return authorization response parameters as a JWT, for the `.jwt` response modes.

    Source: JWT Secured Authorization Response Mode (JARM), 4.1; HS256 as in LINE's example.
    """
    claims = {
        **fields,
        "iss": ISSUER,
        "aud": channel.channel_id,
        "exp": now // 1000 + _RESPONSE_LIFE,
    }
    return _signed({"alg": "HS256", "typ": "JWT"}, claims, _secret_key(channel))


def _payload(
    channel: LoginChannel,
    person: Person,
    scopes: frozenset[str],
    now: int,
    claims: Mapping[str, object],
) -> dict[str, Any]:
    return {
        "iss": ISSUER,
        "sub": person.user_id(channel.provider),
        "aud": channel.channel_id,
        "exp": now // 1000 + _LIFE,
        "iat": now // 1000,
        **{name: value for name, value in claims.items() if value is not None},
        **profile_claims(person, scopes),
    }


def _signed(header: dict[str, Any], claims: dict[str, Any], key: ECKey | OctKey) -> str:
    from joserfc import jwt  # noqa: PLC0415 - only for LINE Login

    return jwt.encode(header, claims, key)


def _secret_key(channel: LoginChannel) -> OctKey:
    from joserfc.jwk import OctKey  # noqa: PLC0415 - only for LINE Login

    return OctKey.import_key(channel.secret)


def _derived_key(seed: int) -> ECKey:
    # A key of P-256 has to be derived, not drawn, for the same seed to sign the same way.
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - only for LIFF
    from joserfc.jwk import ECKey  # noqa: PLC0415 - as above

    secret = int(stable_hex("es256", seed) + stable_hex("es256-more", seed), 16) >> 1
    numbers = ec.derive_private_key(secret, ec.SECP256R1()).private_numbers()
    public = numbers.public_numbers
    jwk: dict[str, str | list[str]] = {
        "kty": "EC",
        "crv": "P-256",
        "x": _coordinate(public.x),
        "y": _coordinate(public.y),
        "d": _coordinate(numbers.private_value),
        "kid": stable_hex("kid", seed),
    }
    return ECKey.import_key(jwk)


def _coordinate(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32)).decode().rstrip("=")


def _email_of(person: Person) -> str:
    """Return the email address a person gave LINE."""
    return f"{stable_hex('email', person.name)[:10]}@mail.example"


def profile_claims(person: Person, scopes: frozenset[str]) -> Mapping[str, str]:
    """Return what `profile` and `email` let an id token or userinfo tell."""
    claims: dict[str, str] = {}
    if "profile" in scopes:
        claims["name"] = person.display_name
        if person.picture_url:
            claims["picture"] = person.picture_url
    if "email" in scopes:
        claims["email"] = _email_of(person)
    return claims
