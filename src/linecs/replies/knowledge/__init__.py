"""What a shop answers with, as versions: publish, compare, roll back.

draft = evolve(current(versions).knowledge, faq=(*faq, entry))
version = publish(versions, draft, based_on=current(versions).number, at=now, by="寺澤")
"""

from __future__ import annotations

from linecs.replies.knowledge.difference import Action, Change, Kind, difference
from linecs.replies.knowledge.keeping import dump_knowledge, read_knowledge, write_knowledge
from linecs.replies.knowledge.versions import (
    Knowledge,
    KnowledgeVersion,
    StaleKnowledgeError,
    UnknownVersionError,
    current,
    publish,
    roll_back,
)

__all__ = [
    "Action",
    "Change",
    "Kind",
    "Knowledge",
    "KnowledgeVersion",
    "StaleKnowledgeError",
    "UnknownVersionError",
    "current",
    "difference",
    "dump_knowledge",
    "publish",
    "read_knowledge",
    "roll_back",
    "write_knowledge",
]
