"""Ctrl-C for the demonstration alone: `make` would call it an error."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["own_interrupts"]


@contextmanager
def own_interrupts() -> Iterator[None]:
    """Take Ctrl-C from the terminal, and give it back in the end; nothing without a terminal.

    A terminal interrupts all processes of its foreground group. This becomes a group of its own
    there, so that whoever started it sees it end well instead of being interrupted too.
    """
    before = os.getpgrp()
    if not _is_in_foreground(before) or os.getpid() == before:
        yield
        return
    # Whoever started it could not be told to stop and go on with it.
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    # A background group that gives itself the terminal is stopped, unless it ignores this.
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.setpgid(0, 0)
    os.tcsetpgrp(sys.stdin.fileno(), os.getpgrp())
    try:
        yield
    finally:
        os.tcsetpgrp(sys.stdin.fileno(), before)


def _is_in_foreground(group: int) -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == group
    except (OSError, ValueError, AttributeError):
        return False
