"""The month's messages: asked of LINE, kept for planning, and told to whoever wants to know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.delivery.quota import QuotaView, remaining_for, run_out_day
from linecs.hours import HOUR_MS
from linecs.model import Author, ChannelId, Message, MessageState, OutboxItem
from linecs.storage.ports import Query, equal, one_of
from linecs.storage.tables import Quota

if TYPE_CHECKING:
    from linecs.desk.core import DeskCore
    from linecs.model import Job
    from linecs.storage.ports import Transaction

__all__ = ["QuotaReport", "quota_reports", "refresh_quota", "view_of"]


@frozen(kw_only=True)
class QuotaReport:
    """What a channel may still push this month; replies are free and not counted.

    Attributes:
        limit: This month's messages; None for no limit.
        used: As LINE counts them (approximately), and what was planned since.
        remaining: What each author may still push; None for no limit.
        parked: How many messages wait for quota or for a person's word.
        run_out_day: When the month's messages run out at this pace (Japan's date), if they do.
        asked_at: When LINE was asked, epoch ms UTC.
    """

    channel_id: ChannelId
    limit: int | None
    used: int
    remaining: Mapping[Author, int | None]
    parked: int
    run_out_day: date | None
    asked_at: int


def view_of(quota: Quota) -> QuotaView:
    """Return a kept quota as the planner sees it."""
    limit = quota.allowance if quota.limited else None
    return QuotaView(limit=limit, used=quota.used, asked_at=quota.asked_at)


def quota_reports(core: DeskCore) -> list[QuotaReport]:
    """Return a report for each channel whose quota is known."""

    def look(tx: Transaction) -> list[QuotaReport]:
        return [_report(core, tx, quota) for quota in tx.select(Query(row=Quota))]

    return core.storage.read(look)


def _report(core: DeskCore, tx: Transaction, quota: Quota) -> QuotaReport:
    view = view_of(quota)
    parked = (equal("channel_id", quota.channel_id), equal("parked", value=True))
    return QuotaReport(
        channel_id=quota.channel_id,
        limit=view.limit,
        used=view.used,
        remaining={a: remaining_for(a, view, core.settings.delivery) for a in _SENDERS},
        parked=tx.count(Query(row=OutboxItem, where=parked)),
        run_out_day=run_out_day(view, core.clock()),
        asked_at=view.asked_at,
    )


_SENDERS = (Author.BOT, Author.SYSTEM, Author.OPERATOR)


def refresh_quota(core: DeskCore, job: Job) -> int:
    """Ask LINE for a channel's quota, let parked messages go that may now; come back hourly."""
    now = core.clock()
    channel_id = ChannelId(job.subject_id)
    view = core.gateways.of(channel_id).quota_view(now)
    kept = Quota(
        channel_id=channel_id,
        limited=view.limit is not None,
        allowance=view.limit or 0,
        used=view.used,
        asked_at=now,
    )
    core.storage.run(lambda tx: _keep(core, tx, kept))
    return now + HOUR_MS


def _keep(core: DeskCore, tx: Transaction, quota: Quota) -> None:
    before = tx.find(Quota, quota.channel_id, lock=True)
    if before is None:
        tx.insert(quota)
    else:
        tx.save(before, quota)
    view = view_of(quota)
    policy = core.settings.delivery
    allowed = [author for author in _SENDERS if remaining_for(author, view, policy) != 0]
    of_channel = equal("channel_id", quota.channel_id)
    parked = (of_channel, equal("parked", value=True), one_of("author", allowed))
    ids = [item.message_id for item in tx.select(Query(row=OutboxItem, where=parked))]
    tx.update(OutboxItem, [one_of("message_id", ids)], {"parked": False})
    tx.update(Message, [one_of("id", ids)], {"state": MessageState.QUEUED, "error": ""})
