"""Scenarios lead a customer from a trigger to an end, and never lose what she gave."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from linecs.model.inquiry import Answer, Bubble, CustomerFacts, HandOff, Inquiry
from linecs.replies.files import read_scenarios
from linecs.replies.scenario import ScenarioResponder, is_waiting, waiting_until

if TYPE_CHECKING:
    from linecs.model.inquiry import Decision
    from linecs.replies.scenario import Scenario

MINUTE = 60_000
FORM = """\
- id: return
  title: 返品の申し込み
  start: [返品したい]
  timeout: 20m
  resume: 1h
  steps:
    reason:
      label: 理由
      say: 返品の理由を教えてください。
      choices:
        - サイズが合わない
        - {label: 不良品だった, value: broken, go: photo}
    order:
      label: 注文番号
      say: 注文番号(6桁)を教えてください。
      ask: text
      format: number
      pattern: '\\d{6}'
      error: 6桁の数字でお願いします。
    pickup:
      label: 集荷日
      say: 集荷の希望日を選んでください。
      ask: date
      earliest: 2026-12-01
      latest: 2027-01-31
      optional: true
    check:
      say: この内容でよろしいですか？
      confirm: true
    done:
      say: '{{ customer.name | お客様 }}、{{ answer.order }}の返品を承りました。'
      end: hand_off
      reason: return_request
      queue: returns
    photo:
      label: 写真
      say: 商品の写真を送ってください。
      ask: photo
      go: order
"""
(RETURN,) = read_scenarios(FORM.encode(), name="form.yaml")


class Talk:
    """One customer's conversation with scenarios; what is remembered goes through JSON."""

    def __init__(self, *scenarios: Scenario) -> None:
        self.responder = ScenarioResponder(scenarios or (RETURN,))
        self.memory: dict[str, Any] = {}
        self.at = 1_796_083_200_000  # 2026-12-01 09:00 in Japan

    def give(self, bubble: Bubble, *, after: int = 1_000) -> Decision | None:
        """Send one bubble."""
        self.at += after
        inquiry = Inquiry(
            id=f"e{self.at}",
            channel_id="s",
            conversation_id="c",
            at=self.at,
            text=bubble.text,
            bubbles=(bubble,),
            postback_data=bubble.content.get("data") if bubble.kind == "postback" else None,
            customer=CustomerFacts(display_name="花子様"),
            memory=json.loads(json.dumps(self.memory)),
        )
        decision = self.responder.respond(inquiry)
        remember = decision.remember if decision else {}
        merged = {**self.memory, **remember}
        self.memory = {key: value for key, value in merged.items() if value is not None}
        return decision

    def say(self, text: str, *, after: int = 1_000) -> Decision | None:
        """Type a text."""
        return self.give(Bubble(kind="text", text=text), after=after)

    def tap(self, data: str, *, after: int = 1_000, **params: str) -> Decision | None:
        """Tap a button."""
        content = {"data": data, "params": params} if params else {"data": data}
        return self.give(Bubble(kind="postback", content=content), after=after)

    def photo(self, id_: str) -> Decision | None:
        """Send a picture."""
        return self.give(Bubble(kind="image", content={"id": id_}))


def said(decision: Decision | None) -> list[str]:
    """The texts of a decision."""
    assert decision is not None
    return [str(message.get("text", message.get("altText"))) for message in decision.messages]


def buttons(decision: Decision | None) -> list[str]:
    """The labels of its quick replies."""
    assert decision is not None
    items = decision.messages[-1]["quickReply"]["items"]
    return [item["action"]["label"] for item in items]


def test_a_choice_shows_buttons_and_numbers() -> None:
    """Quick replies show on phones only, so the text lists the options too."""
    decision = Talk().say("返品したい")
    assert said(decision) == [
        "返品の理由を教えてください。\n\n1. サイズが合わない\n2. 不良品だった"
    ]
    assert buttons(decision) == ["サイズが合わない", "不良品だった", "やめる"]
    assert isinstance(decision, Answer)
    assert (decision.source, decision.resolves) == ("scenario:return:reason", False)


@pytest.mark.parametrize("chosen", ["2", "２", "2番", "不良品だった", "不良品だった！"])
def test_a_typed_number_or_label_counts_as_a_tap(chosen: str) -> None:
    """On a PC customers type what others tap."""
    talk = Talk()
    talk.say("返品したい")
    assert said(talk.say(chosen)) == ["商品の写真を送ってください。"]


