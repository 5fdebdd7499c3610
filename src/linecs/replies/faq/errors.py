"""What can be wrong with an FAQ."""

from __future__ import annotations

from linecs.errors import ConfigurationError

__all__ = ["EmbedderError", "FaqError"]


class FaqError(ConfigurationError):
    """An FAQ entry cannot work.

    Attributes:
        entry_id: Which entry.
    """

    def __init__(self, entry_id: str, problem: str) -> None:
        super().__init__(f"FAQ entry {entry_id!r}: {problem}")
        self.entry_id = entry_id


class EmbedderError(ConfigurationError):
    """The embedder is missing, cannot be loaded, or gave vectors of another size."""
