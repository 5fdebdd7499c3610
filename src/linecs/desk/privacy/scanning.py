"""Whether anything of a person is left: every column of every table and every file is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import frozen

from linecs.delivery.media import FileMediaStore, MediaMissingError
from linecs.desk.inbox.indexing import BLOCK, SEGMENT, places_in
from linecs.desk.inbox.words import grams_of, searchable
from linecs.model import Media
from linecs.storage.inbox_rows import SearchBlock, SearchPosting
from linecs.storage.ports import Query, one_of, unequal
from linecs.storage.rows import layout_of
from linecs.storage.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO

    from linecs.desk.core import DeskCore
    from linecs.storage.ports import Transaction
    from linecs.storage.tables import Table

__all__ = ["Remnant", "scan"]

_AT_ONCE = 500
_CHUNK = 1 << 20


@frozen(kw_only=True)
class Remnant:
    """Where something was found; what was found is not repeated.

    Attributes:
        place: A table's name, or `media store`.
        key: The row's key, or the file's name.
        column: The column; empty for a file.
        number: Which of the values that were looked for, counted from 0.
    """

    place: str
    key: str
    column: str
    number: int


def scan(core: DeskCore, values: Sequence[str]) -> list[Remnant]:
    """Return where these values are found. Reads everything, in short transactions."""
    found: list[Remnant] = []
    for table in TABLES:
        found += _in_table(core, table, [_spellings(value) for value in values])
    found += core.storage.read(lambda tx: list(_in_index(tx, values)))
    return found + list(_in_files(core, values))


def _spellings(value: str) -> tuple[str, ...]:
    """Return a value as text, and as JSON writes it within a text."""
    return tuple({value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]})


def _in_table(core: DeskCore, table: Table, wanted: Sequence[tuple[str, ...]]) -> Iterator[Remnant]:
    layout = layout_of(table.row)
    for row in _rows(core, table):
        for name, column in zip(layout.names, layout.pack(row), strict=True):
            for number, spellings in enumerate(wanted):
                if any(each in str(column) for each in spellings):
                    key = "/".join(str(getattr(row, part)) for part in table.key)
                    yield Remnant(place=table.name, key=key, column=name, number=number)


def _rows(core: DeskCore, table: Table) -> Iterator[Any]:
    after: tuple[Any, ...] | None = None
    while True:
        query = Query(row=table.row, order=table.key, limit=_AT_ONCE, after=after)
        rows = core.storage.read(lambda tx, query=query: tx.select(query))  # type: ignore[misc]
        yield from rows
        if len(rows) < _AT_ONCE:
            return
        after = tuple(getattr(rows[-1], part) for part in table.key)


def _in_index(tx: Transaction, values: Sequence[str]) -> Iterator[Remnant]:
    """Look for documents that have all of a value's pairs of characters."""
    for number, value in enumerate(values):
        grams = sorted(grams_of(searchable(value)))
        postings = tx.select(Query(row=SearchPosting, where=(one_of("gram", grams),)))
        for segment in {each.segment for each in postings}:
            of_segment = [places_in(each) for each in postings if each.segment == segment]
            if len(of_segment) == len(grams):
                for place in set.intersection(*of_segment):
                    key = _document(tx, segment * SEGMENT + place)
                    yield Remnant(place="search_postings", key=key, column="places", number=number)


def _document(tx: Transaction, place: int) -> str:
    block = tx.find(SearchBlock, place // BLOCK)
    return block.documents[place % BLOCK][1:] if block else ""


def _in_files(core: DeskCore, values: Sequence[str]) -> Iterator[Remnant]:
    wanted = [value.encode() for value in values]
    for name, file in _files(core):
        with file:
            for number in sorted(_found_in(file, wanted)):
                yield Remnant(place="media store", key=name, column="", number=number)


def _files(core: DeskCore) -> Iterator[tuple[str, BinaryIO]]:
    store = core.media_store
    if isinstance(store, FileMediaStore):
        for path in sorted(store.directory.rglob("*")):
            if path.is_file():
                yield path.name, path.open("rb")
    elif store is not None:
        kept = Query(row=Media, where=(unequal("location", ""),))
        for media in core.storage.read(lambda tx: tx.select(kept)):
            try:
                yield media.location, store.open(media.location)
            except MediaMissingError:
                continue


def _found_in(file: BinaryIO, wanted: Iterable[bytes]) -> set[int]:
    values = list(wanted)
    overlap = max((len(value) for value in values), default=1) - 1
    found: set[int] = set()
    rest = b""
    while piece := file.read(_CHUNK):
        text = rest + piece
        found |= {number for number, value in enumerate(values) if value in text}
        rest = text[-overlap:] if overlap else b""
    return found
