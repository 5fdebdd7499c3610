"""How commands find the host's desk, and what they say where it cannot work."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from databases import scratch_database
from linecs import Channel, SqlStorage, SupportDesk
from linecs.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module of the host's that commands find as `a_shop`."""
    module = ModuleType("a_shop")
    monkeypatch.setitem(sys.modules, "a_shop", module)
    return module


def test_a_web_application_is_not_called_for_a_desk(
    shop: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever names the application is told what it is."""
    shop.app = Flask("a_shop")  # type: ignore[attr-defined] # a module made for this test
    assert main(["doctor", "a_shop:app"]) == 2
    assert "a_shop:app is a Flask, not a SupportDesk" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["work", "orphans", "numbers"])
def test_a_server_without_tables_names_the_command_that_makes_them(
    shop: ModuleType, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A worker ends at once rather than try again and again."""
    channel = Channel(id="main", bot_user_id="U" + "0" * 32, secrets="s", access_token="t")
    with scratch_database("postgresql", tmp_path) as url:
        desk = SupportDesk(storage=SqlStorage.connect(url), channels=[channel])
        shop.desk = desk  # type: ignore[attr-defined] # a module made for this test
        assert main([command, "a_shop:desk"]) == 2
    assert "linecs migrate" in capsys.readouterr().err
