"""What a shop has taught its desk: published versions, and what was computed from them."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from linecs.model.ids import ConversationId, TicketId

__all__ = [
    "EmbeddedText",
    "KnowledgeKind",
    "KnowledgeProposal",
    "KnowledgeVersion",
    "ProposalKind",
    "ProposalSource",
    "ProposalState",
]


class KnowledgeKind(StrEnum):
    """What a version holds."""

    RULES = "rules"
    """Keyword rules."""
    SCENARIOS = "scenarios"
    """Choice flows and forms."""
    FAQ = "faq"
    TEMPLATES = "templates"
    """Canned replies (定型文)."""


@frozen(kw_only=True)
class KnowledgeVersion:
    """One publication; never changed. The newest of a kind is the one that answers.

    Attributes:
        content: The whole of it, as JSON text that reads back without loss.
        entries: How many rules, entries or templates it holds.
        published_at: Epoch ms UTC.
        published_by: Who published it.
        note: Why, in the publisher's words.
    """

    id: str
    kind: KnowledgeKind
    content: str = field(repr=False)
    entries: int
    published_at: int
    published_by: str
    note: str = ""


@frozen(kw_only=True)
class EmbeddedText:
    """One text's vector, computed once for all processes.

    Attributes:
        embedder: Name and version of the model.
        text_key: A hash of the text.
        vector: Its bytes as base64 text.
    """

    embedder: str
    text_key: str
    vector: str = field(repr=False)


class ProposalKind(StrEnum):
    """What is proposed for the FAQ."""

    VARIANT = "variant"
    """Another way of asking what an entry answers."""
    ENTRY = "entry"
    """A question that people answer again and again."""


class ProposalState(StrEnum):
    """Whether a lead has decided."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@frozen(kw_only=True)
class KnowledgeProposal:
    """Something the FAQ could learn, with what it would have changed on past inquiries.

    Attributes:
        id: The same for the same proposal.
        entry_id: The entry that gets the variant; of an accepted entry, its own.
        text: The variant, or the new entry's question, in a customer's words.
        variants: How others asked.
        answer: What a person wrote, without what was for one customer alone.
        evidence: How many inquiries it comes from.
        past: How many past inquiries whose outcome is known it was tried on.
        newly_right: How many of them would now be answered right.
        newly_offered: How many would now have the right entry offered.
        newly_wrong: How many would now be answered wrong.
        newly_lost: How many were answered right, or had the right one offered, and no longer.
        gained_elsewhere: How many of the right and offered are not those it comes from.
        tried_on: The FAQ's version it was tried on; empty where nothing was published.
        proposed_at, tried_at: Epoch ms UTC.
        decided_at: Epoch ms UTC, 0 while it is open.
        reason: The lead's, for rejecting it.
        version_id: The version that has it, once accepted.
    """

    id: str
    kind: ProposalKind
    state: ProposalState = ProposalState.OPEN
    entry_id: str = ""
    text: str = field(repr=False)
    variants: tuple[str, ...] = field(default=(), repr=False)
    answer: str = field(default="", repr=False)
    evidence: int
    past: int = 0
    newly_right: int = 0
    newly_offered: int = 0
    newly_wrong: int = 0
    newly_lost: int = 0
    gained_elsewhere: int = 0
    tried_on: str = ""
    proposed_at: int
    tried_at: int = 0
    decided_at: int = 0
    decided_by: str = ""
    reason: str = ""
    version_id: str = ""


@frozen(kw_only=True)
class ProposalSource:
    """An inquiry that a proposal comes from; who takes words of it back takes the proposal back.

    Attributes:
        since, until: When its first bubble and the last one of its answer were written, epoch ms
            UTC.
    """

    proposal_id: str
    inquiry_id: str
    conversation_id: ConversationId
    ticket_id: TicketId
    since: int
    until: int
