"""What tests a LINE integration without LINE (extra `testing`).

A simulator of LINE, a clock to move by hand, a pytest plugin (`linecs.testing.plugin`), and
contracts: for stores (`linecs.testing.storage_contract`) and for the webhook views of hosts
(`linecs.testing.host_contract`).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linecs.testing.clock import VirtualClock
    from linecs.testing.simulator import LineSimulator
    from linecs.testing.wiring import desk_channel, settle

__all__ = ["LineSimulator", "VirtualClock", "desk_channel", "settle"]

# Loaded when first asked for: a web server is heavy.
_PLACES = {
    "LineSimulator": "linecs.testing.simulator",
    "VirtualClock": "linecs.testing.clock",
    "desk_channel": "linecs.testing.wiring",
    "settle": "linecs.testing.wiring",
}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PLACES[name]), name)
