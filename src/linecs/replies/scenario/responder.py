"""The responder that leads customers through scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from linecs.errors import LimitError
from linecs.limits import check_messages
from linecs.model.inquiry import Answer, HandOff, TraceStep
from linecs.replies.considered import Considered
from linecs.replies.keyword import PatternTable
from linecs.replies.normalisation import Normaliser
from linecs.replies.scenario.errors import ScenarioError
from linecs.replies.scenario.inputs import given_in, is_one_of
from linecs.replies.scenario.machine import Move, Outcome, Run
from linecs.replies.scenario.prompts import note, restart_question, text_message
from linecs.replies.scenario.state import State, read_state
from linecs.replies.scenario.steps import ChoiceStep
from linecs.replies.templates import MissingVariableError, variables_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linecs.model.inquiry import Bubble, Decision, Inquiry, Trace
    from linecs.replies.scenario.inputs import Given
    from linecs.replies.scenario.steps import Scenario

__all__ = ["MEMORY_KEY", "ScenarioResponder", "is_waiting", "waiting_until"]

MEMORY_KEY = "scenario"
"""Where a conversation's memory keeps the state."""


def waiting_until(memory: Mapping[str, Any]) -> int | None:
    """Return until when a scenario waits, or waited, for the customer, epoch ms UTC; or None.

    Called by the desk to set the time-out's job.
    """
    state = read_state(memory.get(MEMORY_KEY))
    return state.until if state else None


def is_waiting(memory: Mapping[str, Any], at: int) -> bool:
    """Return whether what a customer writes at `at`, epoch ms UTC, is for a scenario's question.

    Called by the desk before anything else looks at a text. A scenario that waited too long may
    still be resumed, but no longer listens to everything.
    """
    until = waiting_until(memory)
    return until is not None and at <= until


class ScenarioResponder:
    """Leads customers through scenarios; silent where none is going on and none is set off.

    Args:
        scenarios: The shop's; put it first in a chain, since its answers may look like keywords.

    Raises:
        ScenarioError: Two share an id.
    """

    def __init__(self, scenarios: Iterable[Scenario]) -> None:
        self._scenarios: dict[str, Scenario] = {}
        self._patterns = PatternTable(Normaliser())
        self._starts: dict[int, Scenario] = {}
        for scenario in scenarios:
            if scenario.id in self._scenarios:
                raise ScenarioError(scenario.id, "repeated_id")
            self._scenarios[scenario.id] = scenario
            for kind, written in scenario.start.patterns():
                self._starts.setdefault(self._patterns.add(kind, written), scenario)
        self._patterns.compile()
        self._answers = [word for one in self._scenarios.values() for word in _typed_answers(one)]

    @property
    def name(self) -> str:
        """`scenario`."""
        return "scenario"

    def respond(self, inquiry: Inquiry) -> Decision | None:
        """Return the next question, the end, or None."""
        return self.consider(inquiry).decision

    def consider(self, inquiry: Inquiry) -> Considered:
        """Return the next question or the end, with where the customer stood and stands."""
        state = read_state(inquiry.memory.get(MEMORY_KEY))
        try:
            move = self._move(inquiry, state, given_in(inquiry))
            if move is not None and move.messages:
                check_messages(move.messages)
        except (MissingVariableError, LimitError) as error:
            stood = state or State(scenario="", step="")
            reason = getattr(error, "variable", "") or getattr(error, "field", "")
            failed = _failed(self._scenarios.get(stood.scenario), stood, reason)
            return Considered(decision=failed, trace=failed.trace)
        if move is None:
            return Considered(decision=None, trace=())
        scenario = self._scenarios.get(move.state.scenario)
        trace = _trace(state, move)
        return Considered(decision=_decision(scenario, move, trace), trace=trace)

    def time_out(self, memory: Mapping[str, Any], at: int) -> HandOff | None:
        """Return a hand-off with what a customer gave before she fell silent, or None.

        Called by the desk's job at `waiting_until`. None where nothing was given, or the
        scenario went on meanwhile.
        """
        state = read_state(memory.get(MEMORY_KEY))
        if state is None or at < state.until or not state.answers:
            return None
        return _hand_off(self._scenarios.get(state.scenario), state, "scenario_timeout")

    def waits(self, bubble: Bubble) -> bool:
        """Return False for taps and for words that are an answer by themselves."""
        if bubble.kind == "postback":
            return False
        return not self._patterns.stands_alone(bubble) and not is_one_of(bubble.text, self._answers)

    def _move(self, inquiry: Inquiry, state: State | None, given: Given) -> Move | None:
        tapped = self._scenarios.get(given.tap.scenario) if given.tap else None
        if given.tap is not None and tapped is None:
            return None
        started = self._started(inquiry, given)
        if state is not None and self._goes_on(state, started, given, inquiry):
            return self._answer(inquiry, state, given)
        if started is not None:
            return self._start(started, inquiry, state)
        return _ended(tapped, given) if tapped else None

    def _goes_on(
        self, state: State, started: Scenario | None, given: Given, inquiry: Inquiry
    ) -> bool:
        """Whether what was given is for the step that asked."""
        scenario = self._scenarios.get(state.scenario)
        if given.tap is not None:
            patience = scenario.resume if scenario else 0
            is_ours = given.tap.scenario == state.scenario and inquiry.at <= state.until + patience
            return is_ours and started is None
        return inquiry.postback_data is None and inquiry.at <= state.until

    def _started(self, inquiry: Inquiry, given: Given) -> Scenario | None:
        if given.tap is not None:
            is_start = given.tap.action in {"start", "restart"}
            return self._scenarios.get(given.tap.scenario) if is_start else None
        found = self._patterns.find(inquiry)
        return next((self._starts[number] for number in sorted(found)), None)

    def _start(self, scenario: Scenario, inquiry: Inquiry, state: State | None) -> Move:
        run = Run(scenario, variables_of(inquiry))
        is_restart = (inquiry.postback_data or "").endswith(":restart")
        may_resume = (
            state is not None
            and state.scenario == scenario.id
            and state.step in scenario.steps
            and inquiry.at <= state.until + scenario.resume
        )
        if state is not None and may_resume and not is_restart:
            return run.pause(state, inquiry.at)
        return run.start(inquiry.at)

    def _answer(self, inquiry: Inquiry, state: State, given: Given) -> Move:
        scenario = self._scenarios.get(state.scenario)
        if scenario is None or state.step not in scenario.steps:
            return Move(outcome=Outcome.HANDED_OFF, state=state, reason="scenario_changed")
        return Run(scenario, variables_of(inquiry)).answer(state, given)


