from __future__ import annotations

import pkgutil
import re
from pathlib import Path

import pytest

import linecs

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("README*.md"), *ROOT.glob("docs/**/*.md")])
ROOMS = [
    module.name
    for module in pkgutil.iter_modules(linecs.__path__, "linecs.")
    if not module.name.rpartition(".")[2].startswith("_") and module.name != "linecs.cli"
]


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_its_reference(room: str) -> None:
    """Whatever a host may import is on a reference page, which lists the room's `__all__`."""
    pages = [page.read_text("utf-8") for page in ROOT.glob("docs/reference/*.md")]
    assert any(f".. automodule:: {room}\n" in page for page in pages)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_code_block_is_skipped_only_for_a_reason(page: Path) -> None:
    """A block of the documentation that is not run says why, in the test run's own words."""
    skips = re.findall(r"skip:\s*(?:next|start)(.*?)-->", page.read_text("utf-8"))
    assert [reason for reason in skips if not re.search(r'"[^"]{10,}"', reason)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """A relative link names a file that is there."""
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
