"""How a shop's matters find a person in time: hours, promises, who answers, to whom they go."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import Factory, field, frozen, validators

from linecs.desk.surveying import Survey
from linecs.hours import DAY_MS, MINUTE_MS, BusinessCalendar
from linecs.model import OperatorId
from linecs.routing import (
    DEFAULT_WORKFLOW,
    Answering,
    AssignmentRule,
    EscalationRules,
    Roster,
    SlaPolicy,
    Workflow,
    reply_within,
)
from linecs.routing.deadlines import DeadlineRules, NudgeSchedule

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ALWAYS_OPEN", "Queue", "Receipts", "Routing"]

ALWAYS_OPEN = BusinessCalendar(weekly={"mon-sun": "00:00-24:00"}, holidays=None)
"""The hours of a shop that named none."""


class Receipts(StrEnum):
    """When a customer who is handed to a person is told what comes next."""

    NEVER = "never"
    OUTSIDE_HOURS = "outside_hours"
    """Only while the shop is closed, with the time from which somebody answers."""
    ALWAYS = "always"
    """In opening hours too, with the place in the queue where that is honest."""


def _as_names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


def _policy(queue: Queue) -> SlaPolicy:
    return SlaPolicy(calendar=queue.calendar, targets=reply_within(30 * MINUTE_MS))


def _silence(queue: Queue) -> NudgeSchedule:
    return NudgeSchedule(calendar=queue.calendar, count=0)


@frozen(kw_only=True)
class Queue:
    """What one queue promises its customers.

    Attributes:
        calendar: Its hours; around the clock where a shop names none.
        sla: Its targets, thirty minutes of its hours for each reply by default.
        nudges: When 返信待ち customers are asked again and when their silence ends the matter;
            by default nobody is asked, and seven days end it.
        follow_up_ms: By when a person looks again at a ticket nobody waits for.
        receipts: When a customer is told what comes next.
        names_deadline: A receipt says `10時30分までに` (by when) in place of `10時以降に` (from
            when). Either way the deadline of the reply is what counts as promised.
        skills: What its people must be able to do.
    """

    calendar: BusinessCalendar = ALWAYS_OPEN
    sla: SlaPolicy = field(default=Factory(_policy, takes_self=True))
    nudges: NudgeSchedule = field(default=Factory(_silence, takes_self=True))
    follow_up_ms: int = field(default=DAY_MS, validator=validators.gt(0))
    receipts: Receipts = Receipts.OUTSIDE_HOURS
    names_deadline: bool = False
    skills: frozenset[str] = field(default=frozenset(), converter=_as_names)


def _as_queues(queues: Mapping[str, Queue]) -> Mapping[str, Queue]:
    return dict(queues)


@frozen(kw_only=True)
class Routing(Queue):
    """The queue without a name, and what holds for all.

    `Routing(calendar=shop)` is enough to count in the shop's hours and to tell customers, while
    it is closed, from when somebody answers.

    Attributes:
        workflow: What becomes of a ticket.
        queues: By the name that a responder's hand-off gives; any other name goes by the
            queue without one.
        answering: Who has the first word; the bot by default.
        escalation: When a person takes an inquiry from the bot at once: asked for, angry words,
            choices offered again and again. None leaves it all to the responders.
        assignment: How waiting tickets are given to people; None lets everyone pick.
        roster: Who works when. Without one, those count who said `desk.go_on_duty`.
        concurrency: How many tickets one person can have at once.
        limits: The same for single people.
        skills_of: What each person can do, as `Queue.skills` name it.
        survey: What customers are asked after the end; None asks nothing.
    """

    workflow: Workflow = DEFAULT_WORKFLOW
    queues: Mapping[str, Queue] = field(factory=dict, converter=_as_queues, hash=False)
    answering: Answering = field(factory=Answering)
    escalation: EscalationRules | None = field(factory=EscalationRules)
    assignment: AssignmentRule | None = None
    roster: Roster | None = None
    concurrency: int = field(default=3, validator=validators.gt(0))
    survey: Survey | None = None
    limits: Mapping[OperatorId, int] = field(factory=dict, hash=False)
    skills_of: Mapping[OperatorId, Collection[str]] = field(factory=dict, hash=False)

    def queue(self, name: str) -> Queue:
        """Return what holds for a queue."""
        return self.queues.get(name, self)

    def deadlines(self, name: str) -> DeadlineRules:
        """Return what decides the due times of a queue's tickets."""
        queue = self.queue(name)
        return DeadlineRules(
            workflow=self.workflow,
            policy=queue.sla,
            nudges=queue.nudges,
            follow_up_ms=queue.follow_up_ms,
        )
