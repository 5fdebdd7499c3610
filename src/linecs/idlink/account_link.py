"""The Messaging API's account link: invitation, approval, and the event that settles it.

Source: LINE Developers, "User account linking".
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from attrs import field, frozen

from linecs.idlink.addresses import checked_address, with_query
from linecs.idlink.errors import InvitationError
from linecs.idlink.links import LinkClaim, LinkOutcome, checked_member_id
from linecs.idlink.registry import LinkRegistry
from linecs.idlink.secret import fresh_secret, hash_secret
from linecs.idlink.texts import LinkTexts
from linecs.model.ids import ChannelId, LineUserId
from linecs.model.link import Link, LinkFlow, LinkInvitation, LinkNonce
from linecs.model.message import MessageObject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from attrs import Attribute

    from linecs.idlink.links import LinkChange
    from linecs.idlink.ports import LinkStore, NonceStore
    from linecs.model.link import LinkSubject

__all__ = [
    "AccountLink",
    "Invitation",
    "LinkTokenIssuer",
    "Notice",
    "Settlement",
    "SettlementOutcome",
]

_MINUTE = 60_000
_LINK_TOKEN_LIFE = 10 * _MINUTE
"""LINE: a link token is valid for ten minutes."""


class LinkTokenIssuer(Protocol):
    """Asks LINE for link tokens."""

    def issue_link_token(self, channel_id: ChannelId, line_user_id: LineUserId) -> str:
        """Return a fresh link token for a LINE user of a channel.

        Called by `AccountLink.begin`, with no transaction open. Must call
        `POST /v2/bot/user/{userId}/linkToken` with a timeout.
        """
        ...


class SettlementOutcome(StrEnum):
    """What became of an `accountLink` event."""

    LINKED = "linked"
    CONFIRMED = "confirmed"
    REPLACED = "replaced"
    REFUSED = "refused"
    """Both were proven, and a current link stood in the way."""
    FAILED = "failed"
    """LINE says that the visitor was not the one the link token was issued for."""
    REPLAYED = "replayed"
    """The nonce was used before."""
    FOREIGN = "foreign"
    """The nonce was given for another LINE user or channel."""
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    """Nobody here gave such a nonce, or the event is not as LINE describes it."""


@frozen(kw_only=True)
class Notice:
    """Something to tell a customer."""

    customer_id: str
    channel_id: ChannelId
    line_user_id: LineUserId
    message: MessageObject


@frozen(kw_only=True)
class Settlement:
    """How an `accountLink` event ended.

    Attributes:
        link: The link that now holds; None where none came of it.
        ended: Links that were replaced.
        notices: Whom to tell what, where the customer is known.
    """

    outcome: SettlementOutcome
    link: Link | None = None
    ended: tuple[Link, ...] = ()
    notices: tuple[Notice, ...] = ()


@frozen(kw_only=True)
class Invitation:
    """A link token's owner to keep, and the message that carries the token."""

    row: LinkInvitation
    message: MessageObject = field(repr=False)


def _checked_page(_instance: object, attribute: Attribute[Any], value: str) -> None:
    checked_address(f"AccountLink.{attribute.name}", value)


