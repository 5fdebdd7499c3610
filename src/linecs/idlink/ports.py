"""What linking needs kept, said as small Protocols.

Each stands for one open transaction that the caller began and will commit: what is done
through it happens together or not at all. `linecs.desk.links` keeps them in a store of
linecs; `linecs.idlink.memory` keeps them in a process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.model.ids import LineUserId, MemberId, ProviderId
    from linecs.model.link import (
        KeptTokens,
        LedgerEntry,
        Link,
        LinkCode,
        LinkId,
        LinkInvitation,
        LinkNonce,
        LoginAttempt,
    )

__all__ = ["CodeStore", "LinkStore", "LoginStore", "NonceStore", "TokenStore"]


class LinkStore(Protocol):
    """Keeps links and their ledger."""

    @property
    def connection(self) -> Any:  # noqa: ANN401 - whatever connection the host's driver has
        """The host's own connection, handed to `on_linked` and `on_unlinked`."""
        ...

    def current_links(
        self,
        provider_id: ProviderId,
        *,
        line_user_id: LineUserId | None = None,
        member_id: MemberId | None = None,
        lock: bool = False,
    ) -> list[Link]:
        """Return the current links of this LINE user or of this member, oldest first.

        Must with `lock` read what is committed now, also inside a snapshot, and hold the rows
        until the transaction ends.
        """
        ...

    def past_links(self, provider_id: ProviderId, line_user_id: LineUserId) -> list[Link]:
        """Return the ended links of a LINE user, oldest first. Called to show history."""
        ...

    def add_link(self, link: Link) -> bool:
        """Add a current link; False where one of its seats is taken.

        Must wait for another transaction that is taking the seat.
        """
        ...

    def change_link(self, before: Link, after: Link) -> bool:
        """Write a link's new value; False where its version has moved on."""
        ...

    def record(self, entries: Sequence[LedgerEntry]) -> None:
        """Add to the ledger; entries are never changed."""
        ...

    def after_commit(self, happening: str, link: Link, at: int) -> None:
        """Do what cannot roll back once this transaction has committed.

        Called with `linked` or `ended`, for LINE calls, mails and caches.
        """
        ...


class NonceStore(Protocol):
    """Keeps invitations and nonces of the account link."""

    def add_invitation(self, invitation: LinkInvitation) -> None:
        """Keep for whom a link token was issued."""
        ...

    def find_invitation(self, token_hash: str) -> LinkInvitation | None:
        """Return the invitation of a link token, or None."""
        ...

    def add_nonce(self, nonce: LinkNonce) -> None:
        """Keep a member's approval."""
        ...

    def find_nonce(self, nonce_hash: str) -> LinkNonce | None:
        """Return the nonce of this hash, used or not, or None."""
        ...

    def use_nonce(self, nonce_hash: str, at: int) -> bool:
        """Mark an unused nonce used; False for everybody but the first."""
        ...

    def forget_approvals(self, provider_id: ProviderId, member_id: MemberId) -> None:
        """Remove a member's nonces and codes that are still unused.

        Called when the member withdraws, so that no approval outlives the member.
        """
        ...


class LoginStore(Protocol):
    """Keeps LINE Login attempts between the two redirects."""

    def add_login_attempt(self, attempt: LoginAttempt) -> None:
        """Keep an attempt."""
        ...

    def take_login_attempt(self, browser_hash: str) -> LoginAttempt | None:
        """Remove and return a browser's attempt; None for everybody but the first."""
        ...


class CodeStore(Protocol):
    """Keeps codes for linking in a store."""

    def add_code(self, code: LinkCode) -> None:
        """Keep a code."""
        ...

    def find_code(self, code_hash: str) -> LinkCode | None:
        """Return the code of this hash, used or not, or None."""
        ...

    def use_code(self, code_hash: str, at: int) -> bool:
        """Mark an unused code used; False for everybody but the first."""
        ...


class TokenStore(Protocol):
    """Keeps sealed LINE Login tokens for shops that choose to."""

    def keep_tokens(self, tokens: KeptTokens) -> None:
        """Keep a link's tokens, in place of older ones."""
        ...

    def find_tokens(self, link_id: LinkId) -> KeptTokens | None:
        """Return a link's tokens, or None."""
        ...

    def forget_tokens(self, link_id: LinkId) -> None:
        """Remove a link's tokens, once they took back their rights or are over."""
        ...
