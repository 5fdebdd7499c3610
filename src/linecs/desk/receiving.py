"""A webhook comes in: verified, split and durable before LINE gets its 200."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from linecs import intake
from linecs.model import ChannelId, EventId

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.desk.core import DeskCore
    from linecs.storage.ports import Transaction

__all__ = ["Receipt", "prepare"]


@frozen(kw_only=True)
class Receipt:
    """What became of one webhook body; its events are durable.

    Attributes:
        event_ids: All events of the body, in its order.
        fresh: Those that were not there before; the rest were repeats and changed nothing.
    """

    channel_id: ChannelId
    event_ids: tuple[EventId, ...]
    fresh: tuple[EventId, ...]


def prepare(core: DeskCore, body: bytes, signature: str | None) -> Callable[[Transaction], Receipt]:
    """Return the one write that makes a body durable. Raises `IntakeError`; writes nothing yet."""
    opened = intake.open_body(
        body,
        signature,
        channels=core.destinations,
        now=core.clock(),
        max_bytes=core.settings.body_limit,
    )

    def store(tx: Transaction) -> Receipt:
        added = tx.insert_absent(*opened.events) if opened.events else []
        ids = tuple(event.id for event in opened.events)
        fresh = tuple(event_id for event_id, was_new in zip(ids, added, strict=True) if was_new)
        return Receipt(channel_id=opened.channel.id, event_ids=ids, fresh=fresh)

    return store
