"""LIFF and LINE MINI App: who calls a host's API from inside LINE.

The app sends `liff.getIDToken()`; the host's API verifies it here and believes nothing else.
Source: LINE Developers, "Using user data in LIFF apps and servers".
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from linecs.idlink.errors import IdTokenError, LineLoginError
from linecs.idlink.http import LineHttp
from linecs.idlink.id_tokens import verified_claims

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joserfc.jwk import ECKey

    from linecs.idlink.http import Http
    from linecs.idlink.id_tokens import IdClaims


__all__ = ["LineKeys", "verify_liff_id_token"]

_SECOND = 1000
_LIFE = 24 * 3600 * _SECOND
_PAUSE = 60 * _SECOND


class LineKeys:
    """LINE's published signing keys, fetched when needed and kept for a day.

    Safe to share between threads; keep one per process.

    Args:
        url: LINE's key set; a simulator's in tests.
        http: Makes the call.
    """

    def __init__(
        self, *, url: str = "https://api.line.me/oauth2/v2.1/certs", http: Http | None = None
    ) -> None:
        self._url = url
        self._http = http or LineHttp()
        self._keys: dict[str, ECKey] = {}
        self._fetched_at: int | None = None
        self._lock = threading.Lock()

    def find(self, key_id: str, *, now: int) -> ECKey | None:
        """Return the P-256 key of an id, or None.

        An id not seen before is looked up at LINE, at most once a minute, so that made-up ids
        cost no calls.

        Args:
            key_id: The token's `kid`.
            now: Epoch ms UTC.

        Raises:
            LineLoginError: LINE did not answer and nothing was known before.
        """
        with self._lock:
            age = None if self._fetched_at is None else now - self._fetched_at
            missing = key_id not in self._keys and (age is None or age >= _PAUSE)
            if age is None or age >= _LIFE or missing:
                self._fetch(now)
            return self._keys.get(key_id)

    def _fetch(self, now: int) -> None:
        try:
            answer = self._http.call("GET", self._url, headers={})
            keys = _usable_keys(answer.json())
        except LineLoginError:
            keys = {}
        if keys:
            self._keys = keys
        elif not self._keys:
            raise LineLoginError("certs")
        self._fetched_at = now


def verify_liff_id_token(
    token: str, *, channel_id: str, keys: LineKeys, now: int, nonce: str | None = None
) -> IdClaims:
    """Return what `liff.getIDToken()` says: ES256 with a key LINE publishes, only.

    A host's API takes the id token from its LIFF app and believes the user id in here, never
    one the client names beside it.

    Args:
        token: As the LIFF app sent it.
        channel_id: The LINE Login or LINE MINI App channel of the LIFF app.
        keys: LINE's published keys.
        now: Epoch ms UTC.
        nonce: What the token must repeat, where the app asked for one.

    Raises:
        IdTokenError: Any check failed.
        LineLoginError: LINE's keys could not be fetched.
    """

    def find_key(headers: Mapping[str, Any]) -> ECKey:
        key_id = headers.get("kid")
        key = keys.find(key_id, now=now) if isinstance(key_id, str) else None
        if key is None:
            raise IdTokenError("kid")
        return key

    return verified_claims(token, find_key, "ES256", channel_id=channel_id, nonce=nonce, now=now)


def _usable_keys(published: dict[str, Any]) -> dict[str, ECKey]:
    from joserfc.errors import JoseError  # noqa: PLC0415 - the extra `login`
    from joserfc.jwk import ECKey  # noqa: PLC0415 - as above

    keys: dict[str, ECKey] = {}
    for each in published.get("keys") or ():
        try:
            if each["kty"] == "EC" and each["crv"] == "P-256":
                keys[str(each["kid"])] = ECKey.import_key(each)
        except (JoseError, ValueError, KeyError, TypeError):
            continue
    return keys
