"""The responder that answers by keyword rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.model.inquiry import Answer, TraceStep
from linecs.replies.normalisation import Normaliser

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linecs.model.inquiry import Bubble, Decision, Inquiry
    from linecs.replies.keyword.rule import KeywordRule

__all__ = ["KeywordResponder"]


class KeywordResponder:
    """Answers what a rule's keyword matches; silent otherwise.

    Args:
        rules: In any order; where several match, the highest priority answers, then the first.
    """

    def __init__(
        self, rules: Iterable[KeywordRule], *, normaliser: Normaliser | None = None
    ) -> None:
        self._normalise = normaliser or Normaliser()
        self._exact: dict[str, list[KeywordRule]] = {}
        for rule in sorted(rules, key=lambda rule: -rule.priority):
            for keyword in rule.exact:
                self._exact.setdefault(self._normalise(keyword), []).append(rule)

    @property
    def name(self) -> str:
        """`keyword`."""
        return "keyword"

    def respond(self, inquiry: Inquiry) -> Decision | None:
        """Return the messages of the best matching rule, or None."""
        rules = self._exact.get(self._normalise(inquiry.text), [])
        if not rules:
            return None
        chosen = rules[0]
        trace = tuple(TraceStep(name=f"rule:{rule.id}") for rule in rules)
        return Answer(messages=chosen.messages, source=f"rule:{chosen.id}", trace=trace)

    def waits(self, bubble: Bubble) -> bool:
        """Return False for a tap and for a whole keyword, which need no more bubbles."""
        return bubble.kind != "postback" and self._normalise(bubble.text) not in self._exact
