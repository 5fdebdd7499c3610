"""`linecs orphans`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from desks import QUESTION, found_by_commands
from linecs.cli import main
from linecs.model import StoredEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desks import Scene


@pytest.fixture
def scene() -> Iterator[Scene]:
    """A desk that the command finds under `a_shop:desk`."""
    with found_by_commands() as made:
        yield made


def test_nobody_forgotten_is_said_and_ends_in_zero(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """A question that waits for a person is owned, and so no orphan."""
    scene.asks(QUESTION)
    assert main(["orphans", "a_shop:desk"]) == 0
    assert "忘れられたお客様はいません" in capsys.readouterr().out


def test_what_nobody_looks_at_is_named(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a worker an event is an orphan after a minute, and the command ends in one."""
    scene.line.customer("c1").says(QUESTION)
    scene.clock.advance(seconds=120)
    assert main(["orphans", "a_shop:desk"]) == 1
    out = capsys.readouterr().out
    assert "linecs work" in out
    assert scene.one(StoredEvent).id in out
    assert QUESTION not in out


def test_programs_read_json(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """Each orphan with its kind, subject and time."""
    scene.line.customer("c1").says(QUESTION)
    scene.clock.advance(seconds=120)
    assert main(["orphans", "a_shop:desk", "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert found["kind"] == "unprocessed_event"
