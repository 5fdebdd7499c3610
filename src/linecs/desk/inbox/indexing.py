"""The index of grams: written with the text it finds, and gone with it.

A new text is kept beside the index as it is, in the commit that brings it, and searched as it
is. When enough have come, a job packs them into a segment: for each pair of characters, one row
with the places of the documents that have it. What is taken back goes from either.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk.inbox.words import grams_of, searchable
from linecs.model import Message
from linecs.storage.inbox_rows import SearchBlock, SearchPosting, SearchText
from linecs.storage.ports import Query, at_least, at_most, equal, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linecs.desk.core import DeskCore
    from linecs.model import Job, Note
    from linecs.storage.ports import Transaction

__all__ = [
    "BLOCK",
    "SEGMENT",
    "add_texts",
    "change_text",
    "count_segments",
    "document_of",
    "forget_text",
    "pack_search",
    "pack_texts",
    "places_in",
    "segment_rows",
]

SEGMENT = 4_096
"""Documents of one segment: 64 x 64, so that two letters say a place."""
BLOCK = 128
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_CODES = tuple(high + low for high in _LETTERS for low in _LETTERS)
_PLACES = {code: place for place, code in enumerate(_CODES)}
_BLOCKS_AT_ONCE = 8
_DELETED_AT_ONCE = 512
_LOOK_AGAIN = 60_000


def add_texts(tx: Transaction, written: Iterable[Message | Note]) -> None:
    """Let new messages and notes be found. Joins the transaction that writes them."""
    texts = [_text_of(each) for each in written if each.text]
    fresh = [text for text in texts if grams_of(text.text)]
    if fresh:
        tx.insert(*fresh)


def change_text(tx: Transaction, before: Message | Note, after: Message | Note) -> None:
    """Forget what a message or note said, and find what it says now. Joins, as above."""
    if before.text == after.text:
        return
    forget_text(tx, before)
    add_texts(tx, [after])


def document_of(written: Message | Note) -> str:
    """Return how the index names a message or note: its kind's letter and its id."""
    return f"{'m' if isinstance(written, Message) else 'n'}{written.id}"


def places_in(posting: SearchPosting) -> set[int]:
    """Return the places of the documents that have a gram, within their segment."""
    letters = posting.places
    return {_PLACES[letters[at : at + 2]] for at in range(0, len(letters), 2)}


def count_segments(tx: Transaction) -> int:
    """Return how many segments there are. Joins."""
    newest = tx.select(Query(row=SearchBlock, order=("-number",), limit=1))
    return newest[0].number * BLOCK // SEGMENT + 1 if newest else 0


def pack_search(core: DeskCore, job: Job) -> int:  # noqa: ARG001 - the Protocol's argument
    """Pack what has come since; return when to look again."""
    pack_texts(core)
    return core.clock() + _LOOK_AGAIN


def pack_texts(core: DeskCore) -> None:
    """Pack what has come since into segments, all that are full. Opens its own transactions."""
    while _pack_one(core):
        pass


def segment_rows(
    segment: int, texts: Sequence[SearchText]
) -> tuple[list[SearchBlock], list[SearchPosting]]:
    """Return the rows of one segment; `texts` are as many as it holds, by their ids."""
    postings: defaultdict[str, list[str]] = defaultdict(list)
    for text, code in zip(texts, _CODES, strict=True):
        for gram in grams_of(text.text):
            postings[gram].append(code)
    first = segment * (SEGMENT // BLOCK)
    blocks = [
        _block(first + at // BLOCK, texts[at : at + BLOCK]) for at in range(0, len(texts), BLOCK)
    ]
    return blocks, [
        SearchPosting(gram=gram, segment=segment, places="".join(codes))
        for gram, codes in sorted(postings.items())
    ]


def _text_of(written: Message | Note) -> SearchText:
    return SearchText(
        document_id=written.id,
        kind="message" if isinstance(written, Message) else "note",
        conversation_id=written.conversation_id,
        text=searchable(written.text),
    )


def _block(number: int, texts: Sequence[SearchText]) -> SearchBlock:
    return SearchBlock(
        number=number,
        first_id=texts[0].document_id,
        last_id=texts[-1].document_id,
        documents=tuple(text.kind[0] + text.document_id for text in texts),
    )


_OLDEST = Query(row=SearchText, order=("document_id",), limit=SEGMENT)


def _pack_one(core: DeskCore) -> bool:
    # The work is done before the transaction that writes, which others may be waiting for.
    texts, segment = core.storage.read(lambda tx: (tx.select(_OLDEST), count_segments(tx)))
    if len(texts) < SEGMENT:
        return False
    blocks, postings = segment_rows(segment, texts)

    def write(tx: Transaction) -> bool:
        if tx.claim(_OLDEST, {}) != texts or count_segments(tx) != segment:
            return False
        tx.insert(*blocks, *postings)
        for at in range(0, SEGMENT, _DELETED_AT_ONCE):
            some = [text.document_id for text in texts[at : at + _DELETED_AT_ONCE]]
            tx.delete(SearchText, [one_of("document_id", some)])
        return True

    return core.storage.run(write)


def forget_text(tx: Transaction, written: Message | Note) -> None:
    """Take a text out of the index. Joins the transaction that erases it; give it as it was."""
    grams = sorted(grams_of(searchable(written.text)))
    if not grams or tx.delete(SearchText, [equal("document_id", written.id)]):
        return
    found = _find_block(tx, written)
    if found is None:
        return
    place = found.documents.index(document_of(written))
    rest = (*found.documents[:place], "", *found.documents[place + 1 :])
    tx.save(found, evolve(found, documents=rest))
    segment, at = divmod(found.number * BLOCK + place, SEGMENT)
    for gram in grams:
        _remove(tx, gram, segment, _CODES[at])


def _find_block(tx: Transaction, written: Message | Note) -> SearchBlock | None:
    """Return the block that has a document; ids sort by time, so it is among the first."""
    around = (at_least("last_id", written.id), at_most("first_id", written.id))
    after = None
    while True:
        query = Query(
            row=SearchBlock,
            where=around,
            order=("last_id", "number"),
            limit=_BLOCKS_AT_ONCE,
            after=after,
        )
        blocks = tx.select(query)
        for block in blocks:
            if document_of(written) in block.documents:
                return tx.find(SearchBlock, block.number, lock=True)
        if len(blocks) < _BLOCKS_AT_ONCE:
            return None
        after = (blocks[-1].last_id, blocks[-1].number)


def _remove(tx: Transaction, gram: str, segment: int, code: str) -> None:
    posting = tx.find(SearchPosting, (gram, segment), lock=True)
    if posting is None:
        return
    letters = posting.places
    codes = [letters[at : at + 2] for at in range(0, len(letters), 2)]
    rest = "".join(each for each in codes if each != code)
    if rest:
        tx.save(posting, evolve(posting, places=rest))
    else:
        tx.delete(SearchPosting, [equal("gram", gram), equal("segment", segment)])
