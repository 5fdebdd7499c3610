"""When a ticket rests: resolved, reopened, out of sight for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk.operators.act import ticket_act
from linecs.desk.surveying import ask_after
from linecs.errors import ActRefusedError
from linecs.model import Author, Message, Speaker, Ticket, TicketStatus
from linecs.routing import Permission, TicketEvent
from linecs.storage.ports import Query, equal, unequal

if TYPE_CHECKING:
    from linecs.desk.core import DeskCore
    from linecs.desk.operators.act import Act, Acted
    from linecs.model import OperatorId, TicketId
    from linecs.storage.ports import Transaction

__all__ = ["end", "reopen", "resolve", "rest", "snooze", "step_aside", "unsnooze"]


def resolve(
    core: DeskCore,
    tx: Transaction,
    ticket_id: TicketId,
    *,
    actor: OperatorId,
    version: int,
    reason: str,
) -> Acted:
    """End a ticket; the conversation is the bot's again. Joins the transaction."""
    core.staff.permit(actor, Permission.RESOLVE)
    act = ticket_act(core, tx, ticket_id, actor=actor, version=version)
    end(act, reason)
    return act.finish("ticket.resolved")


def end(act: Act, reason: str) -> None:
    """End the ticket; its bubbles ask for nothing any more."""
    act.ticket = act.core.rules.resolved(act.ticket, act.now, by=act.actor, reason=reason)
    where = [
        equal("ticket_id", act.ticket.id),
        equal("author", Author.CUSTOMER),
        equal("answered", value=False),
    ]
    act.changes.set_all(Message, where, {"answered": True})
    step_aside(act)
    ask_after(act)


def step_aside(act: Act, *, to: TicketId | None = None) -> None:
    """Let what the customer writes next go to another ticket, or to the bot.

    Args:
        act: Its ticket has ended.
        to: Which; the customer's newest unresolved one by default.
    """
    if act.conversation.ticket_id != act.ticket.id:
        return
    next_id = to or _newest_unresolved(act)
    if next_id is not None:
        act.conversation = evolve(act.conversation, ticket_id=next_id)
        return
    act.conversation = evolve(act.conversation, speaker=Speaker.BOT, speaker_id="", speaker_until=0)


def _newest_unresolved(act: Act) -> TicketId | None:
    where = (
        equal("conversation_id", act.conversation.id),
        unequal("status", TicketStatus.RESOLVED),
        unequal("id", act.ticket.id),
        # What was filed by hand is not what the customer writes about here.
        unequal("opened_by_message_id", None),
    )
    query = Query(row=Ticket, where=where, order=("-opened_at", "-id"), limit=1)
    found = act.tx.select(query)
    return found[0].id if found else None


def reopen(
    core: DeskCore, tx: Transaction, ticket_id: TicketId, *, actor: OperatorId, version: int
) -> Acted:
    """Take an ended ticket up again (未対応). Joins the transaction."""
    core.staff.permit(actor, Permission.RESOLVE)
    act = ticket_act(core, tx, ticket_id, actor=actor, version=version)
    act.ticket = core.rules.acted(act.ticket, TicketEvent.REOPENED, act.now, actor=actor)
    current = tx.get(Ticket, act.conversation.ticket_id) if act.conversation.ticket_id else None
    if current is None or current.status is TicketStatus.RESOLVED:
        act.conversation = evolve(act.conversation, ticket_id=act.ticket.id)
    return act.finish("ticket.reopened")


def snooze(
    core: DeskCore,
    tx: Transaction,
    ticket_id: TicketId,
    until: int,
    *,
    actor: OperatorId,
    version: int,
) -> Acted:
    """Put a ticket out of sight until then, or until its customer writes. Joins the transaction."""
    core.staff.permit(actor, Permission.RESOLVE)
    act = ticket_act(core, tx, ticket_id, actor=actor, version=version)
    rest(act, until)
    return act.finish("ticket.snoozed", facts={"until": until})


def rest(act: Act, until: int) -> None:
    """Snooze the ticket. Raises `ActRefusedError` where it has nothing to wait for."""
    if until <= act.now:
        raise ActRefusedError(reason="in_the_past")
    if act.ticket.status is TicketStatus.BOT:
        raise ActRefusedError(reason="with_the_bot")
    if act.ticket.status is TicketStatus.RESOLVED:
        raise ActRefusedError(reason="already_resolved")
    act.ticket = act.core.rules.snoozed(act.ticket, until, act.now)


def unsnooze(
    core: DeskCore, tx: Transaction, ticket_id: TicketId, *, actor: OperatorId, version: int
) -> Acted:
    """Bring a snoozed ticket back at once. Joins the transaction."""
    core.staff.permit(actor, Permission.RESOLVE)
    act = ticket_act(core, tx, ticket_id, actor=actor, version=version)
    if not act.ticket.snoozed_until:
        raise ActRefusedError(reason="not_snoozed")
    act.ticket = core.rules.snoozed(act.ticket, 0, act.now)
    return act.finish("ticket.unsnoozed")
