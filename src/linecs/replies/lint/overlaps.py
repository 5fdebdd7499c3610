"""Rules that stand in each other's way: shadowed, unreachable, overlapping, spelt twice."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from linecs.replies.keyword import Kind, Opening, PatternTable, Segment
from linecs.replies.lint.findings import Severity, finding
from linecs.replies.templates import required_variables

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from linecs.replies.keyword import KeywordRule, Triggers
    from linecs.replies.lint.findings import Finding
    from linecs.replies.normalisation import Normaliser

__all__ = ["find_overlaps"]

_IMPLIED = {
    Kind.EXACT: frozenset({Kind.EXACT, Kind.PREFIX, Kind.CONTAINS}),
    Kind.PREFIX: frozenset({Kind.PREFIX, Kind.CONTAINS}),
    Kind.CONTAINS: frozenset({Kind.CONTAINS}),
}
"""Looking into a pattern of the first kind finds what is there wherever it is there."""


def find_overlaps(rules: Sequence[KeywordRule], normaliser: Normaliser) -> Iterator[Finding]:
    """Yield what is wrong between rules, and between the parts of one."""
    book = _Book(rules, normaliser)
    for rule in rules:
        yield from _unreachable(rule, book)
        yield from _shadowed(rule, book)
        yield from _overlapping(rule, book)
        yield from _spelt_twice(rule, book)


class _Book:
    """All patterns, numbered, and the rules that listen for each."""

    def __init__(self, rules: Sequence[KeywordRule], normaliser: Normaliser) -> None:
        self._table = PatternTable(normaliser)
        self._order = {rule.id: place for place, rule in enumerate(rules)}
        self._listeners: dict[int, list[KeywordRule]] = defaultdict(list)
        self.always = [rule for rule in rules if rule.always]
        for rule in rules:
            for number in {self._table.add(*pattern) for pattern in rule.patterns()}:
                self._listeners[number].append(rule)
            for group in (*rule.all_of, rule.none_of):
                self.numbers(group)
        self._table.compile()
        self._kinds = [kind for kind, _ in self._table.sizes()]

    def numbers(self, triggers: Triggers) -> set[int]:
        """Return the numbers of a group's patterns."""
        return {self._table.add(kind, written) for kind, written in triggers.patterns()}

    def numbers_of(self, kind: Kind, written: str) -> set[int]:
        """Return the number of one pattern, as a set of one."""
        return {self._table.add(kind, written)}

    def implied(self, kind: Kind, written: str) -> set[int]:
        """Return the numbers of all patterns that are there wherever this one is."""
        implied = self.numbers_of(kind, written)
        if kind is Kind.STICKER:
            return implied | self._table.known(kind, [written.partition("/")[0] + "/*"])
        if kind in _IMPLIED:
            found = self._table.find_text(written)
            implied |= {number for number in found if self._kinds[number] in _IMPLIED[kind]}
        return implied

    def rivals(self, rule: KeywordRule, numbers: Collection[int]) -> Iterator[KeywordRule]:
        """Yield the other rules that listen for one of these patterns, in the file's order."""
        found = {one.id: one for number in numbers for one in self._listeners.get(number, [])}
        for one in sorted(found.values(), key=lambda one: self._order[one.id]):
            if one.id != rule.id:
                yield one

    def is_before(self, rule: KeywordRule, other: KeywordRule) -> bool:
        """Return whether `rule` stands before `other` in the file."""
        return self._order[rule.id] < self._order[other.id]


def _unreachable(rule: KeywordRule, book: _Book) -> Iterator[Finding]:
    forbidden = book.numbers(rule.none_of)
    for group in _groups(rule):
        clashes = [(one, book.implied(*one) & forbidden) for one in group.patterns()]
        if clashes and all(clash for _, clash in clashes):
            (_, written), numbers = clashes[0]
            by = next(
                other
                for kind, other in rule.none_of.patterns()
                if book.numbers_of(kind, other) & numbers
            )
            yield finding(Severity.ERROR, rule.id, "unreachable", pattern=written, forbidden=by)
            return
    taps = [bool(group.postbacks) for group in _groups(rule)]
    if any(_is_tap_only(group) for group in _groups(rule)) and not all(taps):
        yield finding(Severity.ERROR, rule.id, "tap_and_text")


