"""What the intake lets in, the desk can process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.documented_events import CHANNEL, EVENTS, MESSAGES, NOW, sign, write_body
from intake.test_any_bytes import DROP, PLACES, json_values, mutated
from linecs.desk import SupportDesk
from linecs.model import EventState, Media, MediaState, Message, StoredEvent, Ticket
from linecs.storage.memory import MemoryStorage
from linecs.storage.ports import Query, equal

if TYPE_CHECKING:
    from collections.abc import Sequence

QUESTION = {
    **EVENTS["text"],
    "webhookEventId": "QUESTION",
    "message": {**EVENTS["text"]["message"], "id": "1"},
}
SETTLED = {EventState.DONE, EventState.KEPT}


def desk_after(events: Sequence[object]) -> tuple[SupportDesk, MemoryStorage]:
    """Return a desk that received these events in one body and processed all it could."""
    storage = MemoryStorage()
    desk = SupportDesk(storage=storage, channels=[CHANNEL], clock=lambda: NOW)
    body = write_body(*events)
    desk.receive(body, sign(body))
    while desk.process(wait=0):
        pass
    return desk, storage


def rows(storage: MemoryStorage, row: type[Any]) -> list[Any]:
    """Return all rows of a kind."""
    return storage.read(lambda tx: tx.select(Query(row=row)))


def assert_nothing_is_stuck(event: dict[str, Any]) -> None:
    """Fail where an event is set aside, or keeps a customer's question from being filed."""
    desk, storage = desk_after([{**event, "webhookEventId": "ODD"}, QUESTION])
    assert desk.failed_events() == []
    assert {stored.state for stored in rows(storage, StoredEvent)} <= SETTLED
    asked = storage.read(
        lambda tx: tx.select(Query(row=Message, where=(equal("event_id", "QUESTION"),)))
    )
    assert len(asked) == 1


@pytest.mark.parametrize("value", [DROP, None, True, "new", 0, [], {}, [0]])
def test_no_single_fault_stops_the_desk(value: object) -> None:
    """Every node of every documented event, dropped or of another type, is processed."""
    for name, place in PLACES:
        assert_nothing_is_stuck(mutated(name, place, value))


@given(st.sampled_from(PLACES), json_values)
def test_no_odd_value_stops_the_desk(
    where: tuple[str, tuple[str | int, ...]], value: object
) -> None:
    """The same for any JSON value in any node."""
    assert_nothing_is_stuck(mutated(*where, value))


@pytest.mark.parametrize("kind", ["text", "postback", "follow", "unfollow"])
@pytest.mark.parametrize("source", [None, {"type": "user"}, {"type": "new", "userId": "U1"}])
def test_an_event_of_nobody_opens_no_ticket(kind: str, source: object) -> None:
    """An event without a usable user id is done and kept, and nobody is bothered."""
    desk, storage = desk_after([{**EVENTS[kind], "source": source}])
    assert desk.failed_events() == []
    assert [stored.state for stored in rows(storage, StoredEvent)] == [EventState.DONE]
    assert rows(storage, Ticket) == []


def test_messages_without_an_id_are_told_apart() -> None:
    """Three messages that LINE gave no id are three bubbles, not one and two repeats."""
    nameless = mutated("text", ("message", "id"), DROP)
    events = [{**nameless, "webhookEventId": f"E{number}"} for number in range(3)]
    _, storage = desk_after(events)
    assert len(rows(storage, Message)) == len(events)


@pytest.mark.parametrize(
    ("provider", "state"),
    [
        ("line", MediaState.ANNOUNCED),
        ("external", MediaState.EXTERNAL),
        ("new", MediaState.EXTERNAL),
    ],
)
def test_only_what_line_holds_is_fetched(provider: str, state: MediaState) -> None:
    """A picture of a third party, or of a provider of a new kind, is never fetched."""
    message = {**MESSAGES["image"]["message"], "contentProvider": {"type": provider}}
    _, storage = desk_after([{**MESSAGES["image"], "message": message}])
    assert [media.state for media in rows(storage, Media)] == [state]
