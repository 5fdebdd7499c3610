"""The feed: what happened, in order, at least once, ids and facts only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linecs.model import FeedEntry, new_id
from linecs.storage.ports import Query, above, equal
from linecs.storage.tables import Counter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linecs.desk.core import DeskCore
    from linecs.model import ChannelId
    from linecs.storage.ports import Transaction

__all__ = ["CURSOR", "happened", "publish", "read_feed"]

CURSOR = "feed.cursor"
"""The counter that numbers entries."""
_BATCH = 500


def happened(
    kind: str,
    *,
    channel_id: ChannelId,
    conversation_id: str,
    now: int,
    actor: str,
    ticket_id: str = "",
    subject_id: str = "",
    facts: Mapping[str, object] | None = None,
) -> FeedEntry:
    """Return the entry that says so."""
    return FeedEntry(
        id=new_id(now),
        channel_id=channel_id,
        kind=kind,
        at=now,
        conversation_id=conversation_id,
        ticket_id=ticket_id,
        subject_id=subject_id,
        actor=actor,
        facts=facts or {},
    )


def publish(core: DeskCore) -> int:
    """Number what committed since the last time; return how many entries got their place.

    Numbers are given after commit by one publisher at a time: a number given inside the writing
    transaction would let a reader pass over rows that commit late. Opens its own transaction.
    """
    return core.storage.run(_number)


def _number(tx: Transaction) -> int:
    # The counter's row lock makes this transaction the only publisher.
    tx.insert_absent(Counter(name=CURSOR))
    counter = tx.get(Counter, CURSOR, lock=True)
    fresh = tx.select(
        Query(row=FeedEntry, where=(equal("cursor", 0),), order=("id",), limit=_BATCH)
    )
    places = enumerate(fresh, start=counter.value + 1)
    numbered = [((equal("id", entry.id),), {"cursor": place}) for place, entry in places]
    tx.update_each(FeedEntry, numbered)
    tx.save(counter, evolve(counter, value=counter.value + len(fresh)))
    return len(fresh)


def read_feed(core: DeskCore, *, after: int, limit: int) -> Sequence[FeedEntry]:
    """Return published entries after a cursor, oldest first."""
    query = Query(row=FeedEntry, where=(above("cursor", after),), order=("cursor",), limit=limit)
    return core.storage.read(lambda tx: tx.select(query))
