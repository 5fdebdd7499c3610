"""Events that keep failing: set aside with their error, a person told, the customer goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk.feed import happened
from linecs.desk.reopening import give_back
from linecs.errors import LinecsError
from linecs.model import EventState, StoredEvent
from linecs.storage.ports import Query, equal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.desk.core import DeskCore
    from linecs.model import ConversationId, EventId, FeedEntry
    from linecs.storage.ports import Transaction

__all__ = ["failed_events", "retry_event", "set_aside"]


def set_aside(
    core: DeskCore, stored: StoredEvent, conversation_id: ConversationId, error: Exception
) -> None:
    """Count a failure; at the last allowed one keep the event apart and open a ticket."""
    # Only our own errors promise to carry no content.
    said = f": {error}" if isinstance(error, LinecsError) else ""
    failed = evolve(stored, tries=stored.tries + 1, error=f"{type(error).__name__}{said}")
    is_last = failed.tries >= core.settings.event_tries
    if is_last:
        failed = evolve(failed, state=EventState.FAILED)

    def write(tx: Transaction) -> None:
        if tx.save(stored, failed, guard=("state", "tries")) and is_last:
            give_back(core, tx, conversation_id, reason="event_failed")
            tx.insert(_told(core, failed, conversation_id))

    core.storage.run(write)


def _told(core: DeskCore, failed: StoredEvent, conversation_id: ConversationId) -> FeedEntry:
    return happened(
        "event.failed",
        channel_id=failed.channel_id,
        conversation_id=conversation_id,
        now=core.clock(),
        actor="system",
        subject_id=failed.id,
    )


def failed_events(core: DeskCore, limit: int) -> Sequence[StoredEvent]:
    """Return the events that were set aside, oldest first."""
    query = Query(
        row=StoredEvent,
        where=(equal("state", EventState.FAILED),),
        order=("received_at", "id"),
        limit=limit,
    )
    return core.storage.read(lambda tx: tx.select(query))


def retry_event(core: DeskCore, event_id: EventId) -> bool:
    """Take a set-aside event up again; False where it is not set aside."""
    where = [equal("id", event_id), equal("state", EventState.FAILED)]
    changes = {"state": EventState.PENDING, "tries": 0, "error": ""}
    return core.storage.run(lambda tx: tx.update(StoredEvent, where, changes)) == 1
