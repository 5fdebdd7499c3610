"""What one step of the desk wants written, collected purely and then applied in one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from linecs.desk.inbox.keeping import keep_inbox, leave_inbox
from linecs.errors import LinecsError
from linecs.storage.rows import layout_of
from linecs.storage.tables import table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from linecs.storage.ports import Condition, Transaction

    _Conditional = tuple[Sequence[Condition], Mapping[str, object]]
    _Update = tuple[type[Any], Sequence[Condition], Mapping[str, object]]

__all__ = ["Changes", "ConflictError"]

R = TypeVar("R")


class ConflictError(LinecsError):
    """Somebody else changed what this step had read; nothing of it was written."""


def _key(row: object) -> tuple[type[Any], tuple[object, ...]]:
    return type(row), tuple(getattr(row, column) for column in table_of(type(row)).key)


class Changes:
    """Rows to add, to change and to remove, in the order they were asked for."""

    def __init__(self) -> None:
        self._added: list[object] = []
        self._kept: list[object] = []
        self._altered: dict[
            tuple[type[Any], tuple[object, ...]], tuple[Any, Any, frozenset[str]]
        ] = {}
        self._removed: list[tuple[type[Any], Sequence[Condition]]] = []
        self._set: list[_Update] = []
        self._set_one: list[_Update] = []
        self._last: list[Callable[[Transaction], None]] = []

    @property
    def added(self) -> list[object]:
        """The rows to add so far."""
        return [*self._added, *self._kept]

    def add(self, *rows: object) -> None:
        """Add rows that cannot be there yet."""
        self._added.extend(rows)

    def add_absent(self, *rows: object) -> None:
        """Add rows unless they are there."""
        self._kept.extend(rows)

    def alter(self, before: R, after: R, *, guard: Sequence[str] = ()) -> R:
        """Change a row that must still be as `before` in the guarded columns.

        Several alterations of one row become one; the first `before` counts.
        """
        key = _key(before)
        first, _, guards = self._altered.get(key, (before, None, frozenset()))
        self._altered[key] = (first, after, guards | frozenset(guard))
        return after

    def remove(self, row: type[Any], *where: Condition) -> None:
        """Remove the rows for which all conditions hold."""
        self._removed.append((row, where))

    def set_all(
        self, row: type[Any], where: Sequence[Condition], changes: Mapping[str, object]
    ) -> None:
        """Change all rows for which all conditions hold, whatever they are now."""
        self._set.append((row, where, changes))

    def set_one(
        self, row: type[Any], where: Sequence[Condition], changes: Mapping[str, object]
    ) -> None:
        """Change the one row for which all conditions hold; `write` raises where none does."""
        self._set_one.append((row, where, changes))

    def then(self, step: Callable[[Transaction], None]) -> None:
        """Do this last in the same commit: what must look again at what is there by then.

        It may be done more than once, where the transaction starts again.
        """
        self._last.append(step)

    def write(self, tx: Transaction) -> None:
        """Write it all. Raises `ConflictError` where a guarded row moved on."""
        self._save(tx)
        if self._added:
            tx.insert(*self._added)
        if self._kept:
            tx.insert_absent(*self._kept)
        leave_inbox(tx, self._removed)
        for row, where in self._removed:
            tx.delete(row, where)
        for row, updates in _by_table(self._set).items():
            tx.update_each(row, updates)
        keep_inbox(tx, added=self._added, altered=self._altered.values(), removed=self._removed)
        for step in self._last:
            step(tx)

    def _save(self, tx: Transaction) -> None:
        differences = list(self._set_one)
        for before, after, guard in self._altered.values():
            where, changes = layout_of(type(before)).difference(before, after, sorted(guard))
            if changes:
                differences.append((type(before), where, changes))
            elif guard and not tx.update(type(before), where, {}):
                raise _conflict(type(before))
        for row, updates in _by_table(differences).items():
            if tx.update_each(row, updates) != len(updates):
                raise _conflict(row)


def _by_table(updates: Iterable[_Update]) -> dict[type[Any], list[_Conditional]]:
    tables: dict[type[Any], list[_Conditional]] = {}
    for row, where, changes in updates:
        tables.setdefault(row, []).append((where, changes))
    return tables


def _conflict(row: type[Any]) -> ConflictError:
    return ConflictError(f"A {row.__name__} was changed meanwhile.")
