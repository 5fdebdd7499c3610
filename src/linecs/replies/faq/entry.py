"""FAQ entries as a support lead writes them."""

from __future__ import annotations

from attrs import field, frozen

from linecs.limits import grapheme_length
from linecs.model.message import MessageObject
from linecs.replies.faq.errors import FaqError

__all__ = ["LABEL_GRAPHEMES", "FaqEntry"]

LABEL_GRAPHEMES = 20
"""What LINE allows on a quick reply's button, in grapheme clusters."""


@frozen(kw_only=True)
class FaqEntry:
    """One question of the FAQ.

    Attributes:
        id: Stable and unique within the FAQ.
        question: The title, as customers see it in a list.
        variants: Other ways of asking it; matched as the question is, never shown.
        answer: The answer as text; empty where `messages` says it.
        messages: The answer as LINE message objects, sent instead of `answer`.
        category: The shop's own grouping.
        valid_from: First epoch millisecond (UTC) of its life; None where it always was.
        valid_until: First epoch millisecond (UTC) after its life; None where it does not end.
        links: Pages that say more, listed under the answer.
        related: Ids of entries offered with the answer.
        label: A short name for buttons, at most 20 graphemes; empty where a number stands there.
    """

    id: str
    question: str
    variants: tuple[str, ...] = ()
    answer: str = ""
    messages: tuple[MessageObject, ...] = ()
    category: str = ""
    valid_from: int | None = None
    valid_until: int | None = None
    links: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    label: str = field(default="")

    @label.validator
    def _fits_a_button(self, _attribute: object, label: str) -> None:
        if grapheme_length(label) > LABEL_GRAPHEMES:
            raise FaqError(
                self.id, f"label has more than {LABEL_GRAPHEMES} characters; shorten it."
            )

    @property
    def texts(self) -> tuple[str, ...]:
        """What is matched: the question, then its variants."""
        return (self.question, *self.variants)

    def is_valid(self, at: int) -> bool:
        """Whether the entry may answer at epoch millisecond `at`."""
        started = self.valid_from is None or self.valid_from <= at
        return started and (self.valid_until is None or at < self.valid_until)
