"""The desk: receive, process, deliver, operators' acts, jobs, health."""

from __future__ import annotations

from linecs.desk.alert_ways import AlertWay, CallAlerts, EmailAlerts, WebhookAlerts
from linecs.desk.alerting import Alert, Alerting, AlertKind
from linecs.desk.hours_file import read_routing
from linecs.desk.linking import Linking
from linecs.desk.operators.act import Acted
from linecs.desk.operators.changing import BulkResult, TicketChange
from linecs.desk.operators.staff import Staff
from linecs.desk.privacy import Erasure, Remnant
from linecs.desk.receiving import Receipt
from linecs.desk.retention import Retention
from linecs.desk.routing import ALWAYS_OPEN, Queue, Receipts, Routing
from linecs.desk.settings import DeskSettings
from linecs.desk.support_desk import SupportDesk
from linecs.desk.surveying import Survey

__all__ = [
    "ALWAYS_OPEN",
    "Acted",
    "Alert",
    "AlertKind",
    "AlertWay",
    "Alerting",
    "BulkResult",
    "CallAlerts",
    "DeskSettings",
    "EmailAlerts",
    "Erasure",
    "Linking",
    "Queue",
    "Receipt",
    "Receipts",
    "Remnant",
    "Retention",
    "Routing",
    "Staff",
    "SupportDesk",
    "Survey",
    "TicketChange",
    "WebhookAlerts",
    "read_routing",
]
