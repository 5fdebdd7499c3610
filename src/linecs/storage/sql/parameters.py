"""The values that a statement's text leaves open, with the types a server wants to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from linecs.storage.columns import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.sql.compiler import SQLCompiler

    from linecs.storage.rows import Layout, Values

__all__ = ["Parameters"]

_TYPES: Mapping[Kind, Any] = {
    Kind.NAME: sa.String(),
    Kind.TEXT: sa.Text(),
    Kind.JSON: sa.Text(),
    Kind.NUMBER: sa.BigInteger(),
    Kind.FLAG: sa.SmallInteger(),
}
_ARRAY_TYPES: Mapping[Kind, postgresql.ARRAY[Any]] = {
    kind: postgresql.ARRAY(each) for kind, each in _TYPES.items()
}


class Parameters:
    """The values a statement takes, in the order in which its caller gives them."""

    def __init__(self, layout: Layout) -> None:
        self._kinds = {column.name: column.kind for column in layout.columns}
        self._names: list[str] = []

    def add(self, column: str) -> sa.BindParameter[Any]:
        """Return a place for one value of a column."""
        return self._bind(_TYPES[self._kinds[column]])

    def add_array(self, column: str) -> sa.BindParameter[Any]:
        """Return a place for an array of a column's values."""
        return self._bind(_ARRAY_TYPES[self._kinds[column]])

    def add_limit(self) -> sa.BindParameter[int]:
        """Return a place for a number of rows."""
        return self._bind(sa.Integer())

    def arranger(self, compiled: SQLCompiler) -> Callable[[Values], Values]:
        """Return what puts the values, and constants SQLAlchemy added, where the text has them."""
        wanted = list(compiled.positiontup or ())
        constants = tuple(name for name in dict.fromkeys(wanted) if name not in self._names)
        extra = tuple(compiled.params[name] for name in constants)
        known = {name: place for place, name in enumerate((*self._names, *constants))}
        places = [known[name] for name in wanted]
        if places == list(range(len(self._names))):
            return tuple
        return lambda values: tuple(map((*values, *extra).__getitem__, places))

    def _bind(self, kind: Any) -> sa.BindParameter[Any]:  # noqa: ANN401 - any column type
        name = f"v{len(self._names)}"
        self._names.append(name)
        return sa.bindparam(name, type_=kind)
