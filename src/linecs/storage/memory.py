"""A store in memory: what the port asks for, without a database.

It is the measure of the port and the store of the desk's own tests; it forgets everything
when the process ends.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import evolve

from linecs.storage.ports import (
    Operator,
    Query,
    RowMissingError,
    RowTakenError,
    StorageError,
)
from linecs.storage.rows import layout_of
from linecs.storage.works import run_each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Self

    from linecs.storage.ports import Condition
    from linecs.storage.rows import Layout, Values

__all__ = ["MemoryStorage"]

R = TypeVar("R")
T = TypeVar("T")

_COMPARISONS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: eq,
    Operator.UNEQUAL: ne,
    Operator.BELOW: lt,
    Operator.AT_MOST: le,
    Operator.ABOVE: gt,
    Operator.AT_LEAST: ge,
    Operator.ONE_OF: lambda value, values: value in values,
}


class MemoryStorage:
    """Everything in dictionaries, one transaction at a time. Keeps the `Storage` port."""

    def __init__(self) -> None:
        self._tables: dict[type[Any], _Rows] = {}
        self._lock = threading.Lock()
        self._thread: int | None = None

    def run(self, work: Callable[[_MemoryTransaction], T]) -> T:
        """Do the work alone and keep what it wrote, or nothing of it where it raises."""
        with self._alone(), _MemoryTransaction(self._tables) as transaction:
            return work(transaction)

    def run_together(self, works: Sequence[Callable[[_MemoryTransaction], T]]) -> list[T]:
        """Do the works one after another; raise the first error once all are done."""
        return run_each(self.run, works)

    def read(self, work: Callable[[_MemoryTransaction], T]) -> T:
        """Do the work while nothing changes."""
        with self._alone(), _MemoryTransaction(self._tables, writable=False) as transaction:
            return work(transaction)

    def check(self) -> None:
        """Nothing can be outdated here."""

    def close(self) -> None:
        """Nothing was opened."""

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if self._thread == threading.get_ident():
            raise StorageError("This thread is inside a transaction already; use that one.")
        with self._lock:
            self._thread = threading.get_ident()
            try:
                yield
            finally:
                self._thread = None


class _Rows:
    """The rows of one table, found by key and by each unique set of columns."""

    def __init__(self, layout: Layout) -> None:
        self._indexes = [
            (_picker(layout, names), cast("dict[Values, Values]", {}))
            for names in (layout.table.key, *layout.table.unique)
        ]

    def all(self) -> list[Values]:
        return list(self._indexes[0][1].values())

    def by_key(self, key: Values) -> list[Values]:
        found = self._indexes[0][1].get(key)
        return [] if found is None else [found]

    def replace(self, before: Values | None, after: Values | None) -> bool:
        """Put one row in another's place, unless its key or a unique column is taken."""
        moves = [
            (index, before and pick(before), after and pick(after)) for pick, index in self._indexes
        ]
        if any(new and new != old and new in index for index, old, new in moves):
            return False
        for index, old, new in moves:
            if old and old != new:
                del index[old]
            if new and after:
                index[new] = after
        return True


