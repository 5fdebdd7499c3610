from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intake.documented_events import CHANNEL, CHANNELS, DESTINATION, EVENTS, NOW, sign, write_body
from linecs.errors import IntakeError
from linecs.intake import open_body, parse_event
from linecs.model.webhook import EventHead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.model import StoredEvent

FIRST = {**EVENTS["follow"], "webhookEventId": "FIRST"}
LAST = {**EVENTS["text"], "webhookEventId": "LAST"}
BODIES = [write_body(FIRST, event, LAST) for event in EVENTS.values()]
COLUMN = 255
BIGINT_END = 1 << 63

# JSON values LINE would never send, beside those any JSON may hold.
odd_texts = st.sampled_from(
    ["", " ", "\0", "\ud800", "🍎", "x" * 300, "0" * 32, "user", "group", "standby", "text"]
)
odd_numbers = st.sampled_from(
    [0, -1, 1, 2**53, 2**63, -(2**64), 10**400, 0.5, float("nan"), float("inf"), -0.0]
)
json_values = st.recursive(
    st.none() | st.booleans() | odd_numbers | odd_texts | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | odd_texts, inner),
    max_leaves=12,
)


def opened(body: bytes) -> tuple[StoredEvent, ...]:
    """Return the rows of a body, duly signed."""
    return open_body(body, sign(body), channels=CHANNELS, now=NOW).events


def values_in(value: object) -> Iterator[object]:
    """Return what a typed value holds, down to strings and numbers, without raw JSON."""
    if attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            if field.name != "raw":
                yield from values_in(getattr(value, field.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from values_in(each)
    elif isinstance(value, dict):
        yield from values_in(tuple(value.items()))
    else:
        yield value


def assert_any_database_can_keep(values: Iterator[object]) -> None:
    """Fail for a string or number some database would refuse."""
    for value in values:
        if isinstance(value, str):
            assert "\0" not in value
            value.encode()
        elif isinstance(value, int):
            assert -BIGINT_END <= value < BIGINT_END


def assert_sound(stored: StoredEvent) -> None:
    """Fail for a row no store can keep, or one that has no typed value."""
    assert_any_database_can_keep(iter(attrs.astuple(stored)))
    assert all(len(each) <= COLUMN for each in (stored.id, stored.lane, stored.type))
    typed = parse_event(stored)
    assert isinstance(typed, EventHead)
    assert (typed.id, typed.occurred_at) == (stored.id, stored.occurred_at)
    assert_any_database_can_keep(values_in(typed))


def assert_events_or_intake_error(body: bytes) -> None:
    """Fail where a signed body gives anything but sound rows or an `IntakeError`."""
    try:
        events = opened(body)
    except IntakeError:
        return
    for stored in events:
        assert_sound(stored)


@settings(max_examples=300)
@given(st.binary())
@example(b"[" * 5_000)
@example(b'{"a":' * 5_000)
def test_any_bytes_give_events_or_an_intake_error(body: bytes) -> None:
    """Whatever is posted, nothing else comes out."""
    assert_events_or_intake_error(body)
    assert_events_or_intake_error(b'{"destination":"%b","events":[' % DESTINATION.encode() + body)


@settings(max_examples=300)
@given(st.binary(max_size=64), st.text())
def test_any_signature_gives_an_intake_error(body: bytes, signature: str) -> None:
    """A header is text from outside; none but the right one opens a body."""
    with pytest.raises(IntakeError):
        open_body(body, signature, channels=CHANNELS, now=NOW)


@settings(max_examples=500)
@given(st.sampled_from(BODIES), st.data())
def test_damaged_bodies_give_events_or_an_intake_error(body: bytes, data: st.DataObject) -> None:
    """Bytes cut out, overwritten or put in anywhere do no harm beyond their body."""
    start = data.draw(st.integers(0, len(body)))
    length = data.draw(st.integers(0, 8))
    damaged = body[:start] + data.draw(st.binary(max_size=8)) + body[start + length :]
    assert_events_or_intake_error(damaged)


@settings(max_examples=300)
@given(
    events=st.lists(json_values, max_size=4),
    more=json_values,
    escaped=st.booleans(),
    indent=st.sampled_from([None, 1]),
)
def test_any_events_are_all_kept_as_they_came(
    *, events: list[Any], more: object, escaped: bool, indent: int | None
) -> None:
    """Each element of `events`, whatever it is, has its row, whose text means the same."""
    body = {"more": more, "destination": DESTINATION, "events": events}
    text = json.dumps(body, ensure_ascii=escaped, indent=indent)
    stored = opened(text.encode("utf-8", "surrogateescape" if escaped else "surrogatepass"))
    assert len(stored) == len(events)
    for row in stored:
        assert_sound(row)
    if escaped:
        assert [repr(json.loads(row.raw)) for row in stored] == [repr(each) for each in events]


def places_in(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Return the path to each node of a JSON value but the whole."""
    members: Any = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, inner in members:
        yield (*path, name)
        yield from places_in(inner, (*path, name))


PLACES = [(name, place) for name, event in EVENTS.items() for place in places_in(event)]
DROP = object()


def mutated(name: str, place: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """Return a documented event with one node dropped or replaced."""
    event = copy.deepcopy(EVENTS[name])
    holder: Any = event
    for step in place[:-1]:
        holder = holder[step]
    if value is DROP:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return event


def assert_neighbours_unharmed(event: dict[str, Any]) -> None:
    """Fail where an event between two others costs them anything, or is itself unsound."""
    first, middle, last = opened(write_body(FIRST, event, LAST))
    (alone,) = opened(write_body(LAST))
    assert (first.id, first.type) == ("FIRST", "follow")
    assert (last, parse_event(last)) == (alone, parse_event(alone))
    assert middle.channel_id == CHANNEL.id
    assert repr(json.loads(middle.raw)) == repr(event)
    assert_sound(middle)


@pytest.mark.parametrize("value", [DROP, None, "", "new", 0, -1, 1.5, True, [], {}, [None], [[]]])
def test_no_single_fault_in_a_documented_event_does_harm(value: object) -> None:
    """Every node of every documented event, dropped or of another type, is still an event."""
    for name, place in PLACES:
        assert_neighbours_unharmed(mutated(name, place, value))


@settings(max_examples=300)
@given(st.sampled_from(PLACES), json_values)
def test_no_odd_value_in_a_documented_event_does_harm(
    where: tuple[str, tuple[str | int, ...]], value: object
) -> None:
    """The same for any JSON value in any node."""
    assert_neighbours_unharmed(mutated(*where, value))


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(PLACES), json_values), min_size=2, max_size=5))
def test_many_faults_at_once_do_no_harm(
    faults: list[tuple[tuple[str, tuple[str | int, ...]], object]],
) -> None:
    """A body full of faulty events is a body of as many sound rows."""
    events = [mutated(name, place, value) for (name, place), value in faults]
    stored = opened(write_body(*events))
    assert len(stored) == len(events)
    for row in stored:
        assert_sound(row)
