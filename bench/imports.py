"""What `import linecs` costs, beside a bare interpreter and the SDK's own client.

Run: python bench/imports.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 11
BARE = "pass"
BASELINE = "import linebot.v3.messaging"
SUBJECTS = (
    BARE,
    "import linecs",
    BASELINE,
    "import ahocorasick_rs",
    "import attrs",
    "import re2",
    "import jpholiday",
    "import numpy",
    "from pydantic import BaseModel",
    "import regex",
    "import ruamel.yaml",
    "import sqlalchemy",
    "import tenacity",
)


def _seconds(statement: str) -> float:
    command = [sys.executable, "-c", statement]
    began = time.perf_counter()
    subprocess.run(command, check=True)  # noqa: S603 - our own statements
    return time.perf_counter() - began


def main() -> None:
    """Print milliseconds beyond an interpreter that imports nothing, and the ratio to the SDK."""
    for statement in SUBJECTS:
        _seconds(statement)
    medians = {each: statistics.median(_seconds(each) for _ in range(RUNS)) for each in SUBJECTS}
    bare = medians.pop(BARE)
    print(f"bare interpreter: {bare * 1000:.0f} ms; beyond it, median of {RUNS} fresh processes:")
    print(f"{'statement':<34}{'ms':>8}{'to the SDK client':>20}")
    for statement, seconds in medians.items():
        beyond = (seconds - bare) * 1000
        ratio = (seconds - bare) / (medians[BASELINE] - bare)
        print(f"{statement:<34}{beyond:>8.1f}{ratio:>20.2f}")


if __name__ == "__main__":
    main()
