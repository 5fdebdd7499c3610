"""The numbers of the day, which are read from all of its tickets: asked now and then, not often."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linecs.desk import SupportDesk
    from linecs.routing import Numbers

__all__ = ["Today"]

_FRESH_SECONDS = 30


class Today:
    """One process's copy of the day's numbers, for all of its operators."""

    def __init__(self, desk: SupportDesk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self._asked_at = 0.0
        self.last: Numbers | None = None
        """As they were known last, for a page that must not wait for them; None for not yet."""

    def current(self) -> Numbers:
        """Return numbers of the last half minute."""
        with self._lock:
            if self.last is None or time.monotonic() - self._asked_at > _FRESH_SECONDS:
                self.last = self._desk.numbers()
                self._asked_at = time.monotonic()
            return self.last
