"""Names of things: plain strings at run time, distinct types to a checker.

Ids that linecs makes are 26 characters, sort by the time they were made (ULID
layout) and say nothing about LINE or the shop's members.
"""

from __future__ import annotations

import os
from typing import NewType

__all__ = [
    "AttemptId",
    "ChannelId",
    "ConversationId",
    "CustomerId",
    "EventId",
    "JobId",
    "LineUserId",
    "MemberId",
    "MessageId",
    "NoteId",
    "OperatorId",
    "ProviderId",
    "TicketId",
    "new_id",
]

ProviderId = NewType("ProviderId", str)
"""The shop's name for LINE's provider; user ids and links are valid within one."""
ChannelId = NewType("ChannelId", str)
"""The shop's short name for one channel; never its secret or LINE's channel number."""
LineUserId = NewType("LineUserId", str)
"""LINE's user id as it came; opaque, and of no fixed form (module channels differ)."""
CustomerId = NewType("CustomerId", str)
ConversationId = NewType("ConversationId", str)
"""A customer's single thread; equal to the customer's id."""
MemberId = NewType("MemberId", str)
"""The shop's own id of its user; belongs to the host."""
MessageId = NewType("MessageId", str)
NoteId = NewType("NoteId", str)
TicketId = NewType("TicketId", str)
EventId = NewType("EventId", str)
"""LINE's `webhookEventId`, or a hash of the body and place where LINE gave none."""
JobId = NewType("JobId", str)
AttemptId = NewType("AttemptId", str)
OperatorId = NewType("OperatorId", str)
"""The host's id of a person who answers."""

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Ids are made for every row that is written, so their characters come two at a time.
_PAIRS = tuple(high + low for high in _CROCKFORD for low in _CROCKFORD)
_SHIFTS = range(120, -1, -10)
_RANDOM_BYTES = 10


def new_id(now: int) -> str:
    """Return a fresh 26-character id that sorts after ids of earlier milliseconds.

    Args:
        now: Epoch milliseconds UTC.
    """
    number = (now << (8 * _RANDOM_BYTES)) | int.from_bytes(os.urandom(_RANDOM_BYTES))
    return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])
