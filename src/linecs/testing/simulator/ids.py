"""Identifiers and tokens shaped like LINE's, the same in every run of one seed."""

from __future__ import annotations

import base64
import hashlib
import itertools
import uuid

__all__ = ["Ids", "chance", "stable_hex", "stable_token"]

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def stable_hex(*parts: object) -> str:
    """Return 32 lower-case hexadecimal digits decided by `parts` alone."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:32]


def chance(*parts: object) -> float:
    """Return a number in [0, 1) decided by `parts` alone."""
    return int(stable_hex(*parts)[:13], 16) / 16**13


def stable_token(*parts: object) -> str:
    """Return an opaque token of 64 URL-safe characters decided by `parts` alone."""
    digits = "".join(stable_hex(*parts, number) for number in range(3))
    return base64.urlsafe_b64encode(bytes.fromhex(digits)).decode()


class Ids:
    """A source of identifiers for one simulator.

    Args:
        seed: Simulators of one seed give the same identifiers; two that share a database
            need different seeds or runs.
        run: Sets apart what several runs of one seed give out.
    """

    def __init__(self, seed: int, run: str = "") -> None:
        self.seed = seed
        self._source = f"{seed}/{run}" if run else str(seed)
        self._count = itertools.count(1)
        self._message_base = 560_000_000_000_000_000 + int(stable_hex(self._source)[:11], 16) * 1000

    def message_id(self) -> str:
        """Return a message id: LINE's are strings of 18 digits."""
        return str(self._message_base + next(self._count))

    def request_id(self) -> str:
        """Return an `x-line-request-id`: a UUID."""
        return str(uuid.UUID(hex=self._next_hex("request"), version=4))

    def webhook_event_id(self, now: int) -> str:
        """Return a `webhookEventId`: a ULID of 26 characters.

        Args:
            now: Epoch milliseconds, the ULID's first part.
        """
        number = (now << 80) | int(self._next_hex("event")[:20], 16)
        return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))

    def token(self, kind: str) -> str:
        """Return an opaque token of 64 URL-safe characters."""
        return stable_token(self._source, kind, next(self._count))

    def hex(self, kind: str) -> str:
        """Return 32 lower-case hexadecimal digits, as reply tokens and menu ids have them."""
        return self._next_hex(kind)

    def _next_hex(self, kind: str) -> str:
        return stable_hex(self._source, kind, next(self._count))
