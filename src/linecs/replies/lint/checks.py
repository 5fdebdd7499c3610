"""All checks together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.replies.lint.breadth import find_too_broad
from linecs.replies.lint.faq import find_in_faq
from linecs.replies.lint.findings import Severity, finding
from linecs.replies.lint.messages import find_in_messages
from linecs.replies.lint.overlaps import find_overlaps
from linecs.replies.normalisation import Normaliser

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linecs.replies.faq import FaqEntry
    from linecs.replies.keyword import KeywordRule
    from linecs.replies.lint.findings import Finding
    from linecs.replies.lint.messages import IsThere

__all__ = ["lint_faq", "lint_rules"]


def lint_rules(
    rules: Sequence[KeywordRule],
    *,
    now: int,
    traffic: Sequence[str] = (),
    is_there: IsThere | None = None,
    normaliser: Normaliser | None = None,
) -> tuple[Finding, ...]:
    """Return what is wrong with keyword rules, in the order of the rules.

    Args:
        rules: In the order of their file.
        now: Epoch ms UTC; rules that ended before it are told.
        traffic: Texts of past inquiries, to find patterns that match too many of them.
        is_there: Tells whether a picture exists; None to leave pictures alone.
        normaliser: The one the responder uses.
    """
    normalise = normaliser or Normaliser()
    found = [
        *find_overlaps(rules, normalise),
        *find_too_broad(rules, normalise, traffic),
        *_expired(rules, now),
        *_in_messages(rules, is_there),
    ]
    order = {rule.id: place for place, rule in enumerate(rules)}
    return tuple(sorted(found, key=lambda one: order[one.subject]))


def lint_faq(
    entries: Sequence[FaqEntry],
    *,
    now: int,
    is_there: IsThere | None = None,
    normaliser: Normaliser | None = None,
) -> tuple[Finding, ...]:
    """Return what is wrong with FAQ entries, in their order.

    Args:
        entries: In the order of their file.
        now: Epoch ms UTC; entries that ended before it are told.
        is_there: Tells whether a picture exists; None to leave pictures alone.
        normaliser: Makes questions comparable.
    """
    return tuple(find_in_faq(entries, normaliser or Normaliser(), now, is_there))


def _expired(rules: Sequence[KeywordRule], now: int) -> Iterator[Finding]:
    for rule in rules:
        if rule.valid_until is not None and rule.valid_until <= now:
            yield finding(Severity.WARNING, rule.id, "expired")


def _in_messages(rules: Sequence[KeywordRule], is_there: IsThere | None) -> Iterator[Finding]:
    for rule in rules:
        for text in rule.texts:
            yield from find_in_messages(rule.id, [{"type": "text", "text": text}], is_there)
        if rule.messages:
            yield from find_in_messages(rule.id, rule.messages, is_there)
