"""Writes down what a desk says to its database, so that a bare driver can say the same."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from linecs.storage.sql.executors import CursorExecutor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from linecs.storage.ports import Transaction
    from linecs.storage.sql import SqlStorage

__all__ = ["Spoken", "Statement", "repeat"]

T = TypeVar("T")
Statement = tuple[str, Any, str]
"""Text, values, and how it was run: `say`, `fetch`, `execute`, `execute_many` or `end`."""


class Spoken:
    """A store that writes down every statement, and where each transaction ends.

    Attributes:
        statements: Since they were last taken.
    """

    def __init__(self, storage: SqlStorage) -> None:
        self._storage = storage
        self.statements: list[Statement] = []

    def run(self, work: Callable[[Transaction], T]) -> T:
        """Do the work; it ends a transaction."""
        return self._ended(self._storage.run(work))

    def run_together(self, works: Sequence[Callable[[Transaction], T]]) -> list[T]:
        """Do the works; they end a transaction."""
        return self._ended(self._storage.run_together(works))

    def read(self, work: Callable[[Transaction], T]) -> T:
        """Do the work; it ends a transaction."""
        return self._ended(self._storage.read(work))

    def check(self) -> None:
        """Check the store."""
        self._storage.check()

    def close(self) -> None:
        """Close the store."""
        self._storage.close()

    def taken(self) -> list[Statement]:
        """Return what was said since the last time."""
        said, self.statements = self.statements, []
        return said

    def _ended(self, result: T) -> T:
        self.statements.append(("", None, "end"))
        return result

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Write down what our cursors run."""
        names = ("say", "fetch", "execute", "execute_many")
        originals = {name: getattr(CursorExecutor, name) for name in names}
        for name, original in originals.items():
            setattr(CursorExecutor, name, self._heard(name, original))
        try:
            yield
        finally:
            for name, original in originals.items():
                setattr(CursorExecutor, name, original)

    def _heard(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def said(executor: CursorExecutor, statement: Any, *values: Any) -> Any:  # noqa: ANN401 - as the original
            if name == "say":
                self.statements.append((statement, None, name))
            elif name == "execute_many":
                rows = [statement.arrange(row) for row in values[0]]
                self.statements.append((statement.text, rows, name))
            else:
                self.statements.append((statement.text, statement.arrange(values[0]), name))
            return original(executor, statement, *values)

        return said


def repeat(cursor: Any, statements: Sequence[Statement], end: Callable[[], None]) -> None:  # noqa: ANN401 - PEP 249 has no types
    """Say the same on a bare cursor; `end` ends each transaction."""
    for text, values, how in statements:
        if how == "end":
            end()
        elif how == "say":
            cursor.execute(text)
        elif how == "execute_many":
            cursor.executemany(text, values)
        else:
            cursor.execute(text, values)
            if how == "fetch":
                cursor.fetchall()
