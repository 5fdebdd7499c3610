"""Shops on the databases that crashes are tried on."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from crash.town import Town, new_clock
from databases import empty, scratch_database
from linecs.storage.sql import SqlStorage, migrate
from linecs.testing import LineSimulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    MakeTown = Callable[[], AbstractContextManager[Town]]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def crash_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A database with our tables, where processes may die."""
    with scratch_database(request.param, tmp_path_factory.mktemp("crash")) as url:
        migrate(url)
        yield url


@pytest.fixture
def make_town(crash_database: str) -> MakeTown:
    """Makes a shop with an empty store and a LINE of its own."""

    @contextmanager
    def town() -> Iterator[Town]:
        clock = new_clock()
        with (
            closing(SqlStorage.connect(crash_database)) as storage,
            LineSimulator(clock=clock) as line,
        ):
            empty(storage)
            yield Town(line, clock, storage, crash_database)

    return town
