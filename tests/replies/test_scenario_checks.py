"""No scenario without an exit: what customers could not leave is refused where it is written."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from linecs.limits import check_messages
from linecs.model.inquiry import Answer, Bubble, HandOff, Inquiry
from linecs.replies.files import FileError, read_scenarios, write_scenarios_yaml
from linecs.replies.keyword import Triggers
from linecs.replies.scenario import (
    ChoiceStep,
    ConfirmStep,
    DateMode,
    DateStep,
    EndStep,
    Option,
    PhotoStep,
    SayStep,
    Scenario,
    ScenarioError,
    ScenarioResponder,
    TextFormat,
    TextStep,
    Words,
    draw,
)
from linecs.replies.scenario.checks import successors

if TYPE_CHECKING:
    from linecs.replies.scenario import (
        Step,
    )

SAID = ({"type": "text", "text": "どうしますか"},)


def scenario(*steps: Step) -> Scenario:
    """A scenario of these steps."""
    return Scenario(id="s", title="試し", steps={step.id: step for step in steps})


END = EndStep(id="end", messages=SAID)


def choice(id_: str, *targets: str, **values: Any) -> ChoiceStep:
    """A choice with one option for each target."""
    options = tuple(Option(label=f"{n}へ", go=target) for n, target in enumerate(targets))
    return ChoiceStep(**{"id": id_, "messages": SAID, "options": options, **values})


def text(words: str) -> tuple[dict[str, str], ...]:
    """One text message."""
    return ({"type": "text", "text": words},)


def option(label: str, value: str = "") -> Option:
    """An option that leads to the end."""
    return Option(label=label, value=value, go="end")


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ((), "no_steps"),
        ((SayStep(id="a", messages=SAID),), "no_next_step"),
        ((SayStep(id="a", messages=SAID, go="b"),), "unknown_step"),
        ((choice("a", "end", ""), END), "no_next_step"),
        ((choice("a", "end", "gone"), END), "unknown_step"),
        ((choice("a", "a"), END), "no_way_out"),
        ((choice("a", "end", "b"), choice("b", "c"), choice("c", "b"), END), "no_way_out"),
        ((SayStep(id="a", messages=SAID, go="a"), END), "no_way_out"),
        ((choice("a", "end"), choice("b", "end"), END), "unreachable_step"),
        ((TextStep(id="a", messages=(), go="end"), END), "says_nothing"),
        ((EndStep(id="a"),), "says_nothing"),
        ((EndStep(id="a b", messages=SAID),), "odd_id"),
        ((EndStep(id="a:b", messages=SAID),), "odd_id"),
        ((TextStep(id="a", messages=SAID, go="end", pattern="(?=a)"), END), "regex"),
        ((EndStep(id="a", messages=text("{{ x }}")),), "placeholder"),
        (
            (EndStep(id="a", messages=({"type": "text", "text": "{{ answer.b }}"},)),),
            "unknown_variable",
        ),
        (
            (EndStep(id="a", messages=({"type": "text", "text": "{{ ticket.id }}"},)),),
            "unknown_variable",
        ),
        ((EndStep(id="a", messages=({"type": "text", "text": "あ" * 5_001},)),), "refused_by_line"),
        ((choice("a", *["end"] * 12), END), "option_count"),
        ((choice("a", *["end"] * 5, buttons=True), END), "option_count"),
        ((choice("a", options=()), END), "option_count"),
        ((choice("a", options=(Option(label="長" * 21, go="end"),)), END), "label_length"),
        ((choice("a", options=(Option(label="", value="x", go="end"),)), END), "label_length"),
        (
            (choice("a", options=(Option(label="x", value="v" * 101, go="end"),)), END),
            "value_length",
        ),
        (
            (
                choice("a", options=(Option(label="ア", go="end"), Option(label="あ", go="end"))),
                END,
            ),
            "repeated_option",
        ),
        (
            (
                choice(
                    "a",
                    "end",
                    buttons=True,
                    messages=({"type": "sticker", "packageId": "1", "stickerId": "1"},),
                ),
                END,
            ),
            "buttons_need_text",
        ),
        (
            (
                SayStep(id="a", messages=SAID * 3, go="b"),
                ConfirmStep(id="b", messages=SAID * 2, go="end"),
                END,
            ),
            "too_many_messages",
        ),
    ],
)
def test_a_scenario_that_cannot_work_is_refused(steps: tuple[Step, ...], code: str) -> None:
    """Each mistake has its own sentence, in both languages, and names the step."""
    with pytest.raises(ScenarioError) as raised:
        scenario(*steps)
    assert raised.value.code == code
    assert raised.value.sentence.say("ja") != raised.value.sentence.say("en")


def test_a_circle_with_a_way_out_is_fine() -> None:
    """Asking again is allowed where one may also go on."""
    assert scenario(choice("a", "b"), choice("b", "a", "end"), END).first == "a"


def test_a_scenarios_own_id_stands_in_taps() -> None:
    """It may not hold what separates the parts of a tap's data."""
    with pytest.raises(ScenarioError, match="'s:1'"):
        Scenario(id="s:1", title="a", steps={"end": END})