def test_a_tap_chooses_and_branches() -> None:
    """Each option may lead its own way."""
    talk = Talk()
    talk.say("返品したい")
    decision = talk.tap("scenario:return:reason:=broken")
    assert said(decision) == ["商品の写真を送ってください。"]
    assert buttons(decision) == ["カメラを起動", "写真を選ぶ", "戻る", "やめる"]


def filled() -> Talk:
    """A customer who answered everything and is asked to confirm."""
    talk = Talk()
    talk.say("返品したい")
    talk.tap("scenario:return:reason:=broken")
    talk.photo("4567")
    talk.say("１２３-４５６")
    talk.tap("scenario:return:pickup:date", date="2026-12-24")
    return talk


def test_what_was_collected_is_shown_before_the_end() -> None:
    """The summary has every answer of the way that was taken, as the customer knows it."""
    talk = filled()
    decision = talk.tap("scenario:return:check:mend")
    assert said(decision) == [
        "どの項目を修正しますか？\n\n1. 理由\n2. 写真\n3. 注文番号\n4. 集荷日"
    ]
    assert buttons(decision) == ["理由", "写真", "注文番号", "集荷日", "やめる"]


def test_a_person_gets_everything_that_was_collected() -> None:
    """The hand-off's note carries every answer, pictures as LINE's message ids."""
    decision = filled().say("はい")
    assert isinstance(decision, HandOff)
    assert said(decision) == ["花子様、123456の返品を承りました。"]
    assert (decision.reason, decision.queue) == ("return_request", "returns")
    assert decision.note.splitlines() == [
        "返品の申し込み",
        "理由: 不良品だった (broken)",
        "写真: 写真1枚 (4567)",
        "注文番号: 123456",
        "集荷日: 2026/12/24 (2026-12-24)",
    ]


def test_the_end_is_forgotten() -> None:
    """After the end the conversation is free for other answers."""
    talk = filled()
    talk.say("はい")
    assert talk.memory == {}
    assert talk.say("はい") is None


def test_one_answer_is_mended_without_asking_the_others_again() -> None:
    """Mending keeps what was answered after it."""
    talk = filled()
    talk.say("修正する")
    assert said(talk.say("注文番号")) == ["注文番号(6桁)を教えてください。"]
    assert "注文番号: 654321" in said(talk.say("654321"))[-1]


def test_mending_a_branch_leaves_out_what_is_no_longer_on_the_way() -> None:
    """An answer of the branch that was left is neither shown nor handed over."""
    talk = filled()
    talk.say("いいえ")
    talk.say("1")
    summary = said(talk.say("サイズが合わない"))[-1]
    assert summary.splitlines() == [
        "理由: サイズが合わない",
        "注文番号: 123456",
        "集荷日: 2026/12/24",
    ]


def test_back_goes_one_question_back() -> None:
    """戻る asks the question before, and the answer given then counts."""
    talk = Talk()
    talk.say("返品したい")
    talk.say("2")
    assert said(talk.say("戻る"))[0].startswith("返品の理由を")
    assert said(talk.say("1")) == ["注文番号(6桁)を教えてください。"]
    assert said(talk.tap("scenario:return:order:back"))[0].startswith("返品の理由を")


def test_a_tap_on_an_older_question_changes_that_answer() -> None:
    """Buttons stay in the chat; a tap on one goes back there."""
    talk = Talk()
    talk.say("返品したい")
    talk.say("1")
    decision = talk.tap("scenario:return:reason:=broken")
    assert said(decision) == ["商品の写真を送ってください。"]


@pytest.mark.parametrize("word", ["やめる", "キャンセル", "scenario:return:order:cancel"])
def test_cancel_leaves_at_once(word: str) -> None:
    """Every question has a way out."""
    talk = Talk()
    talk.say("返品したい")
    talk.say("1")
    decision = talk.tap(word) if ":" in word else talk.say(word)
    assert said(decision) == ["中止しました。"]
    assert talk.memory == {}


def test_a_person_may_be_asked_for_anywhere() -> None:
    """What was collected so far goes along."""
    talk = Talk()
    talk.say("返品したい")
    talk.say("1")
    decision = talk.say("オペレーターに相談")
    assert isinstance(decision, HandOff)
    assert decision.reason == "asked_for_person"
    assert decision.note == "返品の申し込み\n理由: サイズが合わない"


