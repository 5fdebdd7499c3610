"""The desk's words as frozen values."""

from __future__ import annotations

from linecs.model.channel import AccessTokenSource, Channel
from linecs.model.conversation import Conversation, ReplyToken, Speaker
from linecs.model.customer import Customer, Friendship
from linecs.model.event import EventState, StoredEvent
from linecs.model.feed import FeedEntry
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
from linecs.model.media import Media, MediaState
from linecs.model.message import Author, Message, MessageObject, MessageState
from linecs.model.outbox import Attempt, AttemptState, OutboxItem, Route
from linecs.model.ticket import Ticket, TicketStatus

__all__ = [
    "AccessTokenSource",
    "Answer",
    "Attempt",
    "AttemptId",
    "AttemptState",
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
    "CustomerId",
    "Decision",
    "EventId",
    "EventState",
    "FeedEntry",
    "Friendship",
    "HandOff",
    "Inquiry",
    "Job",
    "JobId",
    "JobState",
    "LineUserId",
    "Media",
    "MediaState",
    "MemberId",
    "Message",
    "MessageId",
    "MessageObject",
    "MessageState",
    "OperatorId",
    "OutboxItem",
    "ProviderId",
    "ReplyToken",
    "Responder",
    "Route",
    "Speaker",
    "StoredEvent",
    "Ticket",
    "TicketId",
    "TicketStatus",
    "Trace",
    "TraceStep",
    "new_id",
]
