from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from desks import QUESTION
from linecs.desk import orphans
from linecs.desk.orphans import OrphanKind
from linecs.model import Author, Message, MessageId, MessageState, OutboxItem, new_id

if TYPE_CHECKING:
    from desks import Scene


def add_bubbles(scene: Scene, many: int, **fields: object) -> list[Message]:
    """Write rows as only a bug could leave them, each two of one moment."""
    at = scene.conversation
    base: dict[str, Any] = {
        "channel_id": at.channel_id,
        "conversation_id": at.id,
        "ticket_id": None,
        "author": Author.CUSTOMER,
        "kind": "text",
        "state": MessageState.RECEIVED,
        **fields,
    }
    rows = [Message(id=MessageId(new_id(1)), occurred_at=1 + n // 2, **base) for n in range(many)]
    for start in range(0, many, 1_000):
        some = rows[start : start + 1_000]
        scene.storage.run(lambda tx, some=some: tx.insert(*some))
    return rows


def test_forgotten_bubbles_are_found_however_many_are_cared_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are looked for page by page, and none falls between two pages."""
    scene.asks(QUESTION)
    monkeypatch.setattr(orphans, "_ROWS_AT_ONCE", 7)
    owned = scene.ticket.id
    add_bubbles(scene, 20, ticket_id=owned)
    forgotten = add_bubbles(scene, 30)
    add_bubbles(scene, 20, ticket_id=owned)
    found = scene.desk.orphans()
    assert {each.subject_id for each in found} == {each.id for each in forgotten}
    assert len(scene.desk.orphans(limit=9)) == 9


@pytest.mark.parametrize("state", [MessageState.QUEUED, MessageState.PARKED])
def test_replies_that_nothing_carries_are_found_among_those_that_wait(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, state: MessageState
) -> None:
    """A message with its row of the outbox is on its way; one without is lost."""
    scene.asks(QUESTION)
    monkeypatch.setattr(orphans, "_ROWS_AT_ONCE", 7)
    said = {"author": Author.OPERATOR, "state": state, "answered": True}
    waiting, lost = add_bubbles(scene, 20, **said), add_bubbles(scene, 10, **said)
    items = [
        OutboxItem(
            message_id=each.id,
            channel_id=each.channel_id,
            conversation_id=each.conversation_id,
            author=each.author,
            due_at=1,
            created_at=each.occurred_at,
        )
        for each in waiting
    ]
    scene.storage.run(lambda tx: tx.insert(*items))
    found = scene.desk.orphans()
    assert {each.subject_id for each in found} == {each.id for each in lost}
    assert {each.kind for each in found} == {OrphanKind.LOST_REPLY}


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_looking_takes_no_more_memory_where_many_customers_wait(scene: Scene) -> None:
    """A shop after a night without staff has tens of thousands of bubbles that all are owned."""
    scene.asks(QUESTION)
    owned = scene.ticket.id

    def peak() -> int:
        tracemalloc.start()
        assert scene.desk.orphans() == []
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    add_bubbles(scene, 2_000, ticket_id=owned, text="あ" * 200)
    some = peak()
    add_bubbles(scene, 10_000, ticket_id=owned, text="あ" * 200)
    assert peak() < 1.5 * some
