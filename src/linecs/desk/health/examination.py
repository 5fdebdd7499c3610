"""All checks, in the order in which a person would mend things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.desk.health.line_checks import check_channel
from linecs.desk.health.store_checks import check_store

if TYPE_CHECKING:
    from linecs.desk.core import DeskCore
    from linecs.desk.health.finding import Finding

__all__ = ["examine"]


def examine(core: DeskCore, *, ask_line: bool) -> list[Finding]:
    """Return what all checks found; those that ask LINE only where wanted."""
    findings = list(check_store(core))
    if ask_line:
        for channel in core.channels.values():
            findings += check_channel(core, channel)
    return findings
