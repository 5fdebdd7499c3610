"""Runs the Python blocks of the README and the documentation as tests.

A block that cannot run says why: `<!-- skip: next "reason" -->` before it.
"""

from __future__ import annotations

from hypothesis import settings
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

# How long an example takes says more about what else the machine does than about the example.
settings.register_profile("unhurried", parent=settings.default, deadline=None)
settings.load_profile("unhurried")

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["README*.md", "docs/**/*.md"],
    # A block is run as a script is: Flask asks for the name of its module.
    setup=lambda namespace: namespace.update(__name__="__main__"),
).pytest()
