"""What can be wrong with a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.errors import ConfigurationError
from linecs.replies.wording import Language, Sentence

if TYPE_CHECKING:
    from linecs.replies.wording import Phrasebook

__all__ = ["ScenarioError"]

_PHRASES: Phrasebook = {
    "no_steps": ("steps を書いてください。", "has no steps; write some."),
    "odd_id": (
        "id「{step}」は使えません。空白、「:」、「=」のない50文字以内にしてください。",
        "the id '{step}' cannot be used: at most 50 characters without spaces, ':' and '='.",
    ),
    "unknown_step": (
        "「{step}」の次の「{target}」というステップはありません。go を確認してください。",
        "'{step}' goes to '{target}', which does not exist. Check its `go`.",
    ),
    "no_next_step": (
        "「{step}」の次がありません。go か end を書いてください。",
        "'{step}' is a dead end. Give it `go`, or `end`.",
    ),
    "unreachable_step": (
        "「{step}」にはどこからも進めません。go でつなぐか、消してください。",
        "nothing leads to '{step}'. Link it with `go`, or remove it.",
    ),
    "no_way_out": (
        "「{step}」からは終わりに進めません(同じ所を回り続けます)。end へ進む道を作ってください。",
        "there is no way from '{step}' to an end; it goes round in a circle. Lead it to an `end`.",
    ),
    "says_nothing": ("「{step}」に say を書いてください。", "'{step}' says nothing; write `say`."),
    "too_many_messages": (
        "「{step}」から続けて {count} 通になります。LINE で一度に送れるのは5通までです。",
        "from '{step}' on, {count} messages go out at once; LINE takes 5.",
    ),
    "regex": (
        "「{step}」の正規表現「{pattern}」は使えません({reason})。",
        "'{step}' has a pattern that RE2 cannot run ({reason}): {pattern}",
    ),
    "placeholder": (
        (
            "「{step}」の「{placeholder}」は変数として読めません。{{{{ customer.name }}}} のように"
            "書いてください。"
        ),
        "'{step}' has '{placeholder}', which is no variable; write {{{{ customer.name }}}}.",
    ),
    "unknown_variable": (
        (
            "「{step}」の「{variable}」という変数はありません。"
            "customer.、member.、answer.ステップ名 が使えます。"
        ),
        "'{step}' names '{variable}'; it may name customer., member. and answer.STEP.",
    ),
    "refused_by_line": (
        "「{step}」のメッセージは LINE が受け付けません: {reason}",
        "LINE would refuse the messages of '{step}': {reason}",
    ),
    "option_count": (
        "「{step}」の選択肢が {count} 個あります。1個から {most} 個にしてください。",
        "'{step}' has {count} options; it may have 1 to {most}.",
    ),
    "buttons_need_text": (
        "「{step}」をボタンにするには、最後の say を文字にしてください。",
        "'{step}' shows buttons, so its last `say` must be a text.",
    ),
    "label_length": (
        "「{step}」の選択肢「{label}」は1文字から20文字にしてください。",
        "'{step}' has an option '{label}'; a label has 1 to 20 characters.",
    ),
    "value_length": (
        "「{step}」の選択肢「{label}」の value は100文字以内にしてください。",
        "'{step}' has an option '{label}' whose value is longer than 100 characters.",
    ),
    "repeated_option": (
        "「{step}」に同じ選択肢「{label}」が2つあります。",
        "'{step}' has the option '{label}' twice.",
    ),
    "repeated_id": (
        "同じ id のシナリオが2つあります。別の id にしてください。",
        "appears twice; give each scenario an id of its own.",
    ),
}


class ScenarioError(ConfigurationError):
    """A scenario cannot work.

    Attributes:
        scenario_id: Which scenario.
        code: What is wrong, for tools.
        step: Which step, or empty.
        path: Where in the scenario's fields.
        sentence: What is wrong and what to do, in both languages.
    """

    def __init__(self, scenario_id: str, code: str, *, step: str = "", **values: object) -> None:
        self.scenario_id = scenario_id
        self.code = code
        self.step = step
        self.path = ("steps", step) if step else ()
        self.sentence = Sentence(_PHRASES, code, {"step": step, **values})
        super().__init__(f"Scenario {scenario_id!r}: {self.sentence.say(Language.ENGLISH)}")
