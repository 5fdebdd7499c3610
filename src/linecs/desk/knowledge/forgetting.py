"""Proposals go with the words they are made of, when a customer takes them back (Promise 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.desk.feed import happened
from linecs.model.knowledge import KnowledgeProposal, ProposalSource, ProposalState
from linecs.storage.ports import Query, at_least, at_most, equal, one_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from linecs.model import ChannelId, Message
    from linecs.storage.ports import Transaction

__all__ = ["drop_proposals", "forget_proposals", "tell_taken_back"]


def forget_proposals(tx: Transaction, message: Message, *, now: int) -> None:
    """Drop the proposals that a message is part of.

    Joins the transaction that takes the message back.

    Args:
        tx: The open transaction, which holds the conversation.
        message: As it was.
        now: Epoch ms UTC.
    """
    where = (
        equal("conversation_id", message.conversation_id),
        at_most("since", message.occurred_at),
        at_least("until", message.occurred_at),
    )
    sources = tx.select(Query(row=ProposalSource, where=where))
    ids = {each.proposal_id for each in sources}
    if ids:
        tell_taken_back(tx, ids, now=now, channel_id=message.channel_id)
        drop_proposals(tx, ids)


def drop_proposals(tx: Transaction, ids: Collection[str]) -> None:
    """Remove proposals with what they come from. Joins the transaction."""
    tx.delete(ProposalSource, [one_of("proposal_id", sorted(ids))])
    tx.delete(KnowledgeProposal, [one_of("id", sorted(ids))])


def tell_taken_back(
    tx: Transaction, ids: Collection[str], *, now: int, channel_id: ChannelId
) -> None:
    """Say in the feed which accepted proposals go, for their words are in the FAQ by now.

    A lead made them the shop's own; whether they stay, a lead decides. Joins the transaction.
    """
    accepted = (one_of("id", sorted(ids)), equal("state", ProposalState.ACCEPTED))
    for proposal in tx.select(Query(row=KnowledgeProposal, where=accepted)):
        entry = happened(
            "proposal.taken_back",
            channel_id=channel_id,
            conversation_id="",
            now=now,
            actor="system",
            subject_id=proposal.id,
            facts={"entry_id": proposal.entry_id, "version_id": proposal.version_id},
        )
        tx.insert(entry)
