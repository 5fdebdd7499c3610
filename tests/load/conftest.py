"""Crowds on databases that several workers may share."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from databases import scratch_database
from linecs.storage.sql import SqlStorage, migrate
from linecs.testing import LineSimulator, VirtualClock
from load.crowd import Crowd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    MakeCrowd = Callable[[str], AbstractContextManager[Crowd]]


@pytest.fixture
def make_crowd(tmp_path: Path) -> MakeCrowd:
    """Makes a crowd on a fresh database of a kind."""

    @contextmanager
    def crowd(kind: str) -> Iterator[Crowd]:
        clock = VirtualClock()
        line = LineSimulator(clock=clock, rate_limits=False, reply_token_seconds=36_000)
        with scratch_database(kind, tmp_path) as url, line:
            migrate(url)
            with closing(SqlStorage.connect(url)) as storage:
                yield Crowd(line, clock, storage, url)

    return crowd
