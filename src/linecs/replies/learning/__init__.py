"""Learning from what customers and operators did: proposals, each with its measured effect.

`propose` finds what could be learnt of past inquiries, `Replay` asks them again of the FAQ with a
proposal worked in, and `accept` works it in for good. All of it is pure; `desk.knowledge` reads
the inquiries from the desk's rows, and keeps what is proposed and what a lead decides.
"""

from __future__ import annotations

from linecs.replies.learning.effect import Effect, Outcome, Replay, measure, prepare_with
from linecs.replies.learning.experience import (
    PastInquiry,
    Signal,
    is_private,
    without_private,
)
from linecs.replies.learning.proposals import (
    NewEntry,
    NewVariant,
    Proposal,
    accept,
    is_same,
    propose,
)
from linecs.replies.learning.trust import earned_policy

__all__ = [
    "Effect",
    "NewEntry",
    "NewVariant",
    "Outcome",
    "PastInquiry",
    "Proposal",
    "Replay",
    "Signal",
    "accept",
    "earned_policy",
    "is_private",
    "is_same",
    "measure",
    "prepare_with",
    "propose",
    "without_private",
]
