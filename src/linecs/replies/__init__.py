"""Answers a support lead can write, check and trust; pure, and usable without a desk."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from linecs.replies.chain import Chain
    from linecs.replies.keyword import KeywordResponder, KeywordRule, RuleError
    from linecs.replies.normalisation import Normaliser

__all__ = ["Chain", "KeywordResponder", "KeywordRule", "Normaliser", "RuleError"]

_HOME = {
    "Chain": "chain",
    "KeywordResponder": "keyword",
    "KeywordRule": "keyword",
    "Normaliser": "normalisation",
    "RuleError": "keyword",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attributes are anything
    """Load the room of `name` on first use, so that importing linecs stays light."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
