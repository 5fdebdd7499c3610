"""One keyword rule: what it listens for, when, for whom, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import field, frozen

from linecs.model.message import MessageObject
from linecs.replies.keyword.errors import RuleError
from linecs.replies.keyword.texts import RegexError, check_regex
from linecs.replies.templates import TemplateSyntaxError, variable_names

if TYPE_CHECKING:
    from collections.abc import Iterator


__all__ = [
    "MAXIMUM_MESSAGES",
    "MAXIMUM_TEXTS",
    "KeywordRule",
    "Kind",
    "Opening",
    "Segment",
    "Triggers",
]

MAXIMUM_MESSAGES = 5
"""LINE takes at most five message objects in a call ("Messaging API reference", reply)."""
MAXIMUM_TEXTS = 200
"""As many texts as LINE@'s auto reply chose from."""


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
        error = next(self._errors(), None)
        if error is not None:
            raise error

    def _errors(self) -> Iterator[RuleError]:
        if not self.id.strip():
            yield RuleError(self.id, "no_id", field="id")
        yield from self._errors_in_what_it_says()
        if any(not any(group.patterns()) for group in self.all_of):
            yield RuleError(self.id, "empty_group", field="all_of")
        for triggers in (self, *self.all_of, self.none_of):
            yield from self._errors_in_patterns(triggers)
        if (any(self.patterns()) or bool(self.all_of)) == self.always:
            yield RuleError(self.id, "triggers_or_always")
        if self._ends_before_it_starts():
            yield RuleError(self.id, "ends_before_it_starts", field="valid_until")

    def _errors_in_what_it_says(self) -> Iterator[RuleError]:
        count = len(self.messages) + bool(self.texts)
        if not count and not self.hand_off:
            yield RuleError(self.id, "says_nothing")
        if count > MAXIMUM_MESSAGES:
            yield RuleError(self.id, "too_many_messages", field="messages", count=count)
        if len(self.texts) > MAXIMUM_TEXTS:
            yield RuleError(self.id, "too_many_texts", field="texts", count=len(self.texts))
        try:
            tuple(variable_names((self.messages, self.texts)))
        except TemplateSyntaxError as error:
            yield RuleError(self.id, "placeholder", placeholder=error.placeholder.strip())

    def _errors_in_patterns(self, triggers: Triggers) -> Iterator[RuleError]:
        for kind, pattern in triggers.patterns():
            if not pattern:
                yield RuleError(self.id, "empty_pattern", field=kind.value)
        for pattern in triggers.regex:
            try:
                check_regex(pattern)
            except RegexError as error:
                reason = str(error)
                yield RuleError(self.id, "regex", field="regex", pattern=pattern, reason=reason)

    def _ends_before_it_starts(self) -> bool:
        return (
            self.valid_from is not None
            and self.valid_until is not None
            and self.valid_until <= self.valid_from
        )
