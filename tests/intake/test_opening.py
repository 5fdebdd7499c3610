from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from intake.documented_events import CHANNELS, DESTINATION, EVENTS, NOW, event, sign, write_body
from linecs.errors import PayloadError
from linecs.intake import open_body, parse_event
from linecs.model import EventState
from linecs.model.webhook import MessageEvent, TextContent, UnrecognisedEvent

if TYPE_CHECKING:
    from linecs.model import StoredEvent

FIRST = {**EVENTS["follow"], "webhookEventId": "FIRST"}
LAST = {**EVENTS["text"], "webhookEventId": "LAST"}
TOO_DEEP = "[" * 100_000 + "]" * 100_000


def opened(body: bytes) -> tuple[StoredEvent, ...]:
    """Return the rows of a body, duly signed."""
    return open_body(body, sign(body), channels=CHANNELS, now=NOW).events


def between_neighbours(middle: str | bytes) -> tuple[StoredEvent, ...]:
    """Return the rows of a body whose second event is this JSON text."""
    middle = middle.encode() if isinstance(middle, str) else middle
    return opened(write_body(FIRST, "MIDDLE", LAST).replace(b'"MIDDLE"', middle))


def test_raw_is_the_exact_text_of_the_event() -> None:
    """Nothing is lost: neither spacing nor escapes nor members told twice."""
    raw = '{"type" : "follow", "type":"follow","n":1e2, "emoji":"\\ud83c\\udf4e🍎" }'
    first, middle, last = between_neighbours(raw)
    assert middle.raw == raw
    assert json.loads(first.raw) == FIRST
    assert json.loads(last.raw) == LAST


@pytest.mark.parametrize(
    "middle",
    [
        pytest.param("null", id="null"),
        pytest.param("[]", id="array"),
        pytest.param('"text"', id="string"),
        pytest.param("NaN", id="nan"),
        pytest.param("-Infinity", id="infinity"),
        pytest.param("{}", id="empty"),
        pytest.param("9" * 5000, id="long number"),
        pytest.param('{"timestamp":' + "9" * 5000 + "}", id="long number inside"),
        pytest.param(TOO_DEEP, id="deep"),
        pytest.param('{"type":"message","message":' + TOO_DEEP + "}", id="deep inside"),
        pytest.param('{"a":"\\"]}' + '","b":' + TOO_DEEP + "}", id="deep behind a tricky string"),
        pytest.param('{"type":{"type":"message"}}', id="type of another type"),
        pytest.param('{"type":"\\ud800"}', id="type is half a character"),
        pytest.param('{"type":"' + "x" * 300 + '"}', id="type too long for its column"),
    ],
)
def test_a_malformed_event_is_kept_beside_its_neighbours(middle: str) -> None:
    """It becomes an unrecognised event with its text; the others are as if it were not there."""
    first, malformed, last = between_neighbours(middle)
    assert malformed.type == "unrecognised"
    assert malformed.raw == middle
    assert isinstance(parse_event(malformed), UnrecognisedEvent)
    assert [first.id, last.id] == ["FIRST", "LAST"]
    assert isinstance(parse_event(last), MessageEvent)


def test_bytes_that_are_no_utf8_cost_one_character() -> None:
    """A broken byte stays legible in the raw text and becomes U+FFFD in the typed text."""
    message = json.dumps(EVENTS["text"], ensure_ascii=False).encode()
    _, broken, last = between_neighbours(message.replace("こ".encode(), b"\xff"))
    typed = parse_event(broken)
    assert "\\udcff" in broken.raw
    assert isinstance(typed, MessageEvent)
    assert isinstance(typed.message, TextContent)
    assert typed.message.text == "@All @example (hello) \ufffdんにちは🍎"
    assert last.id == "LAST"


