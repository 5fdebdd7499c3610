"""Full text over messages and notes: right from two characters up, on every database.

The index only says where to look; what is found was read in the stored text itself.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import evolve, frozen

from linecs.desk.inbox.filters import Page
from linecs.desk.inbox.indexing import BLOCK, SEGMENT, count_segments, places_in
from linecs.desk.inbox.words import grams_of, searchable
from linecs.errors import ConfigurationError, LinecsError
from linecs.model import Customer, Message, Note
from linecs.storage.inbox_rows import SearchBlock, SearchPosting, SearchText
from linecs.storage.ports import Query, at_least, at_most, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from linecs.storage.ports import Transaction

__all__ = ["SearchHit", "SearchTooShortError", "has_words", "hit_of", "search", "words_of"]

R = TypeVar("R")
_LOOKED_AT_MOST = 1_000
_AT_ONCE = 200
_TEXTS_AT_ONCE = 512
_FIRST_SEGMENTS = 16
_MOST_SEGMENTS = 1_024
_MOST_GRAMS = 12


class SearchTooShortError(LinecsError, ValueError):
    """No word of the search has two characters or more."""


@frozen(kw_only=True)
class SearchHit:
    """One message or note that was found; the other is None."""

    customer: Customer
    message: Message | None = None
    note: Note | None = None


@frozen(kw_only=True)
class _Cursor:
    """Where a search goes on: first through the texts beside the index, then through it.

    Attributes:
        segments: How many segments there were when the search began.
        text_id: The last text looked at; empty for none.
        number: The document number to go on below; None while among the texts.
    """

    segments: int
    text_id: str = ""
    number: int | None = None


# A document found by the index or beside it, and where to go on after it.
_Found = tuple[str, _Cursor]


def search(tx: Transaction, text: str, *, after: str | None, limit: int) -> Page[SearchHit]:
    """Return one page of what has all the words, newest first. Joins a transaction that reads."""
    words = words_of(text)
    grams = sorted({gram for word in words for gram in grams_of(word)})[:_MOST_GRAMS]
    cursor = _cursor_of(after) if after else _Cursor(segments=count_segments(tx))
    found = _documents(tx, words, grams, cursor)
    hits: list[tuple[SearchHit, _Cursor]] = []
    looked_at, size = 0, limit + 1
    while looked_at < _LOOKED_AT_MOST:
        some = list(islice(found, size))
        looked_at += size
        hits += _read(tx, some, words)
        if len(hits) > limit:
            page = hits[:limit]
            return Page(items=tuple(hit for hit, _ in page), next=_text_of(page[-1][1]))
        if len(some) < size:
            return Page(items=tuple(hit for hit, _ in hits), next=None)
        # The first look is what a page holds; a second one means that few of them had the words.
        cursor, size = some[-1][1], _AT_ONCE
    return Page(items=tuple(hit for hit, _ in hits), next=_text_of(cursor))


def words_of(text: str) -> list[str]:
    """Return the words to look for. Raises `SearchTooShortError`."""
    words = searchable(text).split()
    if not any(map(grams_of, words)):
        raise SearchTooShortError("Search for a word of two characters or more.")
    return words


def _cursor_of(after: str) -> _Cursor:
    try:
        segments, text_id, number = after.split("~")
        return _Cursor(
            segments=int(segments), text_id=text_id, number=int(number) if number else None
        )
    except ValueError:
        raise ConfigurationError("after: give the `next` of the page before, unchanged.") from None


def _text_of(cursor: _Cursor) -> str:
    return f"{cursor.segments}~{cursor.text_id}~{'' if cursor.number is None else cursor.number}"


def _documents(
    tx: Transaction, words: Sequence[str], grams: Sequence[str], cursor: _Cursor
) -> Iterator[_Found]:
    """Give what may have the words, newest first."""
    below = cursor.number
    if below is None:
        below = count_segments(tx) * SEGMENT
        yield from _in_texts(tx, words, cursor)
    for numbers in _numbers(tx, grams, below):
        names = _names(tx, numbers)
        for number in numbers:
            name = names[number]
            # What was among the texts when the search began has been looked at there.
            is_new = number >= cursor.segments * SEGMENT and name[1:] >= cursor.text_id
            if name and not is_new:
                yield name, evolve(cursor, number=number)


def _in_texts(tx: Transaction, words: Sequence[str], cursor: _Cursor) -> Iterator[_Found]:
    after = (cursor.text_id,) if cursor.text_id else None
    while True:
        query = Query(row=SearchText, order=("-document_id",), limit=_TEXTS_AT_ONCE, after=after)
        texts = tx.select(query)
        for text in texts:
            if all(word in text.text for word in words):
                name = text.kind[0] + text.document_id
                yield name, evolve(cursor, text_id=text.document_id)
        if len(texts) < _TEXTS_AT_ONCE:
            return
        after = (texts[-1].document_id,)


def _numbers(tx: Transaction, grams: Sequence[str], below: int) -> Iterator[Sequence[int]]:
    """Give the numbers of documents that have all grams, descending, some at a time."""
    high = (below - 1) // SEGMENT
    width = _FIRST_SEGMENTS
    while high >= 0:
        low = max(high - width + 1, 0)
        where = (one_of("gram", grams), at_least("segment", low), at_most("segment", high))
        by_segment: defaultdict[int, list[SearchPosting]] = defaultdict(list)
        for posting in tx.select(Query(row=SearchPosting, where=where)):
            by_segment[posting.segment].append(posting)
        for segment in sorted(by_segment, reverse=True):
            if len(by_segment[segment]) == len(grams):
                numbers = [segment * SEGMENT + place for place in _common(by_segment[segment])]
                yield from _parted([number for number in numbers if number < below])
        high, width = low - 1, min(width * 4, _MOST_SEGMENTS)


def _common(postings: Iterable[SearchPosting]) -> list[int]:
    """Return the places that all have, descending."""
    rarest, *others = sorted(postings, key=lambda posting: len(posting.places))
    places = places_in(rarest)
    for other in others:
        if not places:
            break
        places &= places_in(other)
    return sorted(places, reverse=True)


def _parted(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(numbers), _AT_ONCE):
        yield numbers[at : at + _AT_ONCE]


def _names(tx: Transaction, numbers: Sequence[int]) -> Mapping[int, str]:
    """Return the documents with these numbers; empty for what was taken back."""
    wanted = sorted({number // BLOCK for number in numbers})
    blocks = tx.select(Query(row=SearchBlock, where=(one_of("number", wanted),)))
    documents = {block.number: block.documents for block in blocks}
    return {number: documents[number // BLOCK][number % BLOCK] for number in numbers}


def _read(
    tx: Transaction, found: Sequence[_Found], words: Sequence[str]
) -> list[tuple[SearchHit, _Cursor]]:
    """Return those that have the words in the text that is stored now."""
    ids = {kind: [name[1:] for name, _ in found if name[0] == kind] for kind in "mn"}
    messages = _by_id(tx, Message, ids["m"])
    notes = _by_id(tx, Note, ids["n"])
    written = [
        (each, cursor)
        for name, cursor in found
        for each in [messages.get(name[1:]) if name[0] == "m" else notes.get(name[1:])]
        if each is not None and has_words(each, words)
    ]
    customers = _by_id(tx, Customer, {each.conversation_id for each, _ in written})
    return [
        (hit_of(each, customers[each.conversation_id]), cursor)
        for each, cursor in written
        if each.conversation_id in customers
    ]


def has_words(written: Message | Note, words: Sequence[str]) -> bool:
    """Whether a text has all the words."""
    text = searchable(written.text)
    return all(word in text for word in words)


def hit_of(written: Message | Note, customer: Customer) -> SearchHit:
    """Return what was found."""
    if isinstance(written, Message):
        return SearchHit(customer=customer, message=written)
    return SearchHit(customer=customer, note=written)


def _by_id(tx: Transaction, row: type[R], ids: Iterable[str]) -> Mapping[str, R]:
    wanted = sorted(set(ids))
    rows: Sequence[Any] = tx.select(Query(row=row, where=(one_of("id", wanted),))) if wanted else ()
    return {each.id: each for each in rows}
