"""Patterns that match more than was meant."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import re2

from linecs.replies.keyword import Kind, PatternTable
from linecs.replies.lint.findings import Severity, finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linecs.replies.keyword import KeywordRule
    from linecs.replies.lint.findings import Finding
    from linecs.replies.normalisation import Normaliser

__all__ = ["find_too_broad"]

_LEAST_TRAFFIC = 50
_SHARE = 0.2
_TOO_SHORT = re.compile(r".|[ぁ-ゖー]{2}")
_EVERYDAY = (
    "です",
    "ます",
    "ください",
    "お願い",
    "お願いします",
    "教えて",
    "教えてください",
    "こと",
    "これ",
    "それ",
    "したい",
    "できますか",
    "ですか",
    "ますか",
    "について",
    "どう",
    "どうすれば",
    "どこ",
    "いつ",
    "なに",
    "何",
    "方法",
    "ありますか",
    "すみません",
    "こんにちは",
)
_UNRELATED = "\U000f0000"


def find_too_broad(
    rules: Sequence[KeywordRule], normaliser: Normaliser, traffic: Sequence[str]
) -> Iterator[Finding]:
    """Yield patterns that are too short, everyday words, or match a fifth of past inquiries.

    Args:
        rules: What is checked.
        normaliser: Makes patterns comparable.
        traffic: Texts of past inquiries; fewer than 50 tell nothing.
    """
    everyday = {normaliser(word) for word in _EVERYDAY}
    for rule in rules:
        for word in (*rule.contains, *rule.prefix):
            folded = normaliser(word)
            if folded in everyday:
                yield finding(Severity.WARNING, rule.id, "everyday_words", pattern=word)
            elif _TOO_SHORT.fullmatch(folded):
                yield finding(Severity.WARNING, rule.id, "too_broad", pattern=word)
        for pattern in rule.regex:
            if re2.search(pattern, "") and re2.search(pattern, _UNRELATED):
                yield finding(Severity.ERROR, rule.id, "matches_everything", pattern=pattern)
        yield from _odd_stickers(rule)
    if len(traffic) >= _LEAST_TRAFFIC:
        yield from _seen_too_often(rules, normaliser, traffic)


def _odd_stickers(rule: KeywordRule) -> Iterator[Finding]:
    for sticker in rule.stickers:
        if not re.fullmatch(r"\d+/(?:\d+|\*)", sticker):
            yield finding(Severity.ERROR, rule.id, "odd_sticker", pattern=sticker)


def _seen_too_often(
    rules: Sequence[KeywordRule], normaliser: Normaliser, traffic: Sequence[str]
) -> Iterator[Finding]:
    table = PatternTable(normaliser)
    uses = [
        (rule, written, table.add(kind, written))
        for rule in rules
        for kind, written in rule.patterns()
        if kind in {Kind.CONTAINS, Kind.PREFIX, Kind.REGEX}
    ]
    table.compile()
    counts = Counter(number for text in traffic for number in table.find_text(text))
    for rule, written, number in uses:
        share = counts[number] / len(traffic)
        if share > _SHARE:
            yield finding(
                Severity.WARNING,
                rule.id,
                "matches_much_traffic",
                pattern=written,
                count=counts[number],
                total=len(traffic),
                share=share,
            )
