"""LINE customer support inside your own backend and database.

Every name here is loaded when it is first used: `import linecs` alone imports no SDK client, no
database driver and no framework.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from linecs.delivery import DeliveryPolicy
    from linecs.delivery.media import FileMediaStore
    from linecs.delivery.tokens import StatelessTokenSource
    from linecs.desk import DeskSettings, Routing, SupportDesk
    from linecs.errors import IntakeError, LinecsError
    from linecs.model import Channel
    from linecs.replies import KeywordResponder, KeywordRule
    from linecs.storage.memory import MemoryStorage
    from linecs.storage.sql import SqlStorage

__all__ = [
    "Channel",
    "DeliveryPolicy",
    "DeskSettings",
    "FileMediaStore",
    "IntakeError",
    "KeywordResponder",
    "KeywordRule",
    "LinecsError",
    "MemoryStorage",
    "Routing",
    "SqlStorage",
    "StatelessTokenSource",
    "SupportDesk",
]

_HOMES = {
    "Channel": "linecs.model",
    "DeliveryPolicy": "linecs.delivery",
    "DeskSettings": "linecs.desk",
    "FileMediaStore": "linecs.delivery.media",
    "IntakeError": "linecs.errors",
    "KeywordResponder": "linecs.replies",
    "KeywordRule": "linecs.replies",
    "LinecsError": "linecs.errors",
    "MemoryStorage": "linecs.storage.memory",
    "Routing": "linecs.desk",
    "SqlStorage": "linecs.storage.sql",
    "StatelessTokenSource": "linecs.delivery.tokens",
    "SupportDesk": "linecs.desk",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attributes are anything
    """Load a name from its room on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
