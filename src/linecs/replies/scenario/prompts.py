"""What a scenario says: questions with their buttons, and the summary before the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linecs.replies.scenario.inputs import tap_data
from linecs.replies.scenario.steps import (
    AskingStep,
    ChoiceStep,
    ConfirmStep,
    DateStep,
    PhotoStep,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linecs.model.message import MessageObject
    from linecs.replies.scenario.state import Kept, State
    from linecs.replies.scenario.steps import Scenario, Step

__all__ = [
    "collected",
    "note",
    "question",
    "restart_question",
    "resume_question",
    "summary",
    "text_message",
    "which_question",
]

_MOST_QUICK_REPLIES = 13
_SUMMARY_LENGTH = 4_000


def text_message(text: str) -> MessageObject:
    """Return a text message object."""
    return {"type": "text", "text": text}


def question(
    scenario: Scenario, step: Step, state: State, said: Sequence[MessageObject]
) -> tuple[MessageObject, ...]:
    """Return what a step says, with its buttons on the last message.

    Args:
        scenario: The whole.
        step: The step that asks.
        state: Already at that step.
        said: The step's messages, variables filled in.
    """
    messages = list(said)
    if isinstance(step, ConfirmStep):
        messages.append(text_message(summary(collected(scenario, state))))
    elif isinstance(step, ChoiceStep):
        messages[-1] = _with_options(scenario, step, messages[-1])
    items = [*_own_buttons(scenario, step), *_common_buttons(scenario, step, state)]
    messages[-1] = {**messages[-1], "quickReply": {"items": items}}
    return tuple(messages)


def which_question(scenario: Scenario, state: State) -> tuple[MessageObject, ...]:
    """Return the question which answer to mend."""
    asked = [title for title, _ in collected(scenario, state)]
    listed = "\n".join(f"{number}. {title}" for number, title in enumerate(asked, start=1))
    steps = [step for step in state.path if step in state.answers]
    items = [
        _button(scenario, state.step, f"mend={step}", title[:20])
        for step, title in zip(steps, asked, strict=True)
    ][: _MOST_QUICK_REPLIES - 1]
    items.append(_button(scenario, state.step, "cancel", scenario.words.cancel[0]))
    message = text_message(f"{scenario.words.which}\n\n{listed}")
    return ({**message, "quickReply": {"items": items}},)


def resume_question(scenario: Scenario) -> tuple[MessageObject, ...]:
    """Return the question whether to go on where it stopped, or to start anew."""
    words = scenario.words
    labels = {"resume": words.go_on, "restart": words.restart, "cancel": words.cancel[0]}
    return _short_question(scenario, words.resumed, labels)


def restart_question(scenario: Scenario) -> tuple[MessageObject, ...]:
    """Return what a tap on a button of long ago gets: whether to start anew."""
    words = scenario.words
    labels = {"restart": words.restart, "cancel": words.cancel[0]}
    return _short_question(scenario, words.ended, labels)


def collected(scenario: Scenario, state: State) -> list[tuple[str, Kept]]:
    """Return the answers on the way that was taken, with their titles."""
    steps = [scenario.steps[one] for one in (*state.path, state.step) if one in scenario.steps]
    return [
        (step.title, state.answers[step.id])
        for step in steps
        if isinstance(step, AskingStep) and step.id in state.answers
    ]


def note(scenario: Scenario | None, state: State) -> str:
    """Return everything that was collected, for the person who takes over."""
    if scenario is None or state.step not in scenario.steps:
        title, answers = state.scenario, list(state.answers.items())
    else:
        title, answers = scenario.title, collected(scenario, state)
    return "\n".join([title, *(f"{name}: {_for_staff(kept)}" for name, kept in answers)])


def summary(answers: Iterable[tuple[str, Kept]]) -> str:
    """Return the answers, one a line, cut where they would not fit in a message."""
    given = list(answers)
    longest = _SUMMARY_LENGTH // max(len(given), 1)
    return "\n".join(f"{title}: {_cut(kept.shown, longest)}" for title, kept in given) or "-"


def _short_question(
    scenario: Scenario, text: str, labels: Mapping[str, str]
) -> tuple[MessageObject, ...]:
    items = [_button(scenario, "", action, label) for action, label in labels.items()]
    return ({**text_message(text), "quickReply": {"items": items}},)


def _for_staff(kept: Kept) -> str:
    return kept.shown if kept.value in {"", kept.shown} else f"{kept.shown} ({kept.value})"


def _cut(text: str, longest: int) -> str:
    # A character may count twice for LINE.
    return text if len(text) <= longest // 2 else text[: longest // 2 - 1] + "…"


def _with_options(scenario: Scenario, step: ChoiceStep, message: MessageObject) -> MessageObject:
    if message.get("type") != "text":
        return message
    if step.buttons:
        actions = [_action(scenario, step.id, f"={one.kept}", one.label) for one in step.options]
        template = {"type": "buttons", "text": message["text"], "actions": actions}
        return {"type": "template", "altText": message["text"], "template": template}
    listed = "\n".join(f"{number}. {one.label}" for number, one in enumerate(step.options, start=1))
    return {**message, "text": f"{message['text']}\n\n{listed}"}


def _own_buttons(scenario: Scenario, step: Step) -> list[dict[str, Any]]:
    words = scenario.words
    match step:
        case ChoiceStep() if not step.buttons:
            return [_button(scenario, step.id, f"={one.kept}", one.label) for one in step.options]
        case DateStep():
            return [_picker(scenario, step)]
        case PhotoStep():
            camera = {"type": "camera", "label": words.camera}
            album = {"type": "cameraRoll", "label": words.album}
            return [{"type": "action", "action": action} for action in (camera, album)]
        case ConfirmStep():
            yes = _button(scenario, step.id, "yes", words.yes[0])
            return [yes, _button(scenario, step.id, "mend", words.mend[0])]
        case _:
            return []


def _common_buttons(scenario: Scenario, step: Step, state: State) -> list[dict[str, Any]]:
    words, buttons = scenario.words, []
    if getattr(step, "is_optional", False):
        buttons.append(_button(scenario, step.id, "skip", words.skip[0]))
    if state.path:
        buttons.append(_button(scenario, step.id, "back", words.back[0]))
    return [*buttons, _button(scenario, step.id, "cancel", words.cancel[0])]


def _picker(scenario: Scenario, step: DateStep) -> dict[str, Any]:
    action: dict[str, Any] = {
        "type": "datetimepicker",
        "label": scenario.words.pick,
        "data": tap_data(scenario.id, step.id, "date"),
        "mode": step.mode.value,
    }
    if step.earliest:
        action["min"] = step.earliest
    if step.latest:
        action["max"] = step.latest
    return {"type": "action", "action": action}


def _button(scenario: Scenario, step: str, action: str, label: str) -> dict[str, Any]:
    return {"type": "action", "action": _action(scenario, step, action, label)}


def _action(scenario: Scenario, step: str, action: str, label: str) -> dict[str, Any]:
    data = tap_data(scenario.id, step, action)
    return {"type": "postback", "label": label, "data": data, "displayText": label}
