"""What importing the delivery room costs."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"PIL", "joserfc", "linebot", "regex", "sqlalchemy", "tenacity", "urllib3"}


def test_deciding_needs_no_library() -> None:
    """Outcomes, settlements, plans, tokens, media and limits load nothing heavy by themselves."""
    program = (
        "import sys, linecs.delivery, linecs.delivery.tokens, linecs.delivery.media,"
        " linecs.delivery.pictures, linecs.delivery.serving, linecs.limits;"
        "print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)  # noqa: S603 - our own program
    assert HEAVY.isdisjoint(run.stdout.decode().split())
