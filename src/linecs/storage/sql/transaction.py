"""The port's transaction, said in SQL statements to any executor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from linecs.storage.ports import (
    Query,
    RowMissingError,
    RowTakenError,
    StorageError,
    one_of,
)
from linecs.storage.rows import layout_of
from linecs.storage.sql.check import check_schema
from linecs.storage.sql.statements import LARGEST_LIST, RowLock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from linecs.storage.ports import Condition
    from linecs.storage.rows import Layout, Values
    from linecs.storage.sql.executors import Executor
    from linecs.storage.sql.statements import Statement, Statements

__all__ = ["SqlTransaction"]

R = TypeVar("R")
T = TypeVar("T")


class SqlTransaction:
    """Reads and writes of one open transaction. Keeps the `Transaction` port."""

    def __init__(
        self,
        statements: Statements,
        executor: Executor,
        *,
        writable: bool = True,
        borrowed: bool = False,
    ) -> None:
        self._statements = statements
        self._executor = executor
        self._writable = writable
        self._borrowed = borrowed

    @property
    def connection(self) -> Any:  # noqa: ANN401 - whatever connection the host has
        """The connection that callbacks may write the shop's rows with."""
        return self._executor.connection

    def only_read(self, work: Callable[[SqlTransaction], T]) -> T:
        """Do a work that must not write, inside this transaction."""
        reading = SqlTransaction(self._statements, self._executor, writable=False)
        try:
            return work(reading)
        finally:
            reading.end()

    def check(self) -> None:
        """Raise `SchemaOutdatedError` where the tables do not fit this release."""
        check_schema(self._executor, self._statements.dialect, self._statements.prefix)

    def end(self) -> None:
        """Refuse what is asked after the commit or rollback. Called by the store."""
        self._executor = _ENDED

    def find(self, row: type[R], key: object, *, lock: bool = False) -> R | None:
        """Return the row with this key, or None."""
        layout = layout_of(row)
        where = layout.pack_conditions(layout.key_conditions(key))
        found = self._select(layout, where, Query(row=row), RowLock.WAIT if lock else RowLock.NONE)
        return layout.unpack(found[0]) if found else None

    def get(self, row: type[R], key: object, *, lock: bool = False) -> R:
        """Return the row with this key. Raises `RowMissingError`."""
        found = self.find(row, key, lock=lock)
        if found is None:
            raise RowMissingError(row, key)
        return found

    def select(self, query: Query[R], *, lock: bool = False) -> list[R]:
        """Return the rows a query asks for."""
        layout = layout_of(query.row)
        wanted = RowLock.WAIT if lock else RowLock.NONE
        found = self._select(layout, layout.pack_conditions(query.where), query, wanted)
        return [layout.unpack(values) for values in found]

    def count(self, query: Query[Any]) -> int:
        """Return how many rows a query's conditions hold for."""
        layout = layout_of(query.row)
        where = layout.pack_conditions(query.where)
        statement = self._statements.count(layout, where)
        return int(self._executor.fetch(statement, tuple(self._statements.arguments(where)))[0][0])

    def claim(self, query: Query[R], changes: Mapping[str, object]) -> list[R]:
        """Lock the first rows nobody else is claiming, change them, and return them."""
        self._must_write()
        layout = layout_of(query.row)
        where = layout.pack_conditions(query.where)
        found = self._select(layout, where, query, RowLock.SKIP)
        if not found:
            return []
        if not changes:
            return [layout.unpack(values) for values in found]
        packed = layout.pack_changes(changes)
        self._change_by_keys(layout, found, packed)
        return [layout.unpack(layout.changed(values, packed)) for values in found]

    def insert(self, *rows: object) -> None:
        """Add rows. Raises `RowTakenError` where a key or unique column is taken."""
        by_layout: dict[Layout, list[object]] = {}
        for row in rows:
            by_layout.setdefault(layout_of(type(row)), []).append(row)
        for layout, alike in by_layout.items():
            packed = [layout.pack(row) for row in alike]
            if self._execute_each(self._statements.insert(layout), packed) != len(packed):
                raise RowTakenError(layout.table.name)

    def insert_absent(self, *rows: object) -> list[bool]:
        """Add each row unless it is taken; say which were added."""
        self._must_write()
        added = []
        for row in rows:
            layout = layout_of(type(row))
            statement = self._statements.insert(layout)
            added.append(self._executor.execute(statement, layout.pack(row)) == 1)
        return added

    def update(
        self, row: type[Any], where: Sequence[Condition], changes: Mapping[str, object]
    ) -> int:
        """Change all rows for which the conditions hold; return how many."""
        self._must_write()
        if not changes:
            return self.count(Query(row=row, where=tuple(where)))
        layout = layout_of(row)
        return self._update(layout, layout.pack_conditions(where), layout.pack_changes(changes))

    def update_each(
        self,
        row: type[Any],
        updates: Sequence[tuple[Sequence[Condition], Mapping[str, object]]],
    ) -> int:
        """Do several updates, those alike together; return how many rows there were."""
        layout = layout_of(row)
        alike: dict[Statement, list[Values]] = {}
        for where, changes in updates:
            conditions, packed = layout.pack_conditions(where), layout.pack_changes(changes)
            statement = self._statements.update(layout, packed, conditions)
            values = (*packed.values(), *self._statements.arguments(conditions))
            alike.setdefault(statement, []).append(values)
        return sum(self._execute_each(statement, rows) for statement, rows in alike.items())

    def save(self, before: R, after: R, *, guard: Sequence[str] = ()) -> bool:
        """Write what differs between two values of one row, if it is still as it was."""
        where, changes = layout_of(type(before)).difference(before, after, guard)
        return self.update(type(before), where, changes) == 1

    def add(self, row: type[Any], key: object, amounts: Mapping[str, int]) -> None:
        """Add to number columns of one row, making the row where it is missing."""
        layout = layout_of(row)
        fresh = layout.pack(layout.fresh(key, amounts))
        added = tuple(layout.pack_changes(amounts).values())
        self._execute(self._statements.add(layout, amounts), (*fresh, *added))

    def delete(self, row: type[Any], where: Sequence[Condition]) -> int:
        """Remove rows; return how many."""
        layout = layout_of(row)
        packed = layout.pack_conditions(where)
        values = tuple(self._statements.arguments(packed))
        return self._execute(self._statements.delete(layout, packed), values)

    def _select(
        self, layout: Layout, where: Sequence[Condition], query: Query[Any], lock: RowLock
    ) -> Sequence[Sequence[Any]]:
        if lock is not RowLock.NONE:
            lock = self._locked(layout, lock)
        values = self._statements.arguments(where)
        after = layout.pack_after(query)
        values += after or ()
        if query.limit is not None:
            values.append(query.limit)
        statement = self._statements.select(layout, where, query, lock)
        return self._executor.fetch(statement, tuple(values))

    def _locked(self, layout: Layout, lock: RowLock) -> RowLock:
        """Lock by a write that changes nothing where no row can be locked alone."""
        # A reading work holds nothing of ours; inside a host's transaction it may have to.
        if not self._writable and not (self._borrowed and self._statements.locks_rows):
            return RowLock.NONE
        if not self._statements.locks_rows and self._borrowed:
            self.delete(layout.table.row, [one_of(layout.table.key[0], ())])
        return lock

    def _change_by_keys(
        self, layout: Layout, found: Sequence[Sequence[Any]], changes: Mapping[str, Any]
    ) -> None:
        keys = [layout.key_of(values) for values in found]
        if len(layout.table.key) > 1:
            for key in keys:
                self._update(layout, layout.key_conditions(key), changes)
            return
        for start in range(0, len(keys), LARGEST_LIST):
            some = tuple(key for (key,) in keys[start : start + LARGEST_LIST])
            self._update(layout, (one_of(layout.table.key[0], some),), changes)

    def _update(
        self, layout: Layout, where: Sequence[Condition], changes: Mapping[str, Any]
    ) -> int:
        statement = self._statements.update(layout, changes, where)
        return self._execute(statement, (*changes.values(), *self._statements.arguments(where)))

    def _execute_each(self, statement: Statement, rows: Sequence[Values]) -> int:
        if len(rows) == 1:
            return self._execute(statement, rows[0])
        if statement.together is not None:
            arrays = tuple([self._statements.array(column) for column in zip(*rows, strict=True)])
            return self._execute(statement.together, arrays)
        self._must_write()
        return self._executor.execute_many(statement, rows)

    def _execute(self, statement: Statement, values: Values) -> int:
        self._must_write()
        return self._executor.execute(statement, values)

    def _must_write(self) -> None:
        if not self._writable:
            raise StorageError("This transaction only reads; write in `run`.")


class _Ended:
    """Stands where the executor was once the transaction has ended."""

    def __getattr__(self, name: str) -> NoReturn:
        raise StorageError("This transaction has ended.")


_ENDED = cast("Executor", _Ended())
