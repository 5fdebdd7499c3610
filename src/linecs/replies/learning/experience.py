"""What became of past inquiries: the evidence that knowledge is improved by."""

from __future__ import annotations

import re
from enum import StrEnum

from attrs import field, frozen

from linecs.replies.normalisation import Normaliser, Step

__all__ = ["PastInquiry", "Signal", "is_private", "likeness", "pairs", "without_private"]

_COMPARABLE = Normaliser(tuple(Step))
_PLAIN = Normaliser((Step.WIDTH,))
_PRIVATE = re.compile(r"\d{4,}|@|https?:|様|さま|と申します|といいます|と言います")
_SENTENCE = re.compile(r"[^。！？!?\n]*[。！？!?\n]*")
_OF_ONE_CUSTOMER = re.compile(
    r"(?<![客皆仕同模多])様(?![々子式相])|さま|\d{6,}|[\w.+-]+@[\w-]|と申します|といいます"
)
_OF_ALL = re.compile("お客さま|皆さま|みなさま")
_LONGEST = 60


class Signal(StrEnum):
    """How an inquiry went."""

    CONFIRMED = "confirmed"
    """An entry answered, and the customer said that it helped."""
    TAPPED = "tapped"
    """Entries were offered, and the customer chose one."""
    UNSATISFIED = "unsatisfied"
    """An entry answered, and the customer said that it did not help."""
    OPERATOR = "operator"
    """A person answered."""


@frozen(kw_only=True)
class PastInquiry:
    """One inquiry and what became of it.

    Attributes:
        id: The inquiry's; a proposal names those it came from, so that it goes with them when a
            customer takes a message back.
        text: As the customer wrote it.
        signal: How it went.
        entry_id: The entry that answered or was chosen.
        operator_answer: What a person wrote, also after an answer that did not help.
    """

    id: str
    text: str = field(repr=False)
    signal: Signal
    entry_id: str = ""
    operator_answer: str = field(default="", repr=False)

    @property
    def expected(self) -> str:
        """The entry that is known to be right; empty where none is."""
        return self.entry_id if self.signal in {Signal.CONFIRMED, Signal.TAPPED} else ""


def is_private(text: str) -> bool:
    """Return whether a text should not become knowledge: long, or with names and numbers in it."""
    return len(text) > _LONGEST or bool(_PRIVATE.search(_PLAIN(text)))


def without_private(answer: str) -> str:
    """Return a person's answer without the sentences that are for one customer alone.

    Those with a name, an e-mail address or a long number, such as an order's; nothing where all
    are.
    """
    sentences = _SENTENCE.findall(answer)
    kept = [one for one in sentences if not _OF_ONE_CUSTOMER.search(_OF_ALL.sub("", _PLAIN(one)))]
    return "".join(kept).strip()


def pairs(text: str) -> frozenset[str]:
    """Return the pairs of characters of a text, after normalisation."""
    folded = _COMPARABLE(text)
    return frozenset(folded[at : at + 2] for at in range(max(len(folded) - 1, bool(folded))))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how alike two texts are, 0 to 1, by the share of pairs they have in common.

    Source: Dice, "Measures of the amount of ecologic association between species", 1945.
    """
    together = len(one) + len(other)
    return 2 * len(one & other) / together if together else 1.0
