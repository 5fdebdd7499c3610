"""Whose ticket it is: taken, given to a colleague, given back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk.operators.act import ticket_act
from linecs.desk.operators.noting import new_note
from linecs.model import NoteKind, Speaker, TicketStatus
from linecs.routing import Permission, TicketEvent

if TYPE_CHECKING:
    from linecs.desk.core import DeskCore
    from linecs.desk.operators.act import Act, Acted
    from linecs.model import (
        OperatorId,
        Ticket,
        TicketId,
    )
    from linecs.storage.ports import Transaction

__all__ = ["assign", "claim", "give_to", "hand_over", "permit_giving", "release"]


def claim(
    core: DeskCore, tx: Transaction, ticket_id: TicketId, *, actor: OperatorId, version: int
) -> Acted:
    """Take a ticket into one's own hands; the bot falls silent. Joins the transaction."""
    act = ticket_act(core, tx, ticket_id, actor=actor, version=version)
    _permit_taking(act)
    act.ticket = core.rules.claimed(act.ticket, actor, act.now)
    act.give_word_to(actor)
    return act.finish("ticket.claimed")


def assign(
    core: DeskCore,
    tx: Transaction,
    ticket_id: TicketId,
    to: OperatorId,
    *,
    actor: OperatorId,
    version: int,
) -> Acted:
    """Give a ticket to somebody. Joins the transaction."""
    act = ticket_act(core, tx, ticket_id, actor=actor, version=version)
    permit_giving(act, to)
    give_to(act, to)
    return act.finish("ticket.assigned", facts={"to": to})


def hand_over(
    core: DeskCore,
    tx: Transaction,
    ticket_id: TicketId,
    to: OperatorId,
    note: str,
    *,
    actor: OperatorId,
    version: int,
) -> Acted:
    """Give a ticket to a colleague with what they need to know. Joins the transaction."""
    act = ticket_act(core, tx, ticket_id, actor=actor, version=version)
    _permit_taking(act)
    written = new_note(act, note, kind=NoteKind.HAND_OVER, mentions=[to])
    act.changes.add(written)
    give_to(act, to)
    return act.finish("ticket.handed_over", facts={"to": to}, note_id=written.id)


def release(
    core: DeskCore, tx: Transaction, ticket_id: TicketId, *, actor: OperatorId, version: int
) -> Acted:
    """Give a ticket back to whoever takes it next. Joins the transaction."""
    act = ticket_act(core, tx, ticket_id, actor=actor, version=version)
    _permit_taking(act)
    had_it = act.ticket.assignee_id
    act.ticket = core.rules.acted(act.ticket, TicketEvent.RELEASED, act.now, actor=actor)
    if act.conversation.speaker is Speaker.OPERATOR and act.conversation.speaker_id == had_it:
        act.conversation = evolve(
            act.conversation, speaker=Speaker.BOT, speaker_id="", speaker_until=0
        )
    return act.finish("ticket.released")


def give_to(act: Act, to: OperatorId) -> None:
    """Make somebody the assignee, who then holds the conversation."""
    ended = act.ticket.status is TicketStatus.RESOLVED
    on = TicketEvent.CLAIMED if ended else TicketEvent.HANDED_OVER
    act.ticket = act.core.rules.acted(act.ticket, on, act.now, actor=act.actor, assignee=to)
    act.give_word_to(to)


def permit_giving(act: Act, to: OperatorId) -> None:
    """Refuse who may not give this ticket to this person."""
    if to == act.actor:
        _permit_taking(act)
    else:
        act.core.staff.permit(act.actor, Permission.ASSIGN)


def _permit_taking(act: Act) -> None:
    """A ticket of somebody else takes more than one's own or nobody's."""
    act.core.staff.permit(act.actor, Permission.CLAIM)
    if _is_of_another(act.ticket, act.actor):
        act.core.staff.permit(act.actor, Permission.ASSIGN)


def _is_of_another(ticket: Ticket, actor: OperatorId) -> bool:
    ended = ticket.status is TicketStatus.RESOLVED
    return not ended and ticket.assignee_id not in {None, actor}
