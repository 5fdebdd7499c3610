"""Proposals for better knowledge, for a lead to accept or reject."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, field, frozen

from linecs.replies.faq.entry import FaqEntry
from linecs.replies.faq.features import matching_key
from linecs.replies.learning.experience import (
    Signal,
    is_private,
    likeness,
    pairs,
    without_private,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from linecs.replies.learning.experience import PastInquiry

__all__ = ["NewEntry", "NewVariant", "Proposal", "accept", "is_same", "propose"]

SAME_ANSWER = 0.5
"""From this likeness on, an operator's answer counts as an entry's own."""
SAME_QUESTION = 0.4
"""From this likeness on, two questions count as one matter, if their answers are alike too."""
ALIKE_ANSWER = 0.3
"""駐車場はありますか and 試着室はありますか are alike; what people answer is not."""
_MOST_VARIANTS = 5
_MOST_RECENT = 2_000


@frozen(kw_only=True)
class NewVariant:
    """Another way of asking what an entry answers.

    Attributes:
        sources: The inquiries it comes from; more of them are a stronger case.
    """

    entry_id: str
    text: str = field(repr=False)
    sources: tuple[str, ...]

    @property
    def key(self) -> str:
        """The same for the same proposal, so that a rejected one does not come back."""
        return _key("variant", self.entry_id, matching_key(self.text))


@frozen(kw_only=True)
class NewEntry:
    """A question that people answer again and again.

    Attributes:
        question: How one of the customers asked.
        variants: How others did.
        answer: What a person wrote; to be read before it is published.
        sources: The inquiries it comes from.
    """

    question: str = field(repr=False)
    variants: tuple[str, ...] = field(repr=False)
    answer: str = field(repr=False)
    sources: tuple[str, ...]

    @property
    def key(self) -> str:
        """The same for the same proposal, so that a rejected one does not come back."""
        return _key("entry", matching_key(self.question))


Proposal: TypeAlias = NewVariant | NewEntry


def propose(
    entries: Sequence[FaqEntry],
    past: Sequence[PastInquiry],
    *,
    decided: Collection[Proposal] = (),
    least: int = 2,
) -> tuple[Proposal, ...]:
    """Return what could be learnt, the best supported first.

    Tapped choices, and operators' answers that say what an entry says, become variants;
    operators' other answers to like questions become entries. Texts that look private are left
    out, and so is what is known already.

    Args:
        entries: The FAQ as it is.
        past: Past inquiries, oldest first; the newest two thousand count.
        decided: What a lead has rejected or accepted; the same matter is not proposed again.
        least: How many inquiries a new entry needs.
    """
    recent = [one for one in past[-_MOST_RECENT:] if one.text.strip() and not is_private(one.text)]
    known = {matching_key(text) for entry in entries for text in entry.texts}
    fresh = [one for one in recent if matching_key(one.text) not in known]
    owners = _owners(entries, fresh)
    unowned = [one for one in map(_presentable, fresh) if one.operator_answer]
    unowned = [one for one in unowned if one.id not in owners]
    found: list[Proposal] = [*_variants(owners, fresh), *_entries(unowned, least)]
    keys = {each.key for each in decided}
    before = [each for each in decided if isinstance(each, NewEntry)]
    wanted = [
        one
        for one in found
        if one.key not in keys and not any(is_same(one, each) for each in before)
    ]
    return tuple(sorted(wanted, key=lambda one: -len(one.sources)))


def is_same(one: Proposal, other: Proposal) -> bool:
    """Return whether two proposals are the same matter, however it is worded by now."""
    if isinstance(one, NewEntry) and isinstance(other, NewEntry):
        question = pairs(one.question)
        asked = max(likeness(question, pairs(text)) for text in (other.question, *other.variants))
        said = likeness(pairs(one.answer), pairs(other.answer))
        return asked >= SAME_QUESTION and said >= ALIKE_ANSWER
    return one.key == other.key


def accept(
    entries: Sequence[FaqEntry], proposal: Proposal, *, id_: str = ""
) -> tuple[FaqEntry, ...]:
    """Return the entries with a proposal worked in; a lead may edit them before publishing.

    Args:
        entries: The FAQ as it is.
        proposal: What was accepted.
        id_: The new entry's id; its proposal's key where empty.
    """
    if isinstance(proposal, NewEntry):
        entry = FaqEntry(
            id=id_ or proposal.key,
            question=proposal.question,
            variants=proposal.variants,
            answer=proposal.answer,
        )
        return (*entries, entry)
    return tuple(
        evolve(entry, variants=(*entry.variants, proposal.text))
        if entry.id == proposal.entry_id
        else entry
        for entry in entries
    )


def _owners(entries: Sequence[FaqEntry], past: Sequence[PastInquiry]) -> dict[str, str]:
    """The entry each inquiry belongs to: the tapped one, or whose answer an operator gave."""
    ids = {entry.id for entry in entries}
    answers = [(pairs(entry.answer), entry.id) for entry in entries if entry.answer]
    owners = {}
    for one in past:
        said = pairs(one.operator_answer)
        near = ((likeness(answer, said), id_) for answer, id_ in answers if said)
        nearest, owner = max(near, default=(0.0, ""))
        if one.signal is Signal.TAPPED and one.entry_id in ids:
            owners[one.id] = one.entry_id
        elif nearest >= SAME_ANSWER:
            owners[one.id] = owner
    return owners


def _presentable(one: PastInquiry) -> PastInquiry:
    return evolve(one, operator_answer=without_private(one.operator_answer))


def _variants(owners: Mapping[str, str], past: Sequence[PastInquiry]) -> Iterator[NewVariant]:
    groups: dict[tuple[str, str], list[PastInquiry]] = defaultdict(list)
    for one in past:
        if one.id in owners:
            groups[owners[one.id], matching_key(one.text)].append(one)
    for (entry_id, _), found in groups.items():
        sources = tuple(one.id for one in found)
        yield NewVariant(entry_id=entry_id, text=found[0].text.strip(), sources=sources)


def _entries(past: Sequence[PastInquiry], least: int) -> Iterator[NewEntry]:
    parts = {one.id: (pairs(one.text), pairs(one.operator_answer)) for one in past}
    waiting = list(past)
    while waiting:
        asked, said = parts[waiting[0].id]
        alike = [
            one
            for one in waiting
            if likeness(parts[one.id][0], asked) >= SAME_QUESTION
            and likeness(parts[one.id][1], said) >= ALIKE_ANSWER
        ]
        taken = {one.id for one in (*alike, waiting[0])}
        waiting = [one for one in waiting if one.id not in taken]
        if len(alike) >= least:
            yield _entry_from(alike)


def _entry_from(alike: Sequence[PastInquiry]) -> NewEntry:
    texts = {matching_key(one.text): one.text.strip() for one in alike}
    question = _most_central(list(texts.values()))
    others = [text for text in texts.values() if text != question]
    return NewEntry(
        question=question,
        variants=tuple(others[:_MOST_VARIANTS]),
        answer=_most_central([one.operator_answer for one in alike]),
        sources=tuple(one.id for one in alike),
    )


def _most_central(texts: Sequence[str]) -> str:
    all_pairs = [pairs(text) for text in texts]
    nearness = [sum(likeness(one, other) for other in all_pairs) for one in all_pairs]
    return texts[nearness.index(max(nearness))]


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
