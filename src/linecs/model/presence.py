"""Whether a person of the staff can be given tickets now."""

from __future__ import annotations

from attrs import frozen

from linecs.model.ids import OperatorId

__all__ = ["StaffPresence"]


@frozen(kw_only=True)
class StaffPresence:
    """What one of the staff said of themselves, and when they were last given a ticket.

    Attributes:
        presence: `online`, `away` (nothing new) or `offline` (somebody else takes over).
        until: When that word runs out and the roster alone counts again, epoch ms UTC; 0 for
            never.
        idle_since: Since when they have had no ticket, epoch ms UTC; 0 while they have one.
        last_assigned_at: Epoch ms UTC; 0 for never.
    """

    operator_id: OperatorId
    presence: str = "online"
    until: int = 0
    idle_since: int = 0
    last_assigned_at: int = 0
