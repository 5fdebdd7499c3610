"""The index of grams made again from the stored texts, while the desk goes on working."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from attrs import evolve

from linecs.desk.inbox.indexing import add_texts, pack_texts
from linecs.model import Message, Note
from linecs.storage.inbox_rows import SearchBlock, SearchPosting, SearchText
from linecs.storage.ports import Query, at_most, one_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.desk.core import DeskCore
    from linecs.storage.ports import Transaction

__all__ = ["reindex"]

R = TypeVar("R", Message, Note)
_AT_ONCE = 1_000


def reindex(core: DeskCore, progress: Callable[[int, int], None] | None = None) -> int:
    """Make the index again; return how many messages and notes were read.

    Opens its own transactions.
    """
    newest = core.storage.run(_forget_all)
    total = core.storage.read(lambda tx: _count(tx, newest))
    last, done = "", 0
    while last < newest:
        last, read = core.storage.run(partial(_add_some, last, newest))
        pack_texts(core)
        done += read
        if progress is not None:
            progress(done, total)
    return done


def _forget_all(tx: Transaction) -> str:
    """Empty the index; return the greatest id of what has to be read again.

    What is written from now on is indexed by who writes it.
    """
    for row in (SearchText, SearchBlock, SearchPosting):
        tx.delete(row, [])
    return max(_newest(tx, Message), _newest(tx, Note))


def _newest(tx: Transaction, row: type[R]) -> str:
    found = tx.select(Query(row=row, order=("-id",), limit=1))
    return found[0].id if found else ""


def _count(tx: Transaction, newest: str) -> int:
    return sum(tx.count(Query(row=row, where=(at_most("id", newest),))) for row in (Message, Note))


def _add_some(last: str, newest: str, tx: Transaction) -> tuple[str, int]:
    """Index what comes after an id, in the order of ids; return the last one and how many.

    The rows are held, so that none of them is taken back before its text is in the index.
    """
    messages = _after(tx, Message, last, newest)
    until = messages[-1].id if len(messages) == _AT_ONCE else newest
    notes = _after(tx, Note, last, until)
    if len(notes) == _AT_ONCE:
        until = notes[-1].id
        messages = [each for each in messages if each.id <= until]
    written: list[Message | Note] = [*messages, *notes]
    known = Query(row=SearchText, where=(one_of("document_id", [each.id for each in written]),))
    present = {text.document_id for text in tx.select(known)}
    add_texts(tx, [each for each in written if each.id not in present])
    return until, len(written)


def _after(tx: Transaction, row: type[R], last: str, until: str) -> list[R]:
    query = Query(row=row, where=(at_most("id", until),), order=("id",), limit=_AT_ONCE)
    return tx.select(evolve(query, after=(last,)), lock=True)
