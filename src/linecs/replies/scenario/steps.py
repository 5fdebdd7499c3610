"""What a scenario is made of."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from attrs import field, frozen

from linecs.model.message import MessageObject
from linecs.replies.keyword import Triggers

__all__ = [
    "AskingStep",
    "ChoiceStep",
    "ConfirmStep",
    "DateMode",
    "DateStep",
    "EndStep",
    "Option",
    "PhotoStep",
    "SayStep",
    "Scenario",
    "Step",
    "TextFormat",
    "TextStep",
    "Words",
]

MINUTE = 60_000
DAY = 24 * 60 * MINUTE


class TextFormat(StrEnum):
    """What a free text must look like; compared in its NFKC form."""

    ANY = "any"
    NUMBER = "number"
    """Digits, with or without separators; kept as digits."""
    PHONE = "phone"
    """A Japanese phone number of 10 or 11 digits, with or without hyphens; kept as digits."""
    EMAIL = "email"
    KANA = "kana"
    """Kana, long vowel marks and spaces."""


class DateMode(StrEnum):
    """What the date picker asks for, in LINE's own words."""

    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"


@frozen(kw_only=True)
class Option:
    """One answer to choose.

    Attributes:
        label: On the button, at most 20 graphemes; also what may be typed.
        value: What is kept; the label where empty.
        go: The step that follows; empty for the choice's own `go`.
    """

    label: str
    value: str = ""
    go: str = ""

    @property
    def kept(self) -> str:
        """The value that is kept."""
        return self.value or self.label


@frozen(kw_only=True)
class _Said:
    id: str
    messages: tuple[MessageObject, ...] = field(repr=False)
    go: str = ""


@frozen(kw_only=True)
class SayStep(_Said):
    """Says something and goes on."""


@frozen(kw_only=True)
class _Asks(_Said):
    label: str = ""

    @property
    def title(self) -> str:
        """What the summary calls the answer."""
        return self.label or self.id


@frozen(kw_only=True)
class ChoiceStep(_Asks):
    """Asks to choose one; typing its label or number counts as a tap.

    Attributes:
        options: What may be chosen, at most eleven.
        buttons: Show a button template (four options at most) instead of quick replies.
    """

    options: tuple[Option, ...]
    buttons: bool = False


@frozen(kw_only=True)
class TextStep(_Asks):
    """Asks for a free text.

    Attributes:
        format: What it must look like.
        pattern: RE2 syntax that the whole text must match in its NFKC form; empty for any.
        error: Said where it does not fit; empty for a general sentence.
        longest: In characters.
        is_optional: Whether it may be skipped.
    """

    format: TextFormat = TextFormat.ANY
    pattern: str = ""
    error: str = ""
    longest: int = 500
    is_optional: bool = False


@frozen(kw_only=True)
class DateStep(_Asks):
    """Asks for a date or a time by LINE's picker; a typed one is understood too.

    Attributes:
        mode: What is asked for.
        earliest: As LINE writes it (`2026-12-01`, `10:00`, `2026-12-01t10:00`); empty for any.
        latest: The same.
        is_optional: Whether it may be skipped.
    """

    mode: DateMode = DateMode.DATE
    earliest: str = ""
    latest: str = ""
    is_optional: bool = False


@frozen(kw_only=True)
class PhotoStep(_Asks):
    """Asks for a picture; its LINE message id is kept, the picture itself by the desk."""

    is_optional: bool = False


@frozen(kw_only=True)
class ConfirmStep(_Said):
    """Shows what was collected and asks whether it is right; each answer may be mended."""


@frozen(kw_only=True)
class EndStep:
    """The end.

    Attributes:
        messages: Said at the end; may be empty on a hand-off.
        hand_off: Why a person takes over; empty to end with an answer.
        queue: Which queue then; empty for the default.
    """

    id: str
    messages: tuple[MessageObject, ...] = field(default=(), repr=False)
    hand_off: str = ""
    queue: str = ""


AskingStep: TypeAlias = ChoiceStep | TextStep | DateStep | PhotoStep
Step: TypeAlias = AskingStep | SayStep | ConfirmStep | EndStep


@frozen(kw_only=True)
class Words:
    """What the customer may type anywhere, and what the scenario says by itself."""

    cancel: tuple[str, ...] = ("やめる", "キャンセル", "中止")
    back: tuple[str, ...] = ("戻る", "前に戻る")
    person: tuple[str, ...] = ("オペレーターに相談", "オペレーター", "担当者", "人と話したい")
    skip: tuple[str, ...] = ("スキップ", "なし", "とばす")
    yes: tuple[str, ...] = ("はい", "この内容で送る", "OK")
    mend: tuple[str, ...] = ("修正する", "いいえ", "直す")
    pick: str = "選ぶ"
    camera: str = "カメラを起動"
    album: str = "写真を選ぶ"
    go_on: str = "続きから"
    restart: str = "最初から"
    cancelled: str = "中止しました。"
    ended: str = "この操作は終わっています。もう一度始めますか？"
    resumed: str = "前回の続きがあります。続きから始めますか？"
    which: str = "どの項目を修正しますか？"
    not_understood: str = "ボタンか番号でお選びください。"
    not_a_text: str = "文字で入力してください。"
    wrong_text: str = "入力内容を確認して、もう一度お願いします。"
    too_long: str = "長すぎます。短くして、もう一度お願いします。"
    wrong_date: str = "日付が読み取れませんでした。もう一度お願いします。"
    date_out_of_range: str = "選べる範囲は{earliest}から{latest}までです。"
    not_a_photo: str = "写真を送ってください。"
    to_person: str = "担当者におつなぎします。"


@frozen(kw_only=True)
class Scenario:
    """A flow of steps, from a trigger to an end.

    Attributes:
        id: Stable and unique among the shop's scenarios.
        title: What staff call it.
        start: What sets it off.
        steps: By id, in the order of the file; the first is where it starts.
        timeout: How long it waits for the customer, in ms; then it is only resumed.
        resume: How long after that it may be resumed, in ms; 0 never.
        tries: After so many answers in a row that do not fit, a person takes over.
        words: What may be typed anywhere, and what it says by itself.

    Raises:
        ScenarioError: A step leads nowhere, in a circle, or to no end.
    """

    id: str
    title: str
    start: Triggers = field(factory=Triggers)
    steps: Mapping[str, Step] = field(repr=False)
    timeout: int = 30 * MINUTE
    resume: int = DAY
    tries: int = 3
    words: Words = field(factory=Words, repr=False)

    def __attrs_post_init__(self) -> None:
        from linecs.replies.scenario.checks import check_scenario  # noqa: PLC0415 - it knows steps

        check_scenario(self)

    @property
    def first(self) -> str:
        """The id of the step it starts with."""
        return next(iter(self.steps))

    def following(self, step: AskingStep, value: str) -> str:
        """Return the id of the step after `step`, given the value kept there."""
        if isinstance(step, ChoiceStep):
            chosen = next((one for one in step.options if one.kept == value), None)
            if chosen is not None and chosen.go:
                return chosen.go
        return step.go
