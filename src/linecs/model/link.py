"""A link: the proof that a LINE user is one of the shop's members."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

from attrs import field, frozen

from linecs.model.ids import ChannelId, CustomerId, LineUserId, MemberId, OperatorId, ProviderId

__all__ = [
    "KeptTokens",
    "LedgerEntry",
    "LedgerKind",
    "Link",
    "LinkCode",
    "LinkEnd",
    "LinkFlow",
    "LinkId",
    "LinkInvitation",
    "LinkNonce",
    "LinkSubject",
    "LoginAttempt",
    "LoginFlow",
]

LinkId = NewType("LinkId", str)


class LinkFlow(StrEnum):
    """How the proof came about."""

    ACCOUNT_LINK = "account_link"
    """The Messaging API's account link, with the member logged in at the shop."""
    SIGN_UP = "sign_up"
    """LINE Login by somebody who became a member with it."""
    LOGIN = "login"
    """LINE Login by a member who was logged in at the shop."""
    LIFF = "liff"
    """A verified LIFF id token, with the member logged in at the shop."""
    IN_STORE = "in_store"
    """LINE Login after a code that staff gave to the member they had before them."""
    IMPORT = "import"
    """Taken over from another system on the shop's word; proves nothing by itself."""

    @property
    def proves_both(self) -> bool:
        """Whether the LINE account and the member were both proven, just now."""
        return self is not LinkFlow.IMPORT


class LinkEnd(StrEnum):
    """Why a link is over."""

    UNLINKED_BY_CUSTOMER = "unlinked_by_customer"
    UNLINKED_BY_SHOP = "unlinked_by_shop"
    MEMBER_WITHDRAWN = "member_withdrawn"
    REPLACED = "replaced"
    """Another link took its place, with both sides proven."""
    ERASED = "erased"


@frozen(kw_only=True)
class LinkSubject:
    """Whose LINE account it is, and through which channel we know it."""

    provider_id: ProviderId
    channel_id: ChannelId
    customer_id: CustomerId
    line_user_id: LineUserId


@frozen(kw_only=True)
class Link:
    """One LINE user is one member, within a provider, for a while.

    Attributes:
        channel_id: Through which channel it was proven; the link serves all of the provider's.
        customer_id: Our id of the LINE user in that channel; what the ledger speaks of.
        flow: How it was first proven.
        linked_at: Epoch ms UTC.
        proven_at: When it was last proven, epoch ms UTC.
        ended_at: Epoch ms UTC; None while it is current.
        version: Raised by every change; a card read under another version is stale.
        user_seat: The LINE user id while current, else None: no two links share one.
        member_seat: The member id while current and one LINE user a member is the rule, else
            None: no two links share one.
    """

    id: LinkId
    provider_id: ProviderId
    channel_id: ChannelId
    customer_id: CustomerId
    line_user_id: LineUserId
    member_id: MemberId
    flow: LinkFlow
    linked_at: int
    proven_at: int
    ended_at: int | None = None
    ended_because: LinkEnd | None = None
    version: int = 1
    user_seat: str | None = None
    member_seat: str | None = None

    @property
    def is_current(self) -> bool:
        """Whether it holds now."""
        return self.ended_at is None


class LedgerKind(StrEnum):
    """What the ledger records."""

    LINKED = "linked"
    CONFIRMED = "confirmed"
    """The same two proved themselves again."""
    REFUSED = "refused"
    """Both were proven, and the shop's policy said no."""
    ENDED = "ended"


@frozen(kw_only=True)
class LedgerEntry:
    """One line of evidence; written once, with no LINE id and no member id in it.

    Attributes:
        customer_id: Our id of the LINE user.
        link_id: Empty where no link came of it.
        reason: Why it was refused or ended, or where an import had it from; else empty.
        at: Epoch ms UTC.
        actor: `customer`, `shop`, `system`, or the operator's id.
    """

    id: str
    provider_id: ProviderId
    channel_id: ChannelId
    customer_id: CustomerId
    kind: LedgerKind
    flow: LinkFlow
    at: int
    link_id: str = ""
    reason: str = ""
    actor: str = "customer"


