"""Pure rules: who answers, in what order, by when, and how many people that takes."""

from __future__ import annotations

from linecs.routing.clocks import ClockEvent, Happened, clock_runs
from linecs.routing.courtesy import is_courtesy, is_courtesy_sticker
from linecs.routing.deadlines import Deadline, DeadlineRules, NudgeSchedule
from linecs.routing.erlang import QueueFigures, erlang_b, erlang_c, queue_figures
from linecs.routing.marks import CATEGORIES, LINY_MARKS, Mark, MarkSet
from linecs.routing.moves import advance
from linecs.routing.sla import (
    ClockReading,
    ClockRun,
    SlaClock,
    SlaPolicy,
    SlaTarget,
    promise_kept,
    reply_within,
)
from linecs.routing.speaker import Hold, Say, SpeakerEvent, Utterance, hold_after, hold_of, may_say
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
    "ClockEvent",
    "ClockReading",
    "ClockRun",
    "Deadline",
    "DeadlineRules",
    "Happened",
    "Hold",
    "Mark",
    "MarkSet",
    "NudgeSchedule",
    "QueueFigures",
    "Say",
    "ServiceTarget",
    "SlaClock",
    "SlaPolicy",
    "SlaTarget",
    "SpeakerEvent",
    "StaffNeed",
    "TicketEvent",
    "Transition",
    "TransitionError",
    "Utterance",
    "Workflow",
    "advance",
    "arrivals_from_history",
    "arrivals_from_views",
    "clock_runs",
    "erlang_b",
    "erlang_c",
    "hold_after",
    "hold_of",
    "is_courtesy",
    "is_courtesy_sticker",
    "may_say",
    "measured_concurrency",
    "promise_kept",
    "queue_figures",
    "reply_within",
    "required_servers",
    "required_staff",
    "staffing_table",
]
