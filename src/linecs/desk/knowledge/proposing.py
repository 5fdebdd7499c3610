"""What the FAQ could learn, found in the desk's own rows, tried on past inquiries, and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk.knowledge.accepting import as_proposal, as_row
from linecs.desk.knowledge.embeddings import stored_vectors
from linecs.desk.knowledge.forgetting import drop_proposals
from linecs.desk.knowledge.past import recall
from linecs.desk.knowledge.versions import current, entries_of
from linecs.model import Conversation, Message, MessageState
from linecs.model.knowledge import (
    KnowledgeKind,
    KnowledgeProposal,
    ProposalSource,
    ProposalState,
)
from linecs.replies.faq import live_start_policy, shipped_calibration
from linecs.replies.learning import (
    Replay,
    is_same,
    prepare_with,
    propose,
)
from linecs.storage.ports import Query, equal, one_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from linecs.desk.core import DeskCore
    from linecs.desk.knowledge.past import Recalled
    from linecs.desk.knowledge.published import Judging
    from linecs.model.knowledge import KnowledgeVersion
    from linecs.replies.faq import FaqEntry
    from linecs.replies.learning import Effect, Proposal
    from linecs.replies.learning.effect import Prepare
    from linecs.storage.ports import Transaction

__all__ = ["propose_from_past"]

_MOST = 50
_AT_ONCE = 500


def propose_from_past(
    core: DeskCore,
    judging: Judging,
    *,
    since: int,
    limit: int,
    least: int,
    progress: Callable[[str, int, int], None] | None,
) -> list[str]:
    """Keep what could be learnt, the best supported first; return the ids. Opens transactions."""
    run = _Run(core, since=since, limit=limit, progress=progress)
    kept = _kept(core)
    decided = [as_proposal(row) for row in kept if row.state is not ProposalState.OPEN]
    found = propose(run.entries, run.past, decided=decided, least=least)
    opened = [row for row in kept if row.state is ProposalState.OPEN]
    replay = Replay(run.entries, run.past, _prepare(core, judging, run.entries))
    ids = []
    for number, proposal in enumerate(found[:_MOST], start=1):
        row = _row(run, proposal, replay.measure(proposal), _before(proposal, opened))
        if core.storage.run(lambda tx, row=row, p=proposal: run.keep(tx, row, p)):  # type: ignore[misc]
            ids.append(row.id)
        if progress is not None:
            progress("try", number, min(len(found), _MOST))
    _drop_others(core, opened, found)
    return ids


class _Run:
    """One run: the FAQ it started from, and the past it read."""

    def __init__(
        self,
        core: DeskCore,
        *,
        since: int,
        limit: int,
        progress: Callable[[str, int, int], None] | None,
    ) -> None:
        self.now = core.clock()
        self.version: KnowledgeVersion | None = current(core.storage, KnowledgeKind.FAQ)
        self.entries: tuple[FaqEntry, ...] = entries_of(self.version)
        recalled = recall(
            core.storage, since=since, limit=limit, bad_until=_bad_until(core), progress=progress
        )
        self.past = [one.past for one in recalled]
        self._recalled: Mapping[str, Recalled] = {one.past.id: one for one in recalled}

    def keep(self, tx: Transaction, row: KnowledgeProposal, proposal: Proposal) -> bool:
        """Write a proposal down, unless its words were taken back or it was decided meanwhile."""
        sources = [self._recalled[id_] for id_ in proposal.sources]
        # Who takes a message back holds its conversation, too: one of the two sees the other.
        for conversation in sorted({each.ticket.conversation_id for each in sources}):
            tx.get(Conversation, conversation, lock=True)
        if not _are_there(tx, [id_ for each in sources for id_ in each.message_ids]):
            return False
        before = tx.find(KnowledgeProposal, row.id, lock=True)
        if before is None:
            if not tx.insert_absent(row)[0]:
                return False
        elif before.state is not ProposalState.OPEN or not tx.save(before, row, guard=("state",)):
            return False
        tx.delete(ProposalSource, [equal("proposal_id", row.id)])
        tx.insert(*(_source(row, each) for each in sources))
        return True


def _bad_until(core: DeskCore) -> int:
    survey = core.rules.routing.survey
    return len(survey.labels) // 2 if survey else 2


def _are_there(tx: Transaction, message_ids: Sequence[str]) -> bool:
    for start in range(0, len(message_ids), _AT_ONCE):
        ids = message_ids[start : start + _AT_ONCE]
        rows = tx.select(Query(row=Message, where=(one_of("id", ids),)))
        if sum(row.state is not MessageState.UNSENT for row in rows) < len(set(ids)):
            return False
    return True


def _source(row: KnowledgeProposal, one: Recalled) -> ProposalSource:
    return ProposalSource(
        proposal_id=row.id,
        inquiry_id=one.past.id,
        conversation_id=one.ticket.conversation_id,
        ticket_id=one.ticket.id,
        since=one.since,
        until=one.until,
    )


def _kept(core: DeskCore) -> list[KnowledgeProposal]:
    return core.storage.read(lambda tx: tx.select(Query(row=KnowledgeProposal, order=("id",))))


def _prepare(core: DeskCore, judging: Judging, entries: Sequence[FaqEntry]) -> Prepare:
    embedder = judging.embedder
    name = embedder.name if embedder else "none"
    return prepare_with(
        judging.calibration or shipped_calibration(name),
        judging.policy or live_start_policy(name),
        embedder=embedder,
        vectors=stored_vectors(core.storage, entries, embedder) if embedder else None,
    )


def _before(proposal: Proposal, opened: Sequence[KnowledgeProposal]) -> KnowledgeProposal | None:
    return next((row for row in opened if is_same(proposal, as_proposal(row))), None)


def _row(
    run: _Run, proposal: Proposal, effect: Effect, before: KnowledgeProposal | None
) -> KnowledgeProposal:
    return evolve(
        as_row(proposal, now=run.now),
        id=before.id if before else proposal.key,
        proposed_at=before.proposed_at if before else run.now,
        past=len(effect.before),
        newly_right=effect.newly_right,
        newly_offered=effect.newly_offered,
        newly_wrong=effect.newly_wrong,
        newly_lost=effect.newly_lost,
        gained_elsewhere=effect.gained_elsewhere,
        tried_on=run.version.id if run.version else "",
        tried_at=run.now,
    )


def _drop_others(
    core: DeskCore, opened: Sequence[KnowledgeProposal], found: Sequence[Proposal]
) -> None:
    """Remove what nothing speaks for any more: it is in the FAQ by now, or too long ago."""
    others = [
        row.id for row in opened if not any(is_same(each, as_proposal(row)) for each in found)
    ]

    def drop(tx: Transaction) -> None:
        where = (one_of("id", others), equal("state", ProposalState.OPEN))
        drop_proposals(tx, [row.id for row in tx.select(Query(row=KnowledgeProposal, where=where))])

    if others:
        core.storage.run(drop)
