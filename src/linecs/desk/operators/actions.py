"""Everything operators do through the desk."""

from __future__ import annotations

from linecs.desk.operators.chat_actions import ChatActions
from linecs.desk.operators.customer_actions import CustomerActions
from linecs.desk.operators.ticket_actions import TicketActions

__all__ = ["OperatorActions"]


class OperatorActions(ChatActions, TicketActions, CustomerActions):
    """What operators do. Every act says who, and which version they saw."""
