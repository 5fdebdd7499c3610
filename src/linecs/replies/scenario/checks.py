"""Scenarios that cannot work are refused: dead ends, circles, steps nobody reaches."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linecs.errors import LimitError
from linecs.limits import check_messages, grapheme_length
from linecs.replies.keyword.texts import RegexError, check_regex
from linecs.replies.normalisation import Normaliser
from linecs.replies.scenario.errors import ScenarioError
from linecs.replies.scenario.steps import (
    AskingStep,
    ChoiceStep,
    ConfirmStep,
    EndStep,
    SayStep,
    TextStep,
)
from linecs.replies.templates import TemplateSyntaxError, fill_alike, variable_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.replies.scenario.steps import Scenario, Step

__all__ = ["check_scenario", "successors"]

MOST_OPTIONS = 11
"""LINE shows 13 quick replies; 戻る and やめる take two."""
MOST_BUTTONS = 4
LONGEST_LABEL = 20
"""Graphemes on a quick reply or a button."""
LONGEST_VALUE = 100
"""A tap's data has 300 UTF-16 code units for scenario, step and value."""
MOST_MESSAGES = 5
_ID = re.compile(r"[^\s:=]{1,50}")


def successors(step: Step) -> tuple[str, ...]:
    """Return the ids that may follow a step, each once; an end has none."""
    if isinstance(step, EndStep):
        return ()
    if isinstance(step, ChoiceStep):
        return tuple(dict.fromkeys(option.go or step.go for option in step.options))
    return (step.go,)


def check_scenario(scenario: Scenario) -> None:
    """Let a scenario pass that every customer can leave.

    Raises:
        ScenarioError: The first thing that is wrong with it.
    """
    if not scenario.steps:
        raise ScenarioError(scenario.id, "no_steps")
    for error in _errors(scenario):
        raise error


def _errors(scenario: Scenario) -> Iterator[ScenarioError]:
    if not _ID.fullmatch(scenario.id):
        yield ScenarioError(scenario.id, "odd_id", step=scenario.id)
    for step in scenario.steps.values():
        for code, values in _errors_in_step(scenario, step):
            yield ScenarioError(scenario.id, code, step=step.id, **values)
    reached = _reached_from(scenario, scenario.first)
    for id_ in scenario.steps:
        if id_ not in reached:
            yield ScenarioError(scenario.id, "unreachable_step", step=id_)
        if not any(
            isinstance(scenario.steps[one], EndStep) for one in _reached_from(scenario, id_)
        ):
            yield ScenarioError(scenario.id, "no_way_out", step=id_)
    for step in scenario.steps.values():
        count = _messages_at_once(scenario, step)
        if count > MOST_MESSAGES:
            yield ScenarioError(scenario.id, "too_many_messages", step=step.id, count=count)


_Complaint = tuple[str, dict[str, object]]


def _errors_in_step(scenario: Scenario, step: Step) -> Iterator[_Complaint]:
    if not _ID.fullmatch(step.id):
        yield "odd_id", {}
    for target in successors(step):
        if target not in scenario.steps:
            yield ("unknown_step", {"target": target}) if target else ("no_next_step", {})
    if not step.messages and not (isinstance(step, EndStep) and step.hand_off):
        yield "says_nothing", {}
    yield from _errors_in_messages(scenario, step)
    if isinstance(step, ChoiceStep):
        yield from _errors_in_options(step)
    if isinstance(step, TextStep) and step.pattern:
        try:
            check_regex(step.pattern)
        except RegexError as error:
            yield "regex", {"pattern": step.pattern, "reason": str(error)}


def _errors_in_messages(scenario: Scenario, step: Step) -> Iterator[_Complaint]:
    try:
        names = tuple(variable_names(step.messages))
    except TemplateSyntaxError as error:
        yield "placeholder", {"placeholder": error.placeholder.strip()}
        return
    asked = {one.id for one in scenario.steps.values() if isinstance(one, AskingStep)}
    for name in names:
        namespace, _, field = name.partition(".")
        if namespace not in {"customer", "member"} and not (
            namespace == "answer" and field in asked
        ):
            yield "unknown_variable", {"variable": name}
    try:
        if step.messages:
            check_messages(fill_alike(step.messages, "1"))
    except LimitError as error:
        yield "refused_by_line", {"reason": str(error)}


def _errors_in_options(step: ChoiceStep) -> Iterator[_Complaint]:
    most = MOST_BUTTONS if step.buttons else MOST_OPTIONS
    if not 1 <= len(step.options) <= most:
        yield "option_count", {"count": len(step.options), "most": most}
    if step.buttons and step.messages[-1].get("type") != "text":
        yield "buttons_need_text", {}
    for option in step.options:
        if not option.label or grapheme_length(option.label) > LONGEST_LABEL:
            yield "label_length", {"label": option.label}
        if len(option.kept) > LONGEST_VALUE:
            yield "value_length", {"label": option.label}
    normalise = Normaliser()
    for texts in (
        [one.kept for one in step.options],
        [normalise(one.label) for one in step.options],
    ):
        repeated = [text for place, text in enumerate(texts) if text in texts[:place]]
        if repeated:
            yield "repeated_option", {"label": repeated[0]}


def _reached_from(scenario: Scenario, start: str) -> set[str]:
    reached, waiting = set[str](), [start]
    while waiting:
        id_ = waiting.pop()
        if id_ in reached or id_ not in scenario.steps:
            continue
        reached.add(id_)
        waiting += successors(scenario.steps[id_])
    return reached


def _messages_at_once(scenario: Scenario, step: Step) -> int:
    """How many messages go out from `step` until the customer is asked something."""
    count, seen = 0, set[str]()
    while step.id not in seen:
        seen.add(step.id)
        count += len(step.messages) + isinstance(step, ConfirmStep)
        if not isinstance(step, SayStep) or step.go not in scenario.steps:
            break
        step = scenario.steps[step.go]
    return count
