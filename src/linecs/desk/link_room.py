"""Who is a member: invitations, approvals, and the end of links; `desk.links`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from attrs import evolve

from linecs.delivery.planner import refusal
from linecs.desk.link_events import farewell, link_of, subject_of
from linecs.desk.links import LinkTransaction
from linecs.desk.reading import Lane, conversations_of
from linecs.desk.telling import tell_customer
from linecs.errors import UnreachableError
from linecs.idlink import ImportPlan, export_links, import_links, plan_import, read_link_file
from linecs.model import Author, ChannelId, Customer, MemberId
from linecs.model.link import LedgerEntry, Link, LinkEnd
from linecs.routing import Permission
from linecs.storage.ports import Query, equal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linecs.desk.core import DeskCore
    from linecs.idlink import Invitation, LinkChange, LinkProblem
    from linecs.model import LineUserId, MessageId, ProviderId
    from linecs.model.link import LinkSubject
    from linecs.storage.ports import Transaction

__all__ = ["LinkRoom"]

T = TypeVar("T")

_AUTHOR = "desk:link"
_NEED_NO_ROLE = ("customer", "shop")
_LINES_AT_ONCE = 200


class LinkRoom:
    """What a host and its operators do about links; `desk.links`.

    Each act opens its own transaction (joins one under `using`).
    """

    def __init__(self, core: DeskCore) -> None:
        self._core = core

    def issue_link_token(self, channel_id: ChannelId, line_user_id: LineUserId) -> str:
        """Ask LINE for a link token. Calls LINE: open no transaction around it."""
        return self._core.gateways.of(channel_id).link_token(line_user_id)

    def invite(self, customer_id: str, *, actor: str = "") -> Sequence[MessageId]:
        """Queue an invitation to link, good for ten minutes; return its message.

        Calls LINE first: open no transaction around it.

        Args:
            customer_id: Whom.
            actor: The operator who invites; empty for the shop itself.

        Raises:
            UnreachableError: LINE would deliver nothing to this customer.
            NotPermittedError: The role takes no `reply`; or no `spend_reserve`, and the invitation
                would be pushed from what the month has left for people.
            ConfigurationError: The desk has no account link.
        """
        core = self._core
        if actor:
            core.staff.permit(actor, Permission.REPLY)
        customer = core.storage.read(lambda tx: tx.get(Customer, customer_id))
        if reason := refusal(customer, core.clock()):
            raise UnreachableError(reason=reason)
        subject = subject_of(core, customer)
        invitation = core.linking.invitations.begin(subject, self, now=core.clock())
        return core.storage.run(lambda tx: _invite(core, tx, customer_id, invitation, actor))

    def invited(self, link_token: str) -> LinkSubject:
        """Return whose LINE account a link token would link, to show before approving.

        Raises:
            InvitationError: The token is unknown or too old.
        """
        invitations, now = self._core.linking.invitations, self._core.clock()
        return self.run(lambda links: invitations.invited(links, link_token, now=now))

    def approve(self, link_token: str, member_id: str) -> str:
        """Return LINE's dialog address to redirect the logged-in member's browser to.

        Call it only for a member who is logged in and pressed a button for it, in a request
        that the shop protects against forgery; take the member from the session.

        Raises:
            InvitationError: The token is unknown or too old.
        """
        invitations, now = self._core.linking.invitations, self._core.clock()
        return self.run(lambda links: invitations.approve(links, link_token, member_id, now=now))

    def subject(self, channel_id: str, line_user_id: str) -> LinkSubject:
        """Return a LINE user as links know them, as a customer of ours from now on.

        Only for a LINE user id that LINE itself vouched for: of a webhook, or of an id token
        that was verified.
        """
        core, lane = self._core, Lane(ChannelId(channel_id), line_user_id)
        return core.storage.run(lambda tx: _subject(core, tx, lane))

    def run(self, work: Callable[[LinkTransaction], T]) -> T:
        """Do work on the links in one transaction, such as `linecs.idlink.link_member`."""
        return self._core.storage.run(lambda tx: work(LinkTransaction(tx)))

    def unlink(
        self,
        customer_id: str,
        *,
        actor: str,
        because: LinkEnd = LinkEnd.UNLINKED_BY_SHOP,
        tells: bool = True,
    ) -> Sequence[Link]:
        """End a customer's link; return what ended, nothing where there was none.

        What the link opened is closed with the commit, in every process.

        Args:
            customer_id: Whose.
            actor: The operator who ends it; `customer` where the shop's own page passes on the
                customer's wish, `shop` for the host's own code.
            because: Why, for the ledger.
            tells: Whether the customer is told in LINE.

        Raises:
            NotPermittedError: The role takes no `edit_links`.
        """
        if actor not in _NEED_NO_ROLE:
            self._core.staff.permit(actor, Permission.EDIT_LINKS)

        def end(tx: Transaction) -> LinkChange:
            subject = subject_of(self._core, tx.get(Customer, customer_id))
            return self._core.linking.registry.unlink(
                LinkTransaction(tx),
                subject.provider_id,
                subject.line_user_id,
                at=self._core.clock(),
                actor=actor,
                because=because,
            )

        return self._core.storage.run(lambda tx: self._told(tx, end(tx), tells=tells))

    def withdraw_member(
        self, member_id: str, *, actor: str = "shop", tells: bool = True
    ) -> Sequence[Link]:
        """End every link of a member who left the shop; return them.

        Args:
            member_id: Who left.
            actor: `shop`, `system`, or the operator's id.
            tells: Whether the customers are told in LINE.
        """

        def end(tx: Transaction) -> LinkChange:
            links, now = LinkTransaction(tx), self._core.clock()
            return self._core.linking.registry.withdraw_member(
                links, links, self._provider, member_id, at=now, actor=actor
            )

        return self._core.storage.run(lambda tx: self._told(tx, end(tx), tells=tells))

    def of_customer(self, customer_id: str) -> Link | None:
        """Return the link that holds for a customer now, or None."""
        core = self._core
        return core.storage.read(lambda tx: link_of(core, tx, tx.get(Customer, customer_id)))

    def of_member(self, member_id: str) -> Sequence[Link]:
        """Return the links that hold for a member now, oldest first."""
        member = MemberId(member_id)
        return self._core.storage.read(
            lambda tx: LinkTransaction(tx).current_links(self._provider, member_id=member)
        )

    def history(self, customer_id: str) -> Sequence[LedgerEntry]:
        """Return the ledger of a customer's links, oldest first."""
        where = (equal("customer_id", customer_id),)
        query = Query(row=LedgerEntry, where=where, order=("at", "id"))
        return self._core.storage.read(lambda tx: tx.select(query))

    def export_csv(self) -> str:
        """Return all links, current and ended, with their evidence, as a CSV file."""
        query = Query(row=Link, order=("linked_at", "id"))
        return "".join(export_links(self._core.storage.read(lambda tx: tx.select(query))))

    def import_csv(
        self, text: str, *, channel_id: str, actor: str = "shop", dry_run: bool = False
    ) -> ImportPlan:
        """Take over links from a CSV file; never replaces a link, since a file proves nothing.

        Args:
            text: As `export_csv` writes it.
            channel_id: Through which channel the LINE users are known.
            actor: The operator's id, or `shop`.
            dry_run: Whether to change nothing and only say what would happen.

        Returns:
            What was new, what was there already, and the lines that were not taken over.

        Raises:
            LinkFileError: The file lacks a column.
            NotPermittedError: The role takes no `edit_links`.
        """
        if actor not in _NEED_NO_ROLE:
            self._core.staff.permit(actor, Permission.EDIT_LINKS)
        lines, unreadable = read_link_file(text, provider_id=self._provider)
        policy = self._core.linking.registry.policy
        plan = self._core.storage.read(
            lambda tx: plan_import(lines, LinkTransaction(tx), policy=policy)
        )
        problems = [*unreadable, *plan.problems]
        for start in range(0, 0 if dry_run else len(plan.new), _LINES_AT_ONCE):
            part = ImportPlan(new=plan.new[start : start + _LINES_AT_ONCE])
            problems += self._import(part, ChannelId(channel_id), actor)
        return evolve(plan, problems=tuple(sorted(problems, key=lambda each: each.line)))

    def _import(self, plan: ImportPlan, channel_id: ChannelId, actor: str) -> list[LinkProblem]:
        core = self._core

        def write(tx: Transaction) -> list[LinkProblem]:
            return import_links(
                plan,
                core.linking.registry,
                LinkTransaction(tx),
                subject_of=lambda user: _subject(core, tx, Lane(channel_id, user)),
                now=core.clock(),
                actor=actor,
            )

        return core.storage.run(write)

    @property
    def _provider(self) -> ProviderId:
        return next(iter(self._core.channels.values())).provider_id

    def _told(self, tx: Transaction, change: LinkChange, *, tells: bool) -> Sequence[Link]:
        if tells:
            for link in change.ended:
                words = farewell(self._core, tx, link)
                tell_customer(self._core, tx, link.customer_id, *words, author_id=_AUTHOR)
        return change.ended


def _invite(
    core: DeskCore, tx: Transaction, customer_id: str, invitation: Invitation, actor: str
) -> Sequence[MessageId]:
    LinkTransaction(tx).add_invitation(invitation.row)
    return tell_customer(
        core,
        tx,
        customer_id,
        invitation.message,
        author=Author.OPERATOR if actor else Author.SYSTEM,
        author_id=actor or _AUTHOR,
    )


def _subject(core: DeskCore, tx: Transaction, lane: Lane) -> LinkSubject:
    (conversation_id,) = conversations_of(tx, [lane], core.clock()).values()
    return subject_of(core, tx.get(Customer, conversation_id))
