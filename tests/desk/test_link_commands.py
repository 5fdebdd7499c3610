"""`linecs links`, `linecs export` and `linecs erase` on a desk of the host's code."""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from linecs.cli import main
from linecs.model.link import LinkFlow
from linked_shop import Shop, account_linking

if TYPE_CHECKING:
    from pathlib import Path

    from desks import MakeScene
    from linecs.testing import LineSimulator


@pytest.fixture
def shop(make: MakeScene, line: LineSimulator, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop whose desk the command line finds at `host:desk`, with one link."""
    shop = Shop(make(linking=account_linking(line)))
    host = ModuleType("host")
    host.desk = shop.scene.desk  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "host", host)
    shop.meets()
    shop.links()
    return shop


def test_links_are_exported_with_their_evidence(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """A header and a line for each link."""
    assert main(["links", "export", "host:desk"]) == 0
    header, line = capsys.readouterr().out.strip().splitlines()
    assert "member_id" in header
    assert shop.scene.line.customer("c1").user_id in line


def test_links_are_imported_but_for_conflicts(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line that would take a member from somebody is said, and changes nothing."""
    file = tmp_path / "links.csv"
    new, taken = (shop.scene.line.customer(name).user_id for name in ("c2", "c3"))
    file.write_text(f"line_user_id,member_id\n{new},M2\n{taken},M1\n")
    assert main(["links", "import", "host:desk", str(file)]) == 1
    assert "3行目: 会員が別の" in capsys.readouterr().out
    link = shop.link("c2")
    assert link is not None
    assert (link.member_id, link.flow) == ("M2", LinkFlow.IMPORT)
    assert [each.member_id for each in shop.scene.desk.links.of_member("M1")] == ["M1"]


def test_a_dry_run_imports_nothing(shop: Shop, tmp_path: Path) -> None:
    """It only says what would happen."""
    file = tmp_path / "links.csv"
    file.write_text(f"line_user_id,member_id\n{shop.scene.line.customer('c2').user_id},M2\n")
    assert main(["links", "import", "host:desk", str(file), "--dry-run"]) == 0
    assert shop.scene.desk.links.of_member("M2") == []


def test_a_person_is_exported_into_a_file_of_ones_own(shop: Shop, tmp_path: Path) -> None:
    """Nobody else on the machine may read it."""
    file = tmp_path / "person.json"
    assert main(["export", "host:desk", shop.customer_id(), "--output", str(file)]) == 0
    assert json.loads(file.read_text())["links"][0]["member_id"] == "M1"
    assert file.stat().st_mode & 0o077 == 0


def test_a_person_is_erased_and_looked_for(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """0 says that nothing is left."""
    user = shop.scene.line.customer("c1").user_id
    assert main(["erase", "host:desk", shop.customer_id(), "--scan", user]) == 0
    assert "messages:" in capsys.readouterr().out


def test_what_is_still_there_is_said(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """1 and the place, without repeating the value."""
    shop.meets("c2")
    user = shop.scene.line.customer("c2").user_id
    assert main(["erase", "host:desk", shop.customer_id(), "--scan", user]) == 1
    said = capsys.readouterr().out
    assert "customers.line_user_id" in said
    assert user not in said
