"""What a store must do: a small table language that any database can keep.

Rules live in the desk, never in a store. A store keeps frozen values in tables
(`linecs.storage.tables`), finds them by simple conditions, and changes them only where
they still are as the caller saw them. `linecs.testing.storage_contract` proves a store.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from attrs import frozen

from linecs.errors import LinecsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = [
    "Condition",
    "Operator",
    "Query",
    "RowMissingError",
    "RowTakenError",
    "SchemaOutdatedError",
    "Storage",
    "StorageBusyError",
    "StorageError",
    "Transaction",
    "ValueRefusedError",
    "above",
    "at_least",
    "at_most",
    "below",
    "equal",
    "one_of",
    "unequal",
]

R = TypeVar("R")
T = TypeVar("T")


class StorageError(LinecsError):
    """The database refused; the driver's own error is the cause."""


class StorageBusyError(StorageError):
    """Another transaction was in the way; the whole transaction may be tried again."""


class RowMissingError(StorageError, LookupError):
    """No row has this key.

    Attributes:
        row: The class whose table was read.
        key: The key.
    """

    def __init__(self, row: type[object], key: object) -> None:
        super().__init__(f"no {row.__name__} {key!r} is kept")
        self.row = row
        self.key = key


class RowTakenError(StorageError):
    """Another row has this key or unique value.

    Attributes:
        table: The table's name, without the prefix.
    """

    def __init__(self, table: str) -> None:
        super().__init__(f"{table}: another row has this key or unique value")
        self.table = table


class ValueRefusedError(StorageError, ValueError):
    """A value that not every database would keep as it is.

    Attributes:
        table: The table's name, without the prefix.
        column: The column's name.
    """

    def __init__(self, table: str, column: str, why: str) -> None:
        super().__init__(f"{table}.{column} {why}")
        self.table = table
        self.column = column


class SchemaOutdatedError(StorageError):
    """The tables are missing or older than this version of linecs; `linecs migrate` mends it."""


class Operator(StrEnum):
    """How a column is compared."""

    EQUAL = "="
    UNEQUAL = "!="
    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="
    ONE_OF = "in"


@frozen
class Condition:
    """One column compared with one value (a tuple of values for `ONE_OF`)."""

    column: str
    operator: Operator
    value: Any


def equal(column: str, value: object) -> Condition:
    """The column has this value; None finds empty columns."""
    return Condition(column, Operator.EQUAL, value)


def unequal(column: str, value: object) -> Condition:
    """The column has another value; None finds filled columns. An empty column is no match."""
    return Condition(column, Operator.UNEQUAL, value)


def below(column: str, value: object) -> Condition:
    """The column is less than the value."""
    return Condition(column, Operator.BELOW, value)


def at_most(column: str, value: object) -> Condition:
    """The column is the value or less."""
    return Condition(column, Operator.AT_MOST, value)


def above(column: str, value: object) -> Condition:
    """The column is more than the value."""
    return Condition(column, Operator.ABOVE, value)


def at_least(column: str, value: object) -> Condition:
    """The column is the value or more."""
    return Condition(column, Operator.AT_LEAST, value)


def one_of(column: str, values: Sequence[object]) -> Condition:
    """The column has one of these values; none of them finds nothing."""
    return Condition(column, Operator.ONE_OF, tuple(values))


@frozen(kw_only=True)
class Query(Generic[R]):
    """Which rows of a table, in which order.

    Attributes:
        row: The class whose table is read.
        where: All of these hold.
        order: Column names, `-` before one for descending.
        limit: At most so many rows; None for all.
        after: Keyset paging: the values of the `order` columns of the last row seen; only rows
            after it come. All `order` columns must then go the same way and never be empty.
    """

    row: type[R]
    where: tuple[Condition, ...] = ()
    order: tuple[str, ...] = ()
    limit: int | None = None
    after: tuple[Any, ...] | None = None


