"""Where a customer stands in a scenario: a value that is kept as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from attrs import evolve, field, frozen

__all__ = ["Kept", "Mode", "State", "read_state"]


class Mode(StrEnum):
    """What the customer was asked last."""

    STEP = "step"
    """The question of the current step."""
    WHICH = "which"
    """Which answer to mend, at a confirmation."""
    MENDING = "mending"
    """The question of a step again; what was answered after it need not be asked anew."""
    PAUSED = "paused"
    """Whether to go on where it stopped, or to start anew."""


@frozen(kw_only=True)
class Kept:
    """One answer.

    Attributes:
        value: What the shop gets: an option's value, digits, a date, LINE message ids.
        shown: What a summary shows.
    """

    value: str = field(repr=False)
    shown: str = field(repr=False)


@frozen(kw_only=True)
class State:
    """Where a customer stands.

    Attributes:
        scenario: The scenario's id.
        step: The step that asked last.
        path: The asking steps before it, in order; 戻る goes back along it.
        answers: What was answered, by step; also answers a mended branch may need again.
        until: Epoch ms UTC until which an answer is waited for.
        tries: How many answers in a row did not fit.
        mode: What the customer was asked last.
    """

    scenario: str
    step: str
    path: tuple[str, ...] = ()
    answers: Mapping[str, Kept] = field(factory=dict)
    until: int = 0
    tries: int = 0
    mode: Mode = Mode.STEP

    def answered(self, step: str, kept: Kept) -> State:
        """Return the state with one more answer."""
        return evolve(self, answers={**self.answers, step: kept}, tries=0)

    def moved(self, step: str) -> State:
        """Return the state at a step that now asks; one asked before is gone back to."""
        if step in self.path:
            return evolve(self, step=step, path=self.path[: self.path.index(step)], tries=0)
        is_new = self.step in {"", step}
        path = self.path if is_new else (*self.path, self.step)
        return evolve(self, step=step, path=path, tries=0)

    def dump(self) -> dict[str, Any]:
        """Return the state as JSON, for `Inquiry.memory`."""
        return {
            "scenario": self.scenario,
            "step": self.step,
            "path": list(self.path),
            "answers": {step: [kept.value, kept.shown] for step, kept in self.answers.items()},
            "until": self.until,
            "tries": self.tries,
            "mode": self.mode.value,
        }


def read_state(kept: object) -> State | None:
    """Return the state that was dumped, or None where there is none that can be read."""
    if not isinstance(kept, Mapping):
        return None
    try:
        return State(
            scenario=str(kept["scenario"]),
            step=str(kept["step"]),
            path=tuple(map(str, kept["path"])),
            answers={
                str(step): Kept(value=str(value), shown=str(shown))
                for step, (value, shown) in kept["answers"].items()
            },
            until=int(kept["until"]),
            tries=int(kept["tries"]),
            mode=Mode(kept["mode"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
