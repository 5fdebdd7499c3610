"""Fixtures for tests of a desk; taken by `pytest_plugins = ["linecs.testing.plugin"]`.

A shop gives what its desk is made of and keeps the rest::

    pytest_plugins = ["linecs.testing.plugin"]

    @pytest.fixture
    def linecs_desk_options():
        return {"responder": shop.responder}

    def test_opening_hours(line, desk):
        customer = line.customer("c1")
        customer.says("営業時間")
        settle(desk)
        assert customer.chat[-1].text == "平日10時から18時です。"
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

pytest.register_assert_rewrite("linecs.testing.host_contract", "linecs.testing.storage_contract")

from linecs.desk import SupportDesk  # noqa: E402 - the rewriting comes first
from linecs.storage.memory import MemoryStorage  # noqa: E402 - same
from linecs.testing.clock import VirtualClock  # noqa: E402 - same
from linecs.testing.simulator import LineSimulator  # noqa: E402 - same
from linecs.testing.wiring import desk_channel  # noqa: E402 - same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from linecs.storage.ports import Storage
    from linecs.storage.sql import SqlStorage

__all__ = ["clock", "desk", "line", "linecs_desk_options", "linecs_sqlite", "linecs_storage"]


@pytest.fixture
def clock() -> VirtualClock:
    """The time of the desk and of LINE, which stands still until the test moves it."""
    return VirtualClock()


@pytest.fixture
def line(clock: VirtualClock) -> Iterator[LineSimulator]:
    """LINE on this machine, with one channel."""
    with LineSimulator(clock=clock) as simulator:
        yield simulator


@pytest.fixture
def linecs_storage() -> Storage:
    """Where the desk keeps things, by default memory; override it to test on a database."""
    return MemoryStorage()


@pytest.fixture
def linecs_sqlite(tmp_path: Path) -> Iterator[SqlStorage]:
    """A new SQLite file for one test; return it from `linecs_storage` to have the desk use it."""
    from linecs.storage.sql import SqlStorage  # noqa: PLC0415 - SQLAlchemy is heavy

    storage = SqlStorage.connect(f"sqlite:///{tmp_path / 'linecs.sqlite3'}", synchronous="NORMAL")
    yield storage
    storage.close()


@pytest.fixture
def linecs_desk_options() -> Mapping[str, Any]:
    """What `SupportDesk` is made with beside channel, storage and clock; override it."""
    return {}


@pytest.fixture
def desk(
    line: LineSimulator,
    clock: VirtualClock,
    linecs_storage: Storage,
    linecs_desk_options: Mapping[str, Any],
) -> SupportDesk:
    """A desk that serves LINE's channel and gets its webhooks.

    What comes in waits until the test calls `linecs.testing.settle(desk)`.
    """
    defaults = {"channels": [desk_channel(line)], "storage": linecs_storage, "clock": clock}
    made = SupportDesk(**{**defaults, **linecs_desk_options})
    line.deliver_to(made.receive)
    return made
