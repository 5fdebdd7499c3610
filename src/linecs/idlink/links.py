"""Which link may be, decided purely: values in, values out."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from linecs.errors import ConfigurationError
from linecs.model.ids import MemberId
from linecs.model.link import (
    LedgerEntry,
    LedgerKind,
    Link,
    LinkEnd,
    LinkFlow,
    LinkId,
    LinkSubject,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "LinkChange",
    "LinkClaim",
    "LinkOutcome",
    "LinkPolicy",
    "OnConflict",
    "checked_member_id",
    "decide_link",
    "end_links",
]

_LONGEST_ID = 255


class LinkPolicy(StrEnum):
    """How many LINE users one member may have; a LINE user is always one member at most."""

    ONE_TO_ONE = "one_to_one"
    FAMILY = "family"
    """Many LINE users, each of whom proved it, share one member."""


class OnConflict(StrEnum):
    """What happens when a new link stands against a current one."""

    REFUSE = "refuse"
    """The current link stays; one of the two sides has to unlink first."""
    REPLACE = "replace"
    """The new link wins if its flow proved the LINE account and the member just now."""


class LinkOutcome(StrEnum):
    """What became of a claim."""

    LINKED = "linked"
    CONFIRMED = "confirmed"
    """The same two were linked already."""
    REPLACED = "replaced"
    USER_TAKEN = "user_taken"
    """Refused: the LINE user is linked to another member."""
    MEMBER_TAKEN = "member_taken"
    """Refused: the member is linked to another LINE user."""


def checked_member_id(member_id: str) -> MemberId:
    """Return the id where it can be kept and compared the same way in every database.

    Raises:
        ConfigurationError: It is empty, longer than 255 characters, has a space at an end, or
            holds a control character.
    """
    if not 0 < len(member_id) <= _LONGEST_ID or member_id != member_id.strip():
        msg = "A member id has 1 to 255 characters and no space at either end."
        raise ConfigurationError(msg)
    if not member_id.isprintable():
        msg = "A member id holds no control characters."
        raise ConfigurationError(msg)
    return MemberId(member_id)


@frozen(kw_only=True)
class LinkClaim:
    """Somebody proved to be both: this LINE user and that member.

    Attributes:
        at: Epoch ms UTC.
        actor: `customer`, `shop`, `system`, or the operator's id.
        note: What the ledger adds to a new link, such as where an import had it from; no ids.
    """

    subject: LinkSubject
    member_id: MemberId = field(converter=checked_member_id)
    flow: LinkFlow
    at: int
    actor: str = "customer"
    note: str = ""


@frozen(kw_only=True)
class LinkChange:
    """What to write, and what to say.

    Attributes:
        outcome: None where links only ended.
        link: The link that now holds for the claim; None where it was refused.
        added: The link to add; None where none is new.
        changed: Links to write, each as it was and as it becomes.
        entries: Lines for the ledger.
    """

    outcome: LinkOutcome | None
    link: Link | None = None
    added: Link | None = None
    changed: tuple[tuple[Link, Link], ...] = ()
    entries: tuple[LedgerEntry, ...] = ()

    @property
    def ended(self) -> tuple[Link, ...]:
        """The links that are over with this change."""
        return tuple(after for _, after in self.changed if not after.is_current)


def decide_link(
    claim: LinkClaim,
    current: Iterable[Link],
    *,
    policy: LinkPolicy,
    on_conflict: OnConflict,
    new_id: Callable[[int], str],
) -> LinkChange:
    """Return what a claim leads to.

    Args:
        claim: What was proven.
        current: At least the current links of its LINE user and of its member.
        policy: How many LINE users one member may have.
        on_conflict: What happens to a link in the way.
        new_id: Makes an id from a moment in epoch ms UTC.
    """
    links = [each for each in current if each.provider_id == claim.subject.provider_id]
    own = next((each for each in links if _is_same(each, claim)), None)
    if own is not None:
        return _confirm(claim, own, new_id)
    rivals = [each for each in links if _is_rival(each, claim, policy)]
    replaces = on_conflict is OnConflict.REPLACE and claim.flow.proves_both
    if rivals and not replaces:
        return _refuse(claim, rivals, new_id)
    return _add(claim, rivals, policy, new_id)


def end_links(
    links: Iterable[Link],
    *,
    because: LinkEnd,
    at: int,
    actor: str,
    new_id: Callable[[int], str],
) -> LinkChange:
    """Return what ends these links; those already over stay as they are."""
    current = [each for each in links if each.is_current]
    return LinkChange(
        outcome=None,
        changed=tuple((each, _ended(each, because, at)) for each in current),
        entries=tuple(_end_entry(each, because, at, actor, new_id) for each in current),
    )


def _is_same(link: Link, claim: LinkClaim) -> bool:
    user = claim.subject.line_user_id
    return (link.line_user_id, link.member_id) == (user, claim.member_id)


def _is_rival(link: Link, claim: LinkClaim, policy: LinkPolicy) -> bool:
    if link.line_user_id == claim.subject.line_user_id:
        return True
    return policy is LinkPolicy.ONE_TO_ONE and link.member_id == claim.member_id


def _confirm(claim: LinkClaim, own: Link, new_id: Callable[[int], str]) -> LinkChange:
    after = evolve(own, proven_at=claim.at, version=own.version + 1)
    return LinkChange(
        outcome=LinkOutcome.CONFIRMED,
        link=after,
        changed=((own, after),),
        entries=(_entry(claim, LedgerKind.CONFIRMED, new_id, link_id=own.id),),
    )


def _refuse(claim: LinkClaim, rivals: list[Link], new_id: Callable[[int], str]) -> LinkChange:
    user = claim.subject.line_user_id
    taken = any(each.line_user_id == user for each in rivals)
    outcome = LinkOutcome.USER_TAKEN if taken else LinkOutcome.MEMBER_TAKEN
    entry = _entry(claim, LedgerKind.REFUSED, new_id, reason=outcome)
    return LinkChange(outcome=outcome, entries=(entry,))


def _add(
    claim: LinkClaim, rivals: list[Link], policy: LinkPolicy, new_id: Callable[[int], str]
) -> LinkChange:
    ending = end_links(
        rivals, because=LinkEnd.REPLACED, at=claim.at, actor=claim.actor, new_id=new_id
    )
    link = _new_link(claim, policy, new_id)
    return LinkChange(
        outcome=LinkOutcome.REPLACED if rivals else LinkOutcome.LINKED,
        link=link,
        added=link,
        changed=ending.changed,
        entries=(
            *ending.entries,
            _entry(claim, LedgerKind.LINKED, new_id, link_id=link.id, reason=claim.note),
        ),
    )


def _new_link(claim: LinkClaim, policy: LinkPolicy, new_id: Callable[[int], str]) -> Link:
    subject = claim.subject
    return Link(
        id=LinkId(new_id(claim.at)),
        provider_id=subject.provider_id,
        channel_id=subject.channel_id,
        customer_id=subject.customer_id,
        line_user_id=subject.line_user_id,
        member_id=claim.member_id,
        flow=claim.flow,
        linked_at=claim.at,
        proven_at=claim.at,
        user_seat=subject.line_user_id,
        member_seat=claim.member_id if policy is LinkPolicy.ONE_TO_ONE else None,
    )


def _ended(link: Link, because: LinkEnd, at: int) -> Link:
    return evolve(
        link,
        ended_at=at,
        ended_because=because,
        version=link.version + 1,
        user_seat=None,
        member_seat=None,
    )


def _entry(
    claim: LinkClaim,
    kind: LedgerKind,
    new_id: Callable[[int], str],
    *,
    link_id: str = "",
    reason: str = "",
) -> LedgerEntry:
    return LedgerEntry(
        id=new_id(claim.at),
        provider_id=claim.subject.provider_id,
        channel_id=claim.subject.channel_id,
        customer_id=claim.subject.customer_id,
        kind=kind,
        flow=claim.flow,
        at=claim.at,
        link_id=link_id,
        reason=reason,
        actor=claim.actor,
    )


def _end_entry(
    link: Link, because: LinkEnd, at: int, actor: str, new_id: Callable[[int], str]
) -> LedgerEntry:
    return LedgerEntry(
        id=new_id(at),
        provider_id=link.provider_id,
        channel_id=link.channel_id,
        customer_id=link.customer_id,
        kind=LedgerKind.ENDED,
        flow=link.flow,
        at=at,
        link_id=link.id,
        reason=because,
        actor=actor,
    )
