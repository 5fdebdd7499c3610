"""What tests a LINE integration without LINE: a simulator and a clock (extra `testing`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linecs.testing.clock import VirtualClock
    from linecs.testing.simulator import LineSimulator

__all__ = ["LineSimulator", "VirtualClock"]


def __getattr__(name: str) -> object:
    if name == "LineSimulator":
        from linecs.testing.simulator import LineSimulator  # noqa: PLC0415 - aiohttp is heavy

        return LineSimulator
    if name == "VirtualClock":
        from linecs.testing.clock import VirtualClock  # noqa: PLC0415 - kept with its neighbour

        return VirtualClock
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
