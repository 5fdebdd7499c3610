"""Pure rules: who answers, in what order, by when, and how many people that takes."""

from __future__ import annotations

from linecs.routing.erlang import QueueFigures, erlang_b, erlang_c, queue_figures
from linecs.routing.staffing import (
    LINE_TARGET,
    PHONE_TARGET,
    ServiceTarget,
    StaffNeed,
    arrivals_from_history,
    arrivals_from_views,
    measured_concurrency,
    required_servers,
    required_staff,
    staffing_table,
)

__all__ = [
    "LINE_TARGET",
    "PHONE_TARGET",
    "QueueFigures",
    "ServiceTarget",
    "StaffNeed",
    "arrivals_from_history",
    "arrivals_from_views",
    "erlang_b",
    "erlang_c",
    "measured_concurrency",
    "queue_figures",
    "required_servers",
    "required_staff",
    "staffing_table",
]
