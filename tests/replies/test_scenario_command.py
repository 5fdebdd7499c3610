"""`linecs scenario` as a support lead runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linecs.cli import main

if TYPE_CHECKING:
    from pathlib import Path

SOUND = "- {id: a, steps: {x: {say: 'こんにちは', end: answer}}}\n"
CIRCLE = "- {id: a, steps: {x: {say: 'どうしますか', choices: [もう一度], go: x}}}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A scenario file without a mistake, holding two scenarios."""
    path = tmp_path / "scenarios.yaml"
    path.write_text(SOUND + SOUND.replace("id: a", "id: b"), encoding="utf-8")
    return path


def test_a_sound_file_passes(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The number of scenarios shows that they were read."""
    assert main(["scenario", "check", str(file)]) == 0
    assert capsys.readouterr().out == "シナリオ 2 件、問題はありません。\n"


def test_a_circle_is_told_at_its_line(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A scenario without an exit makes the status 1."""
    file.write_text(CIRCLE, encoding="utf-8")
    assert main(["scenario", "check", str(file)]) == 1
    assert "1行目 19列目: 「x」からは終わりに進めません" in capsys.readouterr().out


def test_a_drawing_is_printed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One scenario of the file, as Mermaid reads it."""
    assert main(["scenario", "draw", str(file), "--id", "b"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "flowchart TD",
        '  start(["b"]) --> s0',
        '  s0(["x<br/>こんにちは"])',
    ]


def test_an_unknown_scenario_cannot_be_drawn(file: Path) -> None:
    """What was asked cannot be done; the status says so."""
    assert main(["scenario", "draw", str(file), "--id", "gone"]) == 2