def test_what_does_not_fit_is_asked_again_and_then_a_person_helps() -> None:
    """Twice the question comes again with what was wrong; the third time a person takes over."""
    talk = Talk()
    talk.say("返品したい")
    talk.say("1")
    for _ in range(2):
        assert said(talk.say("わかりません")) == [
            "6桁の数字でお願いします。",
            "注文番号(6桁)を教えてください。",
        ]
    decision = talk.say("わかりません")
    assert isinstance(decision, HandOff)
    assert decision.reason == "not_understood"


def test_an_answer_that_fits_clears_the_tries() -> None:
    """Only answers in a row count."""
    talk = Talk()
    talk.say("返品したい")
    for answer in ("?", "?", "1", "?", "?"):
        decision = talk.say(answer)
    assert isinstance(decision, Answer)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2026-12-24", "2026/12/24"),
        ("12/24", "2026/12/24"),
        ("１２月２４日", "2026/12/24"),
        ("1月3日", "2027/01/03"),
        ("スキップ", "なし"),
    ],
)
def test_a_typed_date_is_understood(typed: str, kept: str) -> None:
    """A date without a year is the next one."""
    talk = Talk()
    talk.say("返品したい")
    talk.say("1")
    talk.say("123456")
    assert said(talk.say(typed))[-1].endswith(f"集荷日: {kept}")


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("あした", "日付が読み取れませんでした。"),
        ("2月30日", "日付が読み取れませんでした。"),
        ("12/24 午前", "日付が読み取れませんでした。"),
        ("2026-11-30", "選べる範囲は2026/12/01から2027/01/31までです。"),
    ],
)
def test_a_date_that_cannot_be_is_told(typed: str, complaint: str) -> None:
    """What is no date, or out of range, is asked again."""
    talk = Talk()
    talk.say("返品したい")
    talk.say("1")
    talk.say("123456")
    assert said(talk.say(typed))[0].startswith(complaint)


def test_after_the_timeout_typing_is_an_ordinary_question() -> None:
    """A scenario that waited too long is no trap."""
    talk = Talk()
    talk.say("返品したい")
    assert talk.say("1", after=20 * MINUTE + 1) is None


def test_a_late_tap_goes_on_where_it_stopped() -> None:
    """A button of the scenario itself resumes it, as long as it may be resumed."""
    talk = Talk()
    talk.say("返品したい")
    decision = talk.tap("scenario:return:reason:=broken", after=60 * MINUTE)
    assert said(decision) == ["商品の写真を送ってください。"]


def test_starting_again_offers_to_resume() -> None:
    """The same trigger within the hour asks whether to go on or to start anew."""
    for answer, expected in (("続きから", "注文番号(6桁)"), ("最初から", "返品の理由を")):
        talk = Talk()
        talk.say("返品したい")
        talk.say("1")
        asked = talk.say("返品したい", after=30 * MINUTE)
        assert buttons(asked) == ["続きから", "最初から", "やめる"]
        assert said(talk.say(answer))[0].startswith(expected)


def test_a_tap_of_long_ago_offers_to_start_anew() -> None:
    """An old button tells that it is over, and does what it then says."""
    talk = Talk()
    decision = talk.tap("scenario:return:order:back")
    assert buttons(decision) == ["最初から", "やめる"]
    restarted = talk.tap("scenario:return::restart")
    assert said(restarted)[0].startswith("返品の理由を")
    assert said(Talk().tap("scenario:return::cancel")) == ["中止しました。"]


def test_others_taps_are_left_alone() -> None:
    """A rich menu's tap in the middle of a form is answered by others; the form goes on."""
    talk = Talk()
    talk.say("返品したい")
    assert talk.tap("menu=1") is None
    assert talk.tap("scenario:unknown:a:=b") is None
    assert said(talk.say("1")) == ["注文番号(6桁)を教えてください。"]


def test_a_rich_menu_may_start_a_scenario() -> None:
    """`scenario:ID::start` sets it off."""
    assert said(Talk().tap("scenario:return::start"))[0].startswith("返品の理由を")


