"""What operators look at: lists, counts, one conversation, search, one customer's history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.desk.inbox.conversing import view_conversation
from linecs.desk.inbox.counting import count_inbox, recount
from linecs.desk.inbox.filters import InboxFilter, ListOrder
from linecs.desk.inbox.history import read_history, read_member_history
from linecs.desk.inbox.listing import list_tickets
from linecs.desk.inbox.reindexing import reindex
from linecs.desk.inbox.searching import search
from linecs.desk.inbox.searching_conversation import search_conversation
from linecs.desk.inbox.unread import count_unread
from linecs.errors import ConfigurationError
from linecs.model import OperatorId

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from linecs.desk.core import DeskCore
    from linecs.desk.inbox.conversing import ConversationView
    from linecs.desk.inbox.counting import InboxCounts
    from linecs.desk.inbox.filters import ListedTicket, Page
    from linecs.desk.inbox.history import CustomerHistory, MemberHistory
    from linecs.desk.inbox.searching import SearchHit
    from linecs.model import ConversationId, CustomerId

__all__ = ["Inbox"]

_PAGE = 50
_LARGEST_PAGE = 200
_EVERYTHING = InboxFilter()


class Inbox:
    """The operators' view of a desk; `SupportDesk.inbox` gives it.

    Everything is read from one snapshot, in a transaction of its own (under `using`, in the
    host's). Nothing here changes anything, or enters the audit trail: `desk.open_chat` does.
    """

    def __init__(self, core: DeskCore) -> None:
        self._core = core

    def list(
        self,
        chosen: InboxFilter = _EVERYTHING,
        *,
        order: ListOrder | str = ListOrder.WAITING_LONGEST,
        after: str | None = None,
        limit: int = _PAGE,
        actor: str | None = None,
    ) -> Page[ListedTicket]:
        """Return one page of tickets; a page far down costs no more than the first.

        Args:
            chosen: Which tickets; all that are not resolved by default.
            order: What comes first; resolved tickets always come newest first.
            after: The `next` of the page before.
            limit: At most so many tickets, 1 to 200.
            actor: Whose unread marks are shown.

        Raises:
            ConfigurationError: `after` is not what a page gave, or `limit` is too large.
            ValueError: There is no such order.
        """
        return self._core.storage.read(
            lambda tx: list_tickets(
                tx,
                chosen,
                ListOrder(order),
                after=after,
                limit=_checked(limit),
                now=self._core.clock(),
                actor=OperatorId(actor) if actor else None,
            )
        )

    def counts(self, *, actor: str | None = None) -> InboxCounts:
        """Return how many tickets each list has; `actor` is who `mine` counts."""
        now = self._core.clock()
        return self._core.storage.read(lambda tx: count_inbox(tx, now=now, actor=actor))

    def conversation(
        self, conversation_id: ConversationId, *, before: str | None = None, limit: int = _PAGE
    ) -> ConversationView:
        """Return one conversation with its newest messages.

        Args:
            conversation_id: Equal to the customer's id.
            before: The `older` of the view before, to read further back.
            limit: At most so many messages, 1 to 200.

        Raises:
            RowMissingError: There is no such conversation, or no such message to go back from.
        """
        return self._core.storage.read(
            lambda tx: view_conversation(tx, conversation_id, before=before, limit=_checked(limit))
        )

    def unread(
        self, conversation_ids: Collection[ConversationId], *, actor: str
    ) -> Mapping[ConversationId, int]:
        """Return how many of their customers' bubbles somebody has not seen yet.

        Args:
            conversation_ids: Such as those of a page whose lines are `unread`; 200 at most.
            actor: Whose.

        Raises:
            ConfigurationError: There are more.
        """
        if conversation_ids:
            _checked(len(conversation_ids))
        return self._core.storage.read(
            lambda tx: count_unread(tx, conversation_ids, OperatorId(actor))
        )

    def search(
        self,
        text: str,
        *,
        conversation_id: ConversationId | None = None,
        after: str | None = None,
        limit: int = _PAGE,
    ) -> Page[SearchHit]:
        """Return the messages and notes that have all these words, newest first.

        Upper and lower case, full and half width, hiragana and katakana are alike. What was
        taken back or erased is never found.

        Args:
            text: Words, with spaces between; one at least of two characters or more.
            conversation_id: Only in this one.
            after: The `next` of the page before. A page may be short and have one that follows.
            limit: At most so many, 1 to 200.

        Raises:
            SearchTooShortError: No word has two characters.
            RowMissingError: There is no such conversation.
            ConfigurationError: `after` is not what a page gave.
        """
        size = _checked(limit)
        if conversation_id is None:
            return self._core.storage.read(lambda tx: search(tx, text, after=after, limit=size))
        return self._core.storage.read(
            lambda tx: search_conversation(tx, conversation_id, text, after=after, limit=size)
        )

    def history(self, customer_id: CustomerId) -> CustomerHistory:
        """Return all that is kept of one customer; it can be exported as HTML and JSON.

        Raises:
            RowMissingError: There is no such customer.
        """
        return self._core.storage.read(lambda tx: read_history(tx, customer_id))

    def member_history(self, customer_id: CustomerId) -> MemberHistory:
        """Return the histories of all LINE users who are the same member as this customer now.

        A family that shares a membership, where the policy allows it, and one person's LINE
        account in several channels of the provider. Customers stay apart; once a link has ended
        it leads to nobody, and of earlier links only that they were is told (Promise 7).

        Raises:
            RowMissingError: There is no such customer.
        """
        return self._core.storage.read(lambda tx: read_member_history(self._core, tx, customer_id))

    def recount(self) -> int:
        """Make lists and counters again from the tickets; return how many entries were wrong.

        A repair, for rows that something else than the desk has changed: at a quiet time, since
        it reads all tickets that are not resolved in one transaction of its own.
        """
        return self._core.storage.run(recount)

    def reindex(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Make the search's index again from the stored texts; return how many were read.

        A repair, as above, or the first thing after messages were brought in by other means than
        the desk. The desk may go on working; until it is done, searches find part of what there
        is. Opens its own transactions, not under `using`.

        Args:
            progress: Called now and then with how many were read, of how many.
        """
        return reindex(self._core, progress)


def _checked(limit: int) -> int:
    if not 1 <= limit <= _LARGEST_PAGE:
        raise ConfigurationError(f"limit {limit}: a page has 1 to {_LARGEST_PAGE} entries.")
    return limit
