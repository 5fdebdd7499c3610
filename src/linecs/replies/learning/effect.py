"""What a proposal would have changed on past traffic, before anyone accepts it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.replies.faq.bands import Band, Verdict, judge
from linecs.replies.faq.index import FaqIndex
from linecs.replies.faq.semantic import embed_entries
from linecs.replies.learning.experience import Signal
from linecs.replies.learning.proposals import NewEntry, accept
from linecs.replies.wording import Language, Sentence

if TYPE_CHECKING:
    from linecs.replies.faq.bands import BandPolicy
    from linecs.replies.faq.calibration import Calibration
    from linecs.replies.faq.entry import FaqEntry
    from linecs.replies.faq.semantic import Embedder
    from linecs.replies.learning.experience import PastInquiry
    from linecs.replies.learning.proposals import Proposal
    from linecs.replies.wording import Phrasebook

__all__ = ["Effect", "Outcome", "Prepare", "measure", "prepare_with"]

_PHRASES: Phrasebook = {
    "all": ("過去 {count} 件: {changes}", "{count} past inquiries: {changes}"),
    "elsewhere": (
        "(元になった {sources} 件を除くと: {changes})",
        "(without the {sources} it comes from: {changes})",
    ),
    "no_change": ("変化なし", "no change"),
    "answered_right": ("正しく回答", "answered right"),
    "answered_wrong": ("誤った回答", "answered wrong"),
    "answered_unknown": ("正否不明の回答", "answered, not known whether right"),
    "offered_right": ("候補に正答", "right one offered"),
    "offered_other": ("候補のみ", "others offered"),
    "left": ("担当者へ", "left to people"),
}

Ask = Callable[[str], Verdict]
"""What an FAQ makes of a text."""
Prepare = Callable[[Sequence["FaqEntry"]], Ask]
"""Makes an FAQ ready to be asked."""


class Outcome(StrEnum):
    """What an FAQ would have done with one past inquiry."""

    ANSWERED_RIGHT = "answered_right"
    ANSWERED_WRONG = "answered_wrong"
    ANSWERED_UNKNOWN = "answered_unknown"
    """It answered, and nobody knows whether that is right."""
    OFFERED_RIGHT = "offered_right"
    OFFERED_OTHER = "offered_other"
    LEFT = "left"
    """A person takes it."""


@frozen(kw_only=True)
class Effect:
    """What a proposal changes.

    Attributes:
        before: The outcome of each past inquiry with the FAQ as it is, by the inquiry's id.
        after: The same with the proposal accepted.
        sources: The inquiries the proposal comes from; of course those change.
    """

    before: dict[str, Outcome]
    after: dict[str, Outcome]
    sources: frozenset[str]

    @property
    def changed(self) -> tuple[str, ...]:
        """The ids of the inquiries that would have gone otherwise."""
        return tuple(id_ for id_, outcome in self.before.items() if self.after[id_] != outcome)

    @property
    def gain(self) -> int:
        """How many more inquiries are answered right or have the right entry offered."""
        return _solved(self.after) - _solved(self.before)

    @property
    def harm(self) -> int:
        """How many more inquiries are answered wrong."""
        return (
            _count(self.after)[Outcome.ANSWERED_WRONG] - _count(self.before)[Outcome.ANSWERED_WRONG]
        )

    def say(self, language: Language | str = Language.JAPANESE) -> str:
        """Return the effect in a sentence, also without the inquiries it comes from."""
        everywhere = self._changes(language, without=frozenset())
        values = {"count": len(self.before), "changes": everywhere}
        said = Sentence(_PHRASES, "all", values).say(language)
        elsewhere = self._changes(language, without=self.sources)
        values = {"sources": len(self.sources), "changes": elsewhere}
        return said + Sentence(_PHRASES, "elsewhere", values).say(language)

    def _changes(self, language: Language | str, without: frozenset[str]) -> str:
        before, after = _count(self.before, without), _count(self.after, without)
        told = [
            f"{Sentence(_PHRASES, outcome.value).say(language)} {before[outcome]}→{after[outcome]}"
            for outcome in Outcome
            if before[outcome] != after[outcome]
        ]
        return "、".join(told) or Sentence(_PHRASES, "no_change").say(language)


def prepare_with(
    calibration: Calibration, policy: BandPolicy, *, embedder: Embedder | None = None
) -> Prepare:
    """Return what makes an FAQ ready as the desk does; vectors are computed once for each text."""
    stored: dict[str, bytes] = {}

    def prepare(entries: Sequence[FaqEntry]) -> Ask:
        if embedder is not None:
            stored.update(embed_entries(entries, embedder, stored=stored))
        index = FaqIndex(entries, embedder=embedder, vectors=stored if embedder else None)
        return lambda text: judge(index.search(text), calibration, policy)

    return prepare


def measure(
    entries: Sequence[FaqEntry],
    proposal: Proposal,
    past: Sequence[PastInquiry],
    prepare: Prepare,
) -> Effect:
    """Return what a proposal would have changed on past inquiries.

    Args:
        entries: The FAQ as it is.
        proposal: What might be accepted.
        past: Past inquiries with what became of them.
        prepare: Makes an FAQ ready, such as `prepare_with(calibration, policy)`.
    """
    better = accept(entries, proposal)
    new_id = better[-1].id if isinstance(proposal, NewEntry) else proposal.entry_id
    sources = frozenset(proposal.sources)
    ask_before, ask_after = prepare(entries), prepare(better)
    expected = {one.id: new_id if one.id in sources else one.expected for one in past}
    return Effect(
        before={one.id: _outcome(one, expected[one.id], ask_before(one.text)) for one in past},
        after={one.id: _outcome(one, expected[one.id], ask_after(one.text)) for one in past},
        sources=sources,
    )


def _outcome(one: PastInquiry, expected: str, verdict: Verdict) -> Outcome:
    ids = [entry.id for entry in verdict.entries]
    match verdict.band:
        case Band.HAND_OFF:
            return Outcome.LEFT
        case Band.OFFER:
            return Outcome.OFFERED_RIGHT if expected in ids else Outcome.OFFERED_OTHER
        case Band.ANSWER:
            return _answered(one, expected, ids[0])


def _answered(one: PastInquiry, expected: str, answered: str) -> Outcome:
    if expected:
        return Outcome.ANSWERED_RIGHT if answered == expected else Outcome.ANSWERED_WRONG
    did_not_help = one.signal is Signal.UNSATISFIED and answered == one.entry_id
    return Outcome.ANSWERED_WRONG if did_not_help else Outcome.ANSWERED_UNKNOWN


def _solved(outcomes: dict[str, Outcome]) -> int:
    counts = _count(outcomes)
    return counts[Outcome.ANSWERED_RIGHT] + counts[Outcome.OFFERED_RIGHT]


def _count(outcomes: dict[str, Outcome], without: frozenset[str] = frozenset()) -> Counter[Outcome]:
    return Counter(outcome for id_, outcome in outcomes.items() if id_ not in without)
