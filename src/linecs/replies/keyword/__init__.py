"""Keyword replies: a shop's own rules, thousands of them matched in one pass.

responder = KeywordResponder([KeywordRule(id="returns", exact=("返品",), texts=("承ります。",))])
decision = responder.respond(inquiry)
"""

from __future__ import annotations

from linecs.replies.keyword.conditions import COOLDOWN_KEY, IsOpen
from linecs.replies.keyword.errors import RuleError
from linecs.replies.keyword.index import Match, RuleIndex
from linecs.replies.keyword.patterns import Pattern, PatternTable
from linecs.replies.keyword.responder import KeywordResponder
from linecs.replies.keyword.rule import (
    KeywordRule,
    Kind,
    Opening,
    Segment,
    Triggers,
)

__all__ = [
    "COOLDOWN_KEY",
    "IsOpen",
    "KeywordResponder",
    "KeywordRule",
    "Kind",
    "Match",
    "Opening",
    "Pattern",
    "PatternTable",
    "RuleError",
    "RuleIndex",
    "Segment",
    "Triggers",
]
