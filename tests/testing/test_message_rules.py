"""What the simulator refuses in message objects, and in which words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linecs.testing.simulator.message_rules import judge_messages
from testing.message_samples import ACCEPTED, flex, media, text


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_line_takes_is_taken(name: str) -> None:
    """A message within LINE's limits, also just within, is accepted without a remark."""
    verdict = judge_messages([ACCEPTED[name]])
    assert (verdict.error, verdict.remarks) == (None, ())


def test_a_flex_bubble_beyond_30_kilobytes_is_too_large() -> None:
    """The size of the bubble's JSON counts, in bytes."""
    contents = [{"type": "text", "text": "あ" * 1000}] * 11
    body = {"type": "box", "layout": "vertical", "contents": contents}
    error = judge_messages([flex({"type": "bubble", "body": body})]).error
    assert error is not None
    assert error["details"][0]["message"].startswith("Too large flex message.")


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        (None, "May not be empty"),
        ([], "May not be empty"),
        ([text()] * 6, "Size must be between 1 and 5"),
        ("text", "Size must be between 1 and 5"),
    ],
)
def test_one_to_five_messages_are_sent(messages: object, words: str) -> None:
    """No message and more than five are refused."""
    error = judge_messages(messages).error
    assert error is not None
    assert error["details"] == [{"message": words, "property": "messages"}]


def test_all_wrong_properties_are_told_at_once() -> None:
    """Two messages with an error each give two details."""
    error = judge_messages([text(""), text(), text("")]).error
    assert error is not None
    assert [each["property"] for each in error["details"]] == [
        "messages[0].text",
        "messages[2].text",
    ]


def test_plain_http_on_this_machine_is_let_through_with_a_remark() -> None:
    """A picture served by the test itself is accepted, and the difference is told."""
    verdict = judge_messages([media("image", "http://127.0.0.1:8000/a.jpg")])
    assert verdict.error is None
    assert verdict.remarks[0] == "messages[0].originalContentUrl: LINE takes https addresses only."


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)


@given(st.sampled_from([*ACCEPTED.values()]), st.data())
def test_any_damage_is_told_in_lines_shape_or_accepted(
    message: dict[str, Any], data: st.DataObject
) -> None:
    """A message with any part replaced by any JSON is judged, never a crash."""
    damaged = json.loads(json.dumps(message))
    place = damaged
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            place[key] = data.draw(JSON)
            break
        place = place[key]
    error = judge_messages([damaged]).error
    assert error is None or set(error) == {"message", "details"}
