"""Scenarios as the fields of a file, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import attrs
from pydantic import BaseModel, BeforeValidator, Field, create_model

from linecs.replies.files.fields import CLOSED, Duration, Messages, Texts, message_fields
from linecs.replies.files.rule_fields import TriggerFields, trigger_fields
from linecs.replies.files.times import write_duration
from linecs.replies.keyword import Triggers
from linecs.replies.scenario import (
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
    TextFormat,
    TextStep,
    Words,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs.replies.scenario import (
        Step,
    )

__all__ = ["ScenarioFields", "scenario_fields"]

_DEFAULT = Scenario(id="a", title="a", steps={"a": EndStep(id="a", hand_off="a")})
_WORDS = {
    one.name: (
        Texts if isinstance(getattr(Words(), one.name), tuple) else str,
        getattr(Words(), one.name),
    )
    for one in attrs.fields(Words)
}
WordsFields: type[BaseModel] = create_model("WordsFields", __config__=CLOSED, **_WORDS)  # type: ignore[call-overload]  # names and types come from Words


def _option(value: object) -> object:
    return {"label": value} if isinstance(value, str) else value


def _exact(value: object) -> object:
    return {"exact": value} if isinstance(value, str | list) else value


class OptionFields(BaseModel):
    """One answer to choose."""

    model_config = CLOSED

    label: str
    value: str = ""
    go: str = ""


class StepFields(BaseModel):
    """One step of a scenario."""

    model_config = CLOSED

    say: Messages = ()
    label: str = ""
    choices: tuple[Annotated[OptionFields, BeforeValidator(_option)], ...] = ()
    buttons: bool = False
    ask: Literal["text", "date", "time", "datetime", "photo"] | None = None
    format: TextFormat = TextFormat.ANY
    pattern: str = ""
    error: str = ""
    longest: int = 500
    optional: bool = False
    earliest: str = ""
    latest: str = ""
    confirm: bool = False
    end: Literal["answer", "hand_off"] | None = None
    reason: str = ""
    queue: str = ""
    go: str = ""

    def step(self, id_: str, following: str) -> Step:
        """Return the step.

        Args:
            id_: Its id.
            following: The step after it in the file, where it names none.
        """
        if self.end is not None:
            reason = self.reason or "scenario" if self.end == "hand_off" else ""
            return EndStep(id=id_, messages=self.say, hand_off=reason, queue=self.queue)
        said: dict[str, Any] = {"id": id_, "messages": self.say, "go": self.go or following}
        if self.confirm:
            return ConfirmStep(**said)
        if self.choices:
            options = tuple(Option(**dict(one)) for one in self.choices)
            return ChoiceStep(**said, label=self.label, options=options, buttons=self.buttons)
        return self._asking(said) if self.ask else SayStep(**said)

    def _asking(self, said: dict[str, Any]) -> Step:
        asks: dict[str, Any] = {**said, "label": self.label, "is_optional": self.optional}
        match self.ask:
            case "text":
                return TextStep(
                    **asks,
                    format=self.format,
                    pattern=self.pattern,
                    error=self.error,
                    longest=self.longest,
                )
            case "photo":
                return PhotoStep(**asks)
            case mode:
                return DateStep(
                    **asks,
                    mode=DateMode(str(mode)),
                    earliest=self.earliest,
                    latest=self.latest,
                )


class ScenarioFields(BaseModel):
    """One scenario of a file."""

    model_config = CLOSED

    id: str
    title: str = ""
    start: Annotated[TriggerFields, BeforeValidator(_exact)] = TriggerFields()
    timeout: Duration = _DEFAULT.timeout
    resume: Duration = _DEFAULT.resume
    tries: int = Field(default=_DEFAULT.tries, ge=1)
    words: WordsFields = WordsFields()  # type: ignore[valid-type]  # made above
    steps: dict[str, StepFields]

    def scenario(self) -> Scenario:
        """Return the scenario.

        Raises:
            ScenarioError: A step leads nowhere, in a circle, or to no end.
        """
        ids = list(self.steps)
        following = dict(zip(ids, [*ids[1:], ""], strict=True))
        return Scenario(
            id=self.id,
            title=self.title or self.id,
            start=Triggers(**self.start.triggers()),
            timeout=self.timeout,
            resume=self.resume,
            tries=self.tries,
            words=Words(**dict(self.words)),
            steps={id_: step.step(id_, following[id_]) for id_, step in self.steps.items()},
        )


def scenario_fields(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as a file shows it: only what is not the default."""
    start = trigger_fields(scenario.start)
    fields = {
        "id": scenario.id,
        "title": "" if scenario.title == scenario.id else scenario.title,
        "start": start.get("exact") if start.keys() == {"exact"} else start,
    }
    times = {
        name: write_duration(getattr(scenario, name))
        for name in ("timeout", "resume")
        if getattr(scenario, name) != getattr(_DEFAULT, name)
    }
    tries = {} if scenario.tries == _DEFAULT.tries else {"tries": scenario.tries}
    words = _changed(scenario.words, Words())
    ids = list(scenario.steps)
    following = dict(zip(ids, [*ids[1:], ""], strict=True))
    steps = {id_: _step_fields(step, following[id_]) for id_, step in scenario.steps.items()}
    kept = {name: value for name, value in fields.items() if value}
    return {**kept, **times, **tries, **({"words": words} if words else {}), "steps": steps}


def _step_fields(step: Step, following: str) -> dict[str, Any]:
    said = message_fields(step.messages)
    fields: dict[str, Any] = {"say": said[0] if len(said) == 1 else said} if said else {}
    if isinstance(step, AskingStep) and step.label:
        fields["label"] = step.label
    match step:
        case EndStep():
            fields |= {"end": "hand_off" if step.hand_off else "answer"}
            reason = "" if step.hand_off == "scenario" else step.hand_off
            return fields | _given({"reason": reason, "queue": step.queue})
        case ChoiceStep():
            fields["choices"] = [_option_fields(option) for option in step.options]
            fields |= _given({"buttons": step.buttons})
        case TextStep():
            fields |= {"ask": "text", **_changed(step, _plain_text(step))}
        case DateStep():
            fields |= {
                "ask": step.mode.value,
                **_given({"earliest": step.earliest, "latest": step.latest}),
            }
        case PhotoStep():
            fields["ask"] = "photo"
        case ConfirmStep():
            fields["confirm"] = True
        case SayStep():
            pass
    fields |= _given({"optional": getattr(step, "is_optional", False)})
    return fields if step.go == following else {**fields, "go": step.go}


def _plain_text(step: TextStep) -> TextStep:
    """The same step without its conditions."""
    kept = {name: getattr(step, name) for name in ("id", "messages", "go", "label", "is_optional")}
    return TextStep(**kept)


def _option_fields(option: Option) -> str | dict[str, str]:
    fields = _given({"value": option.value, "go": option.go})
    return {"label": option.label, **fields} if fields else option.label


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def _changed(value: Words | TextStep, default: Words | TextStep) -> dict[str, Any]:
    """The attributes that differ, as plain YAML."""
    changed = {
        one.name: getattr(value, one.name)
        for one in attrs.fields(type(value))
        if getattr(value, one.name) != getattr(default, one.name)
    }
    return {
        name: list(held)
        if isinstance(held, tuple)
        else str(held)
        if isinstance(held, str)
        else held
        for name, held in changed.items()
    }
