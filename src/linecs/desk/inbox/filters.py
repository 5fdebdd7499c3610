"""Which tickets a list shows, in which order, and one page of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

from attrs import frozen

from linecs.errors import ConfigurationError
from linecs.model import (
    ChannelId,
    Conversation,
    Customer,
    Message,
    MessageState,
    Ticket,
    TicketStatus,
)

if TYPE_CHECKING:
    from linecs.desk.inbox.places import Facet

__all__ = ["KINDS", "InboxFilter", "ListOrder", "ListedTicket", "Page"]

T = TypeVar("T")
_PREVIEW_LENGTH = 80
KINDS = {
    "image": "画像",
    "video": "動画",
    "audio": "音声",
    "file": "ファイル",
    "location": "位置情報",
    "sticker": "スタンプ",
    "postback": "ボタン",
    "template": "テンプレート",
    "flex": "カード",
}
"""What a screen says of a message without text, by its kind."""


class ListOrder(StrEnum):
    """What comes first in a list."""

    WAITING_LONGEST = "waiting_longest"
    """The customer who waits longest; who does not wait comes last."""
    DUE = "due"
    """What is due next."""
    NEWEST = "newest"
    """The ticket opened last."""


@frozen(kw_only=True)
class InboxFilter:
    """Which tickets; all that is given must hold. Nothing given: all that are not resolved.

    Attributes:
        status: One status; `resolved` alone shows resolved tickets, newest first.
        unassigned: Nobody has it in hand.
        mark, category, queue: Of the ticket.
        tag: Of its customer.
        is_member: Whether its customer is a linked member.
        overdue: A person owes something, and its time is over.
        answered_by_bot: Whether the bot's answer stands: it waits for a word, or ended it.
    """

    assignee: str | None = None
    status: TicketStatus | None = None
    unassigned: bool = False
    mark: str | None = None
    tag: str | None = None
    category: str | None = None
    queue: str | None = None
    channel_id: ChannelId | None = None
    is_member: bool | None = None
    answered_by_bot: bool | None = None
    overdue: bool = False

    def __attrs_post_init__(self) -> None:
        if self.unassigned and self.assignee:
            raise ConfigurationError("InboxFilter: a ticket with an assignee is not unassigned.")

    @property
    def wanted(self) -> frozenset[Facet]:
        """The lists a ticket must be in."""
        named = {
            "assignee": "" if self.unassigned else self.assignee,
            "status": self.status,
            "mark": self.mark,
            "tag": self.tag,
            "category": self.category,
            "queue": self.queue,
            "channel": self.channel_id,
            "member": "" if self.is_member else None,
            "answered_by_bot": "" if self.answered_by_bot else None,
            "owed": "" if self.overdue else None,
        }
        facets = {(facet, str(value)) for facet, value in named.items() if value is not None}
        return frozenset(facets or {("all", "")})

    @property
    def unwanted(self) -> frozenset[Facet]:
        """The lists a ticket must not be in."""
        absent = {"member": self.is_member, "answered_by_bot": self.answered_by_bot}
        return frozenset((facet, "") for facet, value in absent.items() if value is False)


@frozen(kw_only=True)
class ListedTicket:
    """One line of a list.

    Attributes:
        newest: The customer's newest bubble; None for none.
        unread: Whether it came after the operator last looked; False where none was named.
    """

    ticket: Ticket
    customer: Customer
    conversation: Conversation
    newest: Message | None
    unread: bool

    @property
    def preview(self) -> str:
        """The newest bubble in one line of at most 80 characters, or what kind it is."""
        if self.newest is None:
            return ""
        if self.newest.state is MessageState.UNSENT:
            return "（送信取消）"
        line = " ".join(self.newest.text.split())
        kind = KINDS.get(self.newest.kind, "メッセージ")
        return line[:_PREVIEW_LENGTH] or f"［{kind}］"


@frozen(kw_only=True)
class Page(Generic[T]):
    """One page.

    Attributes:
        next: Give it as `after` for the page that follows; None at the end. A page may be short,
            even empty, and have one that follows: looking further would have taken too long.
    """

    items: tuple[T, ...]
    next: str | None