def _shadowed(rule: KeywordRule, book: _Book) -> Iterator[Finding]:
    if rule.always:
        firsts = [one for one in book.always if _goes_first(one, rule, book)]
        if firsts:
            yield finding(Severity.ERROR, rule.id, "shadowed", others=_ids(firsts))
        return
    for group in _groups(rule):
        winners = {one: _winners(rule, *one, book) for one in group.patterns()}
        if all(winners.values()):
            others = [other for found in winners.values() for other in found]
            yield finding(Severity.ERROR, rule.id, "shadowed", others=_ids(others))
            return
    for kind, written in rule.patterns():
        found = _winners(rule, kind, written, book)
        if found:
            yield finding(
                Severity.WARNING,
                rule.id,
                "shadowed_pattern",
                pattern=written,
                others=_ids(found),
            )


def _winners(rule: KeywordRule, kind: Kind, written: str, book: _Book) -> list[KeywordRule]:
    rivals = book.rivals(rule, book.implied(kind, written))
    return [one for one in rivals if one.priority > rule.priority and _is_unconditional(one)]


def _overlapping(rule: KeywordRule, book: _Book) -> Iterator[Finding]:
    if rule.all_of or any(rule.none_of.patterns()):
        return
    for kind, written in rule.patterns():
        numbers = book.numbers_of(kind, written)
        for other in book.rivals(rule, numbers):
            if not book.is_before(other, rule) or not _may_meet(rule, other):
                continue
            twins = [text for one, text in other.patterns() if book.numbers_of(one, text) & numbers]
            code = "overlap" if written in twins else "same_spelling_elsewhere"
            yield finding(
                Severity.WARNING,
                rule.id,
                code,
                pattern=written,
                other_pattern=twins[0],
                others=_ids([other]),
            )


def _spelt_twice(rule: KeywordRule, book: _Book) -> Iterator[Finding]:
    for group in (*_groups(rule), rule.none_of):
        spellings: dict[int, list[str]] = defaultdict(list)
        for kind, written in group.patterns():
            (number,) = book.numbers_of(kind, written)
            spellings[number].append(written)
        for written_alike in spellings.values():
            if len(written_alike) > 1:
                patterns = "、".join(f"「{one}」" for one in written_alike)
                yield finding(Severity.WARNING, rule.id, "same_spelling", patterns=patterns)


def _groups(rule: KeywordRule) -> list[Triggers]:
    own: list[Triggers] = [rule] if any(rule.patterns()) else []
    return [*own, *rule.all_of]


def _is_tap_only(group: Triggers) -> bool:
    return all(kind is Kind.POSTBACK for kind, _ in group.patterns())


def _goes_first(rule: KeywordRule, other: KeywordRule, book: _Book) -> bool:
    if rule.id == other.id or not _is_unconditional(rule) or rule.priority < other.priority:
        return False
    return rule.priority > other.priority or book.is_before(rule, other)


def _is_unconditional(rule: KeywordRule) -> bool:
    return not (
        rule.all_of
        or any(rule.none_of.patterns())
        or rule.valid_from is not None
        or rule.valid_until is not None
        or rule.opening is not Opening.ANY
        or rule.segment != Segment()
        or rule.cooldown
        or any(required_variables((rule.messages, rule.texts)))
    )


def _may_meet(rule: KeywordRule, other: KeywordRule) -> bool:
    """Whether two rules could both be asked at one moment by one customer."""
    if rule.priority != other.priority or other.all_of or any(other.none_of.patterns()):
        return False
    openings = {rule.opening, other.opening} - {Opening.ANY}
    members = {rule.segment.member, other.segment.member} - {None}
    languages = set(rule.segment.languages), set(other.segment.languages)
    return (
        len(openings) < 2  # noqa: PLR2004 - open and closed exclude each other
        and len(members) < 2  # noqa: PLR2004 - so do members and others
        and not (all(languages) and languages[0].isdisjoint(languages[1]))
        and set(rule.segment.tags).isdisjoint(other.segment.without_tags)
        and set(other.segment.tags).isdisjoint(rule.segment.without_tags)
        and _dates_meet(rule, other)
    )


def _dates_meet(rule: KeywordRule, other: KeywordRule) -> bool:
    ends = [one.valid_until for one in (rule, other) if one.valid_until is not None]
    starts = [one.valid_from for one in (rule, other) if one.valid_from is not None]
    return not ends or not starts or max(starts) < min(ends)


def _ids(rules: Collection[KeywordRule]) -> str:
    return ", ".join(dict.fromkeys(rule.id for rule in rules))
