"""Scenarios: choice flows and forms that every customer can leave.

responder = ScenarioResponder(read_scenarios(data, name="scenarios.yaml"))
"""

from __future__ import annotations

from linecs.replies.scenario.errors import ScenarioError
from linecs.replies.scenario.mermaid import draw
from linecs.replies.scenario.responder import (
    MEMORY_KEY,
    ScenarioResponder,
    is_waiting,
    waiting_until,
)
from linecs.replies.scenario.steps import (
    AskingStep,
    ChoiceStep,
    ConfirmStep,
    DateMode,
    DateStep,
    EndStep,
    Option,
    PhotoStep,
    SayStep,
    Scenario,
    Step,
    TextFormat,
    TextStep,
    Words,
)

__all__ = [
    "MEMORY_KEY",
    "AskingStep",
    "ChoiceStep",
    "ConfirmStep",
    "DateMode",
    "DateStep",
    "EndStep",
    "Option",
    "PhotoStep",
    "SayStep",
    "Scenario",
    "ScenarioError",
    "ScenarioResponder",
    "Step",
    "TextFormat",
    "TextStep",
    "Words",
    "draw",
    "is_waiting",
    "waiting_until",
]
