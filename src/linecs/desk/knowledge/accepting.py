"""A proposal worked into the FAQ and published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from linecs.desk.knowledge.proposals import decided, open_proposal
from linecs.desk.knowledge.versions import (
    add_version,
    draft_version,
    entries_of,
    newest_held,
    tell,
)
from linecs.errors import ActRefusedError
from linecs.model.knowledge import (
    KnowledgeKind,
    KnowledgeProposal,
    KnowledgeVersion,
    ProposalKind,
    ProposalState,
)
from linecs.replies.knowledge import Change, difference
from linecs.replies.learning import NewEntry, NewVariant
from linecs.replies.learning import accept as worked_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.desk.core import DeskCore
    from linecs.replies.faq import FaqEntry
    from linecs.replies.learning import Proposal
    from linecs.storage.ports import Transaction

__all__ = ["Accepted", "accept", "as_proposal", "as_row"]


@frozen(kw_only=True)
class Accepted:
    """What accepting a proposal did.

    Attributes:
        version: The FAQ that answers now.
        changes: What is new in it.
    """

    proposal: KnowledgeProposal
    version: KnowledgeVersion
    changes: tuple[Change, ...]


def as_proposal(row: KnowledgeProposal) -> Proposal:
    """Return a kept proposal as a value to work in; without what it comes from."""
    if row.kind is ProposalKind.VARIANT:
        return NewVariant(entry_id=row.entry_id, text=row.text, sources=())
    return NewEntry(question=row.text, variants=row.variants, answer=row.answer, sources=())


def as_row(proposal: Proposal, *, now: int) -> KnowledgeProposal:
    """Return a proposal to be kept, not yet tried on anything."""
    common: dict[str, Any] = {
        "id": proposal.key,
        "evidence": len(proposal.sources),
        "proposed_at": now,
    }
    if isinstance(proposal, NewVariant):
        return KnowledgeProposal(
            kind=ProposalKind.VARIANT, entry_id=proposal.entry_id, text=proposal.text, **common
        )
    return KnowledgeProposal(
        kind=ProposalKind.ENTRY,
        text=proposal.question,
        variants=proposal.variants,
        answer=proposal.answer,
        **common,
    )


def accept(
    core: DeskCore,
    tx: Transaction,
    proposal_id: str,
    *,
    by: str,
    text: str,
    answer: str,
    entry_id: str,
) -> Accepted:
    """Publish the FAQ with a proposal worked in. Joins the transaction."""
    row = open_proposal(core, tx, proposal_id, by)
    edited = evolve(row, text=text or row.text, answer=answer or row.answer)
    newest = newest_held(tx, KnowledgeKind.FAQ)
    entries: tuple[FaqEntry, ...] = entries_of(newest)
    proposal, id_ = as_proposal(edited), _entry_id(edited, entries, entry_id)
    better = worked_in(entries, proposal, id_=id_)
    note = f"提案 {row.id} を採用"
    version = draft_version(KnowledgeKind.FAQ, better, by=by, note=note, now=core.clock())
    version = add_version(core, tx, version, based_on=newest.id if newest else "")
    after = decided(core, edited, ProposalState.ACCEPTED, by)
    after = evolve(after, entry_id=id_, version_id=version.id)
    tx.save(row, after)
    facts = {"entry_id": id_, "version_id": version.id}
    tell(core, tx, "proposal.accepted", by=by, subject=row.id, facts=facts)
    changes = difference(KnowledgeKind.FAQ, entries, better)
    return Accepted(proposal=after, version=version, changes=changes)


def _entry_id(row: KnowledgeProposal, entries: Sequence[FaqEntry], wanted: str) -> str:
    known = {entry.id for entry in entries}
    if row.kind is ProposalKind.VARIANT:
        if row.entry_id not in known:
            raise ActRefusedError(reason="entry_gone")
        return row.entry_id
    if (wanted or row.id) in known:
        raise ActRefusedError(reason="entry_id_taken")
    return wanted or row.id
