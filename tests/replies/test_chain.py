"""The chain asks responders in order and keeps what each considered."""

from __future__ import annotations

from attrs import frozen

from linecs.model.inquiry import Answer, Bubble, Decision, Inquiry, TraceStep
from linecs.replies.chain import Chain
from linecs.replies.keyword import KeywordResponder, KeywordRule

ASKED = Inquiry(id="e", channel_id="s", conversation_id="c", at=1, text="返品")
SPOKEN = Answer(
    messages=({"type": "text", "text": "はい"},),
    source="fake",
    trace=(TraceStep(name="fake", detail={"score": 1}),),
)


@frozen
class Fake:
    """A responder that decides what it is given, or raises it."""

    name: str
    decision: Decision | Exception | None = None
    is_patient: bool = True

    def respond(self, inquiry: Inquiry) -> Decision | None:
        assert inquiry == ASKED
        if isinstance(self.decision, Exception):
            raise self.decision
        return self.decision

    def waits(self, _bubble: Bubble) -> bool:
        return self.is_patient


def steps(chain: Chain) -> list[tuple[str, object]]:
    """The trace as names and outcomes."""
    return [(step.name, step.detail.get("outcome")) for step in chain.consider(ASKED).trace]


def test_the_first_decision_counts() -> None:
    """Responders after it are not asked."""
    chain = Chain([Fake("a"), Fake("b", SPOKEN), Fake("c", RuntimeError())])
    decision = chain.respond(ASKED)
    assert decision is not None
    assert (chain.name, decision.source) == ("chain", "fake")
    assert steps(chain) == [
        ("responder:a", "silent"),
        ("responder:b", "answer"),
        ("fake", None),
    ]
    assert decision.trace == chain.consider(ASKED).trace


def test_a_responder_that_fails_is_passed_over() -> None:
    """The customer is still helped; the trace names the error's type, never its text."""
    chain = Chain([Fake("a", ValueError("customer's words")), Fake("b", SPOKEN)])
    considered = chain.consider(ASKED)
    assert considered.decision is not None
    assert considered.trace[0].detail == {"outcome": "failed", "error": "ValueError"}


def test_silence_keeps_its_reasons() -> None:
    """What a silent responder looked at stays in the trace."""
    ended = KeywordRule(id="sale", exact=("返品",), texts=("a",), valid_until=1)
    chain = Chain([KeywordResponder([ended]), Fake("b")])
    assert chain.respond(ASKED) is None
    assert steps(chain) == [
        ("responder:keyword", "silent"),
        ("rule:sale", "expired"),
        ("responder:b", "silent"),
    ]


def test_who_would_start_too_late_is_not_asked() -> None:
    """The budget is for all responders together."""
    seconds = iter([0.0, 0.0, 5.0])
    chain = Chain([Fake("slow"), Fake("late", SPOKEN)], clock=lambda: next(seconds))
    assert steps(chain) == [("responder:slow", "silent"), ("responder:late", "out_of_time")]


def test_one_who_answers_at_once_is_enough_not_to_wait() -> None:
    """A bubble waits only if every responder would wait."""
    patient, hasty = Fake("a"), Fake("b", is_patient=False)
    bubble = Bubble(kind="text", text="返品")
    assert Chain([patient, patient]).waits(bubble)
    assert not Chain([patient, hasty]).waits(bubble)
