"""Which values are kept, by which key, and how they are looked for; no database in sight.

Times are BIGINT epoch milliseconds UTC, JSON and long text are TEXT, ids are strings made
in Python, so that a driver's raw rows need no translation a host's connection lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from linecs.model import (
    Attempt,
    AuditEntry,
    Conversation,
    Customer,
    Draft,
    FeedEntry,
    Job,
    Media,
    Message,
    Note,
    OutboxItem,
    ReadMark,
    ReplyToken,
    StaffPresence,
    StoredEvent,
    Ticket,
)
from linecs.model.fields import CustomerField, CustomerTag, FieldChange
from linecs.model.knowledge import (
    EmbeddedText,
    KnowledgeProposal,
    KnowledgeVersion,
    ProposalSource,
)
from linecs.model.link import (
    KeptTokens,
    LedgerEntry,
    Link,
    LinkCode,
    LinkInvitation,
    LinkNonce,
    LoginAttempt,
)
from linecs.storage.desk_rows import Counter, Memory, Quota, Trace
from linecs.storage.inbox_rows import Place, SearchBlock, SearchPosting, SearchText

__all__ = ["TABLES", "Counter", "Memory", "Quota", "Table", "Trace", "table_of"]


@frozen(kw_only=True)
class Table:
    """How one kind of value is kept.

    Attributes:
        name: Without the prefix.
        row: The frozen class; each field is a column.
        key: The primary key.
        unique: Further columns that no two rows share.
        indexes: Columns that queries look by, in order.
        long: Text fields without a length, not for comparing. All other strings hold at most
            255 characters and do not end in a space.
        json: Fields kept as JSON text, not for comparing.
        lengths: Other lengths than 255 (32 for states); an index of InnoDB holds 768
            characters in all.
    """

    name: str
    row: type[Any]
    key: tuple[str, ...] = ("id",)
    unique: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    long: frozenset[str] = frozenset()
    json: frozenset[str] = frozenset()
    lengths: Mapping[str, int] = {}


TABLES: tuple[Table, ...] = (
    Table(
        name="events",
        row=StoredEvent,
        indexes=(("state", "channel_id", "lane", "occurred_at"),),
        long=frozenset({"raw", "error"}),
    ),
    Table(
        name="customers",
        row=Customer,
        unique=(("channel_id", "line_user_id"),),
        indexes=(("line_user_id",),),
        long=frozenset({"display_name", "picture_url"}),
    ),
    Table(
        name="conversations",
        row=Conversation,
        indexes=(("inquiry_due_at",),),
    ),
    Table(
        name="reply_tokens",
        row=ReplyToken,
        key=("event_id",),
        indexes=(("conversation_id", "usable_until"),),
    ),
    Table(
        name="messages",
        row=Message,
        indexes=(
            ("conversation_id", "occurred_at", "id"),
            ("channel_id", "line_message_id"),
            ("ticket_id",),
            ("state", "answered", "occurred_at"),
        ),
        long=frozenset({"text", "content", "quote_token", "mark_as_read_token", "error"}),
    ),
    Table(
        name="tickets",
        row=Ticket,
        indexes=(
            ("conversation_id", "opened_at"),
            ("status", "due_at"),
            ("assignee_id", "status", "waiting_since"),
            ("status", "opened_at", "id"),
            ("remind_at",),
        ),
    ),
    Table(
        name="outbox",
        row=OutboxItem,
        key=("message_id",),
        indexes=(
            ("parked", "due_at"),
            ("conversation_id", "created_at"),
        ),
    ),
    Table(
        name="attempts",
        row=Attempt,
        indexes=(("state", "due_at"), ("conversation_id", "state")),
        long=frozenset({"messages", "error"}),
        json=frozenset({"message_ids"}),
    ),
    Table(
        name="jobs",
        row=Job,
        unique=(("kind", "key"),),
        indexes=(("state", "due_at"), ("subject_id",)),
        long=frozenset({"error"}),
        json=frozenset({"payload"}),
    ),
    Table(
        name="feed",
        row=FeedEntry,
        indexes=(("cursor", "id"), ("ticket_id",)),
        json=frozenset({"facts"}),
    ),
    Table(
        name="media",
        row=Media,
        indexes=(("message_id",), ("conversation_id",), ("state", "announced_at")),
        long=frozenset({"file_name", "error"}),
    ),
    Table(
        name="traces",
        row=Trace,
        key=("inquiry_id",),
        indexes=(("conversation_id", "until"), ("ticket_id",)),
        long=frozenset({"content"}),
    ),
    Table(
        name="links",
        row=Link,
        unique=(("provider_id", "user_seat"), ("provider_id", "member_seat")),
        indexes=(
            ("provider_id", "line_user_id"),
            ("provider_id", "member_id"),
            ("customer_id",),
            ("line_user_id",),
        ),
    ),
    Table(name="link_ledger", row=LedgerEntry, indexes=(("customer_id", "at"),)),
    Table(
        name="link_invitations",
        row=LinkInvitation,
        key=("token_hash",),
        indexes=(("customer_id",), ("expires_at",)),
    ),
    Table(
        name="link_nonces",
        row=LinkNonce,
        key=("nonce_hash",),
        indexes=(("provider_id", "member_id"), ("customer_id",), ("expires_at",)),
    ),
    Table(
        name="login_attempts",
        row=LoginAttempt,
        key=("browser_hash",),
        indexes=(("member_id",), ("expires_at",)),
        long=frozenset({"return_to"}),
    ),
    Table(
        name="link_codes",
        row=LinkCode,
        key=("code_hash",),
        indexes=(("provider_id", "member_id"), ("expires_at",)),
    ),
    Table(
        name="login_tokens",
        row=KeptTokens,
        key=("link_id",),
        indexes=(("usable_until",),),
        long=frozenset({"sealed"}),
    ),
    Table(
        name="customer_tags",
        row=CustomerTag,
        key=("customer_id", "tag"),
        indexes=(("tag",),),
    ),
    Table(
        name="customer_fields",
        row=CustomerField,
        key=("customer_id", "name"),
        indexes=(("name", "value"), ("name", "number")),
    ),
    Table(name="field_changes", row=FieldChange, indexes=(("customer_id", "at"),)),
    Table(
        name="notes",
        row=Note,
        indexes=(("conversation_id", "at"), ("ticket_id",)),
        long=frozenset({"text"}),
        json=frozenset({"mentions", "quotes"}),
    ),
    Table(
        name="drafts",
        row=Draft,
        key=("conversation_id", "operator_id"),
        long=frozenset({"text"}),
        json=frozenset({"quotes"}),
    ),
    Table(name="read_marks", row=ReadMark, key=("conversation_id", "operator_id")),
    Table(
        name="audit",
        row=AuditEntry,
        indexes=(("at", "id"), ("customer_id", "at", "id"), ("actor", "at", "id")),
        json=frozenset({"facts"}),
    ),
    Table(name="counters", row=Counter, key=("name",), lengths={"name": 320}),
    Table(
        name="places",
        row=Place,
        key=("ticket_id", "facet", "value"),
        indexes=(
            ("facet", "value", "waiting", "ticket_id"),
            ("facet", "value", "due", "ticket_id"),
            ("facet", "value", "opened", "ticket_id"),
        ),
        lengths={"facet": 32},
    ),
    Table(
        name="search_texts",
        row=SearchText,
        key=("document_id",),
        long=frozenset({"text"}),
        lengths={"kind": 32},
    ),
    Table(
        name="search_blocks",
        row=SearchBlock,
        key=("number",),
        indexes=(("last_id", "first_id"),),
        json=frozenset({"documents"}),
    ),
    Table(
        name="search_postings",
        row=SearchPosting,
        key=("gram", "segment"),
        long=frozenset({"places"}),
        lengths={"gram": 32},
    ),
    Table(
        name="knowledge",
        row=KnowledgeVersion,
        indexes=(("kind", "published_at", "id"),),
        long=frozenset({"content", "note"}),
    ),
    Table(
        name="embeddings",
        row=EmbeddedText,
        key=("embedder", "text_key"),
        long=frozenset({"vector"}),
    ),
    Table(
        name="knowledge_proposals",
        row=KnowledgeProposal,
        indexes=(("state", "proposed_at", "id"),),
        long=frozenset({"text", "answer", "reason", "entry_id"}),
        json=frozenset({"variants"}),
        lengths={"id": 32},
    ),
    Table(
        name="proposal_sources",
        row=ProposalSource,
        key=("proposal_id", "inquiry_id"),
        indexes=(("conversation_id", "since"),),
        lengths={"proposal_id": 32},
    ),
    Table(name="quotas", row=Quota, key=("channel_id",)),
    Table(name="staff", row=StaffPresence, key=("operator_id",), lengths={"presence": 32}),
    Table(
        name="memories",
        row=Memory,
        key=("conversation_id",),
        long=frozenset({"content"}),
    ),
)

_BY_ROW = {table.row: table for table in TABLES}


def table_of(row: type[Any]) -> Table:
    """Return how a class's values are kept. Raises `KeyError` for a class that is not kept."""
    return _BY_ROW[row]