def test_half_characters_and_nul_survive_storage() -> None:
    """In raw they stay escapes; in typed text each becomes one U+FFFD, so that indexes hold."""
    raw = json.dumps(EVENTS["text"])
    text = json.dumps(EVENTS["text"]["message"]["text"])
    _, stored, _ = between_neighbours(raw.replace(text, '"a\\u0000b\\ud83c🍎"'))
    typed = parse_event(stored)
    assert "\\u0000b\\ud83c" in stored.raw
    assert isinstance(typed, MessageEvent)
    assert isinstance(typed.message, TextContent)
    assert typed.message.text == "a\ufffdb\ufffd🍎"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{{"events":{events},"destination":"{destination}"}}', id="other order"),
        pytest.param(
            '{{"destination":"{destination}","events":{events},"new":{{"events":[1]}}}}',
            id="new member",
        ),
        pytest.param(
            '{{"new":{deep},"destination":"{destination}","events":{events}}}', id="deep new member"
        ),
        pytest.param(
            ' {{ "destination" :\t"{destination}" ,\r\n"events" : {events} }} \n', id="spaced"
        ),
        pytest.param(
            '{{"destination":"{destination}","events":[1],"events":{events}}}', id="told twice"
        ),
    ],
)
def test_layout_does_not_matter(body: str) -> None:
    """LINE may reorder, space and add members without notice."""
    written = body.format(
        destination=DESTINATION, events=json.dumps([FIRST, LAST], indent=1), deep=TOO_DEEP
    )
    assert [each.id for each in opened(written.encode())] == ["FIRST", "LAST"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"events":[]}',
        b'{"destination":"%b"}' % DESTINATION.encode(),
        b'{"destination":"%b","events":null}' % DESTINATION.encode(),
        b'{"destination":"%b","events":{}}' % DESTINATION.encode(),
        b'{"destination":"%b","events":[],}' % DESTINATION.encode(),
        b'{"destination":"%b","events":[]}{}' % DESTINATION.encode(),
        b'{"destination":"%b","events":[1 2]}' % DESTINATION.encode(),
        b'{"destination":"%b","events":[1,]}' % DESTINATION.encode(),
        b'{"destination":"%b","events":[{]}' % DESTINATION.encode(),
        b'{"destination":"%b","events":[' % DESTINATION.encode(),
        b'{"destination":"%b","events":[{"a":"\x00"}]}' % DESTINATION.encode(),
        b'{"destination":"%b","events":[],5:6}' % DESTINATION.encode(),
        b'{"destination":"%b","events":%b}' % (DESTINATION.encode(), b"[" * 100_000),
        b'{"destination":"%b","events":%b"'
        % (DESTINATION.encode(), b"[" * 10_000 + b'\\"' * 900_000),
    ],
)
def test_what_is_not_lines_json_object_is_refused(body: bytes) -> None:
    """A body that is no JSON, or has no destination or no array of events, does not come in."""
    with pytest.raises(PayloadError):
        opened(body)


def test_the_error_tells_no_content() -> None:
    """A broken body's text does not come back in the message or its cause."""
    body = write_body(EVENTS["text"])[:-1]
    with pytest.raises(PayloadError) as refused:
        opened(body)
    assert "example" not in repr(refused.value)
    assert refused.value.__cause__ is None


def test_a_thousand_events_come_in_order() -> None:
    """A body may hold events of many customers; each is kept, in the body's order."""
    body = write_body(*({**FIRST, "webhookEventId": f"E{number}"} for number in range(1000)))
    assert [each.id for each in opened(body)] == [f"E{number}" for number in range(1000)]


def test_redacted_and_broken_rows_still_have_a_value() -> None:
    """A row whose raw text is gone or damaged is an unrecognised event, not a crash."""
    (stored,) = opened(write_body(event("follow")))
    for raw in ("", "{", "null", '{"type":"message"'):
        row = evolve(stored, raw=raw, state=EventState.DONE)
        typed = parse_event(row)
        assert isinstance(typed, UnrecognisedEvent)
        assert (typed.id, typed.type, typed.raw) == (stored.id, "follow", {})
