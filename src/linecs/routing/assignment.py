"""To whom a waiting ticket goes: first come first served within priority, never to the absent."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen, validators

from linecs.model import OperatorId, TicketId, TicketStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linecs.model import Ticket

__all__ = [
    "Assignment",
    "AssignmentRequest",
    "AssignmentRule",
    "OperatorState",
    "PassedOver",
    "Pick",
    "Presence",
    "assign",
    "left_behind",
    "queue_position",
]


class Presence(StrEnum):
    """What a person says of themselves, whatever the roster says."""

    ONLINE = "online"
    AWAY = "away"
    """Back soon: nothing new, but nothing is taken away."""
    OFFLINE = "offline"


@frozen(kw_only=True)
class OperatorState:
    """A person as an assignment sees them.

    Attributes:
        on_duty: By the roster.
        open_tickets: How many they have that are not waiting for the customer.
        concurrency: How many they can have at once.
        skills: What they can do: categories, languages, whatever requests need.
        idle_since: Since when they have had no ticket, epoch ms UTC.
        last_assigned_at: When they were last given one, epoch ms UTC; 0 for never.
    """

    id: OperatorId
    on_duty: bool = True
    presence: Presence = Presence.ONLINE
    open_tickets: int = field(default=0, validator=validators.ge(0))
    concurrency: int = field(default=3, validator=validators.ge(0))
    skills: frozenset[str] = frozenset()
    idle_since: int = 0
    last_assigned_at: int = 0

    @property
    def is_here(self) -> bool:
        """Whether new tickets may come: on the roster, and there."""
        return self.on_duty and self.presence is Presence.ONLINE

    @property
    def has_left(self) -> bool:
        """Whether somebody else must look after their customers."""
        return not self.on_duty or self.presence is Presence.OFFLINE


@frozen(kw_only=True)
class AssignmentRequest:
    """A ticket that waits for a person.

    Attributes:
        priority: Higher goes first.
        waiting_since: Since when the customer waits, epoch ms UTC.
        skills: All that its person must be able to do.
        same_person: Who had it, or the customer, before.
    """

    ticket_id: TicketId
    priority: int = 0
    waiting_since: int
    skills: frozenset[str] = frozenset()
    same_person: OperatorId | None = None

    @property
    def turn(self) -> tuple[int, int, str]:
        """Its place in the queue, the smallest first."""
        return (-self.priority, self.waiting_since, self.ticket_id)


class Pick(StrEnum):
    """Whom to take among those who could."""

    LONGEST_IDLE = "longest_idle"
    LEAST_LOADED = "least_loaded"
    ROUND_ROBIN = "round_robin"


@frozen(kw_only=True)
class AssignmentRule:
    """How a queue is worked.

    Attributes:
        pick: Whom to take among those who could.
        keep_same: Whether the person before is taken first, if they could.
    """

    pick: Pick = Pick.LONGEST_IDLE
    keep_same: bool = True


@frozen(kw_only=True)
class PassedOver:
    """Why somebody could not take it: `off_duty`, `away`, `offline`, `full` or `lacks ...`."""

    operator_id: OperatorId
    why: str


@frozen(kw_only=True)
class Assignment:
    """What was decided for one ticket, and why.

    Attributes:
        operator_id: Its person; None leaves it in the queue.
        why: `same_person`, the way of picking, or `nobody`.
        passed_over: Who could not take it.
    """

    ticket_id: TicketId
    operator_id: OperatorId | None
    why: str
    passed_over: tuple[PassedOver, ...]


def assign(
    requests: Iterable[AssignmentRequest],
    operators: Iterable[OperatorState],
    *,
    rule: AssignmentRule,
    now: int,
) -> tuple[Assignment, ...]:
    """Decide for all waiting tickets, in the order of the queue.

    A ticket that nobody can take stays; those behind it that somebody can take go on.

    Args:
        requests: In any order.
        operators: All that are known, absent ones too.
        rule: How the queue is worked.
        now: Epoch ms UTC.
    """
    states = {operator.id: operator for operator in operators}
    # Who got a ticket in this very round comes after who did not, in turn.
    rounds = dict.fromkeys(states, 0)
    decided = []
    for request in sorted(requests, key=lambda request: request.turn):
        assignment = _decide(request, states, rounds, rule)
        decided.append(assignment)
        if assignment.operator_id is not None:
            taken = states[assignment.operator_id]
            rounds[taken.id] = max(rounds.values()) + 1
            states[taken.id] = evolve(
                taken, open_tickets=taken.open_tickets + 1, last_assigned_at=now, idle_since=now
            )
    return tuple(decided)


def _decide(
    request: AssignmentRequest,
    states: dict[OperatorId, OperatorState],
    rounds: dict[OperatorId, int],
    rule: AssignmentRule,
) -> Assignment:
    obstacles = {name: _obstacle(state, request) for name, state in states.items()}
    able = [states[name] for name, why in obstacles.items() if not why]
    chosen, why = None, "nobody"
    if rule.keep_same and request.same_person in {state.id for state in able}:
        chosen, why = request.same_person, "same_person"
    elif able:
        chosen = min(
            able, key=lambda state: (*_order(state, rule.pick), rounds[state.id], state.id)
        ).id
        why = rule.pick
    return Assignment(
        ticket_id=request.ticket_id,
        operator_id=chosen,
        why=why,
        passed_over=tuple(
            PassedOver(operator_id=name, why=why) for name, why in obstacles.items() if why
        ),
    )


def _obstacle(state: OperatorState, request: AssignmentRequest) -> str:
    if not state.on_duty:
        return "off_duty"
    if state.presence is not Presence.ONLINE:
        return state.presence
    if missing := request.skills - state.skills:
        return f"lacks {', '.join(sorted(missing))}"
    return "full" if state.open_tickets >= state.concurrency else ""


def _order(state: OperatorState, pick: Pick) -> tuple[float, int]:
    if pick is Pick.LONGEST_IDLE:
        busy = state.open_tickets > 0
        return (busy, state.last_assigned_at if busy else state.idle_since)
    load = state.open_tickets / state.concurrency if pick is Pick.LEAST_LOADED else 0
    return (load, state.last_assigned_at)


def left_behind(
    tickets: Iterable[Ticket], operators: Iterable[OperatorState]
) -> tuple[Ticket, ...]:
    """The tickets whose customer waits for somebody who has left or is not known.

    Tickets that wait for the customer stay with their person until the customer writes.

    Args:
        tickets: Any.
        operators: All that are known.
    """
    there = {operator.id for operator in operators if not operator.has_left}
    return tuple(
        ticket
        for ticket in tickets
        if ticket.assignee_id is not None
        and ticket.assignee_id not in there
        and ticket.waiting_since
        and ticket.status is not TicketStatus.RESOLVED
    )


def queue_position(
    ticket_id: TicketId, requests: Iterable[AssignmentRequest], *, people_on_duty: int
) -> int | None:
    """A ticket's place among the waiting, 1 being next, where that is honest to tell.

    None when nobody is on duty, or the ticket does not wait.
    """
    order = [request.ticket_id for request in sorted(requests, key=lambda one: one.turn)]
    if people_on_duty <= 0 or ticket_id not in order:
        return None
    return order.index(ticket_id) + 1