def test_silence_hands_over_what_was_given() -> None:
    """At the time-out a person gets it, unless nothing was given or it went on."""
    talk = Talk()
    talk.say("返品したい")
    until = waiting_until(talk.memory)
    assert until == talk.at + 20 * MINUTE
    assert is_waiting(talk.memory, until)
    assert not is_waiting(talk.memory, until + 1)
    assert not is_waiting({}, until)
    assert talk.responder.time_out(talk.memory, until) is None
    talk.say("1")
    assert talk.responder.time_out(talk.memory, until) is None
    handed = talk.responder.time_out(talk.memory, until + 1_000)
    assert handed is not None
    assert (handed.reason, handed.note) == (
        "scenario_timeout",
        "返品の申し込み\n理由: サイズが合わない",
    )
    assert handed.remember == {"scenario": None}


def test_a_scenario_that_changed_meanwhile_hands_over() -> None:
    """Nothing that was given is lost when a new version has other steps."""
    talk = Talk()
    talk.say("返品したい")
    talk.say("1")
    steps = {id_: step for id_, step in RETURN.steps.items() if id_ in {"check", "done"}}
    changed = evolve(RETURN, steps={**steps, "done": evolve(steps["done"], messages=())})
    talk.responder = ScenarioResponder([changed])
    decision = talk.say("123456")
    assert isinstance(decision, HandOff)
    assert (decision.reason, decision.note) == (
        "scenario_changed",
        "return\nreason: サイズが合わない",
    )


def test_a_message_that_cannot_be_said_hands_over() -> None:
    """A missing variable costs no answer: a person gets what was collected."""
    form = FORM.replace("注文番号(6桁)を", "会員 {{ member.rank }}")
    (scenario,) = read_scenarios(form.encode(), name="form.yaml")
    talk = Talk(scenario)
    talk.say("返品したい")
    decision = talk.say("1")
    assert isinstance(decision, HandOff)
    assert decision.reason == "scenario_failed"
    assert decision.trace[0].detail["reason"] == "member.rank"


def test_a_summary_is_cut_where_it_would_not_fit() -> None:
    """Long answers are cut in the summary, never in the note."""
    form = FORM.replace("format: number\n      pattern: '\\d{6}'", "longest: 5000")
    (scenario,) = read_scenarios(form.encode(), name="form.yaml")
    talk = Talk(scenario)
    for answer in ("返品したい", "1", "🍎" * 1_900, "スキップ"):
        decision = talk.say(answer)
    assert "…" in said(decision)[-1]
    handed = talk.say("はい")
    assert isinstance(handed, HandOff)
    assert "🍎" * 1_900 in handed.note


@pytest.mark.parametrize(
    ("bubble", "waits"),
    [
        (Bubble(kind="postback"), False),
        (Bubble(kind="text", text="返品したい"), False),
        (Bubble(kind="text", text="不良品だった"), False),
        (Bubble(kind="text", text="やめる"), False),
        (Bubble(kind="text", text="返品の送料は"), True),
        (Bubble(kind="image"), True),
    ],
)
def test_words_that_are_an_answer_do_not_wait(bubble: Bubble, waits: bool) -> None:  # noqa: FBT001 - a table's column
    """Taps, triggers, options and fixed words go on at once; pictures may come in numbers."""
    assert ScenarioResponder([RETURN]).waits(bubble) is waits


def test_buttons_may_be_shown_in_the_message() -> None:
    """A button template shows on a PC too."""
    (scenario,) = read_scenarios(
        FORM.replace("      choices:", "      buttons: true\n      choices:").encode(),
        name="f.yaml",
    )
    decision = Talk(scenario).say("返品したい")
    assert decision is not None
    (message,) = decision.messages
    assert message["template"]["text"] == "返品の理由を教えてください。"
    assert [action["label"] for action in message["template"]["actions"]] == [
        "サイズが合わない",
        "不良品だった",
    ]


CLOCKS = """\
- id: visit
  start: [来店予約]
  steps:
    hello: {say: ご来店をご予約いただけます。}
    when: {say: いつになさいますか。, ask: datetime}
    call: {say: お電話は何時がよいですか。, ask: time, optional: true}
    note: {say: ご要望があればどうぞ。, ask: text, longest: 5}
    done: {say: '{{ answer.when }}にお待ちしています。', end: answer}
"""
(VISIT,) = read_scenarios(CLOCKS.encode(), name="clocks.yaml")


