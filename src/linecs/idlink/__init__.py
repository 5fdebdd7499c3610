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
from linecs.idlink.fields import (
    FieldEdit,
    FieldError,
    TagEdit,
    canonical_value,
    check_definitions,
    set_field,
    set_tag,
)
from linecs.idlink.files import (
    ImportedLink,
    ImportPlan,
    LinkFileError,
    LinkProblem,
    ProblemKind,
    export_links,
    import_links,
    plan_import,
    read_link_file,
)
from linecs.idlink.http import Http, HttpAnswer, LineHttp
from linecs.idlink.id_tokens import IdClaims, verify_web_id_token
from linecs.idlink.in_store import InStoreLink, LinkOffer, qr_code_svg
from linecs.idlink.liff import LineKeys, verify_liff_id_token
from linecs.idlink.links import (
    LinkChange,
    LinkClaim,
    LinkOutcome,
    LinkPolicy,
    OnConflict,
    decide_link,
    end_links,
)
from linecs.idlink.login import LineLogin
from linecs.idlink.login_flows import (
    keep_tokens_of,
    link_from_liff,
    link_in_store,
    link_member,
    linked_member,
    sign_up,
)
from linecs.idlink.login_values import (
    BotPrompt,
    LoginProof,
    LoginRefusal,
    LoginRefused,
    StartedLogin,
)
from linecs.idlink.member import MemberCard, MemberCards, MemberDirectory, Order, Shipment
from linecs.idlink.memory import MemoryLinks
from linecs.idlink.ports import CodeStore, LinkStore, LoginStore, NonceStore, TokenStore
from linecs.idlink.registry import LinkHook, LinkRegistry
from linecs.idlink.texts import LinkTexts
from linecs.idlink.vault import LoginTokens, TokenVault, TokenVaultError

__all__ = [
    "AccountLink",
    "BotPrompt",
    "CodeError",
    "CodeStore",
    "FieldEdit",
    "FieldError",
    "Http",
    "HttpAnswer",
    "IdClaims",
    "IdTokenError",
    "ImportPlan",
    "ImportedLink",
    "InStoreLink",
    "Invitation",
    "InvitationError",
    "LineHttp",
    "LineKeys",
    "LineLogin",
    "LineLoginError",
    "LinkBusyError",
    "LinkChange",
    "LinkClaim",
    "LinkError",
    "LinkFileError",
    "LinkHook",
    "LinkOffer",
    "LinkOutcome",
    "LinkPolicy",
    "LinkProblem",
    "LinkRegistry",
    "LinkStore",
    "LinkTexts",
    "LinkTokenIssuer",
    "LoginProof",
    "LoginRefusal",
    "LoginRefused",
    "LoginStore",
    "LoginTokens",
    "MemberCard",
    "MemberCards",
    "MemberDirectory",
    "MemoryLinks",
    "NonceStore",
    "Notice",
    "OnConflict",
    "Order",
    "ProblemKind",
    "ProofError",
    "Settlement",
    "SettlementOutcome",
    "Shipment",
    "StartedLogin",
    "TagEdit",
    "TokenStore",
    "TokenVault",
    "TokenVaultError",
    "canonical_value",
    "check_definitions",
    "decide_link",
    "end_links",
    "export_links",
    "import_links",
    "keep_tokens_of",
    "link_from_liff",
    "link_in_store",
    "link_member",
    "linked_member",
    "plan_import",
    "qr_code_svg",
    "read_link_file",
    "safe_return_path",
    "set_field",
    "set_tag",
    "sign_up",
    "verify_liff_id_token",
    "verify_web_id_token",
]
