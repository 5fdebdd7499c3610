"""The desk: receive, process, deliver, operators' acts, jobs, health."""

from __future__ import annotations

from linecs.desk.linking import Linking
from linecs.desk.operators.act import Acted
from linecs.desk.operators.changing import BulkResult, TicketChange
from linecs.desk.operators.staff import Staff
from linecs.desk.receiving import Receipt
from linecs.desk.settings import DeskSettings
from linecs.desk.support_desk import SupportDesk
from linecs.desk.tickets import TicketRules

__all__ = [
    "Acted",
    "BulkResult",
    "DeskSettings",
    "Linking",
    "Receipt",
    "Staff",
    "SupportDesk",
    "TicketChange",
    "TicketRules",
]