@pytest.mark.parametrize(
    ("typed", "is_understood"),
    [
        ("12/24 10:00", True),
        ("１２月２４日 １０時３０分", True),
        ("12/24 10時", True),
        ("12/24", False),
        ("12/24 25:00", False),
        ("12/24 10:60", False),
        ("10:00", False),
    ],
)
def test_a_typed_date_and_time_is_understood(typed: str, is_understood: bool) -> None:  # noqa: FBT001 - a table's column
    """Both parts are needed, and must be on a clock."""
    talk = Talk(VISIT)
    assert said(talk.say("来店予約")) == ["ご来店をご予約いただけます。", "いつになさいますか。"]
    assert (said(talk.say(typed))[-1] == "お電話は何時がよいですか。") is is_understood


def test_a_form_may_end_without_a_person() -> None:
    """Times typed or skipped, a text that is too long asked again, and what was given is said."""
    talk = Talk(VISIT)
    talk.say("来店予約")
    talk.tap("scenario:visit:when:date", datetime="2026-12-24T10:00")
    assert said(talk.tap("scenario:visit:call:skip")) == ["ご要望があればどうぞ。"]
    assert said(talk.say("長い長いご要望"))[0] == "長すぎます。短くして、もう一度お願いします。"
    assert said(talk.photo("1"))[0] == "文字で入力してください。"
    decision = talk.say("なし")
    assert said(decision) == ["2026/12/24 10:00にお待ちしています。"]
    assert isinstance(decision, Answer)
    assert decision.resolves


def test_a_typed_time_is_understood() -> None:
    """Hours and minutes, as people write them."""
    talk = Talk(VISIT)
    for text in ("来店予約", "12/24 10時", "９時半"):
        decision = talk.say(text)
    assert said(decision)[0] == "日付が読み取れませんでした。もう一度お願いします。"
    assert said(talk.say("9時30分")) == ["ご要望があればどうぞ。"]


def test_questions_about_the_form_itself_are_asked_again() -> None:
    """Which answer to mend, and whether to go on, must be understood too."""
    talk = filled()
    talk.say("修正する")
    assert said(talk.say("これ"))[0] == "ボタンか番号でお選びください。"
    talk = Talk()
    talk.say("返品したい")
    talk.say("返品したい", after=30 * MINUTE)
    assert said(talk.say("ええと"))[0] == "ボタンか番号でお選びください。"
    assert said(talk.say("最初から"))[0].startswith("返品の理由を")


def test_a_step_that_became_another_kind_is_entered_anew() -> None:
    """A question that a new version only says leads on to what follows it."""
    talk = Talk()
    talk.say("返品したい")
    talk.say("1")
    edited = FORM.replace("    order:\n      label: 注文番号\n", "    order:\n")
    for line in ("      ask: text\n", "      format: number\n", "      pattern: '\\d{6}'\n"):
        edited = edited.replace(line, "")
    edited = edited.replace("      error: 6桁の数字でお願いします。\n", "")
    edited = edited.replace("{{ answer.order }}", "商品")
    talk.responder = ScenarioResponder(read_scenarios(edited.encode(), name="form.yaml"))
    assert said(talk.say("123456")) == [
        "注文番号(6桁)を教えてください。",
        "集荷の希望日を選んでください。",
    ]


@pytest.mark.parametrize("kept", [{"scenario": "return"}, {"scenario": 1, "step": 2}, "x", 5])
def test_a_memory_that_cannot_be_read_is_none(kept: object) -> None:
    """What another version wrote breaks no conversation."""
    talk = Talk()
    talk.memory = {"scenario": kept}
    assert waiting_until(talk.memory) is None
    assert said(talk.say("返品したい"))[0].startswith("返品の理由を")


def test_an_option_may_follow_a_picture() -> None:
    """Where the question ends with a picture, its buttons hang on that."""
    url = "https://shop.example/line"
    picture = f"{{type: image, originalContentUrl: {url}/1, previewImageUrl: {url}/2}}"
    form = FORM.replace("say: 返品の理由を教えてください。", f"say: [理由は？, {picture}]")
    (scenario,) = read_scenarios(form.encode(), name="form.yaml")
    decision = Talk(scenario).say("返品したい")
    assert decision is not None
    assert [message["type"] for message in decision.messages] == ["text", "image"]
    assert buttons(decision)[0] == "サイズが合わない"