@frozen(kw_only=True)
class LinkInvitation:
    """For which LINE user a link token was issued.

    Attributes:
        token_hash: SHA-256 of the link token, hexadecimal; the token itself is not kept.
        expires_at: Epoch ms UTC; LINE says ten minutes.
    """

    token_hash: str
    provider_id: ProviderId
    channel_id: ChannelId
    customer_id: CustomerId
    line_user_id: LineUserId
    issued_at: int
    expires_at: int

    @property
    def subject(self) -> LinkSubject:
        """Whose LINE account was invited."""
        return LinkSubject(
            provider_id=self.provider_id,
            channel_id=self.channel_id,
            customer_id=self.customer_id,
            line_user_id=self.line_user_id,
        )


@frozen(kw_only=True)
class LinkNonce:
    """A member's approval, waiting for LINE to say who gave it.

    Attributes:
        nonce_hash: SHA-256 of the nonce, hexadecimal; the nonce itself is not kept.
        line_user_id: Whom the link token was issued for; nobody else may use the nonce.
        used_at: Epoch ms UTC; None while unused.
    """

    nonce_hash: str
    provider_id: ProviderId
    channel_id: ChannelId
    customer_id: CustomerId
    line_user_id: LineUserId
    member_id: MemberId
    issued_at: int
    expires_at: int
    used_at: int | None = None

    @property
    def subject(self) -> LinkSubject:
        """Whose LINE account was invited."""
        return LinkSubject(
            provider_id=self.provider_id,
            channel_id=self.channel_id,
            customer_id=self.customer_id,
            line_user_id=self.line_user_id,
        )


class LoginFlow(StrEnum):
    """What a LINE Login is for; one never turns into another."""

    SIGN_UP = "sign_up"
    """To become a member."""
    LOG_IN = "log_in"
    """To get in as the member the LINE account is linked to."""
    LINK = "link"
    """To link the member who is logged in already."""
    IN_STORE = "in_store"
    """To link the member a code from staff stands for."""
    DEAUTHORIZE = "deauthorize"
    """To get a user token only to take back what the app may do."""


@frozen(kw_only=True)
class LoginAttempt:
    """One trip to LINE's login page, kept on the server until it returns.

    Attributes:
        browser_hash: SHA-256 of the cookie value that ties it to one browser, hexadecimal.
        state_hash: SHA-256 of the `state` sent along, hexadecimal.
        nonce: What the id token must repeat.
        code_verifier: PKCE's secret; the authorization code is worth nothing without it.
        member_id: The member to link; None in other flows.
        return_to: A path on the shop's own site.
        auto_login: Whether LINE may log in without asking; off after that failed once.
        expires_at: Epoch ms UTC.
    """

    browser_hash: str
    state_hash: str
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)
    flow: LoginFlow
    member_id: MemberId | None = None
    return_to: str = "/"
    auto_login: bool = True
    issued_at: int
    expires_at: int


@frozen(kw_only=True)
class LinkCode:
    """A code for one member to link in a store.

    Attributes:
        code_hash: SHA-256 of the code, hexadecimal.
        issued_by: Who at the shop saw the member.
        expires_at: Epoch ms UTC.
        used_at: Epoch ms UTC; None while unused.
    """

    code_hash: str
    provider_id: ProviderId
    member_id: MemberId
    issued_by: OperatorId
    issued_at: int
    expires_at: int
    used_at: int | None = None


@frozen(kw_only=True)
class KeptTokens:
    """LINE Login tokens a shop chose to keep, so that unlinking can take back their rights.

    Attributes:
        sealed: The tokens, encrypted under the shop's key.
        usable_until: When the refresh token ends, epoch ms UTC.
    """

    link_id: LinkId
    sealed: str = field(repr=False)
    usable_until: int
