"""Ready-made replies beside the reply box: what fits the question, canned replies, the FAQ."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.model import Author, CustomerFacts
from linecs.replies.faq import FaqIndex, judge, live_start_policy, shipped_calibration
from linecs.replies.templates import missing_variables, reply_variables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from linecs.desk import SupportDesk
    from linecs.desk.inbox import ConversationView
    from linecs.idlink import MemberCard
    from linecs.replies.faq import FaqEntry
    from linecs.replies.templates import Template

__all__ = ["Ready", "ReadyReplies"]

_LOOKED_AT = 5
"""How many of the customer's newest texts; "a person, please" is no question to look up."""


@frozen(kw_only=True)
class Ready:
    """A reply to choose.

    Attributes:
        found_by: What else a search may say of it, such as its reading in kana.
        lacks: What the shop does not know of this customer and the text needs; then it cannot
            be chosen.
    """

    title: str
    text: str = ""
    found_by: str = ""
    lacks: str = ""


class ReadyReplies:
    """What one desk has ready, read anew where another version was published."""

    def __init__(self, desk: SupportDesk) -> None:
        self._desk = desk
        self._versions: list[str] = []
        self._templates: tuple[Template, ...] = ()
        self._index = FaqIndex(())

    def groups(
        self, view: ConversationView, card: MemberCard | None, operator: str
    ) -> list[tuple[str, list[Ready]]]:
        """Return replies by group: what fits the customer's words comes first.

        Args:
            view: The conversation.
            card: The member's, while a link holds.
            operator: The name of who replies.
        """
        self._renew()
        near = _nearest(self._index, view)
        canned = list(_canned(self._templates, view, card, operator))
        found = [("この質問に近いFAQ", near), ("定型文", canned), *_faq(self._index.entries)]
        return [(title, replies) for title, replies in found if replies]

    def _renew(self) -> None:
        knowledge = self._desk.knowledge
        kinds = ("templates", "faq")
        versions = [each.id for kind in kinds for each in knowledge.versions(kind, limit=1)]
        if versions != self._versions:
            self._templates = knowledge.current("templates")
            self._index = FaqIndex(knowledge.current("faq"))
            self._versions = versions


def _nearest(index: FaqIndex, view: ConversationView) -> list[Ready]:
    """What the desk would have offered for the newest words that say what the matter is."""
    asked = [each.text for each in view.messages if each.author is Author.CUSTOMER and each.text]
    for text in reversed(asked[-_LOOKED_AT:] if index.entries else ()):
        verdict = judge(index.search(text), shipped_calibration(), live_start_policy())
        if verdict.entries:
            return [_of_entry(each) for each in verdict.entries if each.answer]
    return []


def _of_entry(entry: FaqEntry) -> Ready:
    return Ready(title=entry.question, text=entry.answer, found_by=" ".join(entry.variants))


def _faq(entries: Iterable[FaqEntry]) -> Iterator[tuple[str, list[Ready]]]:
    said = sorted((each for each in entries if each.answer), key=lambda each: each.category)
    for category, each in groupby(said, key=lambda each: each.category):
        yield f"FAQ {category}".strip(), [_of_entry(entry) for entry in each]


def _canned(
    templates: Iterable[Template],
    view: ConversationView,
    card: MemberCard | None,
    operator: str,
) -> Iterator[Ready]:
    """Each canned reply of one text, filled for this customer, or what it lacks."""
    facts = CustomerFacts(
        display_name=view.customer.display_name,
        is_member=card is not None,
        member=_member(card),
    )
    known = reply_variables(customer=facts, ticket=view.ticket, operator={"name": operator})
    for template in templates:
        found_by = f"{template.kana} {template.category}"
        if missing := missing_variables(template, known):
            yield Ready(title=template.title, found_by=found_by, lacks="、".join(missing))
        elif [each["type"] for each in template.messages] == ["text"]:
            text = str(template.fill(known)[0]["text"])
            yield Ready(title=template.title, text=text, found_by=found_by)


def _member(card: MemberCard | None) -> Mapping[str, str]:
    if card is None:
        return {}
    return {**card.variables, "id": card.member_id, "name": card.name, "rank": card.rank}
