"""Waiting tickets go to whoever is there and can take them; never to who went home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk.operators.act import Act
from linecs.desk.operators.holding import give_to
from linecs.desk.presence import OWED, note_idle, staff_states
from linecs.model import Conversation, Customer, OperatorId, StaffPresence, Ticket, TicketStatus
from linecs.routing import AssignmentRequest, assign, left_behind
from linecs.storage.ports import Query, above, at_most, equal, one_of
from linecs.storage.tables import Counter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.desk.core import DeskCore
    from linecs.routing import Assignment, OperatorState
    from linecs.storage.ports import Transaction

__all__ = ["assign_waiting", "place_in_queue"]

_AT_ONCE = 200
_ALONE = "assigning"
_NOBODYS = (
    equal("assignee_id", None),
    equal("status", TicketStatus.OPEN),
    above("waiting_since", 0),
    equal("snoozed_until", 0),
)


def assign_waiting(core: DeskCore) -> int:
    """Give waiting tickets to people; return how many. Opens its own transactions."""
    if core.rules.routing.assignment is None:
        return 0
    tickets, states = core.storage.read(lambda tx: _look(core, tx))
    if not tickets and not _turned(states):
        return 0
    return core.storage.run(lambda tx: _round(core, tx))


def place_in_queue(tx: Transaction, priority: int, since: int) -> int:
    """Return the place of somebody who joins the queue now, 1 being next. Joins."""
    before = (*_NOBODYS, at_most("waiting_since", since))
    ahead = tx.select(Query(row=Ticket, where=before))
    return 1 + sum(ticket.priority >= priority for ticket in ahead)


def _look(core: DeskCore, tx: Transaction) -> tuple[list[Ticket], tuple[OperatorState, ...]]:
    """Return who waits for a person, or for one who has left, and who is there."""
    states = staff_states(core, tx)
    gone = [state.id for state in states if state.has_left]
    theirs = (
        one_of("assignee_id", gone),
        one_of("status", OWED),
        above("waiting_since", 0),
        equal("snoozed_until", 0),
    )
    order = ("-priority", "waiting_since", "id")
    queries = [Query(row=Ticket, where=_NOBODYS, order=order, limit=_AT_ONCE)]
    if gone:
        queries.append(Query(row=Ticket, where=theirs, order=order, limit=_AT_ONCE))
    found = [ticket for query in queries for ticket in tx.select(query)]
    if not any(state.is_here for state in states):
        # Nobody could take them: they stay with the person they know until somebody is there.
        return [], states
    left = {ticket.id for ticket in left_behind(found, states)}
    return [each for each in found if each.assignee_id is None or each.id in left], states


def _turned(states: Sequence[OperatorState]) -> bool:
    return any(bool(state.open_tickets) is bool(state.idle_since) for state in states)


def _round(core: DeskCore, tx: Transaction) -> int:
    rule = core.rules.routing.assignment
    assert rule is not None
    # One at a time, or two workers would fill one person's last place twice.
    tx.insert_absent(Counter(name=_ALONE))
    tx.get(Counter, _ALONE, lock=True)
    tickets, states = _look(core, tx)
    note_idle(tx, states, core.clock())
    requests = [_request(core, tx, ticket) for ticket in tickets]
    by_id = {ticket.id: ticket for ticket in tickets}
    decided = assign(requests, states, rule=rule, now=core.clock())
    return sum(_give(core, tx, by_id[each.ticket_id], each) for each in decided)


def _request(core: DeskCore, tx: Transaction, ticket: Ticket) -> AssignmentRequest:
    customer = tx.get(Customer, ticket.customer_id)
    return AssignmentRequest(
        ticket_id=ticket.id,
        priority=ticket.priority,
        waiting_since=ticket.waiting_since,
        skills=core.rules.routing.queue(ticket.queue).skills,
        same_person=ticket.assignee_id or customer.owner_id,
    )


def _give(core: DeskCore, tx: Transaction, seen: Ticket, decided: Assignment) -> bool:
    if decided.operator_id is None:
        return False
    conversation = tx.get(Conversation, seen.conversation_id, lock=True)
    ticket = tx.get(Ticket, seen.id, lock=True)
    if ticket.version != seen.version:
        return False
    act = Act(core, tx, actor=OperatorId("system"), conversation=conversation, ticket=ticket)
    give_to(act, decided.operator_id)
    act.finish("ticket.assigned", facts={"to": decided.operator_id, "why": decided.why})
    _keep_turn(tx, decided.operator_id, act.now)
    return True


def _keep_turn(tx: Transaction, operator: OperatorId, now: int) -> None:
    before = tx.find(StaffPresence, operator) or StaffPresence(operator_id=operator)
    tx.insert_absent(before)
    tx.save(before, evolve(before, last_assigned_at=now, idle_since=0))
