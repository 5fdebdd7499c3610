"""One person's data as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs

from linecs.desk.privacy.person import EMPTIED, KEPT, REMOVED, events_naming, find_person, select_of
from linecs.idlink.secret import without_link_token
from linecs.model import Job, ReplyToken, StoredEvent
from linecs.model.knowledge import KnowledgeProposal, ProposalSource
from linecs.model.link import KeptTokens, LinkCode, LinkInvitation, LinkNonce, LoginAttempt
from linecs.storage.tables import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linecs.desk.privacy.person import Person
    from linecs.storage.ports import Transaction

__all__ = ["NOT_EXPORTED", "export_person"]

_SECRET = (Job, KeptTokens, LinkCode, LinkInvitation, LinkNonce, LoginAttempt, ReplyToken)
_OF_OTHERS_TOO = (KnowledgeProposal, ProposalSource)
NOT_EXPORTED = (*_SECRET, *_OF_OTHERS_TOO)
"""Rows that hold nothing but secrets and work to do, or are of several people."""
_LEFT_OUT = frozenset(
    {
        "lease_owner",
        "lease_until",
        "mark_as_read_token",
        "owner",
        "quote_token",
        "reply_token",
        "retry_key",
        "user_seat",
        "member_seat",
    }
)


def export_person(tx: Transaction, customer_id: str) -> str:
    """Return all that is kept of a person, as JSON text by table; tokens and keys left out.

    Joins a reading transaction. Raises `RowMissingError`.
    """
    person = find_person(tx, customer_id)
    data = {name: rows for name, rows in _tables(tx, person) if rows}
    return json.dumps(data, ensure_ascii=False, indent=2, default=str)


def _tables(tx: Transaction, person: Person) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    for row, owner in {**EMPTIED, **REMOVED, **KEPT}.items():
        if row in NOT_EXPORTED:
            continue
        found = (
            events_naming(tx, person) if row is StoredEvent else select_of(tx, person, row, owner)
        )
        yield table_of(row).name, [_shown(each) for each in found]


def _shown(row: Any) -> dict[str, Any]:  # noqa: ANN401 - any kept value
    shown = {name: value for name, value in attrs.asdict(row).items() if name not in _LEFT_OUT}
    return {name: _without_tokens(name, value) for name, value in shown.items()}


def _without_tokens(name: str, value: object) -> object:
    """Return JSON that came as text as what it is, without LINE's tokens."""
    if name not in {"content", "raw", "messages"} or not isinstance(value, str) or not value:
        return value
    return _stripped(json.loads(without_link_token(value)))


def _stripped(value: object) -> object:
    match value:
        case dict():
            return {k: _stripped(v) for k, v in value.items() if not k.endswith(("Token", "nonce"))}
        case list():
            return [_stripped(each) for each in value]
        case _:
            return value
