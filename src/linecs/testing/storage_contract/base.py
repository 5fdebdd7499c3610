"""What the parts of the contract have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from linecs.model import StoredEvent
from linecs.storage.ports import Query

if TYPE_CHECKING:
    from collections.abc import Callable

    from linecs.storage.ports import Condition, Storage, Transaction

__all__ = ["ContractBase", "ids", "steps"]


class ContractBase:
    """A store's author gives the fixture `storage`."""

    @pytest.fixture
    def storage(self) -> Storage:
        """Return an empty store."""
        raise NotImplementedError("give the fixture `storage`: an empty store")


def steps(*works: Callable[[Transaction], object]) -> Callable[[Transaction], Any]:
    """Return a work that does these in order and gives the last one's result."""

    def work(transaction: Transaction) -> object:
        return [each(transaction) for each in works][-1]

    return work


def ids(storage: Storage, *where: Condition) -> list[str]:
    """Return the ids of the events for which the conditions hold, in order."""
    query = Query(row=StoredEvent, where=where, order=("id",))
    return [row.id for row in storage.read(lambda tx: tx.select(query))]
