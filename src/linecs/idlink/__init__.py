"""Who is writing, with proof: LINE users linked to the shop's members."""

from __future__ import annotations

from linecs.idlink.account_link import (
    AccountLink,
    Invitation,
    LinkTokenIssuer,
    Notice,
    Settlement,
    SettlementOutcome,
)
from linecs.idlink.addresses import safe_return_path
from linecs.idlink.errors import (
    CodeError,
    IdTokenError,
    InvitationError,
    LineLoginError,
    LinkBusyError,
    LinkError,
    ProofError,
)
from linecs.idlink.links import (
    LinkChange,
    LinkClaim,
    LinkOutcome,
    LinkPolicy,
    OnConflict,
    decide_link,
    end_links,
)
from linecs.idlink.memory import MemoryLinks
from linecs.idlink.ports import CodeStore, LinkStore, LoginStore, NonceStore, TokenStore
from linecs.idlink.registry import LinkHook, LinkRegistry
from linecs.idlink.texts import LinkTexts

__all__ = [
    "AccountLink",
    "CodeError",
    "CodeStore",
    "IdTokenError",
    "Invitation",
    "InvitationError",
    "LineLoginError",
    "LinkBusyError",
    "LinkChange",
    "LinkClaim",
    "LinkError",
    "LinkHook",
    "LinkOutcome",
    "LinkPolicy",
    "LinkRegistry",
    "LinkStore",
    "LinkTexts",
    "LinkTokenIssuer",
    "LoginStore",
    "MemoryLinks",
    "NonceStore",
    "Notice",
    "OnConflict",
    "ProofError",
    "Settlement",
    "SettlementOutcome",
    "TokenStore",
    "decide_link",
    "end_links",
    "safe_return_path",
]
