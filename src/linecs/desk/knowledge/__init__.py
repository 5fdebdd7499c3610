"""What the shop has taught its desk: published, compared, rolled back, and answering."""

from __future__ import annotations

from linecs.desk.knowledge.published import PublishedResponder
from linecs.desk.knowledge.room import KnowledgeRoom
from linecs.desk.knowledge.versions import KnowledgeError, StaleKnowledgeError

__all__ = ["KnowledgeError", "KnowledgeRoom", "PublishedResponder", "StaleKnowledgeError"]
