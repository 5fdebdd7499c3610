"""The room's front door: light to import, and everything it names is there."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import linecs.replies

ROOT = Path(__file__).parents[2]
HEAVY = ("numpy", "re2", "ruamel.yaml", "pydantic", "regex", "ahocorasick_rs")


@pytest.mark.parametrize("name", linecs.replies.__all__)
def test_every_public_name_is_there(name: str) -> None:
    """What `__all__` promises can be imported."""
    assert getattr(linecs.replies, name).__doc__


def test_the_room_shows_its_names_before_they_are_loaded() -> None:
    """Whoever looks with `dir()` or completion finds them."""
    assert set(linecs.replies.__all__) <= set(dir(linecs.replies))


@pytest.mark.parametrize(
    "inside", [module.name for module in pkgutil.iter_modules(linecs.replies.__path__)]
)
def test_every_room_inside_has_its_reference(inside: str) -> None:
    """What is not at the front door has a page of its own, or its names are all at the door."""
    pages = [page.read_text("utf-8") for page in ROOT.glob("docs/reference/replies-*.md")]
    has_page = any(f".. automodule:: linecs.replies.{inside}\n" in page for page in pages)
    room = importlib.import_module(f"linecs.replies.{inside}")
    internal = {"Phrasebook", "Sentence"}
    assert has_page or set(room.__all__) - internal <= set(linecs.replies.__all__)


def test_importing_the_room_loads_nothing_heavy() -> None:
    """Matchers, readers and numbers come with the first name that needs them."""
    code = f"import sys, linecs.replies; print([m for m in {HEAVY} if m in sys.modules])"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own code
    assert done.stdout == "[]\n"


def test_keyword_rules_need_no_numpy() -> None:
    """A desk without an FAQ never loads it."""
    code = (
        "import sys, linecs.replies.keyword, linecs.replies.files, linecs.replies.scenario;"
        "print('numpy' in sys.modules)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own code
    assert done.stdout == "False\n"


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A slip is told as for any module."""
    with pytest.raises(AttributeError, match="Chian"):
        linecs.replies.Chian  # noqa: B018 - the look-up is the test
