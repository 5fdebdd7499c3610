"""Runs the Python blocks of the README and the documentation as tests.

A block that cannot run says why: `<!-- skip: next "reason" -->` before it.
"""

from __future__ import annotations

import os
import tempfile
from typing import Any

from hypothesis import settings
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

# How long an example takes says more about what else the machine does than about the example.
settings.register_profile("unhurried", parent=settings.default, deadline=None)
settings.load_profile("unhurried")


def _begin(namespace: dict[str, Any]) -> None:
    # A block is run as a script is (Flask asks for the name of its module), in a folder that
    # takes the files it makes.
    folder = tempfile.TemporaryDirectory()
    namespace.update(__name__="__main__", _folder=folder, _before=os.getcwd())  # noqa: PTH109
    os.chdir(folder.name)


def _end(namespace: dict[str, Any]) -> None:
    os.chdir(namespace["_before"])
    namespace["_folder"].cleanup()


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["README*.md", "docs/**/*.md"],
    setup=_begin,
    teardown=_end,
).pytest()
