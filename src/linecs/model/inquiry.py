"""What responders see, and what they may decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from attrs import field, frozen

from linecs.model.ids import ChannelId, ConversationId, EventId
from linecs.model.message import MessageObject

__all__ = [
    "Answer",
    "Bubble",
    "Choice",
    "Choices",
    "CustomerFacts",
    "Decision",
    "HandOff",
    "Inquiry",
    "Responder",
    "Trace",
    "TraceStep",
]


@frozen(kw_only=True)
class Bubble:
    """One bubble of an inquiry.

    Attributes:
        kind: LINE's message type, or `postback`.
        content: LINE's message object (or postback object) as it came.
    """

    kind: str
    text: str = field(default="", repr=False)
    content: Mapping[str, Any] = field(factory=dict, repr=False)


@frozen(kw_only=True)
class CustomerFacts:
    """What responders may know of the customer.

    Attributes:
        is_member: Whether a link is proven now.
        member: The member card's fields the shop gives to responders; empty when not linked.
    """

    display_name: str = field(default="", repr=False)
    language: str = ""
    is_member: bool = False
    tags: frozenset[str] = frozenset()
    fields: Mapping[str, Any] = field(factory=dict, repr=False)
    member: Mapping[str, Any] = field(factory=dict, repr=False)


@frozen(kw_only=True)
class Inquiry:
    """One customer's consecutive bubbles until a few seconds of silence.

    Attributes:
        id: The newest bubble's event id; seeds every random choice.
        at: When the newest bubble was written, epoch ms UTC.
        text: The texts of all bubbles, joined by line feeds.
        postback_data: Of a tap; exact, never normalised. None where it was no tap.
        misses: How many inquiries in a row before this one nobody could answer.
        memory: What responders remembered for this conversation (`Decision.remember`).
    """

    id: EventId
    channel_id: ChannelId
    conversation_id: ConversationId
    at: int
    text: str = field(default="", repr=False)
    bubbles: tuple[Bubble, ...] = ()
    postback_data: str | None = field(default=None, repr=False)
    customer: CustomerFacts = CustomerFacts()
    misses: int = 0
    memory: Mapping[str, Any] = field(factory=dict, repr=False)


@frozen(kw_only=True)
class TraceStep:
    """One thing a responder considered (Promise 10).

    Attributes:
        name: What was looked at, such as `normalise:kana` or `rule:returns`.
        detail: Facts a support lead can read: score, threshold, which words matched.
    """

    name: str
    detail: Mapping[str, Any] = field(factory=dict, repr=False)


Trace = tuple[TraceStep, ...]


@frozen(kw_only=True)
class Answer:
    """These messages, at most five LINE message objects.

    Attributes:
        source: Which rule, FAQ entry or scenario step; kept as the message's author.
        resolves: Whether the customer's matter is settled by it if nothing more comes.
        remember: Merged into the conversation's memory; None removes a key.
    """

    messages: tuple[MessageObject, ...]
    source: str
    resolves: bool = True
    trace: Trace = ()
    remember: Mapping[str, Any] = field(factory=dict, repr=False)


@frozen(kw_only=True)
class Choice:
    """One of the offered.

    Attributes:
        id: What a tap stands for, such as an FAQ entry's id.
        title: In full, as the message's text lists it.
        label: On the button: at most 20 graphemes.
    """

    id: str
    title: str
    label: str


@frozen(kw_only=True)
class Choices:
    """Did you mean one of these? `messages` already carries the buttons."""

    messages: tuple[MessageObject, ...]
    choices: tuple[Choice, ...]
    source: str
    trace: Trace = ()
    remember: Mapping[str, Any] = field(factory=dict, repr=False)


@frozen(kw_only=True)
class HandOff:
    """A person should take it.

    Attributes:
        reason: Such as `asked_for_person`, `not_covered`, `angry`.
        note: What a scenario collected, for the ticket; never shown to the customer.
        messages: Said to the customer on the way, if anything.
        queue: Which queue; empty for the default.
    """

    reason: str
    source: str
    note: str = field(default="", repr=False)
    messages: tuple[MessageObject, ...] = ()
    queue: str = ""
    trace: Trace = ()
    remember: Mapping[str, Any] = field(factory=dict, repr=False)


Decision = Answer | Choices | HandOff


class Responder(Protocol):
    """Anything that may answer an inquiry: rules, FAQ, scenario, a language model."""

    @property
    def name(self) -> str:
        """A stable name for traces and audit. Called by the chain."""
        ...

    def respond(self, inquiry: Inquiry) -> Decision | None:
        """Return a decision, or None to let the next responder look.

        Called by the desk's chain, with no transaction open and under a deadline; may be
        called again for the same inquiry after a conflict. Must not write anywhere.
        """
        ...

    def waits(self, bubble: Bubble) -> bool:
        """Return whether more bubbles may belong to this one.

        Called by the desk when a bubble comes in. Must be quick and exact: a False (an exact
        keyword, a tap, scenario input) sends the inquiry to the responders at once.
        """
        ...
