"""A desk, LINE beside it, and time that only moves when told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desks import make_scene
from linecs.testing import LineSimulator, VirtualClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desks import Scene


@pytest.fixture
def clock() -> VirtualClock:
    """Shared by the desk and the simulated LINE."""
    return VirtualClock()


@pytest.fixture
def line(clock: VirtualClock) -> Iterator[LineSimulator]:
    """LINE on loopback."""
    with LineSimulator(clock=clock) as simulator:
        yield simulator


@pytest.fixture
def scene(line: LineSimulator, clock: VirtualClock) -> Scene:
    """A desk that answers 営業時間, with nothing else to say."""
    return make_scene(line, clock)
