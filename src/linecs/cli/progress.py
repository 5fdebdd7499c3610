"""How far a long piece of work is, told on the error stream."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["progress_of"]


def progress_of(name: str) -> Callable[[int, int], None]:
    """Return what tells how far it is: on a terminal in one line, elsewhere each tenth."""
    told = -1

    def tell(done: int, total: int) -> None:
        nonlocal told
        if sys.stderr.isatty():
            end = "\n" if done == total else ""
            print(f"\r{name} {done}/{total}", end=end, file=sys.stderr, flush=True)
        elif done * 10 // total != told:
            told = done * 10 // total
            print(f"{name} {done}/{total}", file=sys.stderr)

    return tell
