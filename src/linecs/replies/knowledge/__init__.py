"""Knowledge between files and a store: kept as text, compared field by field.

kept = dump_knowledge("faq", read_faq(data, name="faq.csv"))
changes = difference("faq", load_knowledge("faq", kept), edited)
"""

from __future__ import annotations

from linecs.replies.knowledge.difference import Action, Change, difference
from linecs.replies.knowledge.keeping import dump_knowledge, load_knowledge

__all__ = ["Action", "Change", "difference", "dump_knowledge", "load_knowledge"]
