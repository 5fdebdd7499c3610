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
    from collections.abc import Iterable, Mapping, Sequence

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
    "forget_texts",
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
_KEY = ("gram", "segment")


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
    forget_texts(tx, [written])


def forget_texts(tx: Transaction, written: Iterable[Message | Note]) -> None:
    """Take texts out of the index, as above, those of a segment together."""
    kept = {each.id: each for each in written if grams_of(searchable(each.text))}
    ids = sorted(kept)
    for start in range(0, len(ids), _DELETED_AT_ONCE):
        some = ids[start : start + _DELETED_AT_ONCE]
        # Held, so that none of them is packed into a segment before it is gone.
        fresh = Query(row=SearchText, where=(one_of("document_id", some),))
        waiting = {text.document_id for text in tx.select(fresh, lock=True)}
        tx.delete(SearchText, [one_of("document_id", sorted(waiting))])
        _forget_packed(tx, [kept[each] for each in some if each not in waiting])


def _forget_packed(tx: Transaction, written: Sequence[Message | Note]) -> None:
    places: defaultdict[int, set[int]] = defaultdict(set)
    codes: defaultdict[int, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    block: SearchBlock | None = None
    for each in written:
        if block is None or document_of(each) not in block.documents:
            block = _find_block(tx, each)
        if block is None:
            continue
        place = block.documents.index(document_of(each))
        places[block.number].add(place)
        segment, at = divmod(block.number * BLOCK + place, SEGMENT)
        for gram in grams_of(searchable(each.text)):
            codes[segment][gram].add(_CODES[at])
    for number in sorted(places):
        _empty_places(tx, number, places[number])
    for segment in sorted(codes):
        _remove(tx, segment, codes[segment])


def _empty_places(tx: Transaction, number: int, places: set[int]) -> None:
    block = tx.get(SearchBlock, number, lock=True)
    rest = ("" if at in places else name for at, name in enumerate(block.documents))
    tx.save(block, evolve(block, documents=tuple(rest)))


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
                return block
        if len(blocks) < _BLOCKS_AT_ONCE:
            return None
        after = (blocks[-1].last_id, blocks[-1].number)


def _remove(tx: Transaction, segment: int, gone: Mapping[str, set[str]]) -> None:
    grams = sorted(gone)
    for start in range(0, len(grams), _DELETED_AT_ONCE):
        some = (one_of("gram", grams[start : start + _DELETED_AT_ONCE]), equal("segment", segment))
        rest = {
            posting.gram: _without(posting.places, gone[posting.gram])
            for posting in tx.select(Query(row=SearchPosting, where=some, order=_KEY), lock=True)
        }
        empty = [gram for gram, places in rest.items() if not places]
        if empty:
            tx.delete(SearchPosting, [one_of("gram", empty), equal("segment", segment)])
        changes = [
            ([equal("gram", gram), equal("segment", segment)], {"places": places})
            for gram, places in rest.items()
            if places
        ]
        if changes:
            tx.update_each(SearchPosting, changes)


def _without(letters: str, gone: set[str]) -> str:
    codes = (letters[at : at + 2] for at in range(0, len(letters), 2))
    return "".join(each for each in codes if each not in gone)
