"""A scenario as a drawing: a Mermaid flowchart, as Markdown viewers show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.replies.scenario.steps import (
    ChoiceStep,
    ConfirmStep,
    DateStep,
    EndStep,
    PhotoStep,
    SayStep,
    TextStep,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.replies.scenario.steps import Scenario, Step

__all__ = ["draw"]

_LONGEST = 30
_SPECIAL = frozenset('"#&;<>`{}[]()|\\*_~^')


def draw(scenario: Scenario) -> str:
    """Return the scenario as a Mermaid flowchart; every step a node, every way an arrow."""
    names = {id_: f"s{number}" for number, id_ in enumerate(scenario.steps)}
    lines = ["flowchart TD", f'  start(["{_text(scenario.title)}"]) --> {names[scenario.first]}']
    for step in scenario.steps.values():
        lines.append(f"  {names[step.id]}{_shape(step)}")
        for label, target in _ways(step):
            arrow = f'-- "{_text(label)}" -->' if label else "-->"
            lines.append(f"  {names[step.id]} {arrow} {names[target]}")
    return "\n".join(lines) + "\n"


def _shape(step: Step) -> str:
    said = next((str(one["text"]) for one in step.messages if one.get("type") == "text"), "")
    text = f"{_text(step.id)}<br/>{_text(said)}" if said else _text(step.id)
    match step:
        case ChoiceStep():
            return f'{{"{text}"}}'
        case TextStep() | DateStep() | PhotoStep():
            return f'[/"{text}"/]'
        case ConfirmStep():
            return f'{{{{"{text}"}}}}'
        case SayStep():
            return f'["{text}"]'
        case EndStep():
            mark = "担当者へ: " if step.hand_off else ""
            return f'(["{mark}{text}"])'


def _ways(step: Step) -> Iterator[tuple[str, str]]:
    if isinstance(step, ChoiceStep):
        for option in step.options:
            yield option.label, option.go or step.go
    elif not isinstance(step, EndStep):
        yield "", step.go


def _text(text: str) -> str:
    """A text that stands in Mermaid's quotes: one line, short, nothing with a meaning in it."""
    line = " ".join(text.split())
    short = line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
    return "".join(f"#{ord(one)};" if one in _SPECIAL else one for one in short)
