"""The desk: receive, process, deliver, operators' acts, jobs, health."""

from __future__ import annotations

from linecs.desk.operating import Acted
from linecs.desk.receiving import Receipt
from linecs.desk.settings import DeskSettings
from linecs.desk.support_desk import SupportDesk
from linecs.desk.tickets import TicketRules

__all__ = ["Acted", "DeskSettings", "Receipt", "SupportDesk", "TicketRules"]
