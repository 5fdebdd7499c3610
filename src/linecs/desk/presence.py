"""Who of the staff is there: by the roster, and by what they said of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk.changes import Changes
from linecs.desk.feed import happened
from linecs.desk.operators.act import Act
from linecs.model import (
    AuditEntry,
    Conversation,
    Speaker,
    StaffPresence,
    Ticket,
    TicketStatus,
)
from linecs.routing import OperatorState, Permission, Presence, TicketEvent
from linecs.storage.ports import Query, above, equal, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linecs.desk.core import DeskCore
    from linecs.model import OperatorId
    from linecs.routing import Roster
    from linecs.storage.ports import Transaction

__all__ = ["OWED", "announce", "leave", "note_idle", "people_on_duty", "staff_states"]

OWED = (TicketStatus.OPEN, TicketStatus.IN_PROGRESS)
"""Where a ticket stands that a person owes something."""


def announce(core: DeskCore, tx: Transaction, actor: OperatorId, presence: Presence) -> None:
    """Keep what somebody says of themselves. Joins the transaction."""
    core.staff.permit(actor, Permission.CLAIM)
    now = core.clock()
    before = tx.find(StaffPresence, actor)
    known = before or StaffPresence(operator_id=actor, idle_since=now)
    until = _until(core.rules.routing.roster, actor, now)
    after = evolve(known, presence=presence, until=0 if presence is Presence.ONLINE else until)
    if before is None:
        tx.insert(after)
    else:
        tx.save(before, after)
    told = happened(
        f"staff.{presence}",
        channel_id=next(iter(core.channels)),
        conversation_id="",
        now=now,
        actor=actor,
    )
    noted = AuditEntry(id=told.id, at=now, actor=actor, kind=told.kind, channel_id=told.channel_id)
    tx.insert(told, noted)


def _until(roster: Roster | None, actor: OperatorId, now: int) -> int:
    """Return when somebody who leaves is back by the roster; 0 where nothing says so."""
    hours = roster.people.get(actor) if roster else None
    if hours is None:
        return 0
    closes = hours.next_close(now) if hours.is_open(now) else now
    return (hours.next_open(closes) or 0) if closes is not None else 0


def leave(core: DeskCore, tx: Transaction, actor: OperatorId) -> int:
    """Let somebody go home; their waiting customers are everybody's again. Joins."""
    announce(core, tx, actor, Presence.OFFLINE)
    theirs = (equal("assignee_id", actor), one_of("status", OWED), above("waiting_since", 0))
    tickets = tx.select(Query(row=Ticket, where=theirs, order=("conversation_id", "id")))
    for ticket in tickets:
        _give_back(core, tx, ticket, actor)
    return len(tickets)


def _give_back(core: DeskCore, tx: Transaction, ticket: Ticket, actor: OperatorId) -> None:
    conversation = tx.get(Conversation, ticket.conversation_id, lock=True)
    held = tx.get(Ticket, ticket.id, lock=True)
    if held.assignee_id != actor or held.status not in OWED:
        return
    act = Act(core, tx, actor=actor, conversation=conversation, ticket=held)
    act.ticket = core.rules.acted(held, TicketEvent.RELEASED, act.now, actor=actor)
    if conversation.speaker is Speaker.OPERATOR and conversation.speaker_id == actor:
        act.conversation = evolve(conversation, speaker=Speaker.BOT, speaker_id="", speaker_until=0)
    act.finish("ticket.released", facts={"why": "went_off_duty"})


def staff_states(core: DeskCore, tx: Transaction) -> tuple[OperatorState, ...]:
    """Return all of the staff that are known: on the roster, or by their own word. Joins."""
    roster, now = core.rules.routing.roster, core.clock()
    said = {row.operator_id: row for row in tx.select(Query(row=StaffPresence))}
    names = set(roster.people) if roster else set(said)
    there = roster.on_duty(now) if roster else names
    return tuple(_state(core, tx, name, said, on_duty=name in there) for name in sorted(names))


def people_on_duty(core: DeskCore, tx: Transaction) -> int:
    """Return how many can be given tickets now. Joins."""
    return sum(state.is_here for state in staff_states(core, tx))


def _state(
    core: DeskCore,
    tx: Transaction,
    name: OperatorId,
    said: Mapping[OperatorId, StaffPresence],
    *,
    on_duty: bool,
) -> OperatorState:
    routing, now = core.rules.routing, core.clock()
    row = said.get(name) or StaffPresence(operator_id=name)
    over = 0 < row.until <= now
    owed = (equal("assignee_id", name), one_of("status", OWED), equal("snoozed_until", 0))
    return OperatorState(
        id=name,
        on_duty=on_duty,
        presence=Presence.ONLINE if over else Presence(row.presence),
        open_tickets=tx.count(Query(row=Ticket, where=owed)),
        concurrency=routing.limits.get(name, routing.concurrency),
        skills=frozenset(routing.skills_of.get(name, ())),
        idle_since=row.idle_since,
        last_assigned_at=row.last_assigned_at,
    )


def note_idle(tx: Transaction, states: Iterable[OperatorState], now: int) -> None:
    """Keep since when each has had no ticket. Joins."""
    for state in states:
        is_idle = not state.open_tickets
        if is_idle is bool(state.idle_since):
            continue
        changes = Changes()
        before = tx.find(StaffPresence, state.id)
        after = evolve(
            before or StaffPresence(operator_id=state.id), idle_since=now if is_idle else 0
        )
        if before is None:
            changes.add_absent(after)
        else:
            changes.alter(before, after)
        changes.write(tx)
