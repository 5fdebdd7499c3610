"""What staff are told outside the desk: which of the feed's entries, to whom, and when.

Each way has a job of its own that follows the feed. Its place in the feed and the alerts it
still owes are kept with the job, and moved on only after sending: at least once.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Any

import attrs
from attrs import evolve, field, frozen, validators

from linecs.desk import feed
from linecs.desk.alert_ways import AlertWay
from linecs.desk.jobs import new_job
from linecs.desk.log import log
from linecs.desk.presence import OWED
from linecs.hours import MINUTE_MS
from linecs.model import Job, Message, OperatorId, Ticket, TicketId
from linecs.storage.ports import equal
from linecs.storage.tables import Counter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linecs.desk.core import DeskCore
    from linecs.model import FeedEntry
    from linecs.storage.ports import Transaction

__all__ = ["ALERTS", "Alert", "AlertKind", "Alerting", "alert_jobs", "send_alerts"]

ALERTS = "alerts.send"
"""The kind of the jobs."""
_AT_ONCE = 200
_OWED_AT_MOST = 500


class AlertKind(StrEnum):
    """What staff want to know."""

    UNASSIGNED = "unassigned"
    ASSIGNED = "assigned"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    NOT_DELIVERED = "not_delivered"

    @property
    def japanese(self) -> str:
        """The words of an alert."""
        return _WORDS[self]


_WORDS = {
    AlertKind.UNASSIGNED: "担当者のいないお問い合わせがあります",
    AlertKind.ASSIGNED: "お問い合わせの担当になりました",
    AlertKind.DUE_SOON: "まもなく返信の期限です",
    AlertKind.OVERDUE: "返信の期限を過ぎました",
    AlertKind.NOT_DELIVERED: "お客様に届かなかったメッセージがあります",
}
_KINDS = {
    "inquiry.handoff": AlertKind.UNASSIGNED,
    "ticket.open": AlertKind.UNASSIGNED,
    "ticket.reopened": AlertKind.UNASSIGNED,
    "ticket.released": AlertKind.UNASSIGNED,
    "ticket.assigned": AlertKind.ASSIGNED,
    "ticket.handed_over": AlertKind.ASSIGNED,
    "ticket.due_soon": AlertKind.DUE_SOON,
    "ticket.overdue": AlertKind.OVERDUE,
    "message.dead": AlertKind.NOT_DELIVERED,
    "message.parked": AlertKind.NOT_DELIVERED,
    "message.unknown": AlertKind.NOT_DELIVERED,
}


@frozen(kw_only=True)
class Alert:
    """One thing to tell; ids only, never what a customer wrote.

    Attributes:
        at: When it happened, epoch ms UTC.
        to: Whom it concerns; None for the whole team.
    """

    kind: AlertKind
    at: int
    ticket_id: TicketId
    conversation_id: str
    to: OperatorId | None = None


def _in_order(ways: Iterable[AlertWay]) -> tuple[AlertWay, ...]:
    return tuple(ways)


def _as_kinds(kinds: Iterable[AlertKind]) -> frozenset[AlertKind]:
    return frozenset(kinds)


@frozen(kw_only=True)
class Alerting:
    """How a shop's staff are told.

    Attributes:
        ways: Each is told everything, at its own pace; their names differ.
        kinds: What is told.
        every_ms: Alerts that come within this time go out together.
        link: The operator's page of a conversation, with `{conversation_id}` in it; empty for
            none.
    """

    ways: tuple[AlertWay, ...] = field(converter=_in_order)
    kinds: frozenset[AlertKind] = field(default=frozenset(AlertKind), converter=_as_kinds)
    every_ms: int = field(default=MINUTE_MS, validator=validators.gt(0))
    link: str = ""

    def lines(self, alerts: Iterable[Alert]) -> list[str]:
        """Return the words of these alerts, one line each."""
        return [self._line(alert) for alert in alerts]

    def _line(self, alert: Alert) -> str:
        place = self.link.format(conversation_id=alert.conversation_id) if self.link else ""
        return f"{alert.kind.japanese} ({place or alert.ticket_id})"


def alert_jobs(core: DeskCore, tx: Transaction) -> list[Job]:
    """Return the job of each way, to begin with what happens from now on. Joins."""
    if core.alerting is None:
        return []
    now, channel_id = core.clock(), next(iter(core.channels))
    counter = tx.find(Counter, feed.CURSOR)
    begun = {"cursor": counter.value if counter else 0, "owed": []}
    return [
        evolve(new_job(ALERTS, way.name, channel_id, now), payload=begun)
        for way in core.alerting.ways
    ]


def send_alerts(core: DeskCore, job: Job) -> int | None:
    """Tell one way what is new; come back soon, or never where the shop has given it up."""
    alerting = core.alerting
    ways = {way.name: way for way in alerting.ways} if alerting else {}
    way = ways.get(job.subject_id)
    if alerting is None or way is None:
        return None
    cursor, owed = int(job.payload["cursor"]), [_alert(each) for each in job.payload["owed"]]
    if len(owed) < _OWED_AT_MOST:
        fresh, cursor = _fresh(core, alerting, cursor)
        owed += fresh
    standing = core.storage.read(lambda tx: [each for each in owed if _stands(tx, each)])
    left = _send(core, alerting, way, list(dict.fromkeys(standing)))
    kept = {"cursor": cursor, "owed": [attrs.asdict(each) for each in left]}
    core.storage.run(lambda tx: tx.update(Job, [equal("id", job.id)], {"payload": kept}))
    return core.clock() + alerting.every_ms


def _alert(kept: dict[str, Any]) -> Alert:
    return Alert(**{**kept, "kind": AlertKind(kept["kind"])})


def _fresh(core: DeskCore, alerting: Alerting, cursor: int) -> tuple[list[Alert], int]:
    feed.publish(core)
    entries = feed.read_feed(core, after=cursor, limit=_AT_ONCE)
    wanted = [each for each in entries if _KINDS.get(each.kind) in alerting.kinds]
    alerts = core.storage.read(lambda tx: [_of_entry(tx, each) for each in wanted])
    found = [alert for alert in alerts if alert is not None]
    return found, entries[-1].cursor if entries else cursor


def _of_entry(tx: Transaction, entry: FeedEntry) -> Alert | None:
    kind = _KINDS[entry.kind]
    ticket_id = entry.ticket_id
    if kind is AlertKind.NOT_DELIVERED and not ticket_id:
        message = tx.find(Message, entry.subject_id)
        ticket_id = (message.ticket_id or "") if message else ""
    ticket = tx.find(Ticket, ticket_id) if ticket_id else None
    if ticket is None:
        return None
    to = ticket.assignee_id
    if kind is AlertKind.ASSIGNED:
        to = OperatorId(str(entry.facts["to"]))
        if to == entry.actor:
            return None
    return Alert(
        kind=kind,
        at=entry.at,
        ticket_id=ticket.id,
        conversation_id=ticket.conversation_id,
        to=None if kind is AlertKind.UNASSIGNED else to,
    )


def _stands(tx: Transaction, alert: Alert) -> bool:
    """Whether it is still so: nobody wants to hear at ten of what was done by nine."""
    ticket = tx.find(Ticket, alert.ticket_id)
    if ticket is None:
        return False
    match alert.kind:
        case AlertKind.UNASSIGNED:
            return ticket.assignee_id is None and ticket.status in OWED
        case AlertKind.ASSIGNED:
            return ticket.assignee_id == alert.to and ticket.status in OWED
        case AlertKind.DUE_SOON | AlertKind.OVERDUE:
            answered = ticket.last_replied_at > alert.at
            return ticket.status in OWED and not answered and not ticket.snoozed_until
        case AlertKind.NOT_DELIVERED:
            return True


def _send(
    core: DeskCore, alerting: Alerting, way: AlertWay, alerts: Sequence[Alert]
) -> list[Alert]:
    """Tell everyone who may be told now; return what is still owed."""
    left: list[Alert] = []
    ordered = sorted(alerts, key=lambda alert: (alert.to or "", alert.at))
    for _, group in groupby(ordered, key=lambda alert: alert.to or ""):
        batch = list(group)
        if _is_quiet(core, batch[0].to) or not _told(alerting, way, batch):
            left += batch
    return left


def _told(alerting: Alerting, way: AlertWay, batch: Sequence[Alert]) -> bool:
    try:
        way.send(batch, alerting.lines(batch), to=batch[0].to)
    except Exception as error:  # noqa: BLE001 - a shop's own way may raise anything
        log.warning("Alerts by %s failed with %s; trying again", way.name, type(error).__name__)
        return False
    return True


def _is_quiet(core: DeskCore, to: OperatorId | None) -> bool:
    """Whether these are not somebody's hours; the team's are those of the queue without a name."""
    routing, now = core.rules.routing, core.clock()
    roster = routing.roster.people if routing.roster else {}
    hours = roster.get(to, routing.calendar) if to else routing.calendar
    return not hours.is_open(now)
