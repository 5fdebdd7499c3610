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
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from linecs.replies.faq.bands import BandPolicy
    from linecs.replies.faq.calibration import Calibration
    from linecs.replies.faq.entry import FaqEntry
    from linecs.replies.faq.semantic import Embedder
    from linecs.replies.learning.experience import PastInquiry
    from linecs.replies.learning.proposals import Proposal
    from linecs.replies.wording import Phrasebook

__all__ = ["Effect", "Outcome", "Prepare", "Replay", "measure", "prepare_with"]

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


_RANK = dict.fromkeys(Outcome, 0) | {
    Outcome.ANSWERED_RIGHT: 2,
    Outcome.OFFERED_RIGHT: 1,
}


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

    @property
    def newly_right(self) -> int:
        """How many inquiries are answered right, and were not."""
        return sum(outcome is Outcome.ANSWERED_RIGHT for outcome in self._better().values())

    @property
    def newly_offered(self) -> int:
        """How many inquiries have the right entry offered, and had nothing right before."""
        return sum(outcome is Outcome.OFFERED_RIGHT for outcome in self._better().values())

    @property
    def newly_wrong(self) -> int:
        """How many inquiries are answered wrong, and were not."""
        wrong = Outcome.ANSWERED_WRONG
        pairs = ((self.before[id_], after) for id_, after in self.after.items())
        return sum(after is wrong and before is not wrong for before, after in pairs)

    @property
    def newly_lost(self) -> int:
        """How many inquiries were answered right or had the right one offered, and are worse."""
        return sum(_RANK[self.before[id_]] > _RANK[after] for id_, after in self.after.items())

    @property
    def gained_elsewhere(self) -> int:
        """How many inquiries are better that the proposal does not come from."""
        return len(self._better().keys() - self.sources)

    def _better(self) -> dict[str, Outcome]:
        return {
            id_: after
            for id_, after in self.after.items()
            if _RANK[after] > _RANK[self.before[id_]]
        }

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


class _Remembering:
    """An embedder that is not asked twice for one question, however many FAQs are tried on it."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._questions: dict[str, NDArray[np.float32]] = {}

    @property
    def name(self) -> str:
        return self._embedder.name

    @property
    def version(self) -> str:
        return self._embedder.version

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if len(texts) != 1:
            return self._embedder.embed(texts)
        if texts[0] not in self._questions:
            self._questions[texts[0]] = self._embedder.embed(texts)
        return self._questions[texts[0]]


def prepare_with(
    calibration: Calibration,
    policy: BandPolicy,
    *,
    embedder: Embedder | None = None,
    vectors: Mapping[str, bytes] | None = None,
) -> Prepare:
    """Return what makes an FAQ ready as the desk does; vectors are computed once for each text.

    Args:
        calibration: What evidence is worth.
        policy: How sure is sure enough.
        embedder: For meaning beside words.
        vectors: Those that are known already, by `vector_key`.
    """
    stored = dict(vectors or {})
    if embedder is not None:
        embedder = _Remembering(embedder)

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
    return Replay(entries, past, prepare).measure(proposal)


class Replay:
    """Past inquiries, asked again of an FAQ with one proposal after another worked in.

    Args:
        entries: The FAQ as it is.
        past: Past inquiries with what became of them.
        prepare: Makes an FAQ ready, such as `prepare_with(calibration, policy)`.
    """

    def __init__(
        self, entries: Sequence[FaqEntry], past: Sequence[PastInquiry], prepare: Prepare
    ) -> None:
        self._entries = entries
        self._past = past
        self._prepare = prepare
        self._before = self._verdicts(entries)

    def measure(self, proposal: Proposal) -> Effect:
        """Return what a proposal would have changed."""
        better = accept(self._entries, proposal)
        new_id = better[-1].id if isinstance(proposal, NewEntry) else proposal.entry_id
        sources = frozenset(proposal.sources)
        expected = {one.id: new_id if one.id in sources else one.expected for one in self._past}
        return Effect(
            before=self._outcomes(self._before, expected),
            after=self._outcomes(self._verdicts(better), expected),
            sources=sources,
        )

    def _verdicts(self, entries: Sequence[FaqEntry]) -> list[Verdict]:
        ask = self._prepare(entries)
        return [ask(one.text) for one in self._past]

    def _outcomes(
        self, verdicts: Sequence[Verdict], expected: Mapping[str, str]
    ) -> dict[str, Outcome]:
        pairs = zip(self._past, verdicts, strict=True)
        return {one.id: _outcome(one, expected[one.id], verdict) for one, verdict in pairs}


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
    return sum(_RANK[outcome] > 0 for outcome in outcomes.values())


def _count(outcomes: dict[str, Outcome], without: frozenset[str] = frozenset()) -> Counter[Outcome]:
    return Counter(outcome for id_, outcome in outcomes.items() if id_ not in without)
