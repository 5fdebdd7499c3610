"""Rows that only lists, counters and search need; all can be made again from the others."""

from __future__ import annotations

from attrs import field, frozen

from linecs.model.ids import ConversationId, TicketId

__all__ = ["NEVER", "Place", "SearchBlock", "SearchPosting", "SearchText"]

NEVER = 1 << 62
"""Sorts after every time."""


@frozen(kw_only=True, slots=False)
class Place:
    """That a ticket is in a list, and where; a resolved ticket is in none.

    Attributes:
        facet: Which kind of list: `assignee`, `mark`, `tag`, ...
        value: Which of them: the operator's id, the mark's name, ...
        waiting: Since when the customer waits, epoch ms UTC; `NEVER` for not.
        due: When something is due, epoch ms UTC; `NEVER` for nothing.
        opened: When the ticket was opened, epoch ms UTC.
    """

    ticket_id: TicketId
    facet: str
    value: str
    waiting: int
    due: int
    opened: int


@frozen(kw_only=True)
class SearchText:
    """A text that is searched as it is, because it is not in the index of grams yet.

    Attributes:
        document_id: The message's or note's id.
        kind: `message` or `note`.
        text: As `linecs.desk.inbox.words.searchable` makes it.
    """

    document_id: str
    kind: str
    conversation_id: ConversationId
    text: str = field(repr=False)


@frozen(kw_only=True)
class SearchBlock:
    """Which documents have the numbers of one block.

    Attributes:
        number: Document numbers begin at `number` times the block's size.
        documents: A letter for the kind and the id, in order; empty where one was taken back.
        first_id, last_id: The least and the greatest id.
    """

    number: int
    first_id: str
    last_id: str
    documents: tuple[str, ...]


@frozen(kw_only=True)
class SearchPosting:
    """In which documents of one segment two characters stand side by side.

    Attributes:
        gram: The two characters.
        segment: Which run of documents.
        places: The documents' places in it, two letters each, ascending.
    """

    gram: str
    segment: int
    places: str = field(repr=False)
