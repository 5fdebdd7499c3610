"""Lists, counters and search follow every commit of the desk; here they are seen to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linecs.desk.inbox.indexing import add_texts, change_text, forget_text
from linecs.desk.inbox.places import file_ticket, refile_customer, unfile_ticket
from linecs.model import CustomerId, Message, Note, Ticket
from linecs.model.fields import CustomerTag
from linecs.storage.ports import Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linecs.storage.ports import Condition, Transaction

__all__ = ["keep_inbox", "leave_inbox"]

_SEARCHED = (Message, Note)
_Altered = tuple[Any, Any, frozenset[str]]
_Removed = tuple[type[Any], "Sequence[Condition]"]


def keep_inbox(
    tx: Transaction,
    *,
    added: Iterable[object],
    altered: Iterable[_Altered],
    removed: Iterable[_Removed],
) -> None:
    """Bring lists, counters and search up to what was just written. Called by `Changes.write`."""
    pairs = [(before, after) for before, after, _ in altered if before != after]
    fresh = list(added)
    add_texts(tx, [row for row in fresh if isinstance(row, _SEARCHED)])
    for before, after in pairs:
        if isinstance(after, _SEARCHED):
            change_text(tx, before, after)
    pairs += [(None, row) for row in fresh]
    for before, after in pairs:
        if isinstance(after, Ticket):
            file_ticket(tx, before, after)
    tagged = {row.customer_id for _, row in pairs if isinstance(row, CustomerTag)}
    tagged |= {CustomerId(who) for row, where in removed for who in _untagged(row, where)}
    for customer_id in sorted(tagged):
        refile_customer(tx, customer_id)


def leave_inbox(tx: Transaction, removed: Iterable[_Removed]) -> None:
    """Take rows that are about to be removed out of lists and search. Called as above."""
    for kind, where in removed:
        if kind is Ticket or kind in _SEARCHED:
            for row in tx.select(Query(row=kind, where=tuple(where))):
                if isinstance(row, Ticket):
                    unfile_ticket(tx, row)
                else:
                    forget_text(tx, row)


def _untagged(row: type[Any], where: Sequence[Condition]) -> Iterable[str]:
    if row is CustomerTag:
        yield from (each.value for each in where if each.column == "customer_id")
