"""What may happen to a ticket, and the default table of what becomes of it then."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen, validators

from linecs.hours import MINUTE_MS
from linecs.model import TicketStatus

__all__ = ["DEFAULT_TRANSITIONS", "TicketEvent", "Transition"]


class TicketEvent(StrEnum):
    """What happens to a ticket; a shop's own workflow may use further names."""

    INQUIRY = "inquiry"
    """A customer writes where no ticket is theirs; responders come first."""
    INQUIRY_FOR_PERSON = "inquiry_for_person"
    """The same, where a person comes first."""
    OPENED_BY_HAND = "opened_by_hand"
    """A person files a phone call or a mail."""
    CUSTOMER_WROTE = "customer_wrote"
    CUSTOMER_WROTE_AFTER_BOT = "customer_wrote_after_bot"
    """The bot had resolved it."""
    CUSTOMER_CAME_BACK = "customer_came_back"
    """Soon after a person's end."""
    CUSTOMER_WROTE_LATER = "customer_wrote_later"
    """Long after a person's end."""
    CUSTOMER_THANKED = "customer_thanked"
    """ありがとう, a thank-you sticker and the like, after the end."""
    CONFIRMED = "confirmed"
    """The customer says that the bot's answer helped."""
    BOT_SILENCE = "bot_silence"
    """Nothing came after the bot's answer."""
    CHOICES_EXPIRED = "choices_expired"
    """None of the offered choices was tapped."""
    HAND_OFF = "hand_off"
    """A responder asks for a person, or none has an answer; the reason says which."""
    NOT_CONTENT = "not_content"
    """The customer says that the bot's answer did not help."""
    BOT_DEADLINE = "bot_deadline"
    """The bot's turn is over without an answer."""
    CLAIMED = "claimed"
    REPLIED = "replied"
    """A person replied; nothing is asked of the customer."""
    ASKED = "asked"
    """A person replied and asked something: it is the customer's turn."""
    HANDED_OVER = "handed_over"
    """To a colleague."""
    RELEASED = "released"
    """Nobody has it any more: given back, or the assignee left."""
    RESOLVED = "resolved"
    REOPENED = "reopened"
    MERGED = "merged"
    """Into another ticket of the same customer."""
    DELIVERY_FAILED = "delivery_failed"
    """A reply is dead, parked or unknown."""
    NUDGES_UNANSWERED = "nudges_unanswered"
    """Silence after the nudges."""


@frozen(kw_only=True)
class Transition:
    """One row of a workflow's table.

    Attributes:
        on: What happens.
        source: Where the ticket stands; None where there is no ticket yet.
        target: Where it stands then; None leaves it and begins a new ticket.
        reason: Kept on the ticket where the caller gives none.
        after_ms: If not None, it happens by itself after so long without another event.
    """

    on: str
    source: TicketStatus | None
    target: TicketStatus | None
    reason: str = ""
    after_ms: int | None = field(
        default=None, validator=validators.optional(validators.instance_of(int))
    )


_BOT, _OPEN, _IN_PROGRESS = TicketStatus.BOT, TicketStatus.OPEN, TicketStatus.IN_PROGRESS
_WAITING, _RESOLVED = TicketStatus.WAITING, TicketStatus.RESOLVED
_EVERY = tuple(TicketStatus)
_WITH_PEOPLE = (_OPEN, _IN_PROGRESS, _WAITING)


def _rows(
    on: TicketEvent,
    sources: tuple[TicketStatus | None, ...],
    target: TicketStatus | None,
    reason: str = "",
    after_ms: int | None = None,
) -> tuple[Transition, ...]:
    return tuple(
        Transition(on=on, source=source, target=target, reason=reason, after_ms=after_ms)
        for source in sources
    )


DEFAULT_TRANSITIONS = (
    *_rows(TicketEvent.INQUIRY, (None,), _BOT),
    *_rows(TicketEvent.INQUIRY_FOR_PERSON, (None,), _OPEN),
    *_rows(TicketEvent.OPENED_BY_HAND, (None,), _IN_PROGRESS),
    *_rows(TicketEvent.CONFIRMED, (_BOT,), _RESOLVED, "confirmed"),
    *_rows(TicketEvent.BOT_SILENCE, (_BOT,), _RESOLVED, "silence", 30 * MINUTE_MS),
    *_rows(TicketEvent.CHOICES_EXPIRED, (_BOT,), _OPEN, "choices_expired", 10 * MINUTE_MS),
    *_rows(TicketEvent.BOT_DEADLINE, (_BOT,), _OPEN, "bot_deadline", 10 * MINUTE_MS),
    *_rows(TicketEvent.HAND_OFF, (_BOT,), _OPEN, "hand_off"),
    *_rows(TicketEvent.NOT_CONTENT, (_BOT,), _OPEN, "not_content"),
    *_rows(TicketEvent.CUSTOMER_WROTE, (_BOT,), _BOT),
    *_rows(TicketEvent.CUSTOMER_WROTE, (_OPEN,), _OPEN),
    *_rows(TicketEvent.CUSTOMER_WROTE, (_IN_PROGRESS, _WAITING), _IN_PROGRESS),
    *_rows(TicketEvent.CUSTOMER_WROTE_AFTER_BOT, (_RESOLVED,), None),
    *_rows(TicketEvent.CUSTOMER_CAME_BACK, (_RESOLVED,), _OPEN, "came_back"),
    *_rows(TicketEvent.CUSTOMER_WROTE_LATER, (_RESOLVED,), None),
    *_rows(TicketEvent.CUSTOMER_THANKED, (_RESOLVED,), _RESOLVED, "courtesy"),
    *_rows(TicketEvent.CLAIMED, _EVERY, _IN_PROGRESS),
    *_rows(TicketEvent.REPLIED, _EVERY, _IN_PROGRESS),
    *_rows(TicketEvent.ASKED, _EVERY, _WAITING),
    *_rows(TicketEvent.HANDED_OVER, (_BOT, _OPEN, _IN_PROGRESS), _IN_PROGRESS),
    *_rows(TicketEvent.HANDED_OVER, (_WAITING,), _WAITING),
    *_rows(TicketEvent.RELEASED, _WITH_PEOPLE, _OPEN, "released"),
    *_rows(TicketEvent.RESOLVED, (_BOT, *_WITH_PEOPLE), _RESOLVED, "resolved"),
    *_rows(TicketEvent.MERGED, (_BOT, *_WITH_PEOPLE), _RESOLVED, "merged"),
    *_rows(TicketEvent.REOPENED, (_RESOLVED,), _OPEN, "reopened"),
    *_rows(TicketEvent.DELIVERY_FAILED, (_BOT, _OPEN, _WAITING, _RESOLVED), _OPEN, "not_delivered"),
    *_rows(TicketEvent.DELIVERY_FAILED, (_IN_PROGRESS,), _IN_PROGRESS, "not_delivered"),
    *_rows(TicketEvent.NUDGES_UNANSWERED, (_WAITING,), _RESOLVED, "no_answer"),
)
"""The design's default table. Beyond it, a person may take over from the bot at any time, write
after the end, give a ticket back, merge it; and what was not delivered comes back to a person."""
