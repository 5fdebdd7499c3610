"""Search inside one conversation: its own texts are read, newest first; no index is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from linecs.desk.inbox.filters import Page
from linecs.desk.inbox.searching import has_words, hit_of, words_of
from linecs.errors import ConfigurationError
from linecs.model import Customer, Message, Note
from linecs.storage.ports import Query, equal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.desk.inbox.searching import SearchHit
    from linecs.model import ConversationId
    from linecs.storage.ports import Transaction

__all__ = ["search_conversation"]

R = TypeVar("R", Message, Note)
_LOOKED_AT_MOST = 1_000
_Mark = tuple[int, str]


def search_conversation(
    tx: Transaction, conversation_id: ConversationId, text: str, *, after: str | None, limit: int
) -> Page[SearchHit]:
    """Return one page of what has all the words, newest first. Joins a transaction that reads."""
    words = words_of(text)
    customer = tx.get(Customer, conversation_id)
    mark = _mark_of(after)
    written: list[Message | Note] = [
        *_before(tx, Message, conversation_id, ("-occurred_at", "-id"), mark),
        *_before(tx, Note, conversation_id, ("-at", "-id"), mark),
    ]
    looked = sorted(written, key=_place, reverse=True)[:_LOOKED_AT_MOST]
    found = [each for each in looked if has_words(each, words)]
    hits = tuple(hit_of(each, customer) for each in found[:limit])
    last = found[limit - 1] if len(found) > limit else looked[-1] if looked else None
    is_end = len(found) <= limit and len(looked) < _LOOKED_AT_MOST
    return Page(items=hits, next=None if last is None or is_end else _text_of(last))


def _before(
    tx: Transaction,
    row: type[R],
    conversation_id: ConversationId,
    order: tuple[str, str],
    mark: _Mark | None,
) -> Sequence[R]:
    of_it = (equal("conversation_id", conversation_id),)
    query = Query(row=row, where=of_it, order=order, limit=_LOOKED_AT_MOST, after=mark)
    return tx.select(query)


def _place(written: Message | Note) -> _Mark:
    at = written.occurred_at if isinstance(written, Message) else written.at
    return at, written.id


def _text_of(written: Message | Note) -> str:
    return "{}.{}".format(*_place(written))


def _mark_of(after: str | None) -> _Mark | None:
    if after is None:
        return None
    at, dot, document_id = after.partition(".")
    if not dot or not at.isdecimal():
        raise ConfigurationError("after: give the `next` of the page before, unchanged.")
    return int(at), document_id
