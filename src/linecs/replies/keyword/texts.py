"""Finding exact, prefix and contained texts among thousands, in one pass over a message."""

from __future__ import annotations

import ahocorasick_rs
import re2

__all__ = ["RegexError", "RegexSet", "TextSet", "check_regex"]


class TextSet:
    """Numbered texts, each to be found whole, at the start, or anywhere; overlaps included."""

    def __init__(self) -> None:
        self._whole: dict[str, int] = {}
        self._start: dict[str, int] = {}
        self._inside: dict[str, int] = {}
        self._lengths: tuple[int, ...] = ()
        self._automaton: ahocorasick_rs.AhoCorasick | None = None
        self._inside_numbers: list[int] = []

    def __bool__(self) -> bool:
        """Return whether there is anything to find."""
        return bool(self._whole or self._start or self._inside)

    def add_whole(self, text: str, number: int) -> None:
        """Find `number` where the whole message is `text`."""
        self._whole[text] = number

    def add_start(self, text: str, number: int) -> None:
        """Find `number` where the message starts with `text`."""
        self._start[text] = number

    def add_inside(self, text: str, number: int) -> None:
        """Find `number` where the message has `text` in it."""
        self._inside[text] = number

    def compile(self) -> None:
        """Get ready to find; called once, after the last text was added."""
        self._lengths = tuple(sorted({len(text) for text in self._start}))
        self._inside_numbers = list(self._inside.values())
        if self._inside:
            self._automaton = ahocorasick_rs.AhoCorasick(list(self._inside))

    def is_whole(self, message: str) -> bool:
        """Return whether `message` is one of the whole texts."""
        return message in self._whole

    def find(self, message: str) -> set[int]:
        """Return what `message` is, what it starts with, and what it has in it."""
        found = {self._whole[message]} if message in self._whole else set()
        for length in self._lengths:
            number = self._start.get(message[:length])
            if number is not None:
                found.add(number)
        if self._automaton is not None:
            numbers = self._inside_numbers
            matches = self._automaton.find_matches_as_indexes(message, overlapping=True)
            found.update([numbers[place] for place, _, _ in matches])
        return found


class RegexError(ValueError):
    """RE2 cannot run a pattern; the message is RE2's own."""


def check_regex(pattern: str) -> None:
    """Let a pattern pass that RE2 can run.

    Raises:
        RegexError: RE2 does not know the syntax, such as a look-ahead or a back reference.
    """
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        raise RegexError(_plain(error)) from error


class RegexSet:
    """Numbered regular expressions, searched together in time linear in the message.

    RE2 gives up silently where the automaton of a set outgrows its memory. A pattern that
    matches everything tells that from "nothing found"; then each pattern is searched alone,
    which RE2 always can, only slower.

    Args:
        memory: What the automaton of the set may use at most, in bytes.
    """

    def __init__(self, *, memory: int = 64 << 20) -> None:
        self._options = re2.Options()
        self._options.log_errors = False
        self._options.case_sensitive = False
        self._options.max_mem = memory
        self._set = re2.Set.SearchSet(self._options)
        self._sentinel = self._set.Add("")
        self._fits = True
        self._patterns: list[tuple[str, int]] = []

    def __bool__(self) -> bool:
        """Return whether there is anything to find."""
        return bool(self._patterns)

    def add(self, pattern: str, number: int) -> None:
        """Find `number` where `pattern`, which `check_regex` let pass, matches in the message."""
        self._set.Add(pattern)
        self._patterns.append((pattern, number))

    def compile(self) -> None:
        """Get ready to find; called once, after the last pattern was added."""
        try:
            self._set.Compile()
        except re2.error:
            self._fits = False

    def find(self, message: str) -> set[int]:
        """Return what matches somewhere in `message`."""
        found = (self._set.Match(message) or []) if self._fits else []
        if self._sentinel not in found:
            return {number for pattern, number in self._patterns if self._search(pattern, message)}
        return {self._patterns[place - 1][1] for place in found if place != self._sentinel}

    def matched_text(self, pattern: str, message: str) -> str:
        """Return the part of `message` that `pattern` matches, empty if none."""
        found = self._search(pattern, message)
        return str(found[0]) if found else ""

    def _search(self, pattern: str, message: str) -> re2._Match[str] | None:
        return re2.compile(pattern, self._options).search(message)


def _plain(error: Exception) -> str:
    reason = error.args[0] if error.args else error
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
