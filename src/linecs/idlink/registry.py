"""Links made and ended, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from linecs.idlink.errors import LinkBusyError
from linecs.idlink.links import (
    LinkOutcome,
    LinkPolicy,
    OnConflict,
    checked_member_id,
    decide_link,
    end_links,
)
from linecs.model.ids import new_id
from linecs.model.link import Link, LinkEnd

if TYPE_CHECKING:
    from linecs.idlink.links import (
        LinkChange,
        LinkClaim,
    )
    from linecs.idlink.ports import LinkStore, NonceStore
    from linecs.model.ids import LineUserId, ProviderId

__all__ = ["LinkHook", "LinkRegistry"]

LinkHook = Callable[[Link, Any], None]
"""Called with the link and the host's own connection, inside the transaction: what it writes
there commits and rolls back with the link, and what it raises undoes both."""

_TRIES = 5
_BUSY = "Others are changing the same links; roll back and try again."


def _nothing(_link: Link, _connection: object) -> None:
    """Do nothing."""


@frozen(kw_only=True)
class LinkRegistry:
    """Makes and ends links under a shop's policy.

    Every method works inside one transaction that the caller began and commits.

    Attributes:
        policy: How many LINE users one member may have.
        on_conflict: What happens to a current link in the way of a new one.
        on_linked: Called once for each new link.
        on_unlinked: Called once for each link that ended.
        new_id: Makes an id from a moment in epoch ms UTC.
    """

    policy: LinkPolicy = LinkPolicy.ONE_TO_ONE
    on_conflict: OnConflict = OnConflict.REFUSE
    on_linked: LinkHook = _nothing
    on_unlinked: LinkHook = _nothing
    new_id: Callable[[int], str] = new_id

    def link(self, store: LinkStore, claim: LinkClaim) -> LinkChange:
        """Link the two of a claim, or say why not; a refusal is in the ledger too.

        Raises:
            LinkBusyError: Others kept changing the same links.
        """
        earlier: tuple[tuple[Link, Link], ...] = ()
        for _ in range(_TRIES):
            change = self._decide(store, claim)
            if self._apply(store, change, claim.at):
                return _with_earlier(change, earlier)
            earlier += change.changed
        raise LinkBusyError(_BUSY)

    def unlink(
        self,
        store: LinkStore,
        provider_id: ProviderId,
        line_user_id: LineUserId,
        *,
        at: int,
        actor: str = "customer",
        because: LinkEnd = LinkEnd.UNLINKED_BY_CUSTOMER,
    ) -> LinkChange:
        """End the link of a LINE user; nothing changes where there is none.

        Args:
            store: The open transaction.
            provider_id: The provider.
            line_user_id: Whose link ends.
            at: Epoch ms UTC.
            actor: `customer`, `shop`, `system`, or the operator's id.
            because: Why, for the ledger.

        Raises:
            LinkBusyError: Others kept changing the same link.
        """
        return self._end(
            store,
            store.current_links(provider_id, line_user_id=line_user_id, lock=True),
            because=because,
            at=at,
            actor=actor,
        )

    def withdraw_member(
        self,
        store: LinkStore,
        nonces: NonceStore,
        provider_id: ProviderId,
        member_id: str,
        *,
        at: int,
        actor: str = "shop",
    ) -> LinkChange:
        """End every link of a member who left the shop, and forget the member's approvals.

        A LINE Login under way is not an approval: the host that links by one looks its member
        up in the same transaction.

        Args:
            store: The open transaction.
            nonces: The same transaction.
            provider_id: The provider.
            member_id: Who left.
            at: Epoch ms UTC.
            actor: `shop`, `system`, or the operator's id.

        Raises:
            LinkBusyError: Others kept changing the same links.
        """
        member = checked_member_id(member_id)
        # First: an event that uses one now holds its row, so its link is there to be ended.
        nonces.forget_approvals(provider_id, member)
        return self._end(
            store,
            store.current_links(provider_id, member_id=member, lock=True),
            because=LinkEnd.MEMBER_WITHDRAWN,
            at=at,
            actor=actor,
        )

    def current(
        self, store: LinkStore, provider_id: ProviderId, line_user_id: LineUserId
    ) -> Link | None:
        """Return the link that holds for a LINE user now, or None.

        Also inside a host's transaction that began before it changed: what is disclosed or who
        is logged in by it must not rest on what was.
        """
        links = store.current_links(provider_id, line_user_id=line_user_id, lock=True)
        return links[0] if links else None

    def _decide(self, store: LinkStore, claim: LinkClaim) -> LinkChange:
        provider_id, user = claim.subject.provider_id, claim.subject.line_user_id
        own = store.current_links(provider_id, line_user_id=user, lock=True)
        of_member = store.current_links(provider_id, member_id=claim.member_id, lock=True)
        links = {each.id: each for each in (*own, *of_member)}
        return decide_link(
            claim,
            links.values(),
            policy=self.policy,
            on_conflict=self.on_conflict,
            new_id=self.new_id,
        )

    def _end(
        self,
        store: LinkStore,
        links: list[Link],
        *,
        because: LinkEnd,
        at: int,
        actor: str,
    ) -> LinkChange:
        change = end_links(links, because=because, at=at, actor=actor, new_id=self.new_id)
        self._apply(store, change, at)
        return change

    def _apply(self, store: LinkStore, change: LinkChange, at: int) -> bool:
        if not all(store.change_link(before, after) for before, after in change.changed):
            raise LinkBusyError(_BUSY)
        added = change.added is None or store.add_link(change.added)
        # Links that ended stay ended where the seat was lost, so their lines are due now.
        kept = change.entries if added else change.entries[: len(change.ended)]
        store.record(kept)
        for link in change.ended:
            self.on_unlinked(link, store.connection)
            store.after_commit("ended", link, at)
        if added and change.added is not None:
            self.on_linked(change.added, store.connection)
            store.after_commit("linked", change.added, at)
        return added


def _with_earlier(change: LinkChange, earlier: tuple[tuple[Link, Link], ...]) -> LinkChange:
    if not earlier:
        return change
    outcome = LinkOutcome.REPLACED if change.outcome is LinkOutcome.LINKED else change.outcome
    return evolve(change, outcome=outcome, changed=earlier + change.changed)
