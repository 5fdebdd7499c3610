"""The desk's words as frozen values."""

from __future__ import annotations

from linecs.model.audit import AuditEntry
from linecs.model.channel import AccessTokenSource, Channel
from linecs.model.conversation import Conversation, ReplyToken, Speaker
from linecs.model.customer import Customer, Friendship
from linecs.model.draft import Draft
from linecs.model.event import EventState, StoredEvent
from linecs.model.feed import FeedEntry
from linecs.model.fields import (
    CustomerField,
    CustomerTag,
    FieldChange,
    FieldDefinition,
    FieldKind,
)
from linecs.model.ids import (
    AttemptId,
    ChannelId,
    ConversationId,
    CustomerId,
    EventId,
    JobId,
    LineUserId,
    MemberId,
    MessageId,
    NoteId,
    OperatorId,
    ProviderId,
    TicketId,
    new_id,
)
from linecs.model.inquiry import (
    Answer,
    Bubble,
    Choice,
    Choices,
    CustomerFacts,
    Decision,
    HandOff,
    Inquiry,
    Responder,
    Trace,
    TraceStep,
)
from linecs.model.job import Job, JobState
from linecs.model.link import (
    KeptTokens,
    LedgerEntry,
    LedgerKind,
    Link,
    LinkCode,
    LinkEnd,
    LinkFlow,
    LinkId,
    LinkInvitation,
    LinkNonce,
    LinkSubject,
    LoginAttempt,
    LoginFlow,
)
from linecs.model.media import Media, MediaState
from linecs.model.message import Author, Message, MessageObject, MessageState
from linecs.model.note import Note, NoteKind
from linecs.model.outbox import Attempt, AttemptState, OutboxItem, Route
from linecs.model.presence import StaffPresence
from linecs.model.read_mark import ReadMark
from linecs.model.ticket import Ticket, TicketStatus

__all__ = [
    "AccessTokenSource",
    "Answer",
    "Attempt",
    "AttemptId",
    "AttemptState",
    "AuditEntry",
    "Author",
    "Bubble",
    "Channel",
    "ChannelId",
    "Choice",
    "Choices",
    "Conversation",
    "ConversationId",
    "Customer",
    "CustomerFacts",
    "CustomerField",
    "CustomerId",
    "CustomerTag",
    "Decision",
    "Draft",
    "EventId",
    "EventState",
    "FeedEntry",
    "FieldChange",
    "FieldDefinition",
    "FieldKind",
    "Friendship",
    "HandOff",
    "Inquiry",
    "Job",
    "JobId",
    "JobState",
    "KeptTokens",
    "LedgerEntry",
    "LedgerKind",
    "LineUserId",
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
    "Media",
    "MediaState",
    "MemberId",
    "Message",
    "MessageId",
    "MessageObject",
    "MessageState",
    "Note",
    "NoteId",
    "NoteKind",
    "OperatorId",
    "OutboxItem",
    "ProviderId",
    "ReadMark",
    "ReplyToken",
    "Responder",
    "Route",
    "Speaker",
    "StaffPresence",
    "StoredEvent",
    "Ticket",
    "TicketId",
    "TicketStatus",
    "Trace",
    "TraceStep",
    "new_id",
]
