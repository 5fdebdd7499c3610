"""What is wrong with FAQ entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.replies.lint.findings import Severity, finding
from linecs.replies.lint.messages import find_in_messages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linecs.replies.faq import FaqEntry
    from linecs.replies.lint.findings import Finding
    from linecs.replies.lint.messages import IsThere
    from linecs.replies.normalisation import Normaliser

__all__ = ["find_in_faq"]


def find_in_faq(
    entries: Sequence[FaqEntry], normaliser: Normaliser, now: int, is_there: IsThere | None
) -> Iterator[Finding]:
    """Yield what is wrong with each entry and between them."""
    owners: dict[str, str] = {}
    ids = {entry.id for entry in entries}
    for entry in entries:
        yield from _repeated(entry, normaliser, owners)
        if not entry.answer and not entry.messages:
            yield finding(Severity.ERROR, entry.id, "no_answer")
        for other in entry.related:
            if other not in ids:
                yield finding(Severity.ERROR, entry.id, "unknown_related", other=other)
        if entry.valid_until is not None and entry.valid_until <= now:
            yield finding(Severity.WARNING, entry.id, "expired")
        messages = entry.messages or ({"type": "text", "text": entry.answer},)
        if entry.messages or entry.answer:
            yield from find_in_messages(entry.id, messages, is_there)


def _repeated(entry: FaqEntry, normaliser: Normaliser, owners: dict[str, str]) -> Iterator[Finding]:
    for text in entry.texts:
        owner = owners.setdefault(normaliser(text), entry.id)
        if owner != entry.id:
            yield finding(Severity.WARNING, entry.id, "same_question", pattern=text, others=owner)
