from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from intake.documented_events import (
    CHANNELS,
    EVENTS,
    GROUP,
    NOW,
    ROOM,
    USER,
    event,
    sign,
    write_body,
)
from linecs.intake import open_body, parse_event
from linecs.model import EventState

if TYPE_CHECKING:
    from linecs.model import StoredEvent


def kept(*events: object) -> tuple[StoredEvent, ...]:
    """Return the rows of a signed body with these events."""
    body = write_body(*events)
    return open_body(body, sign(body), channels=CHANNELS, now=NOW).events


def changed(**members: Any) -> dict[str, Any]:
    """Return a text message's event with other members."""
    return {**EVENTS["text"], **members}


def test_the_id_is_lines_own() -> None:
    """`webhookEventId` makes a repeat a repeat."""
    assert kept(EVENTS["text"])[0].id == "01H810YECXQQZ37VAXPF6H9E6T"


@pytest.mark.parametrize("strange", ["x" * 256, "with space", "ｗｉｄｅ", "\ud800", "a\x00b"])
def test_a_strange_id_still_marks_its_repeat(strange: str) -> None:
    """An id no key column holds is hashed; the redelivery, another body, gets the same key."""
    event = {**EVENTS["follow"], "webhookEventId": strange}
    again = {**event, "deliveryContext": {"isRedelivery": True}}
    first, second = kept(event)[0].id, kept(again)[0].id
    assert first == second
    assert len(first) == len("sha256-") + 64


@pytest.mark.parametrize("missing", [None, 5, "", [], {}])
def test_without_an_id_body_and_place_are_the_key(missing: object) -> None:
    """The same body again is a repeat; two alike events of one body are two."""
    nameless = changed(webhookEventId=missing)
    first, second = (each.id for each in kept(nameless, nameless))
    assert first != second
    assert (first, second) == tuple(each.id for each in kept(nameless, nameless))
    assert first != kept(nameless)[0].id


@pytest.mark.parametrize(
    ("source", "lane"),
    [
        (USER, USER["userId"]),
        ({"type": "user", "userId": "L" + "x" * 67}, "L" + "x" * 67),
        ({"type": "user"}, ""),
        ({"type": "user", "userId": 5}, ""),
        ({"type": "user", "userId": "x" * 256}, ""),
        ({"type": "user", "userId": "U1 "}, ""),
        ({"type": "new", "userId": "U1"}, ""),
        (None, ""),
        ("user", ""),
    ],
)
def test_a_lane_is_one_customer(source: object, lane: str) -> None:
    """Only a 1:1 chat with a usable user id has its own lane; the rest share the channel's."""
    assert kept(changed(source=source))[0].lane == lane


@pytest.mark.parametrize("source", [GROUP, ROOM])
def test_a_message_that_is_only_kept_is_found_by_its_id(source: object) -> None:
    """An unsend names nothing but the message."""
    event = changed(source=source)
    assert kept(event)[0].lane == event["message"]["id"]


@pytest.mark.parametrize(
    "untold",
    [
        changed(mode="standby"),
        changed(source=GROUP),
        changed(source=ROOM),
        changed(replyToken="0" * 32),
        changed(replyToken="f" * 32),
        changed(source={"type": "user", "userId": "Udeadbeefdeadbeefdeadbeefdeadbeef"}),
    ],
)
def test_what_may_not_be_answered_is_only_kept(untold: dict[str, Any]) -> None:
    """Standby, groups, rooms and the console's dummies are stored and never processed."""
    assert kept(untold)[0].state == EventState.KEPT


@pytest.mark.parametrize(
    "told",
    [
        changed(),
        changed(mode="new"),
        changed(source={"type": "new"}),
        EVENTS["accountLink failed"],
        EVENTS["delivery"],
        {"type": "new"},
        None,
    ],
)
def test_the_rest_is_processed(told: object) -> None:
    """New kinds and events without a customer are pending, so that nobody is forgotten."""
    assert kept(told)[0].state == EventState.PENDING


@pytest.mark.parametrize("source", [GROUP, ROOM, USER])
def test_an_unsend_is_always_processed(source: object) -> None:
    """What was only kept must go too when its author takes it back."""
    unsend = event("unsend", source=source, unsend={"messageId": "1"})
    assert kept({**unsend, "mode": "standby"})[0].state == EventState.PENDING


@pytest.mark.parametrize("token", ["0" * 32, "f" * 32])
def test_dummy_tokens_are_no_reply_tokens(token: str) -> None:
    """The console's test tokens are never answered."""
    assert parse_event(kept(changed(replyToken=token))[0]).reply_token is None


def test_standby_has_no_reply_token() -> None:
    """Where another channel holds the chat there is nothing to answer with."""
    assert parse_event(kept(changed(mode="standby"))[0]).reply_token is None


@pytest.mark.parametrize(
    "timestamp", [None, "1", 1.5, True, -1, 2**63, 10**40, 253_402_300_800_000]
)
def test_without_a_usable_timestamp_the_receipt_counts(timestamp: object) -> None:
    """What is no time between 1970 and the year 9999 in milliseconds is replaced by `now`."""
    assert kept(changed(timestamp=timestamp))[0].occurred_at == NOW


def test_both_times_are_told_apart() -> None:
    """When it occurred is LINE's word, when it was received is ours."""
    stored = kept(EVENTS["text"])[0]
    assert (stored.occurred_at, stored.received_at) == (1_692_251_666_727, NOW)