def test_a_number_out_of_range_is_told() -> None:
    """What has no sentence of its own is told with the checker's words."""
    with pytest.raises(FileError, match="「tries」の値が正しくありません"):
        read_scenarios(b"- {id: s, tries: 0, steps: {x: {say: a, end: answer}}}", name="s.yaml")


def test_a_mistake_in_a_file_is_told_at_its_step() -> None:
    """The error points at the step that leads nowhere."""
    text = "- id: s\n  steps:\n    a: {say: x, choices: [y], go: c}\n    b: {say: x, end: answer}"
    with pytest.raises(FileError) as raised:
        read_scenarios(text.encode(), name="s.yaml")
    (problem,) = raised.value.problems
    assert (problem.line, problem.sentence.code) == (3, "unknown_step")
    assert problem.say() == (
        "3行目 5列目: 「a」の次の「c」というステップはありません。go を確認してください。"
    )


def test_two_scenarios_with_one_id_are_refused() -> None:
    """A tap names its scenario by id."""
    with pytest.raises(ScenarioError, match="twice"):
        ScenarioResponder([scenario(END), scenario(END)])


FULL = """\
scenarios:
  - id: s
    title: 全部
    start:
      contains: [開始]
    timeout: 20m
    resume: 1h
    tries: 2
    words:
      cancel: [おわり]
      ended: おわりです
    steps:
      a:
        say: 色は？
        label: 色
        choices:
          - 赤
          - label: 青
            value: blue
            go: c
        buttons: true
      b:
        say: お名前は？
        ask: text
        format: kana
        pattern: ".+"
        error: カナで
        longest: 20
        optional: true
      c:
        say: いつ？
        ask: date
        earliest: '2026-12-01'
        latest: '2027-01-01'
      d:
        say: 写真を
        ask: photo
      e:
        say: よろしいですか
        confirm: true
      f:
        say: では
        go: h
      g:
        end: hand_off
        reason: returns
        queue: q
      h:
        say: 次は？
        choices:
          - label: 人と話す
            go: g
          - label: 終わる
            go: i
      i:
        say: どうも
        end: answer
"""


def test_a_scenario_with_everything_is_written_as_it_was_read() -> None:
    """Every kind of step and every setting, to the letter."""
    assert write_scenarios_yaml(read_scenarios(FULL.encode(), name="s.yaml")) == FULL


def test_every_kind_of_step_has_its_shape() -> None:
    """Questions, choices, confirmations, sayings and ends look different."""
    (one,) = read_scenarios(FULL.encode(), name="s.yaml")
    drawn = draw(one).splitlines()
    assert [line for line in drawn if "s4" in line or "s5" in line] == [
        "  s3 --> s4",
        '  s4{{"e<br/>よろしいですか"}}',
        "  s4 --> s5",
        '  s5["f<br/>では"]',
        "  s5 --> s7",
    ]
    assert '  s6(["担当者へ: g"])' in drawn


def test_a_drawing_shows_every_step_and_way() -> None:
    """A node for each step, an arrow for each option; nothing in a text has a meaning."""
    drawn = draw(scenario(choice("a", "end", "b"), TextStep(id="b", messages=SAID, go="end"), END))
    assert drawn.splitlines() == [
        "flowchart TD",
        '  start(["試し"]) --> s0',
        '  s0{"a<br/>どうしますか"}',
        '  s0 -- "0へ" --> s2',
        '  s0 -- "1へ" --> s1',
        '  s1[/"b<br/>どうしますか"/]',
        "  s1 --> s2",
        '  s2(["end<br/>どうしますか"])',
    ]
    odd = draw(scenario(EndStep(id="a", messages=({"type": "text", "text": '"]; <b>#`'},))))
    assert odd.splitlines()[2] == ('  s0(["a<br/>#34;#93;#59; #60;b#62;#35;#96;"])')


