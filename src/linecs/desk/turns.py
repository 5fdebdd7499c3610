"""One round of work: how long a worker goes on before what it has not begun is any worker's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

__all__ = ["Turn"]

_LASTS = 1_000
_QUICK = 100


class Turn:
    """What is not begun when it is over goes back, for another worker or the next round.

    Args:
        clock: Returns epoch milliseconds UTC.
        stop: Ends it when set; None for never.
    """

    def __init__(self, clock: Callable[[], int], stop: threading.Event | None) -> None:
        self._clock = clock
        self._stop = stop
        self._begun_at = clock()

    @property
    def is_stopped(self) -> bool:
        """Whether the worker was told to end."""
        return self._stop is not None and self._stop.is_set()

    @property
    def is_over(self) -> bool:
        """Whether nothing more should be begun."""
        return self.is_stopped or self._lasted > _LASTS

    @property
    def is_quick(self) -> bool:
        """Whether what was done so far took so little that more may be taken at once."""
        return not self.is_stopped and self._lasted <= _QUICK

    @property
    def _lasted(self) -> int:
        return self._clock() - self._begun_at
