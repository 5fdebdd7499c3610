"""Pure rules: who answers, in what order, by when, and how many people that takes."""

from __future__ import annotations

from linecs.routing.courtesy import is_courtesy, is_courtesy_sticker
from linecs.routing.erlang import QueueFigures, erlang_b, erlang_c, queue_figures
from linecs.routing.marks import CATEGORIES, LINY_MARKS, Mark, MarkSet
from linecs.routing.moves import advance
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
from linecs.routing.transitions import DEFAULT_TRANSITIONS, TicketEvent, Transition
from linecs.routing.workflow import DEFAULT_WORKFLOW, TransitionError, Workflow

__all__ = [
    "CATEGORIES",
    "DEFAULT_TRANSITIONS",
    "DEFAULT_WORKFLOW",
    "LINE_TARGET",
    "LINY_MARKS",
    "PHONE_TARGET",
    "Mark",
    "MarkSet",
    "QueueFigures",
    "ServiceTarget",
    "StaffNeed",
    "TicketEvent",
    "Transition",
    "TransitionError",
    "Workflow",
    "advance",
    "arrivals_from_history",
    "arrivals_from_views",
    "erlang_b",
    "erlang_c",
    "is_courtesy",
    "is_courtesy_sticker",
    "measured_concurrency",
    "queue_figures",
    "required_servers",
    "required_staff",
    "staffing_table",
]
