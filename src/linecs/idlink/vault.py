"""LINE Login tokens kept encrypted, for shops that keep them at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import asdict, field, frozen

from linecs.errors import ConfigurationError
from linecs.idlink.errors import LinkError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["LoginTokens", "TokenVault", "TokenVaultError"]


class TokenVaultError(LinkError):
    """Sealed tokens cannot be opened: their key is not among the vault's."""


@frozen(kw_only=True)
class LoginTokens:
    """A user's tokens of one login.

    Attributes:
        line_user_id: Whose they are.
        access_until: When the access token ends, epoch ms UTC.
        refresh_until: When the refresh token ends, epoch ms UTC; refreshing does not move it.
    """

    line_user_id: str
    access_token: str = field(repr=False)
    access_until: int
    refresh_token: str = field(default="", repr=False)
    refresh_until: int = 0


class TokenVault:
    """Seals and opens tokens by `cryptography`'s Fernet (AES-128-CBC with HMAC-SHA-256).

    Args:
        keys: The shop's keys, newest first: the first seals, all open. `new_key` makes one;
            keep it where channel secrets are kept, never in the database.

    Raises:
        ConfigurationError: There is no key, or one is not a Fernet key.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 - the extra `login`

        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            msg = "TokenVault needs one key or more as TokenVault.new_key() makes them."
            raise ConfigurationError(msg) from error

    @staticmethod
    def new_key() -> str:
        """Return a fresh key."""
        from cryptography.fernet import Fernet  # noqa: PLC0415 - the extra `login`

        return Fernet.generate_key().decode()

    def seal(self, tokens: LoginTokens) -> str:
        """Return the tokens encrypted and authenticated."""
        return self._fernet.encrypt(json.dumps(asdict(tokens)).encode()).decode()

    def open(self, sealed: str) -> LoginTokens:
        """Return what was sealed. Raises `TokenVaultError`."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - the extra `login`

        try:
            return LoginTokens(**json.loads(self._fernet.decrypt(sealed.encode())))
        except InvalidToken as error:
            raise TokenVaultError(
                "Kept tokens cannot be opened; give TokenVault the key they were sealed with."
            ) from error
