"""The desk's own jobs, by kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from linecs.desk.alerting import ALERTS, alert_jobs, send_alerts
from linecs.desk.falling_silent import time_out
from linecs.desk.inbox.indexing import pack_search
from linecs.desk.jobs import new_job
from linecs.desk.link_events import after_linked, after_unlinked
from linecs.desk.media import erase_media, fetch_media
from linecs.desk.operators.looking import mark_read
from linecs.desk.privacy.erasing import ERASE_FILES, erase_files
from linecs.desk.privacy.sweeping import SWEEP, sweep
from linecs.desk.quotas import refresh_quota
from linecs.desk.unsending import redact_kept
from linecs.model import Customer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs.desk.core import DeskCore
    from linecs.desk.jobs import JobHandler
    from linecs.model import Job

__all__ = ["CHORES", "ensure_chores"]


def ensure_chores(core: DeskCore) -> None:
    """Have the jobs that come back by themselves, for each channel and for all."""
    now = core.clock()
    jobs = [new_job("quota.refresh", each, each, now) for each in core.channels]
    first = next(iter(core.channels))
    jobs += [new_job("search.pack", "search", first, now), new_job(SWEEP, "all", first, now)]
    core.storage.run(lambda tx: tx.insert_absent(*jobs, *alert_jobs(core, tx)))


def refresh_profile(core: DeskCore, job: Job) -> None:
    """Ask LINE for a customer's name and picture."""
    customer = core.storage.read(lambda tx: tx.find(Customer, job.subject_id))
    if customer is None:
        return
    profile = core.gateways.of(customer.channel_id).profile(customer.line_user_id)
    now = core.clock()
    known = evolve(
        customer,
        profile_at=now,
        display_name=profile.display_name if profile else customer.display_name,
        picture_url=profile.picture_url if profile else customer.picture_url,
        language=profile.language if profile else customer.language,
    )
    core.storage.run(lambda tx: tx.save(customer, known, guard=("line_user_id",)))


CHORES: Mapping[str, JobHandler] = {
    ALERTS: send_alerts,
    "chat.mark_read": mark_read,
    "event.redact": redact_kept,
    "link.ended": after_unlinked,
    "link.linked": after_linked,
    "media.erase": erase_media,
    "media.fetch": fetch_media,
    ERASE_FILES: erase_files,
    "profile.refresh": refresh_profile,
    "quota.refresh": refresh_quota,
    SWEEP: sweep,
    "search.pack": pack_search,
    "scenario.time_out": time_out,
}
