"""Changes to one ticket or to many: mark, category, priority, assignee, rest, end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen, validators

from linecs.desk.changes import ConflictError
from linecs.desk.operators.act import Acted, ticket_act
from linecs.desk.operators.ending import end, rest
from linecs.desk.operators.holding import give_to, permit_giving
from linecs.errors import (
    ActRefusedError,
    LinecsError,
    NotPermittedError,
    StaleTicketError,
)
from linecs.model import OperatorId, TicketId
from linecs.routing import Permission, TransitionError
from linecs.storage.ports import RowMissingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs.desk.core import DeskCore
    from linecs.desk.operators.act import Act
    from linecs.desk.operators.staff import Staff
    from linecs.model import Ticket
    from linecs.storage.ports import Transaction

__all__ = ["BulkResult", "TicketChange", "bulk_change", "change"]

_REFUSALS = (
    ActRefusedError,
    ConflictError,
    NotPermittedError,
    RowMissingError,
    StaleTicketError,
    TransitionError,
)
_a_name = validators.optional(validators.instance_of(str))
_a_number = validators.optional(validators.instance_of(int))


@frozen(kw_only=True)
class TicketChange:
    """What to change; None leaves a thing as it is, an empty text clears it.

    Attributes:
        mark: A key of the desk's marks.
        category: A key of the desk's categories.
        priority: Higher goes first; 0 is normal.
        assign_to: Whose ticket it becomes.
        snooze_until: Epoch ms UTC.
        resolve: The reason to end it, such as `resolved`; after everything else.
    """

    mark: str | None = field(default=None, validator=_a_name)
    category: str | None = field(default=None, validator=_a_name)
    priority: int | None = field(default=None, validator=_a_number)
    assign_to: str | None = field(default=None, validator=_a_name)
    snooze_until: int | None = field(default=None, validator=_a_number)
    resolve: str | None = field(default=None, validator=_a_name)

    def check(self, staff: Staff) -> None:
        """Raise `ConfigurationError` for a mark or category that the desk does not know."""
        if self.mark:
            staff.marks.get(self.mark)
        if self.category:
            staff.categories.get(self.category)

    @property
    def facts(self) -> dict[str, object]:
        """What changes, for feed and audit trail."""
        named = {
            "mark": self.mark,
            "category": self.category,
            "priority": self.priority,
            "to": self.assign_to,
            "until": self.snooze_until,
        }
        return {name: value for name, value in named.items() if value is not None}


@frozen(kw_only=True)
class BulkResult:
    """What became of one ticket of a bulk change.

    Attributes:
        acted: The new versions; None where it was refused.
        error: Why it was refused; None where it was changed.
    """

    ticket_id: TicketId
    acted: Acted | None = None
    error: LinecsError | None = None


def change(
    core: DeskCore,
    tx: Transaction,
    ticket_id: TicketId,
    wanted: TicketChange,
    *,
    actor: OperatorId,
    version: int,
    kind: str = "ticket.changed",
) -> Acted:
    """Change a ticket, all of it or nothing. Joins the transaction."""
    wanted.check(core.staff)
    act = ticket_act(core, tx, ticket_id, actor=actor, version=version)
    _permit(act, wanted)
    act.ticket = _labelled(act.ticket, wanted)
    if wanted.assign_to:
        give_to(act, OperatorId(wanted.assign_to))
    if wanted.snooze_until:
        rest(act, wanted.snooze_until)
    if wanted.resolve is not None:
        end(act, wanted.resolve)
    return act.finish(kind, facts=wanted.facts)


def _permit(act: Act, wanted: TicketChange) -> None:
    staff = act.core.staff
    if {wanted.mark, wanted.category, wanted.priority} != {None}:
        staff.permit(act.actor, Permission.MARK)
    if wanted.assign_to:
        permit_giving(act, OperatorId(wanted.assign_to))
    if wanted.snooze_until or wanted.resolve is not None:
        staff.permit(act.actor, Permission.RESOLVE)


def _labelled(ticket: Ticket, wanted: TicketChange) -> Ticket:
    return evolve(
        ticket,
        mark=ticket.mark if wanted.mark is None else wanted.mark,
        category=ticket.category if wanted.category is None else wanted.category,
        priority=ticket.priority if wanted.priority is None else wanted.priority,
    )


def bulk_change(
    core: DeskCore, versions: Mapping[TicketId, int], wanted: TicketChange, *, actor: OperatorId
) -> tuple[BulkResult, ...]:
    """Change many tickets, each for itself; say of each what became of it.

    Opens a transaction for each ticket. A joined storage keeps those that were changed in the
    host's transaction: a refusal comes before anything of its ticket is written.
    """
    core.staff.permit(actor, Permission.BULK_CHANGE)
    wanted.check(core.staff)
    return tuple(
        _change_one(core, ticket_id, version, wanted, actor)
        for ticket_id, version in versions.items()
    )


def _change_one(
    core: DeskCore, ticket_id: TicketId, version: int, wanted: TicketChange, actor: OperatorId
) -> BulkResult:
    try:
        acted = core.storage.run(
            lambda tx: change(core, tx, ticket_id, wanted, actor=actor, version=version)
        )
    except _REFUSALS as error:
        return BulkResult(ticket_id=ticket_id, error=error)
    return BulkResult(ticket_id=ticket_id, acted=acted)
