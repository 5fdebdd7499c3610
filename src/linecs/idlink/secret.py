"""Secrets made, hashed and compared."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

__all__ = ["fresh_secret", "hash_secret", "is_same_secret", "without_link_token"]

_BYTES = 32
_LINK_TOKEN = re.compile(r"(?<=linkToken=)[\w%.~+/-]+")


def fresh_secret() -> str:
    """Return 256 unpredictable bits as 43 URL-safe characters, no two alike."""
    return secrets.token_urlsafe(_BYTES)


def hash_secret(secret: str) -> str:
    """Return the SHA-256 of a secret, hexadecimal.

    A secret of 128 bits or more needs neither salt nor stretching.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def is_same_secret(one: str, other: str) -> bool:
    """Return whether two texts are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(
        one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass")
    )


def without_link_token(text: str) -> str:
    """Return a text, such as a message object's JSON, without the link tokens in it."""
    return _LINK_TOKEN.sub("", text)
