"""The state machine: from where a customer stands and what was given to where she stands next."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from linecs.model.message import MessageObject
from linecs.replies.scenario import prompts
from linecs.replies.scenario.inputs import is_one_of, read_answer
from linecs.replies.scenario.state import Mode, State
from linecs.replies.scenario.steps import (
    AskingStep,
    ConfirmStep,
    EndStep,
    SayStep,
    Scenario,
)
from linecs.replies.templates import Variables, render_message

if TYPE_CHECKING:
    from linecs.replies.scenario.inputs import Given
    from linecs.replies.scenario.steps import (
        Step,
    )

__all__ = ["Move", "Outcome", "Run"]


class Outcome(StrEnum):
    """What came of an answer."""

    ASKED = "asked"
    NOT_UNDERSTOOD = "not_understood"
    CANCELLED = "cancelled"
    ENDED = "ended"
    HANDED_OFF = "handed_off"


@frozen(kw_only=True)
class Move:
    """One move.

    Attributes:
        outcome: What came of it.
        state: Where the customer stands now; at the end, where she stood last.
        messages: What is said.
        reason: Why a person takes over, on a hand-off.
        queue: Which queue then.
    """

    outcome: Outcome
    state: State
    messages: tuple[MessageObject, ...] = field(default=(), repr=False)
    reason: str = ""
    queue: str = ""


@frozen
class Run:
    """A scenario with one customer's variables; its methods are pure functions."""

    scenario: Scenario
    variables: Variables = field(repr=False)

    def start(self, at: int) -> Move:
        """Return the first question."""
        state = State(scenario=self.scenario.id, step="")
        return self._enter(state, self.scenario.first, at)

    def answer(self, state: State, given: Given) -> Move:
        """Return what follows an answer, a step back, or a way out."""
        leaving = self._leave(state, given)
        if leaving is not None:
            return leaving
        if state.mode is Mode.PAUSED:
            return self._after_pause(state, given)
        if _means(given, "back", self.scenario.words.back):
            return self._back(state, given.at)
        if given.tap is not None and given.tap.step != state.step:
            if given.tap.step not in state.path:
                return self.ask_again(state, self.scenario.words.not_understood, given.at)
            state = evolve(state.moved(given.tap.step), mode=Mode.STEP)
        return self._read(state, given)

    def _leave(self, state: State, given: Given) -> Move | None:
        words = self.scenario.words
        if _means(given, "cancel", words.cancel):
            said = (prompts.text_message(words.cancelled),)
            return Move(outcome=Outcome.CANCELLED, state=state, messages=said)
        if _means(given, "person", words.person):
            return self._to_person(state, "asked_for_person")
        return None

    def pause(self, state: State, at: int) -> Move:
        """Return the question whether to go on where it stopped."""
        paused = evolve(state, mode=Mode.PAUSED, until=at + self.scenario.timeout)
        said = prompts.resume_question(self.scenario)
        return Move(outcome=Outcome.ASKED, state=paused, messages=said)

    def ask_again(self, state: State, complaint: str, at: int) -> Move:
        """Return the last question again with what was wrong; a person after too many tries."""
        tries = state.tries + 1
        if tries >= self.scenario.tries:
            return self._to_person(state, "not_understood")
        asked = self._question(evolve(state, tries=tries), at)
        said = (prompts.text_message(complaint), asked.messages[-1])
        return evolve(asked, outcome=Outcome.NOT_UNDERSTOOD, messages=said)

    def _read(self, state: State, given: Given) -> Move:
        step = self.scenario.steps[state.step]
        if isinstance(step, ConfirmStep):
            return self._confirm(step, state, given)
        if not isinstance(step, AskingStep):
            return self._enter(state, state.step, given.at)
        kept = read_answer(step, given, self.scenario.words)
        if isinstance(kept, str):
            return self.ask_again(state, kept, given.at)
        answered = state.answered(step.id, kept)
        return self._enter(answered, self.scenario.following(step, kept.value), given.at)

    def _confirm(self, step: ConfirmStep, state: State, given: Given) -> Move:
        words = self.scenario.words
        chosen = self._chosen_to_mend(state, given)
        if chosen:
            mending = evolve(state.moved(chosen), mode=Mode.MENDING)
            return self._question(mending, given.at)
        if _means(given, "yes", words.yes):
            return self._enter(evolve(state, mode=Mode.STEP), step.go, given.at)
        if _means(given, "mend", words.mend):
            return self._question(evolve(state, mode=Mode.WHICH), given.at)
        return self.ask_again(state, words.not_understood, given.at)

    def _chosen_to_mend(self, state: State, given: Given) -> str:
        steps = [step for step in state.path if step in state.answers]
        if given.tap:
            chosen = given.tap.action.removeprefix("mend=")
            return chosen if given.tap.action.startswith("mend=") and chosen in steps else ""
        if state.mode is not Mode.WHICH:
            return ""
        for number, step in enumerate(steps, start=1):
            asking = self.scenario.steps[step]
            title = asking.title if isinstance(asking, AskingStep) else step
            if is_one_of(given.text, (title, str(number))):
                return step
        return ""

    def _enter(self, state: State, target: str, at: int) -> Move:
        said: list[MessageObject] = []
        passed: set[str] = set()
        while not isinstance(step := self.scenario.steps[target], EndStep | ConfirmStep):
            if isinstance(step, SayStep):
                said += [] if state.mode is Mode.MENDING else self._said(step, state)
                target = step.go
            elif state.mode is Mode.MENDING and target in state.answers and target not in passed:
                passed.add(target)
                state = state.moved(target)
                target = self.scenario.following(step, state.answers[target].value)
            else:
                break
        if isinstance(step, EndStep):
            return self._end(step, state, said)
        asked = self._question(evolve(state.moved(target), mode=Mode.STEP), at)
        return evolve(asked, messages=(*said, *asked.messages))

    def _end(self, step: EndStep, state: State, said: list[MessageObject]) -> Move:
        return Move(
            outcome=Outcome.HANDED_OFF if step.hand_off else Outcome.ENDED,
            state=state,
            messages=(*said, *self._said(step, state)),
            reason=step.hand_off,
            queue=step.queue,
        )

    def _to_person(self, state: State, reason: str) -> Move:
        said = (prompts.text_message(self.scenario.words.to_person),)
        return Move(outcome=Outcome.HANDED_OFF, state=state, messages=said, reason=reason)

    def _back(self, state: State, at: int) -> Move:
        if state.mode is Mode.STEP and state.path:
            state = state.moved(state.path[-1])
        return self._question(evolve(state, mode=Mode.STEP), at)

    def _after_pause(self, state: State, given: Given) -> Move:
        words = self.scenario.words
        if _means(given, "resume", (words.go_on,)):
            return self._question(evolve(state, mode=Mode.STEP, tries=0), given.at)
        if _means(given, "restart", (words.restart,)):
            return self.start(given.at)
        return self.ask_again(state, words.not_understood, given.at)

    def _question(self, state: State, at: int) -> Move:
        state = evolve(state, until=at + self.scenario.timeout)
        match state.mode:
            case Mode.WHICH:
                said = prompts.which_question(self.scenario, state)
            case Mode.PAUSED:
                said = prompts.resume_question(self.scenario)
            case Mode.STEP | Mode.MENDING:
                step = self.scenario.steps[state.step]
                said = prompts.question(self.scenario, step, state, self._said(step, state))
        return Move(outcome=Outcome.ASKED, state=state, messages=said)

    def _said(self, step: Step, state: State) -> list[MessageObject]:
        answers = {id_: kept.shown for id_, kept in state.answers.items()}
        variables = {**self.variables, "answer": answers}
        return [render_message(message, variables) for message in step.messages]


def _means(given: Given, action: str, words: tuple[str, ...]) -> bool:
    """Whether an action was tapped, or one of its words typed."""
    return given.tap.action == action if given.tap else is_one_of(given.text, words)
