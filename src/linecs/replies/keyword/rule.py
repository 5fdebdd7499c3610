"""One keyword rule: what it listens for, when, for whom, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import field, frozen

from linecs.errors import ConfigurationError
from linecs.model.message import MessageObject
from linecs.replies.templates import TemplateSyntaxError, variable_names

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "MAXIMUM_MESSAGES",
    "MAXIMUM_TEXTS",
    "KeywordRule",
    "Kind",
    "Opening",
    "RuleError",
    "Segment",
    "Triggers",
]

MAXIMUM_MESSAGES = 5
"""LINE takes at most five message objects in a call ("Messaging API reference", reply)."""
MAXIMUM_TEXTS = 200
"""As many texts as LINE@'s auto reply chose from."""


class RuleError(ConfigurationError):
    """A keyword rule cannot work.

    Attributes:
        rule_id: Which rule.
        reason: What is wrong and what to do.
    """

    def __init__(self, rule_id: str, reason: str) -> None:
        super().__init__(f"Keyword rule {rule_id!r}: {reason}")
        self.rule_id = rule_id
        self.reason = reason


class Kind(StrEnum):
    """How a pattern is compared, the surest first."""

    POSTBACK = "postbacks"
    EXACT = "exact"
    STICKER = "stickers"
    PREFIX = "prefix"
    CONTAINS = "contains"
    REGEX = "regex"


class Opening(StrEnum):
    """When a rule speaks, by the shop's opening hours."""

    ANY = "any"
    OPEN = "open"
    CLOSED = "closed"


@frozen(kw_only=True)
class Triggers:
    """What a customer may send; one of all these is enough.

    Attributes:
        exact: Whole bubbles, or the whole inquiry, after normalisation.
        contains: Anywhere in the inquiry, after normalisation.
        prefix: At the start of a bubble, after normalisation.
        regex: RE2 syntax, searched in the text as written and in its NFKC form, ignoring case.
        stickers: `package/sticker`, or `package/*` for a whole package.
        postbacks: Postback data, to the byte.
    """

    exact: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    regex: tuple[str, ...] = ()
    stickers: tuple[str, ...] = ()
    postbacks: tuple[str, ...] = ()

    def patterns(self) -> Iterator[tuple[Kind, str]]:
        """Yield every pattern with its kind."""
        for kind in Kind:
            for pattern in getattr(self, kind):
                yield kind, pattern


@frozen(kw_only=True)
class Segment:
    """Which customers a rule is for; every part that is given must hold.

    Attributes:
        member: Only proven members, or only others; None for both.
        languages: The profile's language is one of these, such as `ja`.
        tags: The customer has all of these.
        without_tags: The customer has none of these.
        fields: The customer's field (or `member.` and a field of the member card) has one of
            these values, compared as text.
    """

    member: bool | None = None
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    fields: Mapping[str, tuple[str, ...]] = field(factory=dict)


@frozen(kw_only=True)
class KeywordRule(Triggers):
    """What a shop wants said when a customer sends one of the triggers.

    Its own triggers are alternatives: one is enough. `all_of` asks for more, `none_of` forbids.

    Attributes:
        id: The shop's own short name of the rule; shown wherever an answer is explained.
        all_of: From each of these groups, something must be there too.
        none_of: Nothing of these may be there.
        always: Answers whatever was sent, if no other rule does (LINE's 一律応答).
        messages: LINE message objects of any kind, with variables.
        texts: Up to 200 texts, of which one is chosen by the inquiry's id and said first.
        hand_off: Why a person should take over; empty to answer.
        queue: Which queue then; empty for the default.
        resolves: Whether the matter is settled if nothing more comes.
        priority: Higher goes first.
        valid_from: First moment, epoch ms UTC; None for always.
        valid_until: First moment after, epoch ms UTC; None for ever.
        opening: Only while the shop is open, or closed.
        cooldown: How long the rule rests in a conversation after it answered, in ms.

    Raises:
        RuleError: The rule could never answer, or says more than LINE takes.
    """

    id: str
    all_of: tuple[Triggers, ...] = ()
    none_of: Triggers = Triggers()
    always: bool = False
    messages: tuple[MessageObject, ...] = field(default=(), repr=False)
    texts: tuple[str, ...] = field(default=(), repr=False)
    hand_off: str = ""
    queue: str = ""
    resolves: bool = True
    priority: int = 0
    valid_from: int | None = None
    valid_until: int | None = None
    opening: Opening = Opening.ANY
    segment: Segment = Segment()
    cooldown: int = 0

    def __attrs_post_init__(self) -> None:
        for wrong, reason in self._complaints():
            if wrong:
                raise RuleError(self.id, reason)
        try:
            tuple(variable_names((self.messages, self.texts)))
        except TemplateSyntaxError as error:
            raise RuleError(self.id, str(error)) from error

    def _complaints(self) -> Iterator[tuple[bool, str]]:
        bubbles = len(self.messages) + bool(self.texts)
        listens = any(True for _ in self.patterns()) or self.all_of
        yield not self.id, "give it an id."
        yield not bubbles and not self.hand_off, "says nothing; give it messages or texts."
        yield bubbles > MAXIMUM_MESSAGES, f"has {bubbles} messages; LINE takes 5 at most."
        yield len(self.texts) > MAXIMUM_TEXTS, f"has {len(self.texts)} texts; 200 at most."
        yield bool(listens) == self.always, "give it triggers, or always, not both."
        yield (
            not all(any(True for _ in group.patterns()) for group in self.all_of),
            "has an empty group in all_of.",
        )
        yield self._ends_before_it_starts(), "ends before it starts; check its dates."

    def _ends_before_it_starts(self) -> bool:
        return (
            self.valid_from is not None
            and self.valid_until is not None
            and self.valid_until <= self.valid_from
        )
