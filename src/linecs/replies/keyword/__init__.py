"""Keyword replies: a shop's own rules, thousands of them matched in one pass.

responder = KeywordResponder([KeywordRule(id="returns", exact=("返品",), messages=(text("..."),))])
decision = responder.respond(inquiry)
"""

from __future__ import annotations

from linecs.replies.keyword.responder import KeywordResponder
from linecs.replies.keyword.rule import KeywordRule, RuleError

__all__ = ["KeywordResponder", "KeywordRule", "RuleError"]
