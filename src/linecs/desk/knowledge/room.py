"""What a support lead does with knowledge; `desk.knowledge`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linecs.desk.knowledge.embeddings import stored_vectors
from linecs.desk.knowledge.proposals import evidence_of, list_proposals, reject
from linecs.desk.knowledge.published import PublishedResponder, judging_of
from linecs.desk.knowledge.versions import (
    add_version,
    current,
    draft_version,
    entries_of,
    versions_query,
)
from linecs.errors import ConfigurationError
from linecs.hours import DAY_MS
from linecs.model.knowledge import (
    KnowledgeKind,
    KnowledgeVersion,
    ProposalState,
)
from linecs.replies.knowledge import difference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linecs.desk.core import DeskCore
    from linecs.desk.knowledge.accepting import Accepted
    from linecs.desk.knowledge.proposals import Evidence
    from linecs.model.knowledge import (
        KnowledgeProposal,
    )
    from linecs.replies.faq import Embedder
    from linecs.replies.knowledge import Change

__all__ = ["KnowledgeRoom"]


class KnowledgeRoom:
    """Versions of rules, FAQ and templates, of which the newest answers; what could be learnt."""

    def __init__(self, core: DeskCore) -> None:
        self._core = core

    def publish(
        self,
        kind: KnowledgeKind | str,
        entries: Sequence[Any],
        *,
        by: str,
        note: str = "",
        based_on: str | None = None,
    ) -> KnowledgeVersion:
        """Make these entries the ones that answer, in every process within seconds.

        Opens its own transaction (joins one under `using`).

        Args:
            kind: `rules`, `faq`, `scenarios` or `templates`.
            entries: All of them, such as `read_faq(...)` returns; what is left out is gone.
            by: Who publishes.
            note: Why.
            based_on: The id of the version these entries were made from (empty where nothing
                was published), so that nobody's work is overwritten. None publishes over
                whatever is there, as a program does that is the only one to write.

        Raises:
            KnowledgeError: The check finds an error in them; nothing is published.
            StaleKnowledgeError: Somebody has published since; the error says who and when.
        """
        core = self._core
        version = draft_version(KnowledgeKind(kind), entries, by=by, note=note, now=core.clock())
        return core.storage.run(lambda tx: add_version(core, tx, version, based_on=based_on))

    def current(self, kind: KnowledgeKind | str) -> tuple[Any, ...]:
        """Return the entries that answer now."""
        return entries_of(current(self._core.storage, KnowledgeKind(kind)))

    def versions(self, kind: KnowledgeKind | str, *, limit: int = 50) -> Sequence[KnowledgeVersion]:
        """Return a kind's publications, newest first."""
        query = versions_query(KnowledgeKind(kind), limit=limit)
        return self._core.storage.read(lambda tx: tx.select(query))

    def entries(self, version_id: str) -> tuple[Any, ...]:
        """Return the entries of one version. Raises `RowMissingError`."""
        return entries_of(self._version(version_id))

    def diff(self, before: str, after: str) -> tuple[Change, ...]:
        """Return what lies between two versions, entry by entry and field by field.

        Raises:
            ConfigurationError: They are not of one kind.
            RowMissingError: There is no such version.
        """
        old, new = self._version(before), self._version(after)
        if old.kind is not new.kind:
            raise ConfigurationError(f"{before} holds {old.kind}, {after} holds {new.kind}.")
        return difference(old.kind, entries_of(old), entries_of(new))

    def roll_back(
        self, version_id: str, *, by: str, based_on: str | None = None
    ) -> KnowledgeVersion:
        """Publish what an earlier version held, as a new version; nothing is overwritten.

        Args:
            version_id: The earlier version.
            by: Who publishes.
            based_on: As `publish` takes it.

        Raises:
            RowMissingError: There is no such version.
            StaleKnowledgeError: Somebody has published since; the error says who and when.
        """
        earlier = self._version(version_id)
        note = f"{version_id} に戻す"
        entries = entries_of(earlier)
        return self.publish(earlier.kind, entries, by=by, note=note, based_on=based_on)

    def propose(
        self,
        *,
        days: int = 90,
        limit: int = 2_000,
        least: int = 2,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> Sequence[KnowledgeProposal]:
        """Look for what the FAQ could learn, try it on past inquiries, and keep it for a lead.

        Looks at matters that are at an end: choices that customers tapped, answers that did not
        help, and what people answered. What was decided is not proposed again, and what nothing
        speaks for any more goes. Takes seconds to minutes of computing, so it is no worker's
        job: call it from cron, or `linecs knowledge propose`. Opens its own transactions, not
        under `using`.

        Args:
            days: How far back tickets count, by when they were opened.
            limit: At most so many inquiries, the newest.
            least: How many inquiries a new entry needs.
            progress: Told the step (`read`, `try`), how much of it is done, and of how much.

        Returns:
            What is open now, the best supported first.

        Raises:
            EmbedderError: The FAQ's embedder cannot be asked.
        """
        # The FAQ brings numpy, which a desk without one need not load.
        from linecs.desk.knowledge.proposing import propose_from_past  # noqa: PLC0415

        core = self._core
        propose_from_past(
            core,
            judging_of(core.responder),
            since=core.clock() - days * DAY_MS,
            limit=limit,
            least=least,
            progress=progress,
        )
        return self.proposals()

    def proposals(
        self, state: ProposalState | str = ProposalState.OPEN
    ) -> Sequence[KnowledgeProposal]:
        """Return the proposals that are open, accepted or rejected, the best supported first."""
        wanted = ProposalState(state)
        return self._core.storage.read(lambda tx: list_proposals(tx, wanted))

    def evidence(self, proposal_id: str, *, limit: int = 20) -> Sequence[Evidence]:
        """Return the newest inquiries a proposal comes from. Raises `RowMissingError`."""
        return self._core.storage.read(lambda tx: evidence_of(tx, proposal_id, limit))

    def accept(
        self,
        proposal_id: str,
        *,
        by: str,
        text: str = "",
        answer: str = "",
        entry_id: str = "",
    ) -> Accepted:
        """Publish the FAQ with a proposal worked in; say what changed.

        Opens its own transaction (joins one under `using`).

        Args:
            proposal_id: One that is open.
            by: Who accepts; takes the permission `edit_answers`. `shop` is the host's own code,
                which needs none.
            text: The variant or the question in the lead's words; as proposed where empty.
            answer: The new entry's answer in the lead's words; as proposed where empty.
            entry_id: The new entry's id; the proposal's where empty.

        Raises:
            ActRefusedError: It was decided already, its entry is gone, or the id is taken.
            KnowledgeError: The check finds an error in what would be published.
            NotPermittedError: The role does not allow it.
            RowMissingError: There is no such proposal; a customer may have taken it back.
        """
        # It publishes an FAQ, which brings numpy.
        from linecs.desk.knowledge.accepting import accept  # noqa: PLC0415

        core, edits = self._core, {"text": text, "answer": answer, "entry_id": entry_id}
        return core.storage.run(lambda tx: accept(core, tx, proposal_id, by=by, **edits))

    def reject(self, proposal_id: str, *, by: str, reason: str = "") -> KnowledgeProposal:
        """Put a proposal aside; it is not made again. Opens its own transaction (or joins).

        Raises:
            ActRefusedError: It was decided already.
            NotPermittedError: The role does not allow it.
            RowMissingError: There is no such proposal.
        """
        core = self._core
        return core.storage.run(lambda tx: reject(core, tx, proposal_id, by=by, reason=reason))

    def embed(
        self, embedder: Embedder, *, progress: Callable[[int, int], None] | None = None
    ) -> int:
        """Compute and keep the vectors of the published FAQ; return how many there are.

        Otherwise the first process that answers does it. `progress` is told how many of how
        many are done.
        """
        entries = self.current(KnowledgeKind.FAQ)
        return len(stored_vectors(self._core.storage, entries, embedder, progress=progress))

    def responder(self, **options: Any) -> PublishedResponder:  # noqa: ANN401 - PublishedResponder's own
        """Return a responder that answers from this desk's published knowledge, in its hours."""
        given = {"is_open": self._core.rules.routing.calendar.is_open, **options}
        return PublishedResponder(self._core.storage, clock=self._core.clock, **given)

    def _version(self, version_id: str) -> KnowledgeVersion:
        return self._core.storage.read(lambda tx: tx.get(KnowledgeVersion, version_id))
