"""`linecs hours`."""

from __future__ import annotations

import sys
import time
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from desks import QUESTION, make_scene
from linecs import Routing
from linecs.cli import main
from linecs.desk import read_routing
from linecs.storage.memory import MemoryStorage
from linecs.testing import LineSimulator, VirtualClock

if TYPE_CHECKING:
    from pathlib import Path

HOURS = """
hours: {月-金: 10:00-13:00, 土: 10:00-17:00}
closures: [2026-12-30]
people:
  sato: {hours: {月-金: 10:00-12:00}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of hours."""
    path = tmp_path / "hours.yaml"
    path.write_text(HOURS, encoding="utf-8")
    return path


def test_the_coming_days_and_what_customers_are_told(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Open days, holidays, closures, hours with nobody there, the promise and its deadline."""
    assert main(["hours", str(file), "--days", "4", "--at", "2026-12-28 18:30"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "12/28(月)  10:00-13:00",
        "12/29(火)  10:00-13:00",
        "12/30(水)  休み",
        "12/31(木)  10:00-13:00",
        "担当者のいない時間:",
        "  12/29(火) 12:00-13:00",
        "  12/31(木) 12:00-13:00",
        (
            "12/28 18:30 に届いたメッセージへの案内: "
            "ただいま営業時間外です。担当者より明日10時以降にご返信します。"
        ),
        "返信の期限: 明日10時30分",
    ]


def test_a_mistake_is_told_and_ends_in_one(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the file's name and the line."""
    file.write_text("hours: {げつ: 10-19}\n", encoding="utf-8")
    assert main(["hours", str(file)]) == 1
    assert capsys.readouterr().out.startswith("hours.yaml: 1行目")


def test_a_wrong_time_is_told(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It names the argument, and how to write it."""
    assert main(["hours", str(file), "--at", "tomorrow"]) == 2
    assert "--at tomorrow" in capsys.readouterr().err


def test_open_deadlines_are_counted_anew(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A late change of the hours moves what customers already wait for."""
    clock = VirtualClock(time.time_ns() // 1_000_000)
    storage = MemoryStorage()
    with LineSimulator(clock=clock) as line:
        make_scene(line, clock, storage=storage, routing=Routing()).asks(QUESTION)
        hours = read_routing(HOURS.encode(), name="hours.yaml")
        module = ModuleType("a_shop")
        later = make_scene(line, clock, storage=storage, routing=hours)
        module.desk = later.desk  # type: ignore[attr-defined] # a module made for this test
        monkeypatch.setitem(sys.modules, "a_shop", module)
        assert main(["hours", str(file), "--days", "1", "--recount", "a_shop:desk"]) == 0
    assert "数え直しました: 1 件" in capsys.readouterr().out