@frozen(kw_only=True)
class AccountLink:
    """Links LINE users to members by LINE's account link.

    Attributes:
        page_url: The shop's page that asks the member to log in; it gets `?linkToken=`.
        registry: Makes the links.
        texts: What the customer reads.
        nonce_life: How long an approval waits for LINE, in ms.
        dialog_url: LINE's account-link dialog; a simulator's in tests.
        new_secret: Makes nonces of at least 128 bits.
    """

    page_url: str = field(validator=_checked_page)
    registry: LinkRegistry = field(factory=LinkRegistry)
    texts: LinkTexts = field(factory=LinkTexts)
    nonce_life: int = 10 * _MINUTE
    dialog_url: str = field(
        default="https://access.line.me/dialog/bot/accountLink", validator=_checked_page
    )
    new_secret: Callable[[], str] = field(default=fresh_secret, repr=False)

    def begin(self, subject: LinkSubject, issuer: LinkTokenIssuer, *, now: int) -> Invitation:
        """Return an invitation to send to a customer; keep its `row` before sending it.

        Calls LINE: open no transaction around it. The customer must be a friend.

        Args:
            subject: Whom to invite.
            issuer: Asks LINE for the link token.
            now: Epoch ms UTC.
        """
        token = issuer.issue_link_token(subject.channel_id, subject.line_user_id)
        row = LinkInvitation(
            token_hash=hash_secret(token),
            provider_id=subject.provider_id,
            channel_id=subject.channel_id,
            customer_id=subject.customer_id,
            line_user_id=subject.line_user_id,
            issued_at=now,
            expires_at=now + _LINK_TOKEN_LIFE,
        )
        url = with_query(self.page_url, linkToken=token)
        return Invitation(row=row, message=self.texts.invitation_bubble(url))

    def invited(self, store: NonceStore, link_token: str, *, now: int) -> LinkSubject:
        """Return whose LINE account a link token would link, to show before approving.

        Raises:
            InvitationError: The token is unknown or too old.
        """
        return self._invitation(store, link_token, now).subject

    def approve(self, store: NonceStore, link_token: str, member_id: str, *, now: int) -> str:
        """Return LINE's dialog address to redirect the logged-in member's browser to.

        Call it only for a member who is logged in and pressed a button for it, in a request
        that the shop protects against forgery; take the member from the session, never from
        the request. The address carries a fresh nonce that binds the member to the LINE user
        the token was issued for.

        Args:
            store: The open transaction.
            link_token: As it came in `?linkToken=`.
            member_id: The member of the session.
            now: Epoch ms UTC.

        Raises:
            InvitationError: The token is unknown or too old.
        """
        invitation = self._invitation(store, link_token, now)
        nonce = self.new_secret()
        store.add_nonce(
            LinkNonce(
                nonce_hash=hash_secret(nonce),
                provider_id=invitation.provider_id,
                channel_id=invitation.channel_id,
                customer_id=invitation.customer_id,
                line_user_id=invitation.line_user_id,
                member_id=checked_member_id(member_id),
                issued_at=now,
                expires_at=now + self.nonce_life,
            )
        )
        return with_query(self.dialog_url, linkToken=link_token, nonce=nonce)

    def settle(
        self,
        links: LinkStore,
        nonces: NonceStore,
        event: Mapping[str, Any],
        *,
        channel_id: ChannelId,
        sender: LinkSubject | None,
        now: int,
    ) -> Settlement:
        """Return what an `accountLink` event leads to, having written it.

        The nonce is used up whatever comes of it. Run it in the transaction that marks the
        event done, so that both are consumed together.

        Args:
            links: The open transaction.
            nonces: The same transaction.
            event: The event as LINE sent it, verified.
            channel_id: The channel it came to.
            sender: The customer of `source.userId`; None where the event names nobody.
            now: Epoch ms UTC.
        """
        nonce, outcome = self._consume(nonces, event, channel_id, now)
        if nonce is None:
            return self._ended(outcome, sender)
        if outcome is SettlementOutcome.FAILED:
            return self._ended(outcome, nonce.subject)
        if sender is None or _source(event) != nonce.line_user_id:
            return self._ended(SettlementOutcome.FOREIGN, sender)
        if outcome is not SettlementOutcome.LINKED:
            return self._ended(outcome, sender)
        claim = LinkClaim(
            subject=nonce.subject,
            member_id=nonce.member_id,
            flow=LinkFlow.ACCOUNT_LINK,
            at=now,
        )
        return self._linked(self.registry.link(links, claim), nonce.subject)

    def _invitation(self, store: NonceStore, link_token: str, now: int) -> LinkInvitation:
        invitation = store.find_invitation(hash_secret(link_token))
        if invitation is None or now >= invitation.expires_at:
            raise InvitationError(
                "The invitation is unknown or too old; ask the customer to start again in LINE."
            )
        return invitation

    def _consume(
        self, store: NonceStore, event: Mapping[str, Any], channel_id: ChannelId, now: int
    ) -> tuple[LinkNonce | None, SettlementOutcome]:
        link = event.get("link")
        value = link.get("nonce") if isinstance(link, dict) else None
        nonce = store.find_nonce(hash_secret(value)) if isinstance(value, str) else None
        if nonce is None or not isinstance(link, dict):
            return None, SettlementOutcome.UNKNOWN
        if not store.use_nonce(nonce.nonce_hash, now):
            return None, SettlementOutcome.REPLAYED
        if nonce.channel_id != channel_id:
            return None, SettlementOutcome.FOREIGN
        if link.get("result") != "ok":
            return nonce, SettlementOutcome.FAILED
        if now >= nonce.expires_at:
            return nonce, SettlementOutcome.EXPIRED
        return nonce, SettlementOutcome.LINKED

    def _linked(self, change: LinkChange, subject: LinkSubject) -> Settlement:
        outcome = _OUTCOMES.get(change.outcome, SettlementOutcome.REFUSED)
        others = [each for each in change.ended if each.line_user_id != subject.line_user_id]
        told = [self._notice(each, "replaced") for each in others]
        return Settlement(
            outcome=outcome,
            link=change.link,
            ended=change.ended,
            notices=(self._notice(subject, _TOLD[outcome]), *told),
        )

    def _ended(self, outcome: SettlementOutcome, known: LinkSubject | None) -> Settlement:
        told = (self._notice(known, _TOLD[outcome]),) if known is not None else ()
        return Settlement(outcome=outcome, notices=told)

    def _notice(self, whom: LinkSubject | Link, text: str) -> Notice:
        return Notice(
            customer_id=whom.customer_id,
            channel_id=whom.channel_id,
            line_user_id=whom.line_user_id,
            message=self.texts.bubble(text),
        )


_OUTCOMES: dict[LinkOutcome | None, SettlementOutcome] = {
    LinkOutcome.LINKED: SettlementOutcome.LINKED,
    LinkOutcome.CONFIRMED: SettlementOutcome.CONFIRMED,
    LinkOutcome.REPLACED: SettlementOutcome.REPLACED,
}

_TOLD = {
    SettlementOutcome.LINKED: "linked",
    SettlementOutcome.REPLACED: "linked",
    SettlementOutcome.CONFIRMED: "confirmed",
    SettlementOutcome.REFUSED: "refused",
    SettlementOutcome.FAILED: "failed",
    SettlementOutcome.REPLAYED: "replayed",
    SettlementOutcome.FOREIGN: "failed",
    SettlementOutcome.EXPIRED: "expired",
    SettlementOutcome.UNKNOWN: "failed",
}


def _source(event: Mapping[str, Any]) -> object:
    source = event.get("source")
    return source.get("userId") if isinstance(source, dict) else None
