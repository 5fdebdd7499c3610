"""Durable work with a due time."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from linecs.model.ids import ChannelId, JobId

__all__ = ["Job", "JobState"]


class JobState(StrEnum):
    """Where a job stands; a finished job is deleted."""

    WAITING = "waiting"
    FAILED = "failed"
    """Set aside with its error after the last try."""


@frozen(kw_only=True)
class Job:
    """Work that `desk.run_jobs` does when it is due.

    Attributes:
        kind: Which handler does it, such as `media.fetch`.
        key: At most one job of a kind has this key; a second is not added.
        subject_id: The conversation, ticket or message it is about.
        due_at: Epoch ms UTC. While a worker does it: when another may take it up.
        owner: The worker that took it last; empty for none yet.
    """

    id: JobId
    kind: str
    key: str
    channel_id: ChannelId
    subject_id: str
    payload: Mapping[str, Any] = field(factory=dict, repr=False)
    due_at: int
    created_at: int
    state: JobState = JobState.WAITING
    tries: int = 0
    error: str = ""
    owner: str = ""
