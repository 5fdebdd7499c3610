"""Who answers an inquiry first, the bot or a person, and what the customer is told about it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import field, frozen

from linecs.hours import spoken_promise
from linecs.model import CustomerFacts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linecs.hours import BusinessCalendar

__all__ = [
    "BOT_OUTSIDE_HOURS",
    "BOT_WHEN_QUEUE_IS_LONG",
    "FOR_NON_MEMBERS",
    "Answerer",
    "Answering",
    "AnsweringRule",
    "Situation",
    "Verdict",
    "by_category",
    "by_language",
    "by_rank",
    "what_comes_next",
]


class Answerer(StrEnum):
    """Who has the first word."""

    BOT = "bot"
    PERSON = "person"


@frozen(kw_only=True)
class Situation:
    """What a rule may look at.

    Attributes:
        is_open: Whether the queue's hours are on.
        people_on_duty: How many can be given a ticket now.
        concurrency: How many tickets one of them can have at once.
        queue_length: How many customers wait for a person, or are with one.
        customer: What is known of the customer; the shop's own rank is `member["rank"]`.
        category: Of the inquiry, where it is known.
    """

    is_open: bool
    people_on_duty: int
    concurrency: int = 1
    queue_length: int = 0
    customer: CustomerFacts = field(factory=CustomerFacts)
    category: str = ""


@frozen(kw_only=True)
class AnsweringRule:
    """One reason to let somebody answer.

    Attributes:
        name: For traces and tests.
        answerer: Who answers where it holds.
        holds: Whether it does; a shop's own function may read its order table here.
    """

    name: str
    answerer: Answerer
    holds: Callable[[Situation], bool]


@frozen(kw_only=True)
class Verdict:
    """Who answers, and by which rule; `otherwise` where none held."""

    answerer: Answerer
    rule: str


def _in_order(rules: Iterable[AnsweringRule]) -> tuple[AnsweringRule, ...]:
    return tuple(rules)


@frozen(kw_only=True)
class Answering:
    """A queue's rules; the first that holds decides.

    Attributes:
        rules: In order.
        otherwise: Who answers where none holds: `BOT` is "bot first", `PERSON` "person first".
    """

    rules: tuple[AnsweringRule, ...] = field(default=(), converter=_in_order)
    otherwise: Answerer = Answerer.BOT

    def decide(self, situation: Situation) -> Verdict:
        """Who answers, and why."""
        for rule in self.rules:
            if rule.holds(situation):
                return Verdict(answerer=rule.answerer, rule=rule.name)
        return Verdict(answerer=self.otherwise, rule="otherwise")


def _is_closed(situation: Situation) -> bool:
    return not situation.is_open


def _queue_is_long(situation: Situation) -> bool:
    return situation.queue_length > situation.people_on_duty * situation.concurrency


def _is_no_member(situation: Situation) -> bool:
    return not situation.customer.is_member


BOT_OUTSIDE_HOURS = AnsweringRule(name="bot_outside_hours", answerer=Answerer.BOT, holds=_is_closed)
BOT_WHEN_QUEUE_IS_LONG = AnsweringRule(
    name="bot_when_queue_is_long", answerer=Answerer.BOT, holds=_queue_is_long
)
"""While more customers wait than people on duty x concurrency."""
FOR_NON_MEMBERS = AnsweringRule(name="for_non_members", answerer=Answerer.BOT, holds=_is_no_member)


def by_rank(answerer: Answerer, *ranks: str) -> AnsweringRule:
    """Members whose card says one of these ranks (`member["rank"]`)."""

    def holds(situation: Situation) -> bool:
        return situation.customer.is_member and situation.customer.member.get("rank") in ranks

    return AnsweringRule(name=f"by_rank:{','.join(ranks)}", answerer=answerer, holds=holds)


def by_category(answerer: Answerer, *categories: str) -> AnsweringRule:
    """Inquiries of one of these categories."""

    def holds(situation: Situation) -> bool:
        return situation.category in categories

    return AnsweringRule(name=f"by_category:{','.join(categories)}", answerer=answerer, holds=holds)


def by_language(answerer: Answerer, *languages: str) -> AnsweringRule:
    """Customers whose LINE speaks one of these languages, such as `en` for `en-US` too."""

    def holds(situation: Situation) -> bool:
        language = situation.customer.language.lower()
        return any(language == one or language.startswith(f"{one}-") for one in languages)

    return AnsweringRule(name=f"by_language:{','.join(languages)}", answerer=answerer, holds=holds)


def what_comes_next(calendar: BusinessCalendar, *, now: int, position: int | None = None) -> str:
    """What a customer is told who is handed to a person, in Japanese.

    Outside the hours it names the next opening; otherwise the place in the queue, where one is
    given.

    Args:
        calendar: The queue's hours.
        now: Epoch ms UTC.
        position: The customer's place (`queue_position`); None where it is not honest to tell.
    """
    opening = calendar.next_open(now)
    if opening is None:
        return "担当者におつなぎします。"
    promise = spoken_promise(calendar, opening, now)
    if opening > now:
        return f"ただいま営業時間外です。担当者より{promise}。"
    place = f"ただいま{position}番目のご案内です。" if position is not None else ""
    return f"担当者におつなぎします。{place}{promise}。"
