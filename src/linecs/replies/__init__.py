"""Answers a support lead can write, check and trust; pure, and usable without a desk.

The rooms inside: `keyword`, `faq`, `scenario`, `templates`, `language_model`, `normalisation`
answer; `files` and `lint` read and check what people write; `knowledge` and `learning` keep and
improve it; `explanation` says why.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from linecs.replies.chain import Chain
    from linecs.replies.considered import Considered, Explaining
    from linecs.replies.explanation import explain
    from linecs.replies.faq import FaqEntry, FaqIndex, FaqResponder
    from linecs.replies.keyword import KeywordResponder, KeywordRule, RuleError
    from linecs.replies.language_model import LanguageModelResponder
    from linecs.replies.normalisation import Normaliser
    from linecs.replies.scenario import Scenario, ScenarioResponder
    from linecs.replies.templates import Template, TemplateBook
    from linecs.replies.wording import Language

__all__ = [
    "Chain",
    "Considered",
    "Explaining",
    "FaqEntry",
    "FaqIndex",
    "FaqResponder",
    "KeywordResponder",
    "KeywordRule",
    "Language",
    "LanguageModelResponder",
    "Normaliser",
    "RuleError",
    "Scenario",
    "ScenarioResponder",
    "Template",
    "TemplateBook",
    "explain",
]

_HOME = {
    "Chain": "chain",
    "Considered": "considered",
    "Explaining": "considered",
    "FaqEntry": "faq",
    "FaqIndex": "faq",
    "FaqResponder": "faq",
    "KeywordResponder": "keyword",
    "KeywordRule": "keyword",
    "Language": "wording",
    "LanguageModelResponder": "language_model",
    "Normaliser": "normalisation",
    "RuleError": "keyword",
    "Scenario": "scenario",
    "ScenarioResponder": "scenario",
    "Template": "templates",
    "TemplateBook": "templates",
    "explain": "explanation",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attributes are anything
    """Load the room of `name` on first use, so that importing linecs stays light."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
