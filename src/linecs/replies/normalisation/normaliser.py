"""The normaliser: a fast path over one character table, and a traced path with positions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from linecs.replies.normalisation.polite import polite_tail
from linecs.replies.normalisation.steps import (
    DASHES,
    DEFAULT_STEPS,
    SPARE_LONG_VOWELS,
    Step,
    edits,
    is_composing,
    single,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linecs.replies.normalisation.steps import Edit

__all__ = ["Applied", "Normalised", "Normaliser"]

_NEEDS_CONTEXT = "\uffff"


@frozen(kw_only=True)
class Applied:
    """One step that changed the text.

    Attributes:
        step: Which step it was.
        before: The text it was given.
        after: The text it left.
    """

    step: Step
    before: str
    after: str


@frozen(kw_only=True)
class Normalised:
    """A normalised text with its explanation.

    Attributes:
        original: The text as it came.
        text: What the normaliser makes of it.
        steps: The steps that changed something, in order; a step may come twice where a later
            one left it new work.
        spans: For each character of `text`, the `(start, end)` slice of `original` it came from,
            in Python characters (code points, not LINE's UTF-16 code units).
    """

    original: str
    text: str
    steps: tuple[Applied, ...]
    spans: tuple[tuple[int, int], ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The slice of the original that `text[start:end]` came from; (0, 0) for an empty one."""
        covered = self.spans[start:end]
        return (covered[0][0], max(stop for _, stop in covered)) if covered else (0, 0)


class _CharacterTable(dict[int, str]):
    """What a run of single-character steps makes of each character, worked out when first met.

    A character that cannot be judged alone maps to a noncharacter, which sends the whole text
    down the careful path.
    """

    def __init__(self, steps: tuple[Step, ...], *, context: frozenset[str]) -> None:
        super().__init__()
        self._steps = steps
        self._context = context

    def __missing__(self, code: int) -> str:
        character = chr(code)
        once = self._apply(character)
        alone = self._apply(once) == once and not any(
            is_composing(part) or part in self._context for part in character + once
        )
        self[code] = once if alone else _NEEDS_CONTEXT
        return self[code]

    def _apply(self, text: str) -> str:
        for step in self._steps:
            text = "".join([single(step, character) for character in text])
        return text


def _in_order(steps: Iterable[Step | str]) -> tuple[Step, ...]:
    chosen = {Step(step) for step in steps}
    return tuple(step for step in Step if step in chosen)


@frozen
class Normaliser:
    """Japanese text made comparable: `Normaliser()("ﾛｸﾞｲﾝ できない！")` is `"ろぐいんできない"`.

    Idempotent as a whole and for any choice of steps. Postback data must not be passed through it.

    Attributes:
        steps: The steps to run; their order is fixed, whatever order they are given in.
    """

    steps: tuple[Step, ...] = field(default=DEFAULT_STEPS, converter=_in_order)
    _folded: _CharacterTable = field(init=False, eq=False, repr=False)
    _unfolded: _CharacterTable = field(init=False, eq=False, repr=False)

    @_folded.default
    def _fold_table(self) -> _CharacterTable:
        return _CharacterTable(self.steps, context=self._context_signs())

    @_unfolded.default
    def _unfolded_table(self) -> _CharacterTable:
        kept = tuple(step for step in self.steps if step is not Step.KANA)
        return _CharacterTable(kept, context=self._context_signs())

    def __call__(self, text: str) -> str:
        """The normalised text; about a microsecond for a short message, more for unusual signs."""
        plain = text.translate(self._unfolded if "ー" in text else self._folded)
        if _NEEDS_CONTEXT in plain:
            return self._carefully(text)
        if "ー" in text:
            plain = self._with_long_vowels(plain)
        if Step.POLITE not in self.steps:
            return plain
        end = polite_tail(plain)
        return plain if end == len(plain) else self(plain[:end])

    def trace(self, text: str) -> Normalised:
        """The normalised text, what each step did, and where each character came from."""
        applied: list[Applied] = []
        spans = [(at, at + 1) for at in range(len(text))]
        current = text
        while True:
            before_pass = current
            for step in self.steps:
                changes = list(edits(step, current))
                if not changes:
                    continue
                after = _edited(current, changes)
                applied.append(Applied(step=step, before=current, after=after))
                current, spans = after, _moved(spans, changes)
            if current == before_pass:
                return Normalised(
                    original=text, text=current, steps=tuple(applied), spans=tuple(spans)
                )

    def _with_long_vowels(self, plain: str) -> str:
        if Step.LONG_VOWELS in self.steps:
            plain = SPARE_LONG_VOWELS.sub("", plain)
        return plain.translate(self._folded)

    def _carefully(self, text: str) -> str:
        while True:
            current = text
            for step in self.steps:
                current = _edited(current, edits(step, current))
            if current == text:
                return text
            text = current

    def _context_signs(self) -> frozenset[str]:
        signs = {_NEEDS_CONTEXT}
        if Step.LINE_EMOJI in self.steps:
            signs |= {"(", "（"}
        if Step.LONG_VOWELS in self.steps:
            signs |= set(DASHES)
        return frozenset(signs)


def _edited(text: str, changes: Iterable[Edit]) -> str:
    parts, done = [], 0
    for start, end, new in changes:
        parts += [text[done:start], new]
        done = end
    return "".join([*parts, text[done:]]) if done else text


def _moved(spans: list[tuple[int, int]], changes: list[Edit]) -> list[tuple[int, int]]:
    moved: list[tuple[int, int]] = []
    done = 0
    for start, end, new in changes:
        covered = (spans[start][0], max(stop for _, stop in spans[start:end]))
        moved += spans[done:start] + [covered] * len(new)
        done = end
    return moved + spans[done:]
