"""Learning from what customers and operators did: proposals, each with its measured effect.

for proposal in propose(entries, past, rejected=rejected):
print(measure(entries, proposal, past, prepare_with(calibration, policy)).say())
"""

from __future__ import annotations

from linecs.replies.learning.effect import Effect, Outcome, measure, prepare_with
from linecs.replies.learning.experience import PastInquiry, Signal, is_private
from linecs.replies.learning.proposals import (
    NewEntry,
    NewVariant,
    Proposal,
    accept,
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
    "Signal",
    "accept",
    "earned_policy",
    "is_private",
    "measure",
    "prepare_with",
    "propose",
]
