"""What a store needs of one process's way to a database."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linecs.storage.sql.transaction import SqlTransaction

__all__ = ["Backend", "Inside"]

T = TypeVar("T")


class Inside(threading.local):
    """Whether this thread is inside a transaction of one store."""

    now = False


class Backend(Protocol):
    """One process's connections to one database."""

    def run(self, work: Callable[[SqlTransaction], T]) -> T:
        """Return the work's result, committed. Called by the store."""
        ...

    def run_together(self, works: Sequence[Callable[[SqlTransaction], T]]) -> list[T]:
        """Return all results, in few commits; undo alone a work that raises."""
        ...

    def read(self, work: Callable[[SqlTransaction], T]) -> T:
        """Return what the work reads from one snapshot."""
        ...

    def close(self) -> None:
        """Close all connections. Called by the store, after its last transaction."""
        ...

    def before_fork(self) -> None:
        """Prepare for this process to be copied, and begin nothing until one of the next."""
        ...

    def after_fork_in_parent(self) -> None:
        """Go on."""
        ...

    def after_fork_in_child(self) -> None:
        """Go on with connections and locks of its own; those open before are the parent's."""
        ...