# Random scenarios: a handful of steps of all kinds, linked at random.

NAMES = ["a", "b", "c", "d", "e"]
TARGETS = st.sampled_from([*NAMES, "end", "end"])
SOME_TEXT = st.text("あいx1 ", min_size=1, max_size=6).filter(str.strip)
MESSAGES = st.lists(
    SOME_TEXT.map(lambda text: {"type": "text", "text": text}), min_size=1, max_size=2
)
COMMON = {"messages": MESSAGES.map(tuple), "go": TARGETS}
LABELS = st.sampled_from(["", "題"])
OPTIONAL = st.booleans()


def step(id_: str) -> st.SearchStrategy[Step]:
    """A step of any kind."""
    named = st.just(id_)
    options = st.lists(
        st.builds(Option, label=st.sampled_from("赤青黄緑"), go=TARGETS),
        min_size=1,
        max_size=3,
        unique_by=lambda option: option.label,
    )
    return st.one_of(
        st.builds(SayStep, id=named, **COMMON),
        st.builds(
            ChoiceStep,
            id=named,
            label=LABELS,
            options=options.map(tuple),
            buttons=st.booleans(),
            **COMMON,
        ),
        st.builds(
            TextStep,
            id=named,
            label=LABELS,
            format=st.sampled_from(TextFormat),
            pattern=st.sampled_from(["", ".*"]),
            error=st.sampled_from(["", "だめ"]),
            is_optional=OPTIONAL,
            **COMMON,
        ),
        st.builds(
            DateStep,
            id=named,
            label=LABELS,
            mode=st.sampled_from(DateMode),
            is_optional=OPTIONAL,
            **COMMON,
        ),
        st.builds(PhotoStep, id=named, label=LABELS, is_optional=OPTIONAL, **COMMON),
        st.builds(ConfirmStep, id=named, **COMMON),
        st.builds(
            EndStep, id=named, messages=COMMON["messages"], hand_off=st.sampled_from(["", "x"])
        ),
    )


@st.composite
def scenarios(draw_: st.DrawFn) -> Scenario:
    """Any scenario that is not refused; steps nobody reaches are left out first."""
    steps: dict[str, Step] = {id_: draw_(step(id_)) for id_ in NAMES}
    steps["end"] = draw_(st.sampled_from([END, EndStep(id="end", hand_off="done", queue="q")]))
    reached: dict[str, Step] = {}
    waiting = ["a"]
    while waiting:
        id_ = waiting.pop()
        if id_ not in reached:
            reached[id_] = steps[id_]
            waiting += successors(steps[id_])
    try:
        return Scenario(
            id="s",
            title="試し",
            start=draw_(st.sampled_from([Triggers(exact=("開始",)), Triggers(contains=("開始",))])),
            steps=reached,
            timeout=draw_(st.sampled_from([60_000, 1_800_000])),
            tries=draw_(st.integers(1, 4)),
            words=draw_(st.sampled_from([Words(), Words(back=("もどる",), ended="終わり")])),
        )
    except ScenarioError as error:
        assume(error.code not in {"no_way_out", "too_many_messages"})
        raise


@settings(max_examples=40)
@given(scenarios())
def test_scenarios_survive_yaml_without_loss(one: Scenario) -> None:
    """What is written reads back to an equal scenario."""
    assert read_scenarios(write_scenarios_yaml([one]).encode(), name="s.yaml") == (one,)


TYPED = ("開始", "赤", "1", "戻る", "はい", "修正する", "続きから", "?", "", "{{ x.y }}")
TAPPED = ("=赤", "back", "yes", "mend", "mend=a", "skip", "date", "resume", "restart")
ANYTHING = st.one_of(
    st.sampled_from(TYPED).map(lambda words: Bubble(kind="text", text=words)),
    st.builds(
        lambda step, action: Bubble(
            kind="postback", content={"data": f"scenario:s:{step}:{action}"}
        ),
        st.sampled_from([*NAMES, "", "gone"]),
        st.sampled_from(TAPPED),
    ),
    st.just(Bubble(kind="image", content={"id": "1"})),
    st.just(Bubble(kind="sticker", content={"packageId": "1", "stickerId": "1"})),
    st.just(Bubble(kind="postback", content={"data": "menu"})),
)
GAPS = st.sampled_from([1, 1, 1, 1_800_001, 10**9])


