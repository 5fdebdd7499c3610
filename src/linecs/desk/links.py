"""The ports of `linecs.idlink`, kept in one open transaction of a store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linecs.desk.feed import happened
from linecs.desk.inbox.places import refile_user
from linecs.desk.jobs import new_job
from linecs.model.link import (
    KeptTokens,
    Link,
    LinkCode,
    LinkInvitation,
    LinkNonce,
    LoginAttempt,
)
from linecs.storage.ports import Query, below, equal, unequal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.model import FeedEntry, LineUserId, MemberId, ProviderId
    from linecs.model.link import (
        LedgerEntry,
        LinkId,
    )
    from linecs.storage.ports import Condition, Transaction

__all__ = ["LinkTransaction"]


class LinkTransaction:
    """Keeps every port of `linecs.idlink.ports`; neither begins nor commits.

    Each ledger entry is in the feed too, and each link made or ended is a job `link.linked` or
    `link.ended` with the link's id as its subject.

    Args:
        tx: The open transaction.
    """

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    @property
    def connection(self) -> Any:  # noqa: ANN401 - whatever connection the host's driver has
        """The host's own connection; None in memory."""
        return self._tx.connection

    def current_links(
        self,
        provider_id: ProviderId,
        *,
        line_user_id: LineUserId | None = None,
        member_id: MemberId | None = None,
        lock: bool = False,
    ) -> list[Link]:
        """Return the current links of this LINE user or of this member, oldest first."""
        wanted = {"line_user_id": line_user_id, "member_id": member_id}
        where = [equal(name, value) for name, value in wanted.items() if value is not None]
        current = (equal("provider_id", provider_id), equal("ended_at", None), *where)
        return self._links(*current, lock=lock)

    def past_links(self, provider_id: ProviderId, line_user_id: LineUserId) -> list[Link]:
        """Return the ended links of a LINE user, oldest first."""
        return self._links(
            equal("provider_id", provider_id),
            equal("line_user_id", line_user_id),
            unequal("ended_at", None),
        )

    def add_link(self, link: Link) -> bool:
        """Add a current link; False where one of its seats is taken."""
        added = self._tx.insert_absent(link) == [True]
        refile_user(self._tx, link.line_user_id)
        return added

    def change_link(self, before: Link, after: Link) -> bool:
        """Write a link's new value; False where its version has moved on."""
        changed = self._tx.save(before, after, guard=("version",))
        refile_user(self._tx, after.line_user_id)
        return changed

    def record(self, entries: Sequence[LedgerEntry]) -> None:
        """Add to the ledger, and to the feed."""
        self._tx.insert(*entries, *(_in_feed(each) for each in entries))

    def after_commit(self, happening: str, link: Link, at: int) -> None:
        """Add a job for what cannot roll back."""
        self._tx.insert_absent(new_job(f"link.{happening}", link.id, link.channel_id, at))

    def add_invitation(self, invitation: LinkInvitation) -> None:
        """Keep for whom a link token was issued."""
        self._tx.insert(invitation)

    def find_invitation(self, token_hash: str) -> LinkInvitation | None:
        """Return the invitation of a link token, or None."""
        return self._tx.find(LinkInvitation, token_hash)

    def add_nonce(self, nonce: LinkNonce) -> None:
        """Keep a member's approval."""
        self._tx.insert(nonce)

    def find_nonce(self, nonce_hash: str) -> LinkNonce | None:
        """Return the nonce of this hash, used or not, or None."""
        return self._tx.find(LinkNonce, nonce_hash)

    def use_nonce(self, nonce_hash: str, at: int) -> bool:
        """Mark an unused nonce used; False for everybody but the first."""
        unused = (equal("nonce_hash", nonce_hash), equal("used_at", None))
        return self._tx.update(LinkNonce, unused, {"used_at": at}) == 1

    def forget_approvals(self, provider_id: ProviderId, member_id: MemberId) -> None:
        """Remove a member's nonces and codes that are still unused."""
        where = (
            equal("provider_id", provider_id),
            equal("member_id", member_id),
            equal("used_at", None),
        )
        self._tx.delete(LinkNonce, where)
        self._tx.delete(LinkCode, where)

    def add_login_attempt(self, attempt: LoginAttempt) -> None:
        """Keep an attempt."""
        self._tx.insert(attempt)

    def take_login_attempt(self, browser_hash: str) -> LoginAttempt | None:
        """Remove and return a browser's attempt; None for everybody but the first."""
        found = self._tx.find(LoginAttempt, browser_hash)
        taken = self._tx.delete(LoginAttempt, (equal("browser_hash", browser_hash),))
        return found if taken else None

    def add_code(self, code: LinkCode) -> None:
        """Keep a code for linking in a store."""
        self._tx.insert(code)

    def find_code(self, code_hash: str) -> LinkCode | None:
        """Return the code of this hash, used or not, or None."""
        return self._tx.find(LinkCode, code_hash)

    def use_code(self, code_hash: str, at: int) -> bool:
        """Mark an unused code used; False for everybody but the first."""
        unused = (equal("code_hash", code_hash), equal("used_at", None))
        return self._tx.update(LinkCode, unused, {"used_at": at}) == 1

    def keep_tokens(self, tokens: KeptTokens) -> None:
        """Keep a link's tokens, in place of older ones."""
        self.forget_tokens(tokens.link_id)
        self._tx.insert(tokens)

    def find_tokens(self, link_id: LinkId) -> KeptTokens | None:
        """Return a link's tokens, or None."""
        return self._tx.find(KeptTokens, link_id)

    def forget_tokens(self, link_id: LinkId) -> None:
        """Remove a link's tokens."""
        self._tx.delete(KeptTokens, (equal("link_id", link_id),))

    def forget_expired(self, before: int) -> int:
        """Remove what expired before a moment, epoch ms UTC; return how many rows.

        Called by the retention job. Used nonces and codes stay until then, so that a replay is
        known as one.
        """
        passing = (LinkInvitation, LinkNonce, LoginAttempt, LinkCode)
        gone = [self._tx.delete(row, (below("expires_at", before),)) for row in passing]
        return sum(gone) + self._tx.delete(KeptTokens, (below("usable_until", before),))

    def _links(self, *where: Condition, lock: bool = False) -> list[Link]:
        query = Query(row=Link, where=where, order=("linked_at", "id"))
        return self._tx.select(query, lock=lock)


def _in_feed(entry: LedgerEntry) -> FeedEntry:
    return happened(
        f"link.{entry.kind}",
        channel_id=entry.channel_id,
        conversation_id=entry.customer_id,
        now=entry.at,
        actor=entry.actor,
        subject_id=entry.link_id,
        facts={"flow": entry.flow, "reason": entry.reason},
    )
