"""No sequence of calls tells our stores from the one in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from databases import empty
from linecs.storage.sql import SqlStorage
from linecs.testing.storage_machine import storage_machine

if TYPE_CHECKING:
    from linecs.storage.ports import Storage


def _check(url: str, examples: int) -> None:
    def make() -> Storage:
        storage = SqlStorage.connect(url)
        empty(storage)
        return storage

    chosen = settings(max_examples=examples, stateful_step_count=10, deadline=None)
    run_state_machine_as_test(storage_machine(make), settings=chosen)


def test_a_store_answers_as_the_one_in_memory(database_url: str) -> None:
    """SQLite, PostgreSQL and MariaDB give what memory gives, for whatever is asked."""
    _check(database_url, examples=8)


@pytest.mark.slow
def test_a_store_answers_as_the_one_in_memory_for_long(database_url: str) -> None:
    """The same, with many more sequences."""
    _check(database_url, examples=200)
