"""What a shop answers with, in versions: publish, roll back; pure, over the versions so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from linecs.errors import LinecsError
from linecs.replies.faq.entry import FaqEntry
from linecs.replies.keyword import KeywordRule
from linecs.replies.scenario import Scenario
from linecs.replies.templates import Template
from linecs.replies.wording import Language, Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.replies.wording import Phrasebook

__all__ = [
    "Knowledge",
    "KnowledgeVersion",
    "StaleKnowledgeError",
    "UnknownVersionError",
    "current",
    "publish",
    "roll_back",
]

_PHRASES: Phrasebook = {
    "stale": (
        (
            "編集中に {by} が第{latest}版を公開しました(編集の元は第{based_on}版)。"
            "差分を確認して、もう一度公開してください。"
        ),
        (
            "{by} published version {latest} while you were editing version {based_on}. "
            "Look at the difference, then publish again."
        ),
    ),
    "unknown": ("第{number}版はありません。", "there is no version {number}."),
}


class StaleKnowledgeError(LinecsError):
    """Somebody else published since.

    Attributes:
        latest: The version that is published now.
        based_on: The version that was edited.
        sentence: What to do, in both languages.
    """

    def __init__(self, *, latest: int, based_on: int, by: str) -> None:
        values = {"latest": latest, "based_on": based_on, "by": by}
        self.latest = latest
        self.based_on = based_on
        self.sentence = Sentence(_PHRASES, "stale", values)
        super().__init__(self.sentence.say(Language.ENGLISH))


class UnknownVersionError(LinecsError, LookupError):
    """There is no version of that number.

    Attributes:
        number: The number that was asked for.
        sentence: What to do, in both languages.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.sentence = Sentence(_PHRASES, "unknown", {"number": number})
        super().__init__(self.sentence.say(Language.ENGLISH))


@frozen(kw_only=True)
class Knowledge:
    """Everything people wrote for the desk to answer with."""

    rules: tuple[KeywordRule, ...] = ()
    faq: tuple[FaqEntry, ...] = ()
    templates: tuple[Template, ...] = ()
    scenarios: tuple[Scenario, ...] = ()


@frozen(kw_only=True)
class KnowledgeVersion:
    """Knowledge that was published once, and never changes.

    Attributes:
        number: From 1, without gaps.
        published_at: Epoch ms UTC.
        published_by: Who published it.
        note: What they said about it.
        rolled_back_to: The version whose content this one repeats; 0 for none.
    """

    number: int
    knowledge: Knowledge = field(repr=False)
    published_at: int
    published_by: str
    note: str = ""
    rolled_back_to: int = 0


def current(versions: Sequence[KnowledgeVersion]) -> KnowledgeVersion | None:
    """Return the version that answers now, or None where none was ever published."""
    return max(versions, key=lambda version: version.number, default=None)


def publish(
    versions: Sequence[KnowledgeVersion],
    knowledge: Knowledge,
    *,
    based_on: int,
    at: int,
    by: str,
    note: str = "",
) -> KnowledgeVersion:
    """Return the version that answers from now on; the caller stores it beside the others.

    Args:
        versions: All so far.
        knowledge: What to publish.
        based_on: The number of the version that was edited; 0 for the first.
        at: Epoch ms UTC.
        by: Who publishes.
        note: What they say about it.

    Raises:
        StaleKnowledgeError: Another version was published since `based_on`.
    """
    latest = current(versions)
    number = latest.number if latest else 0
    if number != based_on:
        publisher = latest.published_by if latest else ""
        raise StaleKnowledgeError(latest=number, based_on=based_on, by=publisher)
    return KnowledgeVersion(
        number=number + 1, knowledge=knowledge, published_at=at, published_by=by, note=note
    )


def roll_back(
    versions: Sequence[KnowledgeVersion], number: int, *, at: int, by: str, note: str = ""
) -> KnowledgeVersion:
    """Return a new version with the content of an old one; history is never rewritten.

    Raises:
        UnknownVersionError: There is no version `number`.
    """
    wanted = next((version for version in versions if version.number == number), None)
    latest = current(versions)
    if wanted is None or latest is None:
        raise UnknownVersionError(number)
    return KnowledgeVersion(
        number=latest.number + 1,
        knowledge=wanted.knowledge,
        published_at=at,
        published_by=by,
        note=note,
        rolled_back_to=number,
    )
