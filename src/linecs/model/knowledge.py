"""What a shop has taught its desk: published versions, and what was computed from them."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

__all__ = ["EmbeddedText", "KnowledgeKind", "KnowledgeVersion"]


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
