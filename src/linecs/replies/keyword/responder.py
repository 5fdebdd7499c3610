"""The responder that answers by keyword rules."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from attrs import frozen

from linecs.errors import LimitError
from linecs.model.inquiry import Answer, HandOff, TraceStep
from linecs.model.message import MessageObject
from linecs.replies.considered import Considered
from linecs.replies.keyword.conditions import objection, remembered_cooldowns
from linecs.replies.keyword.errors import RuleError
from linecs.replies.keyword.index import Match, RuleIndex
from linecs.replies.keyword.rule import Opening
from linecs.replies.normalisation import Normaliser
from linecs.replies.templates import MissingVariableError, fill, variables_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linecs.model.inquiry import Bubble, Decision, Inquiry, Trace
    from linecs.replies.keyword.conditions import IsOpen
    from linecs.replies.keyword.patterns import Pattern
    from linecs.replies.keyword.rule import KeywordRule
    from linecs.replies.normalisation import Normalised

__all__ = ["KeywordResponder"]

_MOST_TRACED = 20


@frozen
class _Attempt:
    match: Match
    objection: str
    messages: tuple[MessageObject, ...] = ()


class KeywordResponder:
    """Answers what a rule's triggers match; silent otherwise.

    Where several rules match, the highest priority answers; among equals the surest kind of
    trigger (a tap, an exact keyword, a sticker, a prefix, a contained word, a regex), then the
    longest matched words, then the rule given first. Rules with `always` come last.

    Args:
        rules: Any number of them.
        normaliser: Makes keywords and messages comparable.
        is_open: Whether the shop is open at an epoch millisecond; needed by rules with `opening`.

    Raises:
        RuleError: Two rules share an id, or `is_open` is missing.
    """

    def __init__(
        self,
        rules: Iterable[KeywordRule],
        *,
        normaliser: Normaliser | None = None,
        is_open: IsOpen | None = None,
    ) -> None:
        self._rules = tuple(rules)
        self._is_open = is_open
        self._index = RuleIndex(self._rules, normaliser or Normaliser())
        always = [Match(rule) for rule in self._rules if rule.always]
        self._always = sorted(always, key=_rank)
        for rule in self._rules:
            if rule.opening is not Opening.ANY and is_open is None:
                raise RuleError(rule.id, "needs_opening_hours", field="opening")

    @property
    def name(self) -> str:
        """`keyword`."""
        return "keyword"

    def respond(self, inquiry: Inquiry) -> Decision | None:
        """Return what the best matching rule says, or None."""
        return self.consider(inquiry).decision

    def consider(self, inquiry: Inquiry) -> Considered:
        """Return the decision with every rule that was looked at, also where none may answer."""
        attempts = list(self._attempts(inquiry))
        trace = tuple(self._trace(inquiry, attempts))
        chosen = next((attempt for attempt in attempts if not attempt.objection), None)
        decision = _decision(chosen, inquiry, trace) if chosen else None
        return Considered(decision=decision, trace=trace)

    def waits(self, bubble: Bubble) -> bool:
        """Return False for a tap, a whole keyword and a rule's sticker, which stand alone."""
        return not self._index.patterns.stands_alone(bubble)

    def ranked(self, inquiry: Inquiry) -> list[Match]:
        """Return every rule whose triggers are there, the one to answer first."""
        matches = sorted(self._index.matches(inquiry), key=_rank)
        return matches if inquiry.postback_data is not None else matches + self._always

    def _attempts(self, inquiry: Inquiry) -> Iterator[_Attempt]:
        is_answered = False
        for match in self.ranked(inquiry):
            attempt = _Attempt(match, "outranked") if is_answered else self._try(match, inquiry)
            is_answered = is_answered or not attempt.objection
            yield attempt

    def _try(self, match: Match, inquiry: Inquiry) -> _Attempt:
        reason = "none_of" if match.is_forbidden else objection(match.rule, inquiry, self._is_open)
        if reason:
            return _Attempt(match, reason)
        try:
            return _Attempt(match, "", _messages(match.rule, inquiry))
        except MissingVariableError as error:
            return _Attempt(match, f"missing_variable:{error.variable}")
        except LimitError as error:
            return _Attempt(match, f"too_long:{error.field}")

    def _trace(self, inquiry: Inquiry, attempts: list[_Attempt]) -> Iterator[TraceStep]:
        if not attempts:
            return
        normalised = self._index.patterns.normalise.trace(inquiry.text)
        for applied in normalised.steps:
            detail = {"before": applied.before, "after": applied.after}
            yield TraceStep(name=f"normalise:{applied.step}", detail=detail)
        for attempt in attempts[:_MOST_TRACED]:
            yield TraceStep(
                name=f"rule:{attempt.match.rule.id}", detail=self._detail(attempt, normalised)
            )

    def _detail(self, attempt: _Attempt, normalised: Normalised) -> dict[str, Any]:
        match, index = attempt.match, self._index
        found = index.found_patterns(match)
        detail: dict[str, Any] = {
            "outcome": attempt.objection or "chosen",
            "priority": match.rule.priority,
            "matched": [self._found(pattern, normalised) for pattern in found],
        }
        if match.is_forbidden:
            forbidden = index.found_patterns(match, forbidden=True)
            detail["forbidden"] = [self._found(pattern, normalised) for pattern in forbidden]
        return detail

    def _found(self, pattern: Pattern, normalised: Normalised) -> dict[str, str]:
        found = {"kind": pattern.kind.value, "pattern": pattern.written}
        words = self._index.patterns.found_text(pattern, normalised)
        return {**found, "text": words} if words else found


def _rank(match: Match) -> tuple[int, int, int]:
    return -match.rule.priority, *match.sureness


def _messages(rule: KeywordRule, inquiry: Inquiry) -> tuple[MessageObject, ...]:
    chosen = rule.texts and [{"type": "text", "text": _choice(rule, inquiry)}]
    return fill([*chosen, *rule.messages], variables_of(inquiry))


def _choice(rule: KeywordRule, inquiry: Inquiry) -> str:
    seed = hashlib.sha256(f"{inquiry.id}\0{rule.id}".encode()).digest()
    return rule.texts[int.from_bytes(seed) % len(rule.texts)]


def _decision(attempt: _Attempt, inquiry: Inquiry, trace: Trace) -> Decision:
    rule = attempt.match.rule
    source = f"rule:{rule.id}"
    remember = remembered_cooldowns(rule, inquiry)
    if rule.hand_off:
        return HandOff(
            reason=rule.hand_off,
            source=source,
            messages=attempt.messages,
            queue=rule.queue,
            trace=trace,
            remember=remember,
        )
    return Answer(
        messages=attempt.messages,
        source=source,
        resolves=rule.resolves,
        trace=trace,
        remember=remember,
    )
