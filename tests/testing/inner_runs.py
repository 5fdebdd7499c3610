"""Runs pytest inside a test, on a file made to pass or fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import define, field

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["InnerRun", "run_inside"]


@define
class InnerRun:
    """What became of the tests of a file.

    Attributes:
        passed: Names of tests, under the name of their class (empty for none).
        failed: The same of those that failed, or whose fixtures did.
    """

    passed: dict[str, set[str]] = field(factory=dict)
    failed: dict[str, set[str]] = field(factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by the inner pytest."""
        if report.when == "call" or report.failed:
            *_, owner, name = ["", *report.nodeid.split("::")[1:]]
            kept = self.failed if report.failed else self.passed
            kept.setdefault(owner, set()).add(name.partition("[")[0])


def run_inside(file: Path, *options: str) -> InnerRun:
    """Run the tests of a file with pytest as it comes, and return what became of them."""
    run = InnerRun()
    fresh = ["-c", "/dev/null", "--rootdir", str(file.parent), "-p", "no:cacheprovider"]
    pytest.main([str(file), "--import-mode=importlib", "-q", *fresh, *options], plugins=[run])
    return run
