"""Random bytes that a seed decides, for one thread at a time."""

from __future__ import annotations

import os
import random
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Entropy"]

_system = os.urandom


class Entropy:
    """Stands in for the system's random bytes, from which ids and retry keys are made.

    Args:
        seed: Decides all of them.
    """

    def __init__(self, seed: int) -> None:
        self._drawn = random.Random(seed)  # noqa: S311 - the point is that it can be repeated
        self._thread: int | None = None

    @contextmanager
    def seeded(self) -> Iterator[None]:
        """Give this thread seeded bytes; other threads keep the system's."""
        self._thread = threading.get_ident()
        try:
            with mock.patch("os.urandom", self._draw):
                yield
        finally:
            self._thread = None

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Give this thread the system's bytes again, for what is outside the desk."""
        thread, self._thread = self._thread, None
        try:
            yield
        finally:
            self._thread = thread

    def _draw(self, size: int) -> bytes:
        if threading.get_ident() != self._thread:
            return _system(size)
        return self._drawn.randbytes(size)
