"""Sign up, log in, link a member, link in a store or in LIFF: flows that never mix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.idlink.errors import ProofError
from linecs.idlink.links import LinkClaim, checked_member_id
from linecs.model.link import KeptTokens, LinkFlow, LoginFlow

if TYPE_CHECKING:
    from linecs.idlink.id_tokens import IdClaims
    from linecs.idlink.links import LinkChange
    from linecs.idlink.login_values import LoginProof
    from linecs.idlink.ports import LinkStore, TokenStore
    from linecs.idlink.registry import LinkRegistry
    from linecs.model.link import Link, LinkSubject

__all__ = [
    "keep_tokens_of",
    "link_from_liff",
    "link_in_store",
    "link_member",
    "linked_member",
    "sign_up",
]

_PROOF_LIFE = 30 * 60_000
"""A proof that waited longer in a session is not "just now" any more."""


def sign_up(
    registry: LinkRegistry,
    store: LinkStore,
    proof: LoginProof,
    *,
    subject: LinkSubject,
    member_id: str,
    now: int,
) -> LinkChange:
    """Link the member that was just made for this LINE user.

    Args:
        registry: Makes the link.
        store: The open transaction, in which the host also made the member.
        proof: Of a login started to sign up.
        subject: The LINE user as our customer.
        member_id: The new member, made by the host; never an existing one.
        now: Epoch ms UTC.

    Raises:
        ProofError: The proof is of another flow or LINE user, or too old.
    """
    _check(proof, LoginFlow.SIGN_UP, subject, now)
    return registry.link(store, _claim(subject, member_id, LinkFlow.SIGN_UP, now))


def linked_member(
    registry: LinkRegistry, store: LinkStore, proof: LoginProof, *, now: int
) -> Link | None:
    """Return the link by which this LINE user may be logged in as a member; None for a stranger.

    A stranger may sign up, or log in at the shop and link from there; no member is guessed
    from a name or an email address.

    Args:
        registry: Knows the links.
        store: The open transaction.
        proof: Of a login started to log in.
        now: Epoch ms UTC.

    Raises:
        ProofError: The proof is of another flow, or too old.
    """
    _check(proof, LoginFlow.LOG_IN, None, now)
    return registry.current(store, proof.provider_id, proof.line_user_id)


def link_member(
    registry: LinkRegistry,
    store: LinkStore,
    proof: LoginProof,
    *,
    subject: LinkSubject,
    session_member_id: str,
    now: int,
) -> LinkChange:
    """Link the member who is logged in now and started this login.

    Args:
        registry: Makes the link.
        store: The open transaction.
        proof: Of a login started to link a member.
        subject: The LINE user as our customer.
        session_member_id: The member of the session at the callback.
        now: Epoch ms UTC.

    Raises:
        ProofError: The proof is of another flow, LINE user or member, or too old.
    """
    _check(proof, LoginFlow.LINK, subject, now)
    if proof.member_id != session_member_id:
        raise ProofError("Another member is logged in than the one who started; start again.")
    return registry.link(store, _claim(subject, session_member_id, LinkFlow.LOGIN, now))


def link_in_store(
    registry: LinkRegistry,
    store: LinkStore,
    proof: LoginProof,
    *,
    subject: LinkSubject,
    now: int,
) -> LinkChange:
    """Link the member for whom staff gave out the code this login started from.

    Args:
        registry: Makes the link.
        store: The open transaction.
        proof: Of a login started from a redeemed code.
        subject: The LINE user as our customer.
        now: Epoch ms UTC.

    Raises:
        ProofError: The proof is of another flow or LINE user, or too old.
    """
    _check(proof, LoginFlow.IN_STORE, subject, now)
    if proof.member_id is None:
        raise ProofError("The login names no member; start again from the code.")
    return registry.link(store, _claim(subject, proof.member_id, LinkFlow.IN_STORE, now))


def link_from_liff(
    registry: LinkRegistry,
    store: LinkStore,
    claims: IdClaims,
    *,
    subject: LinkSubject,
    session_member_id: str,
    now: int,
) -> LinkChange:
    """Link the member who is logged in in a LIFF app.

    Args:
        registry: Makes the link.
        store: The open transaction.
        claims: From `verify_liff_id_token`, in this request.
        subject: The LINE user as our customer.
        session_member_id: The member of the request's session.
        now: Epoch ms UTC.

    Raises:
        ProofError: The claims are of another LINE user.
    """
    if claims.line_user_id != subject.line_user_id:
        raise ProofError("The id token is of another LINE account than the customer.")
    return registry.link(store, _claim(subject, session_member_id, LinkFlow.LIFF, now))


def keep_tokens_of(tokens: TokenStore, proof: LoginProof, link: Link) -> None:
    """Keep a login's sealed tokens with its link, where the shop keeps tokens at all.

    Raises:
        ProofError: The proof is of another LINE user.
    """
    if proof.line_user_id != link.line_user_id:
        raise ProofError("The login is of another LINE account than the link.")
    if proof.sealed_tokens is not None:
        tokens.keep_tokens(
            KeptTokens(link_id=link.id, sealed=proof.sealed_tokens, usable_until=proof.tokens_until)
        )


def _check(proof: LoginProof, flow: LoginFlow, subject: LinkSubject | None, now: int) -> None:
    if proof.flow is not flow:
        raise ProofError(f"This login was started to {proof.flow}; start one to {flow}.")
    if now - proof.at >= _PROOF_LIFE:
        raise ProofError("The login is too old; have the customer log in with LINE again.")
    theirs = (proof.provider_id, proof.line_user_id)
    if subject is not None and theirs != (subject.provider_id, subject.line_user_id):
        raise ProofError("The login is of another LINE account than the customer.")


def _claim(subject: LinkSubject, member_id: str, flow: LinkFlow, now: int) -> LinkClaim:
    member = checked_member_id(member_id)
    return LinkClaim(subject=subject, member_id=member, flow=flow, at=now)
