"""When a live shop's own labels have earned that the FAQ answers by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.replies.evaluation import wilson_interval
from linecs.replies.faq.bands import Band, judge
from linecs.replies.faq.shipped import live_start_policy, shipped_policy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.replies.faq.bands import BandPolicy
    from linecs.replies.faq.calibration import Calibration
    from linecs.replies.faq.index import FaqIndex
    from linecs.replies.learning.experience import PastInquiry

__all__ = ["earned_policy"]

LEAST_PRECISION = 0.9
"""What the lower end of the 95 % interval of right answers must reach; 35 of 35 do."""


def earned_policy(
    index: FaqIndex, calibration: Calibration, past: Sequence[PastInquiry]
) -> BandPolicy:
    """Return the shipped policy once the shop's own labels bear it out, the live start until then.

    Every past inquiry that is known to be right (a confirmed answer, a tapped choice) is asked
    again under the shipped policy; each way of asking counts once. Answers that did not help
    count as wrong.

    Args:
        index: The FAQ as it answers now.
        calibration: The one in use.
        past: Past inquiries with what became of them.
    """
    name = index.embedder.name if index.embedder else "none"
    policy = shipped_policy(name)
    rights = [
        _is_right(one, verdict.entries[0].id)
        for one in {one.text: one for one in past if one.entry_id}.values()
        if (verdict := judge(index.search(one.text), calibration, policy)).band is Band.ANSWER
        and not verdict.is_exact
    ]
    lowest, _ = wilson_interval(sum(rights) / max(len(rights), 1), len(rights))
    return policy if lowest >= LEAST_PRECISION else live_start_policy(name)


def _is_right(one: PastInquiry, answered: str) -> bool:
    return one.expected == answered
