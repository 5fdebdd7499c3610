"""The audit trail: who saw and did what; rows are added and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from linecs.model.ids import ChannelId, OperatorId

__all__ = ["AuditEntry"]


@frozen(kw_only=True)
class AuditEntry:
    """One thing a person saw or did.

    Ids and facts only: never text, LINE ids or member ids. The customer is named by our own id,
    which says nothing once the person was erased.

    Attributes:
        at: Epoch ms UTC.
        actor: The operator.
        kind: Such as `conversation.seen` or `ticket.replied`, as in the feed.
        subject_id: A message, a note or another ticket.
    """

    id: str
    at: int
    actor: OperatorId
    kind: str
    channel_id: ChannelId
    customer_id: str = ""
    ticket_id: str = ""
    subject_id: str = ""
    facts: Mapping[str, Any] = field(factory=dict)
