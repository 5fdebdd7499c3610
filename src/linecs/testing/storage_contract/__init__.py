"""What every store must do, as pytest classes; a store's author gives only a fixture.

A store that opens its own transactions::

    class TestMyStorage(OwnedStorageContract):
        @pytest.fixture
        def storage(self):
            return MyStorage()  # empty

One that joins a host's takes `JoinedStorageContract` and the fixture `host`, a `Host`. Both
should also pass `storage_machine`.
"""

from __future__ import annotations

from linecs.testing.storage_contract.joined import Host, JoinedStorageContract
from linecs.testing.storage_contract.owned import OwnedStorageContract

__all__ = ["Host", "JoinedStorageContract", "OwnedStorageContract"]
