"""The responder that answers from an FAQ, offers what may be meant, or stays silent."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from linecs.errors import LimitError
from linecs.limits import utf16_length
from linecs.model.inquiry import Answer, Choices, HandOff, TraceStep
from linecs.replies.considered import Considered
from linecs.replies.faq.bands import MOST_OFFERED, Band, BandPolicy, judge
from linecs.replies.faq.calibration import Calibration
from linecs.replies.faq.errors import EmbedderError, FaqError
from linecs.replies.faq.features import clauses, matching_key
from linecs.replies.faq.messages import (
    FaqWording,
    answer_messages,
    choice_messages,
    choices_of,
    text_message,
)
from linecs.replies.faq.shipped import is_shipped, live_start_policy, shipped_calibration
from linecs.replies.faq.taps import (
    Tap,
    TapKind,
    parse_tap,
    tap_data,
    typed_choice,
    typed_none_of_these,
    typed_yes_or_no,
)
from linecs.replies.templates import MissingVariableError, fill, variables_of

if TYPE_CHECKING:
    from linecs.model.inquiry import Bubble, Decision, Inquiry, Trace
    from linecs.replies.faq.bands import Verdict
    from linecs.replies.faq.entry import FaqEntry
    from linecs.replies.faq.index import FaqIndex, Ranking

__all__ = ["FaqResponder"]

_MEMORY = "faq"
_DAY_MS = 24 * 60 * 60 * 1000
_LONGEST_DATA = 300

log = logging.getLogger("linecs")


@frozen
class _Measure:
    """How a ranking is judged."""

    calibration: Calibration
    policy: BandPolicy


class FaqResponder:
    """Answers what an FAQ covers; silent where it does not, so that the next may look.

    It understands taps on its own buttons and, within a day, their number, title, はい or いいえ
    typed instead. Whoever taps the last choice of an offer gets a person at once.

    Args:
        index: The FAQ.
        calibration: What evidence is worth; None takes the one shipped for the index's embedder
            and, where none is shipped for it, lets it rank but counts the words alone.
        policy: How sure is sure enough; None starts as a live shop without labels should:
            exact matches answer, the rest is offered or left.
        wording: What is said around the shop's own words.
        asks_if_solved: Whether an answer is followed by 解決しましたか？.

    Raises:
        FaqError: An entry has no answer, or an id too long for a button.
    """

    def __init__(
        self,
        index: FaqIndex,
        *,
        calibration: Calibration | None = None,
        policy: BandPolicy | None = None,
        wording: FaqWording | None = None,
        asks_if_solved: bool = True,
    ) -> None:
        embedder = index.embedder.name if index.embedder else "none"
        for entry in index.entries:
            _check(entry)
        self._index = index
        known = embedder if is_shipped(embedder) else "none"
        self._measure = _Measure(
            calibration or shipped_calibration(known), policy or live_start_policy(known)
        )
        self._by_words = _Measure(shipped_calibration(), live_start_policy())
        self._wording = wording or FaqWording()
        self._asks_if_solved = asks_if_solved

    @property
    def name(self) -> str:
        """`faq`."""
        return "faq"

    def respond(self, inquiry: Inquiry) -> Decision | None:
        """Return the answer, the choices, a hand-off the customer asked for, or None."""
        return self.consider(inquiry).decision

    def consider(self, inquiry: Inquiry) -> Considered:
        """Return the decision with what was compared and every threshold, also where it is None."""
        if inquiry.postback_data is not None:
            tap = parse_tap(inquiry.postback_data)
        else:
            tap = self._typed(inquiry)
        if tap is not None:
            trace = (TraceStep(name=f"faq:{tap.kind}", detail={"entry": tap.entry_id}),)
            decision = self._tapped(tap, inquiry, trace)
            return Considered(decision=decision, trace=decision.trace)
        if inquiry.postback_data is not None or not inquiry.text.strip():
            return Considered(decision=None, trace=())
        return self._asked(inquiry)

    def waits(self, bubble: Bubble) -> bool:
        """Return False for a tap and whatever may be typed for one, which stands alone."""
        if bubble.kind == "postback":
            return False
        is_number = bubble.text.strip().isnumeric()
        is_last_choice = matching_key(bubble.text) == matching_key(self._wording.none_of_these)
        return not (is_number or is_last_choice or self._is_solved(bubble.text) is not None)

    def _asked(self, inquiry: Inquiry) -> Considered:
        trace: Trace = (TraceStep(name="faq:words", detail={"clauses": clauses(inquiry.text)}),)
        measure = self._measure
        try:
            ranking = self._index.search(inquiry.text, at=inquiry.at)
        except EmbedderError as error:
            # A customer need not notice that a server is away: words can be compared without it.
            log.error("The FAQ goes by words alone: %s", error)  # noqa: TRY400 - says all there is
            trace = (*trace, TraceStep(name="faq:by_words", detail={"problem": str(error)}))
            measure = self._by_words
            ranking = self._index.search(inquiry.text, at=inquiry.at, by_meaning=False)
        verdict = judge(ranking, measure.calibration, measure.policy)
        trace = (*trace, _judged(ranking, verdict, measure))
        decision: Decision | None = None
        if verdict.band is Band.ANSWER:
            decision = self._answer(verdict.entries[0], inquiry, trace)
        elif verdict.band is Band.OFFER:
            decision = self._offer(verdict.entries, inquiry, trace)
        return Considered(decision=decision, trace=decision.trace if decision else trace)

    def _typed(self, inquiry: Inquiry) -> Tap | None:
        memory = inquiry.memory.get(_MEMORY) or {}
        if not 0 <= inquiry.at - memory.get("at", 0) <= _DAY_MS:
            return None
        offered = [self._index.get(entry_id) for entry_id in memory.get("offered", ())]
        if offered and all(offered):
            chosen = typed_choice(inquiry.text, [entry for entry in offered if entry])
            if chosen is not None:
                return Tap(TapKind.CHOSEN, chosen.id)
        label = memory.get("none_of_these", "")
        if label and typed_none_of_these(inquiry.text, label=label, place=len(offered) + 1):
            return Tap(TapKind.NONE_OF_THESE)
        answered = memory.get("answered", "")
        is_solved = self._is_solved(inquiry.text) if answered else None
        if is_solved is None:
            return None
        return Tap(TapKind.SOLVED if is_solved else TapKind.UNSOLVED, answered)

    def _is_solved(self, text: str) -> bool | None:
        return typed_yes_or_no(text, yes=self._wording.yes, no=self._wording.no)

    def _tapped(self, tap: Tap, inquiry: Inquiry, trace: Trace) -> Decision:
        source = f"faq:{tap.entry_id}" if tap.entry_id else "faq"
        forget = {_MEMORY: None}
        if tap.kind is TapKind.CHOSEN:
            entry = self._index.get(tap.entry_id)
            if entry is not None and entry.is_valid(inquiry.at):
                return self._answer(entry, inquiry, trace)
            return HandOff(reason="faq_entry_gone", source=source, trace=trace, remember=forget)
        if tap.kind is TapKind.SOLVED:
            thanks = (text_message(self._wording.thanks),)
            return Answer(messages=thanks, source=source, trace=trace, remember=forget)
        return HandOff(reason=str(tap.kind), source=source, trace=trace, remember=forget)

    def _answer(self, entry: FaqEntry, inquiry: Inquiry, trace: Trace) -> Decision:
        source = f"faq:{entry.id}"
        related = choices_of(self._related(entry, inquiry.at))
        try:
            answer = fill(self._written(entry), variables_of(inquiry))
            messages = answer_messages(
                entry,
                answer,
                related=related,
                wording=self._wording,
                asks_if_solved=self._asks_if_solved,
            )
        except (MissingVariableError, LimitError) as error:
            detail = {"entry": entry.id, "problem": str(error)}
            failed = (*trace, TraceStep(name="faq:cannot_be_sent", detail=detail))
            return HandOff(reason="faq_cannot_be_sent", source=source, trace=failed)
        memory = {"at": inquiry.at, "offered": [choice.id for choice in related]}
        if self._asks_if_solved:
            memory["answered"] = entry.id
        return Answer(messages=messages, source=source, trace=trace, remember={_MEMORY: memory})

    def _offer(self, entries: tuple[FaqEntry, ...], inquiry: Inquiry, trace: Trace) -> Decision:
        choices = choices_of(entries)
        memory = {
            "at": inquiry.at,
            "offered": [choice.id for choice in choices],
            "none_of_these": self._wording.none_of_these,
        }
        return Choices(
            messages=choice_messages(choices, self._wording),
            choices=choices,
            source="faq",
            trace=trace,
            remember={_MEMORY: memory},
        )

    def _written(self, entry: FaqEntry) -> list[Any]:
        if entry.messages:
            return list(entry.messages)
        links = [self._wording.links, *entry.links] if entry.links else []
        return [text_message("\n".join(filter(None, [entry.answer, *links])))]

    def _related(self, entry: FaqEntry, at: int) -> list[FaqEntry]:
        found = [self._index.get(entry_id) for entry_id in entry.related]
        return [other for other in found if other is not None and other.is_valid(at)][:MOST_OFFERED]


def _judged(ranking: Ranking, verdict: Verdict, measure: _Measure) -> TraceStep:
    detail = {
        "band": str(verdict.band),
        "is_exact": verdict.is_exact,
        "answer_probability": round(verdict.answer_probability, 4),
        "answer_from": measure.policy.answer_from,
        "exact_only": measure.policy.exact_only,
        "offer_probability": round(verdict.offer_probability, 4),
        "offer_from": measure.policy.offer_from,
        "embedder": measure.calibration.embedder,
        "evidence": asdict(ranking.evidence) if ranking.evidence else {},
        "candidates": [
            {
                "entry": candidate.entry.id,
                "text": candidate.text,
                "score": round(candidate.score, 4),
                "lexical": round(candidate.lexical, 3),
                "semantic": candidate.semantic and round(candidate.semantic, 4),
            }
            for candidate in ranking.candidates
        ],
    }
    return TraceStep(name="faq:judged", detail=detail)


def _check(entry: FaqEntry) -> None:
    if not (entry.answer or entry.messages or entry.links):
        raise FaqError(entry.id, "has no answer; write `answer`, `messages` or `links`.")
    longest = max(utf16_length(tap_data(Tap(kind, entry.id))) for kind in TapKind)
    if longest > _LONGEST_DATA:
        raise FaqError(entry.id, f"id is too long for a button's {_LONGEST_DATA} characters.")
