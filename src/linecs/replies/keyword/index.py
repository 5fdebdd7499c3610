"""Which rules an inquiry's words, stickers and taps set off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from linecs.replies.keyword.errors import RuleError
from linecs.replies.keyword.patterns import PatternTable
from linecs.replies.keyword.rule import KeywordRule, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linecs.model.inquiry import Inquiry
    from linecs.replies.keyword.patterns import Pattern
    from linecs.replies.keyword.rule import Triggers
    from linecs.replies.normalisation import Normaliser

__all__ = ["Match", "RuleIndex"]

_SURENESS = {kind: place for place, kind in enumerate(Kind)}


@frozen
class Match:
    """A rule whose triggers are there.

    Attributes:
        sureness: Less is surer: the kind of its surest pattern, then the length of all found.
        numbers: Which patterns were found; `RuleIndex.found_patterns` names them.
        is_forbidden: Whether something of `none_of` is there; then the rule may not answer.
    """

    rule: KeywordRule
    sureness: tuple[int, int] = (len(Kind), 0)
    numbers: frozenset[int] = frozenset()
    is_forbidden: bool = False


@frozen
class _Compiled:
    rule: KeywordRule
    any_of: frozenset[int]
    all_of: tuple[frozenset[int], ...]
    none_of: frozenset[int]
    wanted: frozenset[int] = field(init=False)

    @wanted.default
    def _all_wanted(self) -> frozenset[int]:
        return self.any_of.union(*self.all_of) if self.all_of else self.any_of

    def holds(self, found: set[int]) -> bool:
        """Return whether one of each group of `all_of` is among the numbers found."""
        return not self.all_of or not any(group.isdisjoint(found) for group in self.all_of)


class RuleIndex:
    """Thousands of rules, matched in one pass.

    Args:
        rules: Any number of them.
        normaliser: Makes patterns and messages comparable.

    Raises:
        RuleError: Two rules have one id.
    """

    def __init__(self, rules: Sequence[KeywordRule], normaliser: Normaliser) -> None:
        self.patterns = PatternTable(normaliser)
        self._compiled = [self._compile(rule) for rule in _unique(rules)]
        self.patterns.compile()
        self._sizes = [(_SURENESS[kind], -length) for kind, length in self.patterns.sizes()]
        self._by_pattern = self._rules_by_pattern()
        self._ready = [self._always_alike(compiled) for compiled in self._compiled]

    def matches(self, inquiry: Inquiry) -> list[Match]:
        """Return every rule whose triggers are there, in the order the rules were given."""
        found = self.patterns.find(inquiry)
        if not found:
            return []
        places = {place for number in found for place in self._by_pattern[number]}
        matches = [self._ready[place] or self._match(place, found) for place in sorted(places)]
        return [match for match in matches if match is not None]

    def found_patterns(self, match: Match, *, forbidden: bool = False) -> tuple[Pattern, ...]:
        """Return the patterns of a match as its rule has them, the surest and longest first.

        Args:
            match: What `matches` returned.
            forbidden: Return those of `none_of` instead.
        """
        rule = match.rule
        patterns = {
            pattern
            for group in ((rule.none_of,) if forbidden else (rule, *rule.all_of))
            for number, pattern in self._numbered(group)
            if number in match.numbers
        }
        return tuple(sorted(patterns, key=_by_sureness))

    def _match(self, place: int, found: set[int]) -> Match | None:
        compiled = self._compiled[place]
        if not compiled.holds(found):
            return None
        wanted = compiled.wanted & found
        forbidden = compiled.none_of & found
        sureness = _together([self._sizes[number] for number in wanted])
        return Match(compiled.rule, sureness, wanted | forbidden, bool(forbidden))

    def _always_alike(self, compiled: _Compiled) -> Match | None:
        """Return the one match of a rule that waits for a single pattern, as most rules do."""
        if compiled.all_of or compiled.none_of or len(compiled.any_of) != 1:
            return None
        (number,) = compiled.any_of
        return Match(compiled.rule, self._sizes[number], compiled.any_of)

    def _numbered(self, triggers: Triggers) -> Iterable[tuple[int, Pattern]]:
        return (self.patterns.pattern(kind, written) for kind, written in triggers.patterns())

    def _compile(self, rule: KeywordRule) -> _Compiled:
        return _Compiled(
            rule=rule,
            any_of=self._add(rule),
            all_of=tuple(self._add(group) for group in rule.all_of),
            none_of=self._add(rule.none_of),
        )

    def _add(self, triggers: Triggers) -> frozenset[int]:
        return frozenset(self.patterns.add(kind, text) for kind, text in triggers.patterns())

    def _rules_by_pattern(self) -> list[list[int]]:
        by_pattern: list[list[int]] = [[] for _ in range(len(self.patterns))]
        for place, compiled in enumerate(self._compiled):
            groups = [compiled.any_of] if compiled.any_of else compiled.all_of[:1]
            for number in (number for group in groups for number in group):
                by_pattern[number].append(place)
        return by_pattern


def _together(sizes: list[tuple[int, int]]) -> tuple[int, int]:
    return min(kind for kind, _ in sizes), sum(length for _, length in sizes)


def _by_sureness(pattern: Pattern) -> tuple[int, int, str]:
    return _SURENESS[pattern.kind], -len(pattern.compared), pattern.written


def _unique(rules: Sequence[KeywordRule]) -> Sequence[KeywordRule]:
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise RuleError(rule.id, "repeated_id", field="id")
        seen.add(rule.id)
    return rules
