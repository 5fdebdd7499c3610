"""What a person cannot do in the LINE app, said to the test that tried it."""

from __future__ import annotations

from linecs.errors import LinecsError

__all__ = ["SimulationError"]


class SimulationError(LinecsError):
    """The test asked for something that cannot happen on LINE; the message says why."""
