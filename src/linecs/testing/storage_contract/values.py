"""What a store keeps unchanged, and what it refuses."""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from linecs.model import StoredEvent
from linecs.storage.ports import (
    Query,
    ValueRefusedError,
    equal,
    one_of,
)
from linecs.storage.tables import table_of
from linecs.testing.storage_contract.base import ContractBase, ids, steps
from linecs.testing.storage_contract.samples import (
    DISTINCT_NAMES,
    any_row,
    event,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.storage.ports import Storage, Transaction

__all__ = ["ValuesContract"]


class ValuesContract(ContractBase):
    """What a store keeps unchanged, and what it refuses."""

    @settings(
        deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(row=any_row())
    def test_a_row_comes_back_as_it_was(self, storage: Storage, row: object) -> None:
        """Whatever a field may hold is kept unchanged, on every table."""
        table = table_of(type(row))
        key = tuple(getattr(row, name) for name in table.key)
        storage.run(steps(lambda tx: tx.delete(table.row, ()), lambda tx: tx.insert(row)))
        assert storage.read(lambda tx: tx.find(table.row, key)) == row
        assert storage.read(lambda tx: tx.select(Query(row=table.row))) == [row]

    def test_names_that_look_alike_are_different(self, storage: Storage) -> None:
        """No collation takes one id for a repeat of another, or finds one by another."""
        added = storage.run(lambda tx: tx.insert_absent(*(event(name) for name in DISTINCT_NAMES)))
        assert added == [True] * len(DISTINCT_NAMES)
        for name in DISTINCT_NAMES:
            assert ids(storage, equal("id", name)) == [name]

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("raw", "a\0b"),
            ("raw", "\ud83c"),
            ("lane", "a\0b"),
            ("lane", "\udf63"),
            ("lane", "U1 "),
            ("lane", "x" * 256),
            ("lane", None),
            ("lane", 1),
            ("tries", 1 << 63),
            ("tries", -(1 << 63)),
            ("tries", "1"),
            ("tries", True),
            ("tries", None),
        ],
        ids=repr,
    )
    def test_what_no_database_keeps_is_refused(
        self, storage: Storage, column: str, value: object
    ) -> None:
        """It is refused before the database sees it, naming the column and not the content."""
        storage.run(lambda tx: tx.insert(event("1")))
        writes: list[Callable[[Transaction], object]] = [
            lambda tx: tx.insert(event("2", **{column: value})),
            lambda tx: tx.insert_absent(event("2", **{column: value})),
            lambda tx: tx.update(StoredEvent, (), {column: value}),
        ]
        for write in writes:
            with pytest.raises(ValueRefusedError, match=f"events.{column}") as caught:
                storage.run(write)
            assert repr(value) not in str(caught.value)
        found = storage.read(lambda tx: tx.select(Query(row=StoredEvent)))
        assert found == [event("1")]

    def test_asking_for_a_name_that_cannot_be_kept_finds_nothing(self, storage: Storage) -> None:
        """A stranger's id with NUL, a space at its end or too much of it is just not there."""
        storage.run(lambda tx: tx.insert(event("1")))
        for name in ("1 ", "1\0", "\ud83c", "1" * 300):
            assert storage.read(methodcaller("find", StoredEvent, name)) is None
            assert ids(storage, one_of("id", [name, "1"])) == ["1"]

    def test_long_text_is_not_for_comparing(self, storage: Storage) -> None:
        """Databases compare it in different ways, so no store compares it at all."""
        with pytest.raises(ValueRefusedError, match=r"events\.raw"):
            storage.read(lambda tx: tx.count(Query(row=StoredEvent, where=(equal("raw", ""),))))

    def test_a_key_does_not_change(self, storage: Storage) -> None:
        """A row keeps its key as long as it lives."""
        storage.run(lambda tx: tx.insert(event("1")))
        with pytest.raises(ValueRefusedError, match=r"events\.id"):
            storage.run(lambda tx: tx.update(StoredEvent, (), {"id": "2"}))

    def test_large_values_are_kept(self, storage: Storage) -> None:
        """A megabyte of text of four bytes a character, and hundreds of rows at once."""
        rows = [event(str(number)) for number in range(500)]
        large = event("large", raw="🍣" * 262_144)
        storage.run(lambda tx: tx.insert(large, *rows))
        assert storage.read(lambda tx: tx.get(StoredEvent, "large")) == large
        assert storage.read(lambda tx: tx.count(Query(row=StoredEvent))) == 501
