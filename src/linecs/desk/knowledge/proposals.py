"""What was proposed for the FAQ: listed with where it comes from, and rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from linecs.desk.knowledge.versions import tell
from linecs.errors import ActRefusedError
from linecs.model import Message, MessageState
from linecs.model.knowledge import KnowledgeProposal, ProposalSource, ProposalState
from linecs.model.message import Author
from linecs.routing import Permission
from linecs.storage.ports import Query, at_least, at_most, equal

if TYPE_CHECKING:
    from linecs.desk.core import DeskCore
    from linecs.storage.ports import Transaction

__all__ = ["Evidence", "decided", "evidence_of", "list_proposals", "open_proposal", "reject"]

_SHOP = "shop"


@frozen(kw_only=True)
class Evidence:
    """One inquiry that a proposal comes from, as it is kept now.

    Attributes:
        asked: What the customer wrote.
        answered: What a person replied; empty where nobody did.
        at: When it was asked, epoch ms UTC.
    """

    conversation_id: str
    ticket_id: str
    asked: str
    answered: str
    at: int


def list_proposals(tx: Transaction, state: ProposalState) -> list[KnowledgeProposal]:
    """Return the proposals in a state, the best supported first. Joins."""
    rows = tx.select(Query(row=KnowledgeProposal, where=(equal("state", state),), order=("id",)))
    return sorted(rows, key=lambda row: (-row.evidence, -row.proposed_at, row.id))


def evidence_of(tx: Transaction, proposal_id: str, limit: int) -> list[Evidence]:
    """Return the newest inquiries a proposal comes from. Joins. Raises `RowMissingError`."""
    tx.get(KnowledgeProposal, proposal_id)
    of_proposal = (equal("proposal_id", proposal_id),)
    sources = tx.select(Query(row=ProposalSource, where=of_proposal))
    newest = sorted(sources, key=lambda each: (-each.since, each.inquiry_id))[:limit]
    return [_evidence(tx, each) for each in newest]


def _evidence(tx: Transaction, source: ProposalSource) -> Evidence:
    where = (
        equal("conversation_id", source.conversation_id),
        at_least("occurred_at", source.since),
        at_most("occurred_at", source.until),
        equal("kind", "text"),
    )
    bubbles = tx.select(Query(row=Message, where=where, order=("occurred_at", "id")))
    said = [each for each in bubbles if each.state is not MessageState.UNSENT]

    def joined(author: Author) -> str:
        return "\n".join(each.text for each in said if each.author is author)

    return Evidence(
        conversation_id=source.conversation_id,
        ticket_id=source.ticket_id,
        asked=joined(Author.CUSTOMER),
        answered=joined(Author.OPERATOR),
        at=source.since,
    )


def reject(
    core: DeskCore, tx: Transaction, proposal_id: str, *, by: str, reason: str
) -> KnowledgeProposal:
    """Put a proposal aside for good. Joins the transaction."""
    row = open_proposal(core, tx, proposal_id, by)
    after = evolve(decided(core, row, ProposalState.REJECTED, by), reason=reason)
    tx.save(row, after)
    tell(core, tx, "proposal.rejected", by=by, subject=row.id, facts={"entry_id": row.entry_id})
    return after


def open_proposal(core: DeskCore, tx: Transaction, proposal_id: str, by: str) -> KnowledgeProposal:
    """Return a proposal that is open, held until the end, for somebody who may decide."""
    if by != _SHOP:
        core.staff.permit(by, Permission.EDIT_ANSWERS)
    row = tx.get(KnowledgeProposal, proposal_id, lock=True)
    if row.state is not ProposalState.OPEN:
        raise ActRefusedError(reason="already_decided")
    return row


def decided(
    core: DeskCore, row: KnowledgeProposal, state: ProposalState, by: str
) -> KnowledgeProposal:
    """Return a proposal that somebody has decided."""
    return evolve(row, state=state, decided_at=core.clock(), decided_by=by)
