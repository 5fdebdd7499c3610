"""Answers from what is published now, in every process, within seconds of a publication."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from attrs import frozen

from linecs.desk.knowledge.embeddings import stored_vectors
from linecs.desk.knowledge.versions import current, entries_of
from linecs.desk.log import log
from linecs.model.knowledge import KnowledgeKind
from linecs.replies.chain import Chain
from linecs.replies.keyword import KeywordResponder
from linecs.replies.scenario import ScenarioResponder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from linecs.model import Bubble, Decision, HandOff, Inquiry, Responder
    from linecs.replies.considered import Considered
    from linecs.replies.faq import BandPolicy, Calibration, Embedder, FaqEntry, FaqIndex, FaqWording
    from linecs.replies.keyword import IsOpen
    from linecs.storage.ports import Storage

__all__ = ["Judging", "PublishedResponder", "judging_of"]

_KINDS = (KnowledgeKind.SCENARIOS, KnowledgeKind.RULES, KnowledgeKind.FAQ)


@frozen
class _Built:
    """A chain, the versions it was built from, and whether all of it could be built."""

    versions: tuple[str, ...]
    chain: Chain
    is_whole: bool = True


class Judging(NamedTuple):
    """How an FAQ's answers are judged; None for what is shipped."""

    embedder: Embedder | None = None
    calibration: Calibration | None = None
    policy: BandPolicy | None = None


class PublishedResponder:
    """Scenarios, keyword rules, then the FAQ, as published in the store.

    A new publication is looked for at most every `refresh` milliseconds, and built beside the
    one that answers, so that no customer waits for it.

    Args:
        storage: Where the versions are.
        first: Responders asked before all others.
        last: Responders asked after the FAQ, such as a language model.
        embedder: For meaning beside words; None goes by words alone.
        policy, calibration: How sure the FAQ must be; see `FaqResponder`.
        wording: What the FAQ says around the shop's own words, its buttons included.
        asks_if_solved: Whether an FAQ answer is followed by 解決しましたか？.
        is_open: Whether the shop is open at an epoch millisecond, for rules with `opening`.
        refresh: Milliseconds.
        clock: Returns epoch milliseconds UTC.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        clock: Callable[[], int],
        first: Sequence[Responder] = (),
        last: Sequence[Responder] = (),
        embedder: Embedder | None = None,
        policy: BandPolicy | None = None,
        calibration: Calibration | None = None,
        wording: FaqWording | None = None,
        asks_if_solved: bool = True,
        is_open: IsOpen | None = None,
        refresh: int = 2_000,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._first = tuple(first)
        self._last = tuple(last)
        self._embedder = embedder
        self._policy = policy
        self._calibration = calibration
        self._wording = wording
        self._asks_if_solved = asks_if_solved
        self._is_open = is_open
        self._refresh = refresh
        self._lock = threading.Lock()
        self._looked_at = 0
        self._built: _Built | None = None

    @property
    def name(self) -> str:
        """`published`."""
        return "published"

    @property
    def judging(self) -> Judging:
        """How the FAQ's answers are judged."""
        return Judging(embedder=self._embedder, calibration=self._calibration, policy=self._policy)

    def respond(self, inquiry: Inquiry) -> Decision | None:
        """Return what the published knowledge decides."""
        return self.consider(inquiry).decision

    def consider(self, inquiry: Inquiry) -> Considered:
        """Return the decision and everything that was looked at."""
        return self._chain().consider(inquiry)

    def time_out(self, memory: Mapping[str, Any], at: int) -> HandOff | None:
        """Return what a scenario collected before the customer fell silent."""
        return self._chain().time_out(memory, at)

    def waits(self, bubble: Bubble) -> bool:
        """Return False where any responder would answer at once."""
        return self._chain().waits(bubble)

    def _chain(self) -> Chain:
        built = self._built
        if built is None:
            with self._lock:
                built = self._built = self._built or self._build()
            return built.chain
        if self._is_time_to_look():
            thread = threading.Thread(target=self._renew, name="linecs-knowledge", daemon=True)
            thread.start()
        return built.chain

    def _is_time_to_look(self) -> bool:
        now = self._clock()
        with self._lock:
            if now - self._looked_at < self._refresh:
                return False
            self._looked_at = now
            return True

    def _renew(self) -> None:
        try:
            built = self._built
            if not (built and built.is_whole and built.versions == self._published()):
                self._built = self._build()
        except Exception as error:  # noqa: BLE001 - the knowledge that answers goes on answering
            log.error("New knowledge could not be built: %s", type(error).__name__)

    def _published(self) -> tuple[str, ...]:
        found = [current(self._storage, kind) for kind in _KINDS]
        return tuple(version.id if version else "" for version in found)

    def _build(self) -> _Built:
        scenarios, rules, faq = (current(self._storage, kind) for kind in _KINDS)
        responders: list[Responder] = [*self._first]
        if scenarios is not None and scenarios.entries:
            responders.append(ScenarioResponder(entries_of(scenarios)))
        if rules is not None and rules.entries:
            responders.append(KeywordResponder(entries_of(rules), is_open=self._is_open))
        is_whole = True
        if faq is not None and faq.entries:
            answering, is_whole = self._faq(entries_of(faq))
            responders.append(answering)
        self._looked_at = self._clock()
        versions = tuple(each.id if each else "" for each in (scenarios, rules, faq))
        chain = Chain([*responders, *self._last])
        return _Built(versions=versions, chain=chain, is_whole=is_whole)

    def _faq(self, entries: tuple[FaqEntry, ...]) -> tuple[Responder, bool]:
        """Return the FAQ and whether it is whole: where the embedder is away, words must do."""
        # The FAQ brings numpy, which a desk without one need not load.
        from linecs.replies.faq import EmbedderError, FaqIndex, FaqResponder  # noqa: PLC0415

        calibration, policy = self._calibration, self._policy
        try:
            index, is_whole = self._index(entries), True
        except EmbedderError as error:
            log.error("The FAQ goes by words alone until its texts are embedded: %s", error)
            index, is_whole = FaqIndex(entries), False
            calibration = policy = None
        responder = FaqResponder(
            index,
            calibration=calibration,
            policy=policy,
            wording=self._wording,
            asks_if_solved=self._asks_if_solved,
        )
        return responder, is_whole

    def _index(self, entries: tuple[FaqEntry, ...]) -> FaqIndex:
        from linecs.replies.faq import FaqIndex  # noqa: PLC0415 - as above

        if self._embedder is None:
            return FaqIndex(entries)
        vectors = stored_vectors(self._storage, entries, self._embedder)
        return FaqIndex(entries, embedder=self._embedder, vectors=vectors)


def judging_of(responder: Responder) -> Judging:
    """Return how a desk's published FAQ is judged, wherever in its chain it stands."""
    if isinstance(responder, PublishedResponder):
        return responder.judging
    inner = responder.responders if isinstance(responder, Chain) else ()
    return next(filter(Judging().__ne__, map(judging_of, inner)), Judging())