class _MemoryTransaction:
    """Changes at once, and puts everything back where the work raises."""

    connection = None

    def __init__(self, tables: dict[type[Any], _Rows], *, writable: bool = True) -> None:
        self._tables = tables
        self._writable = writable
        self._ended = False
        self._done: list[tuple[_Rows, Values | None, Values | None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._ended = True
        if error is not None:
            for rows, before, after in reversed(self._done):
                rows.replace(after, before)

    def find(self, row: type[R], key: object, *, lock: bool = False) -> R | None:  # noqa: ARG002 - one transaction at a time
        found = self.select(Query(row=row, where=layout_of(row).key_conditions(key)))
        return found[0] if found else None

    def get(self, row: type[R], key: object, *, lock: bool = False) -> R:
        found = self.find(row, key, lock=lock)
        if found is None:
            raise RowMissingError(row, key)
        return found

    def select(self, query: Query[R], *, lock: bool = False) -> list[R]:  # noqa: ARG002 - alone
        layout = layout_of(query.row)
        return [layout.unpack(values) for values in self._matching(query)]

    def count(self, query: Query[Any]) -> int:
        return len(self._matching(evolve(query, order=(), limit=None, after=None)))

    def claim(self, query: Query[R], changes: Mapping[str, object]) -> list[R]:
        layout = layout_of(query.row)
        self._must_write()
        found = self._matching(query)
        return [layout.unpack(values) for values in self._change(layout, found, changes)]

    def insert(self, *rows: object) -> None:
        if not all(self.insert_absent(*rows)):
            raise RowTakenError(layout_of(type(rows[0])).table.name)

    def insert_absent(self, *rows: object) -> list[bool]:
        self._must_write()
        packed = [(layout, layout.pack(row)) for row in rows for layout in [layout_of(type(row))]]
        return [self._replace(layout, None, values) for layout, values in packed]

    def update(
        self, row: type[Any], where: Sequence[Condition], changes: Mapping[str, object]
    ) -> int:
        self._must_write()
        found = self._matching(Query(row=row, where=tuple(where)))
        return len(self._change(layout_of(row), found, changes))

    def update_each(
        self,
        row: type[Any],
        updates: Sequence[tuple[Sequence[Condition], Mapping[str, object]]],
    ) -> int:
        return sum(self.update(row, where, changes) for where, changes in updates)

    def save(self, before: R, after: R, *, guard: Sequence[str] = ()) -> bool:
        layout = layout_of(type(before))
        where, changes = layout.difference(before, after, guard)
        return self.update(type(before), where, changes) == 1

    def add(self, row: type[Any], key: object, amounts: Mapping[str, int]) -> None:
        layout = layout_of(row)
        if self.insert_absent(layout.fresh(key, amounts)) == [True]:
            return
        found = self.get(row, key)
        sums = {name: getattr(found, name) + amount for name, amount in amounts.items()}
        self.update(row, layout.key_conditions(key), sums)

    def delete(self, row: type[Any], where: Sequence[Condition]) -> int:
        self._must_write()
        found = self._matching(Query(row=row, where=tuple(where)))
        return sum(self._replace(layout_of(row), values, None) for values in found)

    def _must_write(self) -> None:
        if not self._writable:
            raise StorageError("This transaction only reads; write in `run`.")

    def _matching(self, query: Query[Any]) -> list[Values]:
        layout = layout_of(query.row)
        conditions = layout.pack_conditions(query.where)
        after = layout.pack_after(query)
        found = [
            values
            for values in self._candidates(layout, conditions)
            if all(_holds(values[layout.place[each.column]], each) for each in conditions)
        ]
        for name in reversed(query.order):
            place = layout.place[name.removeprefix("-")]
            found.sort(key=_empty_first(place), reverse=name.startswith("-"))
        if after is not None:
            found = _beyond(found, layout, query.order, after)
        return found[: query.limit]

    def _candidates(self, layout: Layout, conditions: Sequence[Condition]) -> list[Values]:
        same = {each.column: each.value for each in conditions if each.operator is Operator.EQUAL}
        rows = self._rows(layout)
        if same.keys() >= set(layout.table.key):
            return rows.by_key(tuple(same[name] for name in layout.table.key))
        return rows.all()

    def _change(
        self, layout: Layout, found: Sequence[Values], changes: Mapping[str, object]
    ) -> list[Values]:
        packed = layout.pack_changes(changes)
        changed = [layout.changed(values, packed) for values in found]
        for before, after in zip(found, changed, strict=True):
            if not self._replace(layout, before, after):
                raise RowTakenError(layout.table.name)
        return changed

    def _replace(self, layout: Layout, before: Values | None, after: Values | None) -> bool:
        rows = self._rows(layout)
        done = rows.replace(before, after)
        if done:
            self._done.append((rows, before, after))
        return done

    def _rows(self, layout: Layout) -> _Rows:
        if self._ended:
            raise StorageError("This transaction has ended.")
        return self._tables.setdefault(layout.table.row, _Rows(layout))


def _picker(layout: Layout, names: tuple[str, ...]) -> Callable[[Values], Values | None]:
    places = [layout.place[name] for name in names]

    def pick(values: Values) -> Values | None:
        picked = tuple(values[place] for place in places)
        return None if None in picked else picked

    return pick


def _holds(value: object, condition: Condition) -> bool:
    if condition.value is None:
        return (value is None) is (condition.operator is Operator.EQUAL)
    return value is not None and _COMPARISONS[condition.operator](value, condition.value)


def _empty_first(place: int) -> Callable[[Values], tuple[bool, Any]]:
    return lambda values: (values[place] is not None, values[place])


def _beyond(
    found: list[Values], layout: Layout, order: tuple[str, ...], after: Values
) -> list[Values]:
    down = order[0].startswith("-")
    places = [layout.place[name.removeprefix("-")] for name in order]
    marks = [(tuple(values[place] for place in places), values) for values in found]
    return [values for mark, values in marks if (mark < after if down else mark > after)]
