"""`linecs inbox`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desks import QUESTION, found_by_commands
from linecs.cli import main
from linecs.storage.inbox_rows import Place, SearchText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desks import Scene


@pytest.fixture
def scene() -> Iterator[Scene]:
    """A desk that the command finds under `a_shop:desk`, where a question waits."""
    with found_by_commands() as made:
        made.asks(QUESTION)
        yield made


def test_the_search_is_made_again(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """What was lost of it is found again."""
    scene.storage.run(lambda tx: tx.delete(SearchText, []))
    assert main(["inbox", "reindex", "a_shop:desk"]) == 0
    assert capsys.readouterr().out == "索引に入れたメッセージとメモ: 1\n"
    assert len(scene.desk.inbox.search("裾上げ").items) == 1


def test_the_lists_are_made_again(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """And it is said how much was wrong."""
    places = scene.rows(Place)
    scene.storage.run(lambda tx: tx.delete(Place, []))
    assert main(["inbox", "recount", "a_shop:desk"]) == 0
    assert capsys.readouterr().out == f"直した行: {len(places)}\n"
    assert len(scene.desk.inbox.list().items) == 1
