"""A store and a registry for every test of the links."""

from __future__ import annotations

import pytest

from idlink.people import counted_ids
from linecs.idlink import LinkRegistry, MemoryLinks


@pytest.fixture
def store() -> MemoryLinks:
    """Give an empty store."""
    return MemoryLinks()


@pytest.fixture
def registry() -> LinkRegistry:
    """Give a registry under the default policy."""
    return LinkRegistry(new_id=counted_ids())
