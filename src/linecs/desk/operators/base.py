"""What all operators' actions share."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.desk.core import DeskCore
    from linecs.storage.ports import Transaction

__all__ = ["Actions"]

T = TypeVar("T")


class Actions:
    """Acts on a desk's core; each opens its own transaction, or joins one under `using`."""

    _core: DeskCore

    def _act(self, work: Callable[[DeskCore, Transaction], T]) -> T:
        core = self._core
        return core.storage.run(lambda tx: work(core, tx))
