"""A support team's numbers, each with its definition; from tickets alone, so that they replay.

A matter that is still open counts: leaving it out would make the numbers the better, the longer
customers wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.model import TicketStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from linecs.hours import BusinessCalendar
    from linecs.model import Ticket

__all__ = ["Numbers", "Spread", "summarise"]

_CONTENT_FROM = 4
"""A score from 1 to 5 counts as content from here, as CSAT is reckoned."""


@frozen(kw_only=True)
class Spread:
    """How long something took, in business time.

    Attributes:
        count: How many there were.
        median_ms: Half took no longer; None where there were none.
        p90_ms: Nine in ten took no longer; None where there were none.
    """

    count: int
    median_ms: int | None
    p90_ms: int | None


@frozen(kw_only=True)
class Numbers:
    """What became of the tickets that began in some time.

    Attributes:
        opened: How many there are (件数).
        solved_by_bot: Ended by the bot, with no reply of a person (自動で解決).
        confirmed: Of those, where the customer said that it was solved; the honest part.
        replied: A person has replied (担当者が返信).
        unanswered: Not ended, and no person has replied (未返信); the bot's turn is not counted.
        resolved: Ended, by whomever.
        first_reply: From the first bubble to a person's first reply, in business time.
        resolution: From the first bubble to the end, where a person had replied.
        promised: Where a customer was told by when somebody replies, and the time has come.
        promises_kept: Of those, where somebody did.
        asked: Customers who were asked how content they are.
        scored: Of those, who answered.
        content: Of those, who answered 4 or 5 of 5.
        mean_score: Of the answers; None where there are none.
        categories: How many tickets have each category; those without one under `""`.
    """

    opened: int
    solved_by_bot: int
    confirmed: int
    replied: int
    unanswered: int
    resolved: int
    first_reply: Spread
    resolution: Spread
    promised: int
    promises_kept: int
    asked: int
    scored: int
    content: int
    mean_score: float | None
    categories: Mapping[str, int]

    @property
    def promise_kept_rate(self) -> float | None:
        """The share of promises that were kept; None where nothing was promised."""
        return self.promises_kept / self.promised if self.promised else None

    @property
    def content_rate(self) -> float | None:
        """The share of answers that are 4 or 5 (CSAT); look at `scored` beside it."""
        return self.content / self.scored if self.scored else None


def summarise(tickets: Iterable[Ticket], calendar_of: Callable[[str], BusinessCalendar]) -> Numbers:
    """Return the numbers of some tickets.

    Args:
        tickets: Such as all that began on one day.
        calendar_of: The hours of a queue, by its name; they count the business time.
    """
    every = tuple(tickets)
    replied = [one for one in every if one.first_replied_at]
    by_bot = [one for one in every if one.resolved_by == "bot" and not one.first_replied_at]
    promised = [one for one in every if one.promise_kept is not None]
    scores = [one.score for one in every if one.score]

    def took(ticket: Ticket, until: int) -> int:
        return calendar_of(ticket.queue).business_ms(ticket.opened_at, until)

    ended = [one for one in replied if one.resolved_at]
    return Numbers(
        opened=len(every),
        solved_by_bot=len(by_bot),
        confirmed=sum(one.reason == "confirmed" for one in by_bot),
        replied=len(replied),
        unanswered=sum(_is_unanswered(one) for one in every),
        resolved=sum(one.status is TicketStatus.RESOLVED for one in every),
        first_reply=_spread([took(one, one.first_replied_at) for one in replied]),
        resolution=_spread([took(one, one.resolved_at) for one in ended]),
        promised=len(promised),
        promises_kept=sum(bool(one.promise_kept) for one in promised),
        asked=sum(bool(one.surveyed_at) for one in every),
        scored=len(scores),
        content=sum(score >= _CONTENT_FROM for score in scores),
        mean_score=sum(scores) / len(scores) if scores else None,
        categories=dict(Counter(one.category for one in every).most_common()),
    )


def _is_unanswered(ticket: Ticket) -> bool:
    ended_or_bot = ticket.status in {TicketStatus.RESOLVED, TicketStatus.BOT}
    return not ended_or_bot and not ticket.first_replied_at


def _spread(lengths: Sequence[int]) -> Spread:
    ordered = sorted(lengths)
    return Spread(
        count=len(ordered), median_ms=_nearest_rank(ordered, 50), p90_ms=_nearest_rank(ordered, 90)
    )


def _nearest_rank(ordered: Sequence[int], percent: int) -> int | None:
    """The smallest value that at least so many percent of all do not exceed."""
    if not ordered:
        return None
    return ordered[-(-len(ordered) * percent // 100) - 1]