class Customer:
    """A customer in a conversation, whose memory goes through JSON as in a store."""

    def __init__(self, one: Scenario) -> None:
        self.responder = ScenarioResponder([one])
        self.memory: dict[str, Any] = {}
        self.at = 1

    def send(self, bubble: Bubble, gap: int = 1) -> Answer | HandOff | None:
        """Send a bubble; check that what comes back could be sent and stored."""
        self.at += gap
        inquiry = Inquiry(
            id=f"e{self.at}",
            channel_id="s",
            conversation_id="c",
            at=self.at,
            text=bubble.text,
            bubbles=(bubble,),
            postback_data=bubble.content.get("data") if bubble.kind == "postback" else None,
            memory=json.loads(json.dumps(self.memory)),
        )
        decision = self.responder.respond(inquiry)
        if decision is None:
            return None
        assert isinstance(decision, Answer | HandOff)
        if decision.messages:
            check_messages(decision.messages)
        merged = {**self.memory, **decision.remember}
        self.memory = {key: value for key, value in merged.items() if value is not None}
        return decision


def fitting(one: Scenario, id_: str, following: str) -> Bubble:
    """What a customer sends at a step to get to the one that should follow."""
    asked = one.steps[id_]
    match asked:
        case ChoiceStep():
            go = [option for option in asked.options if (option.go or asked.go) == following]
            action, params = f"={go[0].kept}", {}
        case DateStep():
            values = {"date": "2026-12-24", "time": "10:00", "datetime": "2026-12-24T10:00"}
            action, params = "date", {asked.mode.value: values[asked.mode.value]}
        case ConfirmStep():
            action, params = "yes", {}
        case PhotoStep():
            return Bubble(kind="image", content={"id": "1"})
        case TextStep():
            texts = {"any": "x", "number": "1", "phone": "03-1234-5678", "email": "a@b.co"}
            return Bubble(kind="text", text=texts.get(asked.format.value, "あ"))
    data = f"scenario:s:{id_}:{action}"
    return Bubble(kind="postback", content={"data": data, "params": params})


def way_out(one: Scenario, start: str) -> list[str]:
    """The shortest way from a step to an end."""
    ways = deque([[start]])
    seen = {start}
    while ways:
        way = ways.popleft()
        if isinstance(one.steps[way[-1]], EndStep):
            return way
        for target in successors(one.steps[way[-1]]):
            if target not in seen:
                seen.add(target)
                ways.append([*way, target])
    return []


@given(scenarios(), st.lists(st.tuples(ANYTHING, GAPS), max_size=12))
def test_from_wherever_a_customer_is_she_can_reach_an_end(
    one: Scenario, history: list[tuple[Bubble, int]]
) -> None:
    """After anything she sent, fitting answers lead to an end, and every reply can be sent."""
    customer = Customer(one)
    for bubble, gap in history:
        customer.send(bubble, gap)
    kept = customer.memory.get("scenario", {"mode": "paused"})
    if kept["mode"] == "paused" or kept["until"] <= customer.at:
        data = "scenario:s::restart"
        decision = customer.send(Bubble(kind="postback", content={"data": data}))
        assert decision is not None
    for _ in range(2 * len(one.steps)):
        if "scenario" not in customer.memory:
            return
        way = way_out(one, customer.memory["scenario"]["step"])
        customer.send(fitting(one, way[0], way[1]))
    pytest.fail("no end was reached")


@settings(max_examples=40)
@given(scenarios(), st.lists(st.tuples(ANYTHING, st.just(1)), max_size=8))
def test_one_word_always_leaves(one: Scenario, history: list[tuple[Bubble, int]]) -> None:
    """やめる ends whatever is going on."""
    customer = Customer(one)
    customer.send(Bubble(kind="text", text="開始"))
    for bubble, gap in history:
        customer.send(bubble, gap)
    if "scenario" in customer.memory:
        decision = customer.send(Bubble(kind="text", text="やめる"))
        assert isinstance(decision, Answer)
        assert decision.resolves
    assert "scenario" not in customer.memory
