"""What operators look at: lists, counters, one conversation, search, one customer's history."""

from __future__ import annotations

from linecs.desk.inbox.conversing import ConversationView
from linecs.desk.inbox.counting import InboxCounts
from linecs.desk.inbox.filters import InboxFilter, ListedTicket, ListOrder, Page
from linecs.desk.inbox.history import CustomerHistory, Happening, LinkSpan, MemberHistory
from linecs.desk.inbox.inbox import Inbox
from linecs.desk.inbox.searching import SearchHit, SearchTooShortError

__all__ = [
    "ConversationView",
    "CustomerHistory",
    "Happening",
    "Inbox",
    "InboxCounts",
    "InboxFilter",
    "LinkSpan",
    "ListOrder",
    "ListedTicket",
    "MemberHistory",
    "Page",
    "SearchHit",
    "SearchTooShortError",
]
