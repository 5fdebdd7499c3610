from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from linecs.errors import DestinationError, PayloadError, SignatureError
from linecs.model import StoredEvent

if TYPE_CHECKING:
    from desks import Scene
    from linecs.desk import Receipt


def test_a_receipt_tells_fresh_events_from_repeats(scene: Scene) -> None:
    """The second delivery of a body stores nothing and says so."""
    event = scene.line.customer("c1").says("こんにちは")
    again = scene.desk.receive(event.body, event.signature)
    assert (again.event_ids, again.fresh) == ((event.webhook_event_id,), ())


def test_a_forged_signature_stores_nothing(scene: Scene) -> None:
    """A body that was signed with another secret does not come in."""
    event = scene.line.customer("c1").says("こんにちは")
    with pytest.raises(SignatureError):
        scene.desk.receive(event.body + b" ", event.signature)
    assert len(scene.rows(StoredEvent)) == 1


def test_a_body_for_another_account_is_refused(scene: Scene) -> None:
    """An unknown destination is named as such, though its signature cannot be checked."""
    event = scene.line.customer("c1").says("こんにちは")
    foreign = event.body.replace(scene.line.channel.bot_user_id.encode(), b"U" + b"0" * 32)
    with pytest.raises(DestinationError):
        scene.desk.receive(foreign, event.signature)


def test_bytes_that_are_no_json_are_refused(scene: Scene) -> None:
    """Anything else than LINE's body is a PayloadError."""
    with pytest.raises(PayloadError):
        scene.desk.receive(b"\xff\x00", "c2lnbmF0dXJl")


def test_coroutines_receive_together(scene: Scene) -> None:
    """Concurrent requests are each durable when awaited, repeats included."""
    customer = scene.line.customer("c1")
    scene.line.webhooks.lose_next(20)
    events = [customer.says(f"{number}") for number in range(20)]

    async def receive_all() -> list[Receipt]:
        requests = [scene.desk.receive_async(e.body, e.signature) for e in [*events, *events]]
        return await asyncio.gather(*requests)

    receipts = asyncio.run(receive_all())
    assert sum(len(receipt.fresh) for receipt in receipts) == 20
    assert len(scene.rows(StoredEvent)) == 20
