"""Links kept in this process, for tests and for hosts that have nothing to keep them in yet."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from copy import copy
from typing import TYPE_CHECKING

from attrs import evolve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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

__all__ = ["MemoryLinks"]


class MemoryLinks:
    """Everything linking keeps, in dictionaries; one transaction at a time.

    Attributes:
        ledger: Every entry, oldest first.
        happenings: What `after_commit` was asked for: happening, link id, epoch ms UTC.
    """

    def __init__(self) -> None:
        self.ledger: list[LedgerEntry] = []
        self.happenings: list[tuple[str, LinkId, int]] = []
        self._links: dict[LinkId, Link] = {}
        self._invitations: dict[str, LinkInvitation] = {}
        self._nonces: dict[str, LinkNonce] = {}
        self._attempts: dict[str, LoginAttempt] = {}
        self._codes: dict[str, LinkCode] = {}
        self._tokens: dict[LinkId, KeptTokens] = {}
        self._lock = threading.RLock()

    @contextmanager
    def transaction(self) -> Iterator[MemoryLinks]:
        """Hold everybody else off; what was done is undone where the block raises."""
        with self._lock:
            names = [name for name in vars(self) if name != "_lock"]
            before = {name: copy(getattr(self, name)) for name in names}
            try:
                yield self
            except BaseException:
                for name, value in before.items():
                    setattr(self, name, value)
                raise

    @property
    def connection(self) -> None:
        """No host connection: there is no database."""
        return

    def current_links(
        self,
        provider_id: ProviderId,
        *,
        line_user_id: LineUserId | None = None,
        member_id: MemberId | None = None,
        lock: bool = False,  # noqa: ARG002 - one transaction at a time needs no row locks
    ) -> list[Link]:
        """Return the current links of this LINE user or of this member, oldest first."""
        return [
            each
            for each in self._links.values()
            if each.is_current
            and each.provider_id == provider_id
            and line_user_id in (None, each.line_user_id)
            and member_id in (None, each.member_id)
        ]

    def past_links(self, provider_id: ProviderId, line_user_id: LineUserId) -> list[Link]:
        """Return the ended links of a LINE user, oldest first."""
        wanted = (provider_id, line_user_id)
        return [
            each
            for each in self._links.values()
            if not each.is_current and (each.provider_id, each.line_user_id) == wanted
        ]

    def add_link(self, link: Link) -> bool:
        """Add a current link; False where one of its seats is taken."""
        if any(_share_a_seat(each, link) for each in self._links.values()):
            return False
        self._links[link.id] = link
        return True

    def change_link(self, before: Link, after: Link) -> bool:
        """Write a link's new value; False where its version has moved on."""
        if self._links[before.id].version != before.version:
            return False
        self._links[before.id] = after
        return True

    def record(self, entries: Sequence[LedgerEntry]) -> None:
        """Add to the ledger."""
        self.ledger.extend(entries)

    def after_commit(self, happening: str, link: Link, at: int) -> None:
        """Note what is to be done after the commit, in `happenings`."""
        self.happenings.append((happening, link.id, at))

    def add_invitation(self, invitation: LinkInvitation) -> None:
        """Keep for whom a link token was issued."""
        self._invitations[invitation.token_hash] = invitation

    def find_invitation(self, token_hash: str) -> LinkInvitation | None:
        """Return the invitation of a link token, or None."""
        return self._invitations.get(token_hash)

    def add_nonce(self, nonce: LinkNonce) -> None:
        """Keep a member's approval."""
        self._nonces[nonce.nonce_hash] = nonce

    def find_nonce(self, nonce_hash: str) -> LinkNonce | None:
        """Return the nonce of this hash, used or not, or None."""
        return self._nonces.get(nonce_hash)

    def use_nonce(self, nonce_hash: str, at: int) -> bool:
        """Mark an unused nonce used; False for everybody but the first."""
        known = self._nonces.get(nonce_hash)
        if known is None or known.used_at is not None:
            return False
        self._nonces[nonce_hash] = evolve(known, used_at=at)
        return True

    def forget_approvals(self, provider_id: ProviderId, member_id: MemberId) -> None:
        """Remove a member's nonces and codes that are still unused."""
        self._nonces = {
            key: each
            for key, each in self._nonces.items()
            if not _is_open_approval(each, provider_id, member_id)
        }
        self._codes = {
            key: each
            for key, each in self._codes.items()
            if not _is_open_approval(each, provider_id, member_id)
        }

    def add_login_attempt(self, attempt: LoginAttempt) -> None:
        """Keep an attempt."""
        self._attempts[attempt.browser_hash] = attempt

    def take_login_attempt(self, browser_hash: str) -> LoginAttempt | None:
        """Remove and return a browser's attempt; None for everybody but the first."""
        return self._attempts.pop(browser_hash, None)

    def add_code(self, code: LinkCode) -> None:
        """Keep a code for linking in a store."""
        self._codes[code.code_hash] = code

    def find_code(self, code_hash: str) -> LinkCode | None:
        """Return the code of this hash, used or not, or None."""
        return self._codes.get(code_hash)

    def use_code(self, code_hash: str, at: int) -> bool:
        """Mark an unused code used; False for everybody but the first."""
        known = self._codes.get(code_hash)
        if known is None or known.used_at is not None:
            return False
        self._codes[code_hash] = evolve(known, used_at=at)
        return True

    def keep_tokens(self, tokens: KeptTokens) -> None:
        """Keep a link's tokens, in place of older ones."""
        self._tokens[tokens.link_id] = tokens

    def find_tokens(self, link_id: LinkId) -> KeptTokens | None:
        """Return a link's tokens, or None."""
        return self._tokens.get(link_id)

    def forget_tokens(self, link_id: LinkId) -> None:
        """Remove a link's tokens."""
        self._tokens.pop(link_id, None)


def _share_a_seat(one: Link, other: Link) -> bool:
    if one.provider_id != other.provider_id:
        return False
    same_user = one.user_seat is not None and one.user_seat == other.user_seat
    same_member = one.member_seat is not None and one.member_seat == other.member_seat
    return same_user or same_member


def _is_open_approval(
    each: LinkNonce | LinkCode, provider_id: ProviderId, member_id: MemberId
) -> bool:
    whose = (each.provider_id, each.member_id) == (provider_id, member_id)
    return whose and each.used_at is None
