"""Getting messages to LINE: what to call, what the answer means, what to do next.

Everything here is pure except `LineGateway` (imported from `linecs.delivery.gateway`), the
access token sources (`linecs.delivery.tokens`) and the media stores (`linecs.delivery.media`).
"""

from __future__ import annotations

from linecs.delivery.attempts import begin_call, divide, form_attempt, request_body
from linecs.delivery.outcomes import (
    Accepted,
    ErrorDetail,
    MonthlyLimit,
    Outcome,
    RateLimited,
    Refused,
    SentMessage,
    Silence,
    TokenSpent,
    TooManyToUser,
    Unauthorised,
    Unclear,
    Unreached,
    UnrecognisedLimit,
    classify,
)
from linecs.delivery.planner import (
    HeldBack,
    Plan,
    PlannedCall,
    WaitingMessage,
    plan,
    refusal,
)
from linecs.delivery.policy import DeliveryPolicy, OnUnknown
from linecs.delivery.quota import QuotaView, remaining_for, run_out_day
from linecs.delivery.settlement import (
    Alarm,
    Fate,
    MemberSettlement,
    Settlement,
    give_up,
    settle,
    wait_after,
)

__all__ = [
    "Accepted",
    "Alarm",
    "DeliveryPolicy",
    "ErrorDetail",
    "Fate",
    "HeldBack",
    "MemberSettlement",
    "MonthlyLimit",
    "OnUnknown",
    "Outcome",
    "Plan",
    "PlannedCall",
    "QuotaView",
    "RateLimited",
    "Refused",
    "SentMessage",
    "Settlement",
    "Silence",
    "TokenSpent",
    "TooManyToUser",
    "Unauthorised",
    "Unclear",
    "Unreached",
    "UnrecognisedLimit",
    "WaitingMessage",
    "begin_call",
    "classify",
    "divide",
    "form_attempt",
    "give_up",
    "plan",
    "refusal",
    "remaining_for",
    "request_body",
    "run_out_day",
    "settle",
    "wait_after",
]
