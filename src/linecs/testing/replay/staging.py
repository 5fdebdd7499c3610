"""A second self of a desk, whose clock, ids and way to LINE are held by a recording or a log."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk.delivering import deliver
from linecs.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from linecs.desk import SupportDesk

__all__ = ["HeldClock", "staged", "told"]

_WORKER = "recorded"


class HeldClock:
    """A clock that stands still while the desk does one thing.

    Attributes:
        now: Epoch ms UTC.
    """

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        """Return the moment it was set to."""
        return self.now


def staged(desk: SupportDesk, clock: HeldClock, gateways: Any) -> SupportDesk:  # noqa: ANN401 - ours or Gateways
    """Return the desk on another clock and another way to LINE.

    Raises:
        ConfigurationError: The desk keeps media, which a log does not hold.
    """
    core = desk._core  # noqa: SLF001 - the desk's own `using` does the same
    if core.media_store is not None:
        raise ConfigurationError("A desk is recorded and replayed without `media`.")
    second = copy(desk)
    second._core = evolve(core, clock=clock, gateways=gateways, worker=_WORKER)  # noqa: SLF001 - same
    return second


def told(desk: SupportDesk, act: str) -> Callable[..., Any]:
    """Return what does an act; one call to LINE at a time, since threads have no order."""
    if act == "deliver":
        return lambda: deliver(desk._core, desk._turn(None), limit=1)  # noqa: SLF001 - same
    found: Callable[..., Any] = getattr(desk, act)
    return found