def _typed_answers(scenario: Scenario) -> list[str]:
    words = scenario.words
    labels = [
        option.label
        for step in scenario.steps.values()
        if isinstance(step, ChoiceStep)
        for option in step.options
    ]
    fixed = (*words.cancel, *words.back, *words.person, *words.skip, *words.yes, *words.mend)
    return [*labels, *fixed, words.go_on, words.restart]


def _ended(scenario: Scenario, given: Given) -> Move:
    state = State(scenario=scenario.id, step="")
    if given.tap and given.tap.action == "cancel":
        return Move(
            outcome=Outcome.CANCELLED,
            state=state,
            messages=(text_message(scenario.words.cancelled),),
        )
    return Move(outcome=Outcome.ENDED, state=state, messages=restart_question(scenario))


def _decision(scenario: Scenario | None, move: Move, trace: Trace) -> Answer | HandOff:
    state = move.state
    match move.outcome:
        case Outcome.HANDED_OFF:
            handed = _hand_off(scenario, state, move.reason)
            return evolve(handed, messages=move.messages, queue=move.queue, trace=trace)
        case Outcome.ASKED | Outcome.NOT_UNDERSTOOD:
            return _said(move, trace, goes_on=True)
        case Outcome.ENDED | Outcome.CANCELLED:
            return _said(move, trace, goes_on=False)


def _said(move: Move, trace: Trace, *, goes_on: bool) -> Answer:
    return Answer(
        messages=move.messages,
        source=_source(move.state),
        resolves=not goes_on,
        trace=trace,
        remember={MEMORY_KEY: move.state.dump() if goes_on else None},
    )


def _hand_off(scenario: Scenario | None, state: State, reason: str) -> HandOff:
    return HandOff(
        reason=reason,
        source=_source(state),
        note=note(scenario, state),
        remember={MEMORY_KEY: None},
    )


def _failed(scenario: Scenario | None, state: State, reason: str) -> HandOff:
    step = TraceStep(name=_source(state), detail={"outcome": "failed", "reason": reason})
    return evolve(_hand_off(scenario, state, "scenario_failed"), trace=(step,))


def _source(state: State) -> str:
    return f"scenario:{state.scenario}:{state.step}"


def _trace(before: State | None, move: Move) -> Trace:
    detail = {"outcome": move.outcome.value, "from": before.step if before else ""}
    return (TraceStep(name=_source(move.state), detail=detail),)