class Transaction(Protocol):
    """Reads and writes that commit or roll back together."""

    @property
    def connection(self) -> Any:  # noqa: ANN401 - whatever connection the host's driver has
        """What callbacks write the shop's rows with, in this transaction.

        SQLAlchemy's `Connection`, Django's `connections[alias]` where that was joined, None in
        memory.
        """
        ...

    def find(self, row: type[R], key: object, *, lock: bool = False) -> R | None:
        """Return the row with this key (a tuple where the key has several columns), or None.

        `lock` holds the row until the transaction ends, where the database has row locks.
        """
        ...

    def get(self, row: type[R], key: object, *, lock: bool = False) -> R:
        """Return the row with this key. Raises `RowMissingError`."""
        ...

    def select(self, query: Query[R], *, lock: bool = False) -> list[R]:
        """Return the rows a query asks for.

        `lock` holds them until the transaction ends, as in `find`, and on MySQL sees what is
        committed by now, also where a borrowed transaction has an older snapshot.
        """
        ...

    def count(self, query: Query[Any]) -> int:
        """Return how many rows a query's conditions hold for; order and limit do not count."""
        ...

    def claim(self, query: Query[R], changes: Mapping[str, object]) -> list[R]:
        """Change the first rows of a query and return them as they now are.

        No changes at all hold the rows until the transaction ends, and nothing else.
        Rows another transaction is claiming are passed over, not waited for; no row is claimed
        twice. Called by workers that look for something to do.
        """
        ...

    def insert(self, *rows: object) -> None:
        """Add rows. Raises `RowTakenError` where a key or unique column is taken.

        Which of several rows were added is open then: let the transaction roll back.
        """
        ...

    def insert_absent(self, *rows: object) -> list[bool]:
        """Add each row unless its key or a unique column is taken; say which were added.

        A row that was there leaves the transaction usable, also a borrowed one.
        """
        ...

    def update(
        self, row: type[Any], where: Sequence[Condition], changes: Mapping[str, object]
    ) -> int:
        """Change all rows for which the conditions hold; return how many there were.

        Compare-and-set: put the version you saw into `where` and expect 1.
        """
        ...

    def update_each(
        self,
        row: type[Any],
        updates: Sequence[tuple[Sequence[Condition], Mapping[str, object]]],
    ) -> int:
        """Do as `update` does with several pairs of conditions and changes, each some change.

        Returns how many rows there were in all. None may depend on another, nor two change the
        same row, for those alike are done together: they cost a database server one answer.
        """
        ...

    def save(self, before: R, after: R, *, guard: Sequence[str] = ()) -> bool:
        """Write what differs between two values of one row; False where it moved on meanwhile.

        `guard` names the columns that must still be as in `before`; the key always counts.
        """
        ...

    def add(self, row: type[Any], key: object, amounts: Mapping[str, int]) -> None:
        """Add to number columns of one row, making the row where it is missing."""
        ...

    def delete(self, row: type[Any], where: Sequence[Condition]) -> int:
        """Remove rows; return how many."""
        ...


class Storage(Protocol):
    """Where everything is kept."""

    def run(self, work: Callable[[Transaction], T]) -> T:
        """Do the work in one transaction and return its result, durably committed.

        Owned storage opens and commits, and may do the work again from the start when another
        transaction was in the way (so the work must have no other effect), or commit several
        callers' work together, in another caller's thread. The work must not call the storage
        again. A joined storage neither begins, commits, rolls back nor retries:
        the host does. Raises `StorageBusyError` when it stays busy, else what the work raised,
        after rolling back.
        """
        ...

    def run_together(self, works: Sequence[Callable[[Transaction], T]]) -> list[T]:
        """Do independent works in as few commits as the database allows; results in order.

        A work that raises is undone alone; the first such error is raised after the others
        committed. A joined storage raises at once, and the host rolls all of it back.
        """
        ...

    def read(self, work: Callable[[Transaction], T]) -> T:
        """Do work that only reads, in one snapshot where the database has them."""
        ...

    def check(self) -> None:
        """Raise `SchemaOutdatedError` where the tables do not fit this version."""
        ...

    def close(self) -> None:
        """Give back what was opened; a joined storage leaves the host's connection alone."""
        ...
